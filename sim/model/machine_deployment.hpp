#pragma once
// Part of machine.hpp: instances come and go: replicas, rollouts, start-ups, instances on demand.

#include "sim/model/machine.hpp"

namespace faasconf::sim {
namespace {

void Machine::deploy(Time start, const RngStreams& streams) {
  now_ = start;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i] = ClusterNode();
    nodes_[i].life = streams.stream("node_life", i);
    schedule_node_failure(i);
  }
  for (std::uint32_t i = 0; i < functions_.size(); ++i) {
    FunctionState& state = functions_[i];
    derive_streams(state, i, streams);
    state.counted_until = now_;
    state.next_number = 0;
    state.round_robin = 0;
    state.calls_in_flight = 0;
    if (plans_[i].on_demand && !state.windows_are_set) state.windows.keep_alive = *plans_[i].spec->keep_alive;
    state.keep_alive = state.windows.keep_alive;
    state.pre_warm_at = state.idle_timer = kNever;
    state.served_cores = served_cores(configuration_.functions[i].cpu);
    const int replicas = plans_[i].on_demand ? 0 : configuration_.functions[i].replicas;
    for (int replica = 0; replica < replicas; ++replica) {
      const std::uint32_t node = find_node({i});
      if (has_cluster() && node == kNone) {
        pending_.push_back(i);
        ++state.pending;
      } else {
        become_ready(add_instance({i}, node));
      }
    }
  }
  node_streams_.clear();
  for (std::uint32_t i = 0; i < graph_.stream_count(); ++i) node_streams_.push_back(streams.stream("node", i));
  begin_workload(streams);
}

// Streams that nobody draws from are not derived: a window of 30 s is short.
void Machine::derive_streams(FunctionState& state, std::uint32_t i, const RngStreams& streams) {
  const FunctionSpec& function_spec = workflow_.functions[i];
  const auto derive = [&](Rng& rng, const Distribution& law, StreamName name) {
    if (law.is_random()) rng = streams.stream(name, i);
  };
  derive(state.serial, function_spec.serial_work, "serial_work");
  derive(state.parallel, function_spec.parallel_work, "parallel_work");
  derive(state.off_cpu, function_spec.off_cpu, "off_cpu");
  derive(state.memory, function_spec.process_memory, "memory");
  derive(state.parallel_memory, function_spec.parallel_memory, "parallel_memory");
  derive(state.hop, *plans_[i].hop.seconds.law, "hop");
  derive(state.start_up, function_spec.start_up, "start_up");
  derive(state.rejection, function_spec.rejection_work, "rejection_work");
  derive(state.life, function_spec.time_to_failure, "life");
  if (plans_[i].may_fail) state.failure = streams.stream("failure", i);
  if (workflow_.gateway.routing == Routing::random) state.routing = streams.stream("routing", i);
  if (workflow_.cpu_sharing.speed_spread > 0) state.speed = streams.stream("speed", i);
  if (workflow_.cpu_sharing.mode == CpuSharing::cfs) state.phase = streams.stream("cfs_phase", i);
  if (workflow_.cpu_sharing.turn_order == TurnOrder::random) state.turns = streams.stream("cfs_turns", i);
  if (workflow_.cpu_sharing.cgroup_levels > 1) state.pod_phase = streams.stream("cfs_pod_phase", i);
}

void Machine::redeploy(Time start, const RngStreams& streams) {
  pending_.clear();
  for (std::uint32_t i = 0; i < functions_.size(); ++i) {
    FunctionState& state = functions_[i];
    count_until_now({i});
    state.pending = 0;
    for (auto* group : {&state.draining, &state.starting, &state.ready}) {
      while (!group->empty()) retire(group->back());
    }
  }
  change_users(-users_present_);
  users_since_ = start;
  events_.clear();
  deadlines_.clear();
  timeout_pending_ = false;
  requests_.clear();
  joins_.clear();
  invocations_.clear();
  deploy(start, streams);
}

void Machine::apply(const Configuration& configuration) {
  check(configuration, workflow_);
  for (std::uint32_t i = 0; i < functions_.size(); ++i) {
    count_until_now({i});
    functions_[i].served_cores = served_cores(configuration.functions[i].cpu);
  }
  configuration_ = configuration;
  for (std::uint32_t i = 0; i < functions_.size(); ++i) {
    FunctionState& state = functions_[i];
    const bool rolls = workflow_.rollout == Rollout::rolling && !plans_[i].on_demand;
    remove_surplus({i}, static_cast<std::size_t>(configuration.functions[i].replicas) + rolls);
    if (!rolls) {
      for (const auto* group : {&state.starting, &state.ready, &state.draining}) {
        // an instance that its node has no room for any more leaves the group
        for (std::size_t k = group->size(); k > 0; --k) resize((*group)[k - 1]);
      }
    }
    reconcile({i});
  }
  // instances that became smaller have left room too
  if (!pending_.empty()) place_pending();
}

// An instance under the present limits; it keeps its own and drains where its node has no room for them.
void Machine::resize(std::uint32_t index) {
  Instance& instance = instances_[index];
  if (instance.node != kNone) {
    const std::uint32_t node = instance.node;
    const FunctionConfiguration& wanted = configuration_.functions[instance.function.index];
    vacate(index);
    const bool has_room = fits(node, cpu_request(instance.function, wanted), memory_request(instance.function, wanted));
    if (has_room) set_limits(index);
    occupy(node, index);
    if (!has_room) return drain(index);
  } else {
    set_limits(index);
  }
  if (instance.state == InstanceState::ready) admit_queued(index);
  if (plan(instance.function).on_demand) offer(index);
  cpu_changed(index);
}

// --- as many instances as the configuration wants

void Machine::reconcile(FunctionId id) {
  FunctionState& state = function(id);
  const auto wanted = static_cast<std::size_t>(configuration_.functions[id.index].replicas);
  if (plan(id).on_demand) return remove_surplus(id, wanted);
  const auto existing = [&] {
    return state.starting.size() + state.ready.size() + static_cast<std::size_t>(state.pending);
  };
  if (workflow_.rollout == Rollout::rolling) {
    // as many ready ones as wanted, whatever their limits, before an old one goes
    remove_surplus(id, wanted + (outdated_instances(id) > 0 ? 1 : 0));
    while (state.ready.size() > wanted && drain_outdated(id)) {
    }
    while (existing() < wanted + (outdated_instances(id) > 0 ? 1 : 0)) {
      if (existing() - outdated_instances(id) >= wanted) break;
      start_instance(id);
    }
  } else {
    remove_surplus(id, wanted);
    while (existing() < wanted) start_instance(id);
  }
}

// Of surplus instances those go first that have no place, then those that are idle on demand, then those that start,
// then the youngest.
void Machine::remove_surplus(FunctionId id, std::size_t most) {
  FunctionState& state = function(id);
  const auto surplus = [&] {
    return state.starting.size() + state.ready.size() + static_cast<std::size_t>(state.pending) > most;
  };
  while (surplus() && state.pending > 0) {
    const auto youngest = std::find(pending_.rbegin(), pending_.rend(), id.index);
    pending_.erase(std::next(youngest).base());
    --state.pending;
  }
  while (surplus() && state.idle.oldest != kNone) retire(state.idle.oldest);
  while (surplus() && !state.starting.empty()) retire(state.starting.back());
  while (surplus() && !state.ready.empty()) drain(state.ready.back());
}

bool Machine::is_outdated(std::uint32_t index) const {
  FunctionConfiguration limits = instances_[index].limits;
  const FunctionConfiguration& wanted = configuration_.functions[instances_[index].function.index];
  limits.replicas = wanted.replicas;
  return limits != wanted;
}

std::size_t Machine::outdated_instances(FunctionId id) const {
  const FunctionState& state = functions_[id.index];
  const auto outdated = [this](std::uint32_t index) { return is_outdated(index); };
  return static_cast<std::size_t>(std::ranges::count_if(state.starting, outdated) +
                                  std::ranges::count_if(state.ready, outdated));
}

// The oldest of them; false when all ready ones are up to date.
bool Machine::drain_outdated(FunctionId id) {
  const auto& ready = function(id).ready;
  const auto oldest = std::ranges::find_if(ready, [this](std::uint32_t index) { return is_outdated(index); });
  if (oldest == ready.end()) return false;
  drain(*oldest);
  return true;
}

std::uint32_t Machine::add_instance(FunctionId id, std::uint32_t node) {
  count_until_now(id);
  FunctionState& state = function(id);
  const std::uint32_t index = instances_.take();
  ++state.started;
  Instance& instance = instances_[index];
  instance.function = id;
  instance.number = state.next_number++;
  instance.state = InstanceState::starting;
  instance.offer = Offer::none;
  instance.in_flight = instance.queued = instance.rejecting = 0;
  instance.queue_front = instance.queue_back = kNone;
  instance.node = kNone;
  instance.out_of_memory = false;
  instance.timer = kNever;
  instance.timer_sequence = instance.life_sequence = kNoSequence;
  instance.memory_mib = instance.memory_mib_ns = 0;
  instance.memory_updated = now_;
  instance.limits = {.cpu = {0}, .memory = {0}};
  const double sigma = workflow_.cpu_sharing.speed_spread;
  instance.speed = sigma > 0 ? std::exp(sigma * state.speed.normal()) : 1.0;
  reset_cpu(instance);
  set_limits(index);
  if (node != kNone) occupy(node, index);
  return index;
}

void Machine::reset_cpu(Instance& instance) {
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

// One more instance, which starts up; kNone, and it is pending, when no node has room.
std::uint32_t Machine::start_instance(FunctionId id) {
  const std::uint32_t node = find_node(id);
  if (has_cluster() && node == kNone) {
    pending_.push_back(id.index);
    ++function(id).pending;
    return kNone;
  }
  const std::uint32_t index = add_instance(id, node);
  start_up(index);
  return index;
}

// A place has become free.
void Machine::place_pending() {
  for (std::size_t i = 0; i < pending_.size();) {
    const FunctionId id{pending_[i]};
    const std::uint32_t node = find_node(id);
    if (node == kNone) {
      ++i;
      continue;
    }
    pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(i));
    --function(id).pending;
    start_up(add_instance(id, node));
  }
}

void Machine::start_up(std::uint32_t index) {
  Instance& instance = instances_[index];
  FunctionState& state = function(instance.function);
  const Duration start_up = from_seconds(spec(instance.function).start_up.sample(state.start_up));
  instance.state = InstanceState::starting;
  // in a rolling update even this is an event: the next old one goes then
  if (start_up <= Duration::zero() && workflow_.rollout != Rollout::rolling) return become_ready(index);
  state.starting.push_back(index);
  instance.life_sequence = schedule(after(now_, start_up), EventKind::started_up, index);
}

// started_up or crash; stale where the instance's life has taken another turn since.
void Machine::on_life_event(const Event& event) {
  const std::uint32_t index = event.tag.index();
  Instance& instance = instances_[index];
  if (instance.life_sequence != event.sequence) return;
  if (static_cast<EventKind>(event.tag.kind()) == EventKind::crash) return restart(index);
  count_until_now(instance.function);
  take_from_group(index);
  become_ready(index);
  if (workflow_.rollout == Rollout::rolling) reconcile(instance.function);
}

void Machine::become_ready(std::uint32_t index) {
  Instance& instance = instances_[index];
  const FunctionId id = instance.function;
  FunctionState& state = function(id);
  instance.state = InstanceState::ready;
  instance.life_sequence = kNoSequence;
  state.ready.push_back(index);
  const Distribution& time_to_failure = spec(id).time_to_failure;
  if (!time_to_failure.is_zero()) {
    const Time failure = after(now_, from_seconds(time_to_failure.sample(state.life)));
    instance.life_sequence = schedule(failure, EventKind::crash, index);
  }
  admit_queued(index);
  if (plan(id).on_demand) offer(index);
}

void Machine::set_limits(std::uint32_t index) {
  Instance& instance = instances_[index];
  const FunctionId id = instance.function;
  FunctionState& state = function(id);
  const FunctionConfiguration& limits = configuration_.functions[id.index];
  state.cpu_limit_millicores += limits.cpu.value - instance.limits.cpu.value;
  state.memory_limit_mib += limits.memory.value - instance.limits.memory.value;
  instance.limits = limits;
  const bool limited = limits.concurrency > 0 && spec(id).overflow != Overflow::none;
  instance.slots = limited ? limits.concurrency : std::numeric_limits<std::int32_t>::max();
  set_cpu_limits(instance);
}

void Machine::set_cpu_limits(Instance& instance) {
  // one that a rollout has not reached yet has other limits than its function
  const Millicores cpu = instance.limits.cpu;
  const bool is_present = cpu == configuration_.functions[instance.function.index].cpu;
  instance.cpu.set_limits({.limit_cores = cpu.value / kMillicoresPerCore,
                           .served_cores = is_present ? function(instance.function).served_cores : served_cores(cpu),
                           .contention = workflow_.cpu_sharing.contention,
                           .speed = instance.speed,
                           .parallel_threads = spec(instance.function).max_threads},
                          now_);
}

double Machine::served_cores(Millicores cpu) const {
  const double cores = cpu.value / kMillicoresPerCore;
  const double exponent = workflow_.cpu_sharing.quota_exponent;
  return exponent == 1 ? cores : std::pow(cores, exponent);
}

// It takes no more calls.
void Machine::drain(std::uint32_t index) {
  Instance& instance = instances_[index];
  if (instance.state == InstanceState::starting) return retire(index);
  if (instance.state == InstanceState::draining) return;
  take_from_group(index);
  instance.state = InstanceState::draining;
  function(instance.function).draining.push_back(index);
  if (plan(instance.function).on_demand) offer(index);
  retire_if_drained(index);
}

void Machine::retire_if_drained(std::uint32_t index) {
  const Instance& instance = instances_[index];
  const bool empty = instance.in_flight == 0 && instance.queued == 0 && instance.rejecting == 0;
  if (instance.state == InstanceState::draining && empty) retire(index);
}

// It is gone: its use is kept with its function, its place and slot are free. Who waits before it is sent on.
void Machine::retire(std::uint32_t index) {
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
  state.memory_mib_s += instance.memory_mib_ns / 1e9;
  take_from_group(index);
  state.cpu_limit_millicores -= instance.limits.cpu.value;
  state.memory_limit_mib -= instance.limits.memory.value;
  if (state.instances() == 0) state.cpu_limit_millicores = state.memory_limit_mib = 0;  // no residue of rounding
  instance.state = InstanceState::gone;
  if (plan(instance.function).on_demand) offer(index);
  instance.timer = kNever;
  instance.timer_sequence = instance.life_sequence = kNoSequence;
  const bool had_place = instance.node != kNone;
  if (had_place) vacate(index);
  // before the slot is free: an answer on its way still asks for the number of the instance in it
  if (had_place && !pending_.empty()) place_pending();
  instances_.give_back(index);
}

void Machine::take_from_group(std::uint32_t index) {
  FunctionState& state = function(instances_[index].function);
  const InstanceState of = instances_[index].state;
  auto& group = of == InstanceState::starting   ? state.starting
                : of == InstanceState::draining ? state.draining
                                                : state.ready;
  // the last one where many go at once
  if (!group.empty() && group.back() == index) return group.pop_back();
  group.erase(std::ranges::find(group, index));
}

// What it has used so far goes to its function; work that is left undone was not admitted.
void Machine::keep_cpu_usage(Instance& instance) {
  FunctionState& state = function(instance.function);
  state.cpu_s += instance.cpu.cpu_s(now_);
  state.work_s += instance.cpu.work_s(now_);
  state.admitted_work_s -= unserved_work_s(instance);
  state.throttled_s += instance.cpu.throttled_s(now_);
  state.throttled_periods += instance.cpu.throttled_periods(now_);
  state.pod_throttled_s += instance.cpu.pod_throttled_s(now_);
  state.pod_throttled_periods += instance.cpu.pod_throttled_periods(now_);
  state.cpu_granted_s += instance.cpu.granted_s(now_);
}

// Brings the integrals of the number of instances and their limits up to now, before either changes.
void Machine::count_until_now(FunctionId id) {
  FunctionState& state = function(id);
  const double span_s = to_seconds(now_ - state.counted_until);
  state.instance_s += static_cast<double>(state.instances()) * span_s;
  state.starting_s += static_cast<double>(state.starting.size()) * span_s;
  state.cpu_limit_millicore_s += state.cpu_limit_millicores * span_s;
  state.memory_limit_mib_s += state.memory_limit_mib * span_s;
  state.counted_until = now_;
}

// --- instances on demand

// Where a call goes: to the instance that was free last, so that the others may expire; else to one that starts and
// has a slot left; else to a new one; else, where that is allowed, it waits.
std::uint32_t Machine::find_on_demand(FunctionId id) {
  FunctionState& state = function(id);
  if (state.open.newest != kNone) return state.open.newest;
  if (state.idle.newest != kNone) return state.idle.newest;
  if (!state.starting.empty()) {
    const Instance& last = instances_[state.starting.back()];
    if (last.queued < last.slots) return state.starting.back();
  }
  if (const std::uint32_t started = start_on_demand(id, workflow_.cluster.evict_idle); started != kNone) return started;
  if (!state.ready.empty()) return route_ready(state);
  return state.starting.empty() ? kNone : state.starting.front();
}

// One more instance; kNone, and none is pending, where the configuration allows no more or no node has room.
std::uint32_t Machine::start_on_demand(FunctionId id, bool may_evict) {
  const FunctionState& state = function(id);
  const auto existing = static_cast<std::int64_t>(state.starting.size() + state.ready.size());
  if (existing >= configuration_.functions[id.index].replicas) return kNone;
  const auto has_room = [&] { return !has_cluster() || find_node(id) != kNone; };
  if (may_evict && !has_room()) make_room(id);
  return has_room() ? start_instance(id) : kNone;
}

// After its state or number of executions has changed.
void Machine::offer(std::uint32_t index) {
  Instance& instance = instances_[index];
  FunctionState& state = function(instance.function);
  const bool takes_calls = instance.state == InstanceState::ready && has_slot(instance);
  const Offer now = !takes_calls ? Offer::none : instance.in_flight == 0 ? Offer::idle : Offer::open;
  if (now == instance.offer) return;
  if (instance.offer != Offer::none) unlink(instance.offer == Offer::idle ? state.idle : state.open, index);
  if (instance.offer == Offer::idle) state.idle_s += to_seconds(now_ - instance.idle_since);
  instance.offer = now;
  if (now == Offer::none) return;
  link(now == Offer::idle ? state.idle : state.open, index);
  if (now == Offer::open) return;
  instance.idle_since = now_;
  set_idle_timer(instance.function, after(now_, state.keep_alive));
}

// A pending event that comes too early is left to come; it looks again then. One that comes too late is replaced.
void Machine::set_idle_timer(FunctionId id, Time due) {
  FunctionState& state = function(id);
  if (due >= state.idle_timer) return;
  state.idle_timer = due;
  schedule(due, EventKind::keep_alive, id.index);
}

void Machine::link(InstanceList& list, std::uint32_t index) {
  instances_[index].older = list.newest;
  instances_[index].newer = kNone;
  (list.newest == kNone ? list.oldest : instances_[list.newest].newer) = index;
  list.newest = index;
  ++list.size;
}

void Machine::unlink(InstanceList& list, std::uint32_t index) {
  const Instance& instance = instances_[index];
  (instance.newer == kNone ? list.newest : instances_[instance.newer].older) = instance.older;
  (instance.older == kNone ? list.oldest : instances_[instance.older].newer) = instance.newer;
  --list.size;
}

void Machine::on_keep_alive(const Event& event) {
  const FunctionId id{event.tag.index()};
  FunctionState& state = function(id);
  if (state.idle_timer != event.time) return;  // replaced
  state.idle_timer = kNever;
  if (state.pre_warm_at <= now_) pre_warm(id);
  expire(id);
}

void Machine::expire(FunctionId id) {
  FunctionState& state = function(id);
  Time due = state.pre_warm_at;
  while (state.idle.oldest != kNone) {
    const Time expires = after(instances_[state.idle.oldest].idle_since, state.keep_alive);
    if (expires > now_) {
      due = std::min(due, expires);
      break;
    }
    retire(state.idle.oldest);
  }
  set_idle_timer(id, due);
}

void Machine::set_idle_windows(FunctionId id, const IdleWindows& windows) {
  if (!plan(id).on_demand) throw Error("idle windows need a function on demand: expected a keep_alive");
  if (std::min(windows.pre_warm, windows.keep_alive) < Duration::zero()) {
    throw Error("idle windows: expected times that are not negative, got " + format(windows.pre_warm) + " and " +
                format(windows.keep_alive));
  }
  function(id).windows = windows;
  function(id).windows_are_set = true;
}

bool Machine::is_idle(FunctionId id) const {
  const FunctionState& state = functions_[id.index];
  const auto is_wanted = [this](std::uint32_t index) { return instances_[index].queued > 0; };
  return state.idle.size == state.ready.size() && state.draining.empty() &&
         std::ranges::none_of(state.starting, is_wanted);
}

// Its last call has ended.
void Machine::fall_idle(FunctionId id) {
  FunctionState& state = function(id);
  state.keep_alive = state.windows.keep_alive;
  state.pre_warm_at = kNever;
  if (state.windows.pre_warm > Duration::zero()) {
    while (state.idle.newest != kNone) retire(state.idle.newest);
    state.pre_warm_at = after(now_, state.windows.pre_warm);
  }
  expire(id);
}

// Not where calls have come meanwhile and are served, nor where no node has room.
void Machine::pre_warm(FunctionId id) {
  FunctionState& state = function(id);
  state.pre_warm_at = kNever;
  if (state.instances() == 0 && start_on_demand(id, false) != kNone) ++state.pre_warmed;
}

}  // namespace
}  // namespace faasconf::sim
