#pragma once
// Part of engine.hpp: the deployment, from its first instances to the rollout of new configurations.

#include "sim/model/engine/engine.hpp"

namespace faasconf::sim {
namespace {

void Engine::deploy(Time start, const RngStreams& streams) {
  now_ = start;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i] = ClusterNode();
    nodes_[i].life = streams.stream("node_life", i);
    nodes_[i].relist_phase = draw_relist_phase(streams, i);
    schedule_node_failure(i);
  }
  relist_phase_ = draw_relist_phase(streams, 0);
  for (std::uint32_t i = 0; i < functions_.size(); ++i) {
    FunctionState& state = functions_[i];
    derive_streams(state, i, streams);
    state.counted_until = state.outdated_until = now_;
    state.outdated = 0;
    state.scaled_to = configuration_.functions[i].replicas;
    state.next_number = 0;
    state.round_robin = 0;
    state.calls_in_flight = state.under_way = state.waiting = 0;
    state.central = state.messages = CallQueue();
    state.waiting_until = now_;
    if (plans_[i].on_demand && !state.windows_are_set) state.windows.keep_alive = *plans_[i].spec->keep_alive;
    state.keep_alive = state.windows.keep_alive;
    state.pre_warm_at = state.idle_timer = kNever;
    state.served_cores = served_cores(configuration_.functions[i].cpu);
    const int replicas = plans_[i].on_demand ? 0 : configuration_.functions[i].replicas;
    for (int replica = 0; replica < replicas; ++replica) {
      const std::uint32_t node = find_node({i}, configuration_.functions[i]);
      if (has_cluster() && node == kNone) {
        pending_.push_back(i);
        ++state.pending;
      } else {
        become_ready(add_instance({i}, node, configuration_.functions[i]));
      }
    }
  }
  step_streams_.clear();
  for (std::uint32_t i = 0; i < graph_.stream_count(); ++i) step_streams_.push_back(streams.stream("node", i));
  begin_workload(streams);
}

Duration Engine::draw_relist_phase(const RngStreams& streams, std::uint32_t node) const {
  const Duration every = workflow_.cluster.relist;
  if (every == Duration::zero()) return every;
  return from_seconds(streams.stream("relist", node).uniform() * to_seconds(every - Duration(1)));
}

// Streams that are never drawn from are not derived: in windows of 30 s the time for it counts.
void Engine::derive_streams(FunctionState& state, std::uint32_t i, const RngStreams& streams) {
  const FunctionSpec& function_spec = workflow_.functions[i];
  const auto derive = [&](Rng& rng, const Distribution& distribution, StreamName name) {
    if (distribution.is_random()) rng = streams.stream(name, i);
  };
  derive(state.serial, function_spec.serial_work, "serial_work");
  derive(state.parallel, function_spec.parallel_work, "parallel_work");
  derive(state.off_cpu, function_spec.off_cpu, "off_cpu");
  derive(state.memory, function_spec.process_memory, "memory");
  derive(state.parallel_memory, function_spec.parallel_memory, "parallel_memory");
  derive(state.hop, *plans_[i].hop.seconds.distribution, "hop");
  derive(state.start_up, function_spec.start_up, "start_up");
  derive(state.start_work, function_spec.start_work, "start_work");
  if (function_spec.drain) derive(state.drain, *function_spec.drain, "drain");
  derive(state.rejection, function_spec.rejection_work, "rejection_work");
  derive(state.life, function_spec.time_to_failure, "life");
  if (plans_[i].may_fail) state.failure = streams.stream("failure", i);
  if (workflow_.rollout == Rollout::rolling) state.victims = streams.stream("victims", i);
  if (workflow_.cpu_sharing.spare_quota > 0) state.spare = streams.stream("spare_quota", i);
  if (workflow_.gateway.routing == Routing::random) state.routing = streams.stream("routing", i);
  if (workflow_.cpu_sharing.speed_spread > 0) state.speed = streams.stream("speed", i);
  if (workflow_.cpu_sharing.mode == CpuSharing::cfs) state.phase = streams.stream("cfs_phase", i);
  if (workflow_.cpu_sharing.turn_order == TurnOrder::random) state.turns = streams.stream("cfs_turns", i);
  if (workflow_.cpu_sharing.cgroup_levels > 1) state.pod_phase = streams.stream("cfs_pod_phase", i);
}

void Engine::redeploy(Time start, const RngStreams& streams) {
  pending_.clear();
  for (std::uint32_t i = 0; i < functions_.size(); ++i) {
    FunctionState& state = functions_[i];
    count_until_now({i});
    count_waiting({i}, -state.waiting);
    state.central = CallQueue();
    state.pending = 0;
    for (auto* group : {&state.draining, &state.starting, &state.ready}) {
      while (!group->empty()) remove(group->back());
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

void Engine::apply(const Configuration& configuration) {
  check(configuration, workflow_);
  for (std::uint32_t i = 0; i < functions_.size(); ++i) {
    count_until_now({i});
    functions_[i].served_cores = served_cores(configuration.functions[i].cpu);
  }
  configuration_ = configuration;
  for (std::uint32_t i = 0; i < functions_.size(); ++i) {
    FunctionState& state = functions_[i];
    if (rolls({i})) {
      const auto outdated = std::ranges::count_if(state.ready, [this](std::uint32_t k) { return is_outdated(k); });
      count_outdated({i}, static_cast<std::int32_t>(outdated) - state.outdated);
    } else {
      remove_surplus({i}, static_cast<std::size_t>(configuration.functions[i].replicas));
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

// Gives an instance the present limits; where its node has no room for them, it keeps its own and drains.
void Engine::resize(std::uint32_t index) {
  Instance& instance = instances_[index];
  if (instance.node != kNone) {
    const std::uint32_t node = instance.node;
    const FunctionConfiguration& wanted = configuration_.functions[instance.function.index];
    vacate(index);
    const bool has_room = fits(node, cpu_request(instance.function, wanted), memory_request(instance.function, wanted));
    if (has_room) set_limits(index, wanted);
    occupy(node, index);
    if (!has_room) return drain(index);
  } else {
    set_limits(index, configuration_.functions[instance.function.index]);
  }
  if (instance.state == InstanceState::ready) admit_queued(index);
  if (plan(instance.function).lists_slots) slots_changed(index);
  cpu_changed(index);
}

// --- the number of instances that the configuration asks for

// Calls that wait centrally may want more, or find none left to wait for.
void Engine::reconcile(FunctionId id) {
  if (function(id).central.size > 0 && plan(id).from_zero) scale_from_zero(id);
  reconcile_instances(id);
  if (function(id).central.size > 0) keep_central_queue(id);
}

void Engine::reconcile_instances(FunctionId id) {
  FunctionState& state = function(id);
  const auto wanted = static_cast<std::size_t>(configuration_.functions[id.index].replicas);
  if (plan(id).on_demand) return remove_surplus(id, wanted);
  if (rolls(id)) return roll(id);
  remove_surplus(id, wanted);
  const FunctionConfiguration& limits = configuration_.functions[id.index];
  while (state.starting.size() + state.ready.size() + static_cast<std::size_t>(state.pending) < wanted) {
    start_instance(id, limits);
  }
}

// Of surplus instances the pending ones are removed first, then those idle on demand, then starting ones, then the
// youngest.
void Engine::remove_surplus(FunctionId id, std::size_t most) {
  FunctionState& state = function(id);
  const auto surplus = [&] {
    return state.starting.size() + state.ready.size() + static_cast<std::size_t>(state.pending) > most;
  };
  while (surplus() && forget_pending(id)) {
  }
  while (surplus() && state.idle.oldest != kNone) retire(state.idle.oldest);
  while (surplus() && !state.starting.empty()) retire(state.starting.back());
  while (surplus() && !state.ready.empty()) drain(state.ready.back());
}

bool Engine::is_outdated(std::uint32_t index) const {
  return !same_limits(instances_[index].limits, configuration_.functions[instances_[index].function.index]);
}

}  // namespace
}  // namespace faasconf::sim
