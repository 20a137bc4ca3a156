#pragma once
// Part of engine.hpp: the life of an instance, from its start-up through its limits to its end.

#include "sim/model/engine/engine.hpp"

namespace faasconf::sim {
namespace {

std::uint32_t Engine::add_instance(FunctionId id, std::uint32_t node, const FunctionConfiguration& limits) {
  count_until_now(id);
  FunctionState& state = function(id);
  const std::uint32_t index = instances_.take();
  ++state.usage.started;
  Instance& instance = instances_[index];
  instance.function = id;
  instance.number = state.next_number++;
  instance.state = InstanceState::starting;
  instance.offer = Offer::none;
  instance.in_flight = instance.queued = instance.rejecting = 0;
  instance.queue_front = instance.queue_back = instance.inside_front = kNone;
  instance.crashed = Time::min();
  instance.node = kNone;
  instance.out_of_memory = instance.runs = instance.unable = false;
  instance.up_at = now_;
  instance.ends_at = Time::min();
  instance.start_work = kNone;
  instance.timer = kNever;
  instance.timer_sequence = instance.life_sequence = kNoSequence;
  instance.memory_mib = instance.memory_mib_ns = 0;
  instance.memory_updated = now_;
  instance.limits = {.cpu = {0}, .memory = {0}};
  const double sigma = workflow_.cpu_sharing.speed_spread;
  instance.speed = sigma > 0 ? std::exp(sigma * state.speed.normal()) : 1.0;
  reset_cpu(instance);
  set_limits(index, limits);
  if (node != kNone) occupy(node, index);
  return index;
}

void Engine::reset_cpu(Instance& instance) {
  const CpuSharingSpec& sharing = workflow_.cpu_sharing;
  if (sharing.mode == CpuSharing::cfs) {
    FunctionState& state = function(instance.function);
    const double period_s = to_seconds(sharing.period - Duration(1));
    const Duration phase = from_seconds(state.phase.uniform() * period_s);
    const Duration pod_phase = from_seconds(sharing.cgroup_levels > 1 ? state.pod_phase.uniform() * period_s : 0.0);
    const Rng turns(sharing.turn_order == TurnOrder::random ? state.turns.next() : 0);
    instance.cpu.reset(now_, bandwidth_of(sharing), {phase, pod_phase}, turns);
  } else {
    instance.cpu.reset(now_);
  }
}

// One more instance, which starts up; kNone, and it is pending, when no node has room. A pending one forgets its limits
// and gets those of the configuration.
std::uint32_t Engine::start_instance(FunctionId id, const FunctionConfiguration& limits) {
  const std::uint32_t node = find_node(id, limits);
  if (has_cluster() && node == kNone) {
    pending_.push_back(id.index);
    ++function(id).pending;
    return kNone;
  }
  const std::uint32_t index = add_instance(id, node, limits);
  start_up(index);
  return index;
}

// Room has become free on a node.
void Engine::place_pending() {
  for (std::size_t i = 0; i < pending_.size();) {
    const FunctionId id{pending_[i]};
    const FunctionConfiguration& limits = configuration_.functions[id.index];
    const std::uint32_t node = find_node(id, limits);
    if (node == kNone) {
      ++i;
      continue;
    }
    pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(i));
    --function(id).pending;
    start_up(add_instance(id, node, limits));
  }
}

void Engine::start_up(std::uint32_t index) {
  Instance& instance = instances_[index];
  FunctionState& state = function(instance.function);
  const Duration start_up = from_seconds(spec(instance.function).start_up.sample(state.start_up));
  instance.state = InstanceState::starting;
  instance.runs = false;
  const Time runs_at = after(now_, start_up);
  instance.up_at = next_look(runs_at, instance.node);
  platform_works(instance.function, instance.node, workflow_.cluster.start_work_s);
  // in a rolling update even this is an event: the next old instance drains then
  const bool works = !spec(instance.function).start_work.is_zero();
  if (instance.up_at <= now_ && !works && workflow_.rollout != Rollout::rolling) return become_ready(index);
  state.starting.push_back(index);
  instance.life_sequence = schedule(works ? runs_at : instance.up_at, EventKind::next_state, index);
}

// next_state or crash; ignored where it is stale. A starting instance runs before its node notices.
void Engine::on_life_event(const Event& event) {
  const std::uint32_t index = event.tag.index();
  Instance& instance = instances_[index];
  if (instance.life_sequence != event.sequence) return;
  if (static_cast<EventKind>(event.tag.kind()) == EventKind::crash) return restart(index);
  instance.life_sequence = kNoSequence;
  if (instance.state == InstanceState::draining) {
    const bool dies = spec(instance.function).on_end == OnEnd::fail;
    return go_on_ending(index, dies ? std::optional(Outcome::failed) : std::nullopt);
  }
  if (!std::exchange(instance.runs, true)) begin_start_work(index);
  if (instance.up_at > now_) {
    instance.life_sequence = schedule(instance.up_at, EventKind::next_state, index);
  } else if (instance.start_work == kNone || spec(instance.function).ready == Readiness::before_work) {
    is_up(index);
  }
}

// From now on it takes calls.
void Engine::is_up(std::uint32_t index) {
  const FunctionId id = instances_[index].function;
  count_until_now(id);
  take_from_group(index);
  become_ready(index);
  if (workflow_.rollout == Rollout::rolling) reconcile(id);
}

void Engine::begin_start_work(std::uint32_t index) {
  Instance& instance = instances_[index];
  FunctionState& state = function(instance.function);
  const double work_s = spec(instance.function).start_work.sample(state.start_work);
  if (work_s <= 0) return;
  const std::uint32_t slot = invocations_.take();
  Invocation& work = invocations_[slot];
  work.instance = index;
  work.function = instance.function;
  work.place = Place::start_work;
  work.caller_waits = false;
  work.started = kNever;
  work.work_s = work_s;
  work.parallel_work_s = 0;
  state.usage.admitted_work_s += work_s;
  instance.start_work = slot;
  instance.unable = spec(instance.function).ready == Readiness::before_work;
  set_slots(instance);
  instance.cpu.start(slot, work_s, false, now_);
  cpu_changed(index);
}

void Engine::start_work_done(std::uint32_t work) {
  const std::uint32_t index = invocations_[work].instance;
  Instance& instance = instances_[index];
  forget_start_work(instance);
  if (instance.state == InstanceState::ready) {
    admit_queued(index);
    if (plan(instance.function).lists_slots) slots_changed(index);
    return;
  }
  const bool waits = spec(instance.function).ready == Readiness::after_work && instance.up_at <= now_;
  if (instance.state == InstanceState::starting && waits) is_up(index);
}

void Engine::forget_start_work(Instance& instance) {
  if (instance.start_work == kNone) return;
  release(std::exchange(instance.start_work, kNone));
  instance.unable = false;
  set_slots(instance);
}

void Engine::become_ready(std::uint32_t index) {
  Instance& instance = instances_[index];
  const FunctionId id = instance.function;
  FunctionState& state = function(id);
  instance.state = InstanceState::ready;
  instance.up_at = now_;
  instance.life_sequence = kNoSequence;
  state.ready.push_back(index);
  if (rolls(id) && is_outdated(index)) count_outdated(id, 1);
  const Distribution& time_to_failure = spec(id).time_to_failure;
  if (!time_to_failure.is_zero()) {
    const Time failure = after(now_, from_seconds(time_to_failure.sample(state.life)));
    instance.life_sequence = schedule(failure, EventKind::crash, index);
  }
  admit_queued(index);
  if (plan(id).lists_slots) slots_changed(index, true);
}

void Engine::set_limits(std::uint32_t index, const FunctionConfiguration& limits) {
  Instance& instance = instances_[index];
  FunctionState& state = function(instance.function);
  state.cpu_limit_millicores += limits.cpu.value - instance.limits.cpu.value;
  state.memory_limit_mib += limits.memory.value - instance.limits.memory.value;
  instance.limits = limits;
  set_slots(instance);
  set_cpu_limits(instance);
}

void Engine::set_slots(Instance& instance) const {
  const std::int32_t concurrency = instance.limits.concurrency;
  const bool limited = concurrency > 0 && spec(instance.function).overflow != Overflow::none;
  instance.slots = instance.unable ? 0 : limited ? concurrency : std::numeric_limits<std::int32_t>::max();
}

void Engine::set_cpu_limits(Instance& instance) {
  // an instance that the rollout has not reached yet has other limits than its function
  const Millicores cpu = instance.limits.cpu;
  const bool is_present = cpu == configuration_.functions[instance.function.index].cpu;
  instance.cpu.set_limits({.limit_cores = cpu.value / kMillicoresPerCore,
                           .served_cores = is_present ? function(instance.function).served_cores : served_cores(cpu),
                           .contention = workflow_.cpu_sharing.contention,
                           .share_exponent = workflow_.cpu_sharing.share_exponent,
                           .speed = instance.speed,
                           .parallel_threads = spec(instance.function).max_threads},
                          now_);
}

double Engine::served_cores(Millicores cpu) const {
  const double cores = cpu.value / kMillicoresPerCore;
  const double exponent = workflow_.cpu_sharing.quota_exponent;
  return exponent == 1 ? cores : std::pow(cores, exponent);
}

// The instance takes no more calls, and is removed once it is empty and its time is over.
void Engine::drain(std::uint32_t index) {
  Instance& instance = instances_[index];
  const FunctionSpec& function_spec = spec(instance.function);
  if (instance.state == InstanceState::starting && !function_spec.drain) return retire(index);
  if (instance.state == InstanceState::draining) return;
  if (instance.state == InstanceState::starting) count_until_now(instance.function);
  take_from_group(index);
  instance.state = InstanceState::draining;
  instance.drains_since = now_;
  function(instance.function).draining.push_back(index);
  if (plan(instance.function).lists_slots) offer(index);
  const bool dies = function_spec.on_end == OnEnd::fail;
  if (function_spec.drain) set_end(index);
  // a crash that is due goes on with it; it dies by an event even at once, since calls must not fail within apply(),
  // where no window may have begun
  if ((function_spec.drain || dies) && !instance.out_of_memory) {
    instance.life_sequence = schedule(dies ? now_ : instance.ends_at, EventKind::next_state, index);
  }
  retire_if_drained(index);
}

// What is in it may be lost, by a signal or a crash.
void Engine::go_on_ending(std::uint32_t index, std::optional<Outcome> loss) {
  Instance& instance = instances_[index];
  std::vector<Invocation> lost;
  if (loss) lose_all(index, *loss, lost);
  if (instance.ends_at > now_) instance.life_sequence = schedule(instance.ends_at, EventKind::next_state, index);
  answer_callers(lost);
  retire_if_drained(index);
}

// One that still starts ends when it runs, and one that has just started when it has settled.
void Engine::set_end(std::uint32_t index) {
  Instance& instance = instances_[index];
  const double drain_s = spec(instance.function).drain->sample(function(instance.function).drain);
  const Time begins = std::max(now_, after(instance.up_at, workflow_.cluster.settle));
  instance.ends_at = next_look(after(begins, from_seconds(drain_s)), instance.node);
}

// When the platform looks at the instances of a node next, at this time or later.
Time Engine::next_look(Time time, std::uint32_t node) const {
  const Duration every = workflow_.cluster.relist;
  if (every == Duration::zero() || time == kNever) return time;
  const Duration phase = node == kNone ? relist_phase_ : nodes_[node].relist_phase;
  const Duration since = time.time_since_epoch() - phase + every - Duration(1);
  return Time(phase + since / every * every);
}

void Engine::retire_if_drained(std::uint32_t index) {
  const Instance& instance = instances_[index];
  const bool empty = instance.in_flight == 0 && instance.queued == 0 && instance.rejecting == 0;
  if (instance.state == InstanceState::draining && empty && instance.ends_at <= now_) retire(index);
}

void Engine::retire(std::uint32_t index) {
  platform_works(instances_[index].function, instances_[index].node, workflow_.cluster.end_work_s);
  remove(index);
}

// Its usage is kept with its function, its room and slot are freed, its queue is routed anew.
void Engine::remove(std::uint32_t index) {
  Instance& instance = instances_[index];
  assert(instance.state != InstanceState::gone);
  FunctionState& state = function(instance.function);
  count_until_now(instance.function);
  while (instance.queued > 0) {
    const std::uint32_t waiting = instance.queue_front;
    unqueue(waiting);
    invocations_[waiting].place = Place::on_the_way;
    invocations_[waiting].instance = kNone;
    schedule(now_, EventKind::call_arrives, waiting);
  }
  hold_memory(instance, 0);
  keep_cpu_usage(instance);
  if (instance.start_work != kNone) {
    forget_start_work(instance);
    instance.cpu.reset(now_);  // of the work
  }
  if (instance.state == InstanceState::draining) state.usage.draining_s += to_seconds(now_ - instance.drains_since);
  state.usage.memory_mib_s += instance.memory_mib_ns / 1e9;
  take_from_group(index);
  state.cpu_limit_millicores -= instance.limits.cpu.value;
  state.memory_limit_mib -= instance.limits.memory.value;
  if (state.instances() == 0) state.cpu_limit_millicores = state.memory_limit_mib = 0;  // no residue of rounding
  instance.state = InstanceState::gone;
  if (plan(instance.function).lists_slots) offer(index);
  instance.timer = kNever;
  instance.timer_sequence = instance.life_sequence = kNoSequence;
  const bool had_place = instance.node != kNone;
  if (had_place) vacate(index);
  // before the slot is free: a pending answer still reads the number of the instance in it
  if (had_place && !pending_.empty()) place_pending();
  instances_.give_back(index);
}

void Engine::take_from_group(std::uint32_t index) {
  const FunctionId id = instances_[index].function;
  FunctionState& state = function(id);
  const InstanceState of = instances_[index].state;
  if (of == InstanceState::ready && rolls(id) && is_outdated(index)) count_outdated(id, -1);
  auto& group = of == InstanceState::starting   ? state.starting
                : of == InstanceState::draining ? state.draining
                                                : state.ready;
  // the last one, where many are removed at once
  if (!group.empty() && group.back() == index) return group.pop_back();
  group.erase(std::ranges::find(group, index));
}

// Adds its usage so far to its function's; unfinished work no longer counts as admitted.
void Engine::keep_cpu_usage(Instance& instance) {
  Usage& usage = function(instance.function).usage;
  add_cpu_usage(instance, usage);
  usage.admitted_work_s -= unserved_work_s(instance);
}

// Brings the integrals of the number of instances and their limits up to now, before either changes.
void Engine::count_until_now(FunctionId id) {
  FunctionState& state = function(id);
  const double span_s = to_seconds(now_ - state.counted_until);
  state.usage.instance_s += static_cast<double>(state.instances()) * span_s;
  state.usage.starting_s += static_cast<double>(state.starting.size()) * span_s;
  state.usage.wanted_millicore_s += wanted_millicores(id) * span_s;
  state.usage.cpu_limit_millicore_s += state.cpu_limit_millicores * span_s;
  state.usage.memory_limit_mib_s += state.memory_limit_mib * span_s;
  state.counted_until = now_;
}

// To be called before the number of outdated instances changes by so many.
void Engine::count_outdated(FunctionId id, std::int32_t change) {
  FunctionState& state = function(id);
  state.usage.outdated_s += state.outdated * to_seconds(now_ - state.outdated_until);
  state.outdated_until = now_;
  state.outdated += change;
}

double Engine::wanted_millicores(FunctionId id) const {
  const FunctionConfiguration& wanted = configuration_.functions[id.index];
  return plan(id).on_demand ? functions_[id.index].cpu_limit_millicores : wanted.cpu.value * wanted.replicas;
}

}  // namespace
}  // namespace faasconf::sim
