#pragma once
// Part of engine.hpp: the life of an instance, from its start-up through its limits to its end.

#include "sim/model/engine/engine.hpp"

namespace faasconf::sim {
namespace {

std::uint32_t Engine::add_instance(FunctionId id, std::uint32_t node) {
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

// One more instance, which starts up; kNone, and it is pending, when no node has room.
std::uint32_t Engine::start_instance(FunctionId id) {
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

// Room has become free on a node.
void Engine::place_pending() {
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

void Engine::start_up(std::uint32_t index) {
  Instance& instance = instances_[index];
  FunctionState& state = function(instance.function);
  const Duration start_up = from_seconds(spec(instance.function).start_up.sample(state.start_up));
  instance.state = InstanceState::starting;
  // in a rolling update even this is an event: the next old instance drains then
  if (start_up <= Duration::zero() && workflow_.rollout != Rollout::rolling) return become_ready(index);
  state.starting.push_back(index);
  instance.life_sequence = schedule(after(now_, start_up), EventKind::started_up, index);
}

// started_up or crash; ignored where it is stale.
void Engine::on_life_event(const Event& event) {
  const std::uint32_t index = event.tag.index();
  Instance& instance = instances_[index];
  if (instance.life_sequence != event.sequence) return;
  if (static_cast<EventKind>(event.tag.kind()) == EventKind::crash) return restart(index);
  count_until_now(instance.function);
  take_from_group(index);
  become_ready(index);
  if (workflow_.rollout == Rollout::rolling) reconcile(instance.function);
}

void Engine::become_ready(std::uint32_t index) {
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

void Engine::set_limits(std::uint32_t index) {
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

// The instance takes no more calls, and is removed once it is empty.
void Engine::drain(std::uint32_t index) {
  Instance& instance = instances_[index];
  if (instance.state == InstanceState::starting) return retire(index);
  if (instance.state == InstanceState::draining) return;
  take_from_group(index);
  instance.state = InstanceState::draining;
  function(instance.function).draining.push_back(index);
  if (plan(instance.function).on_demand) offer(index);
  retire_if_drained(index);
}

void Engine::retire_if_drained(std::uint32_t index) {
  const Instance& instance = instances_[index];
  const bool empty = instance.in_flight == 0 && instance.queued == 0 && instance.rejecting == 0;
  if (instance.state == InstanceState::draining && empty) retire(index);
}

// Removes the instance: its usage is kept with its function, its room and slot are freed, its queue is routed anew.
void Engine::retire(std::uint32_t index) {
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
  state.usage.memory_mib_s += instance.memory_mib_ns / 1e9;
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
  // before the slot is free: a pending answer still reads the number of the instance in it
  if (had_place && !pending_.empty()) place_pending();
  instances_.give_back(index);
}

void Engine::take_from_group(std::uint32_t index) {
  FunctionState& state = function(instances_[index].function);
  const InstanceState of = instances_[index].state;
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
  state.usage.cpu_limit_millicore_s += state.cpu_limit_millicores * span_s;
  state.usage.memory_limit_mib_s += state.memory_limit_mib * span_s;
  state.counted_until = now_;
}

}  // namespace
}  // namespace faasconf::sim
