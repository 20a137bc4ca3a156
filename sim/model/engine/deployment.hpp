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
  step_streams_.clear();
  for (std::uint32_t i = 0; i < graph_.stream_count(); ++i) step_streams_.push_back(streams.stream("node", i));
  begin_workload(streams);
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
  derive(state.rejection, function_spec.rejection_work, "rejection_work");
  derive(state.life, function_spec.time_to_failure, "life");
  if (plans_[i].may_fail) state.failure = streams.stream("failure", i);
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

void Engine::apply(const Configuration& configuration) {
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

// Gives an instance the present limits; where its node has no room for them, it keeps its own and drains.
void Engine::resize(std::uint32_t index) {
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

// --- the number of instances that the configuration asks for

void Engine::reconcile(FunctionId id) {
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

// Of surplus instances the pending ones are removed first, then those idle on demand, then starting ones, then the
// youngest.
void Engine::remove_surplus(FunctionId id, std::size_t most) {
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

bool Engine::is_outdated(std::uint32_t index) const {
  FunctionConfiguration limits = instances_[index].limits;
  const FunctionConfiguration& wanted = configuration_.functions[instances_[index].function.index];
  limits.replicas = wanted.replicas;
  return limits != wanted;
}

std::size_t Engine::outdated_instances(FunctionId id) const {
  const FunctionState& state = functions_[id.index];
  const auto outdated = [this](std::uint32_t index) { return is_outdated(index); };
  return static_cast<std::size_t>(std::ranges::count_if(state.starting, outdated) +
                                  std::ranges::count_if(state.ready, outdated));
}

// The oldest of them; false when all ready ones are up to date.
bool Engine::drain_outdated(FunctionId id) {
  const auto& ready = function(id).ready;
  const auto oldest = std::ranges::find_if(ready, [this](std::uint32_t index) { return is_outdated(index); });
  if (oldest == ready.end()) return false;
  drain(*oldest);
  return true;
}

}  // namespace
}  // namespace faasconf::sim
