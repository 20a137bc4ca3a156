#pragma once
// Part of engine.hpp: the queue before all instances of a function. While calls wait in it, no instance that is ready
// has a free slot, and there is one that is ready or starts up.

#include "sim/model/engine/engine.hpp"

namespace faasconf::sim {
namespace {

// The instance for a call where instances are listed by what they can take; kNone, with a central queue, where all are
// busy.
std::uint32_t Engine::find_slot(FunctionId id) {
  if (!plan(id).central) return find_on_demand(id);
  if (plan(id).on_demand) {
    const FunctionState& state = function(id);
    const bool is_free = state.open.size + state.idle.size > 0;
    if (!is_free && state.central.size >= starting_slots(id)) start_on_demand(id, workflow_.cluster.evict_idle);
  } else if (plan(id).from_zero && !has_instances(id)) {
    scale_from_zero(id);
  }
  return find_free_slot(id);
}

// By the gateway's routing; on demand the one that became free last, so that the others may expire.
std::uint32_t Engine::find_free_slot(FunctionId id) {
  FunctionState& state = function(id);
  if (plan(id).on_demand) return state.open.newest != kNone ? state.open.newest : state.idle.newest;
  if (state.open.size <= 1) return state.open.newest;
  const auto count = static_cast<std::uint32_t>(state.ready.size());
  const auto load = [this](std::uint32_t k) {
    return has_slot(instances_[k]) ? instances_[k].in_flight : std::numeric_limits<std::int32_t>::max();
  };
  if (workflow_.gateway.routing == Routing::least_connection) return *std::ranges::min_element(state.ready, {}, load);
  for (;;) {
    const bool in_turn = workflow_.gateway.routing == Routing::round_robin;
    const std::uint32_t next = state.ready[in_turn ? state.round_robin++ % count : state.routing.below(count)];
    if (has_slot(instances_[next])) return next;
  }
}

// Of a call: it waits where there is room in a central queue, or is refused.
void Engine::find_no_slot(std::uint32_t index) {
  const FunctionId id = invocations_[index].function;
  const bool may_wait = plan(id).central && has_instances(id);
  if (!may_wait) return refuse(index, plan(id).on_demand ? Outcome::rejected : Outcome::failed);
  // calls that will find a slot in a starting instance wait for it in any case
  const std::int64_t beyond_slots = function(id).central.size - starting_slots(id);
  const auto& capacity = plan(id).spec->queue_capacity;
  if (capacity && beyond_slots >= *capacity) return refuse(index, Outcome::rejected);
  wait_centrally(index);
}

void Engine::wait_centrally(std::uint32_t index) {
  Invocation& invocation = invocations_[index];
  CallQueue& queue = function(invocation.function).central;
  invocation.place = Place::queued;
  invocation.instance = kNone;
  count_waiting(invocation.function, 1);
  link_call(index, queue.front, queue.back, queue.size);
}

void Engine::leave_central_queue(std::uint32_t index) {
  const FunctionId id = invocations_[index].function;
  CallQueue& queue = function(id).central;
  count_waiting(id, -1);
  unlink_call(index, queue.front, queue.back, queue.size);
}

// The instance is listed by what it can take now, and calls that wait centrally take its free slots.
void Engine::slots_changed(std::uint32_t index, bool from_start_up) {
  offer(index);
  const FunctionId id = instances_[index].function;
  const CallQueue& queue = function(id).central;
  while (queue.size > 0 && instances_[index].offer != Offer::none) {
    const std::uint32_t next = queue.front;
    leave_central_queue(next);
    invocations_[next].instance = index;
    invocations_[next].cold = from_start_up;
    function(id).usage.received_bytes += plan(id).spec->request_bytes;
    admit(next, index);
  }
}

// Where the instances have changed: calls that wait have those on demand started, and are refused where none is left.
void Engine::keep_central_queue(FunctionId id) {
  const CallQueue& queue = function(id).central;
  while (plan(id).on_demand && queue.size > starting_slots(id)) {
    if (start_on_demand(id, workflow_.cluster.evict_idle) == kNone) break;
  }
  while (queue.size > 0 && !has_instances(id)) {
    const std::uint32_t next = queue.front;
    leave_central_queue(next);
    refuse(next, plan(id).on_demand ? Outcome::rejected : Outcome::failed);
  }
}

// Of the instances that start up.
std::int64_t Engine::starting_slots(FunctionId id) const {
  std::int64_t slots = 0;
  for (const std::uint32_t index : functions_[id.index].starting) slots += instances_[index].slots;
  return slots;
}

// That take calls, or will.
bool Engine::has_instances(FunctionId id) const {
  return !functions_[id.index].ready.empty() || !functions_[id.index].starting.empty();
}

void Engine::scale_from_zero(FunctionId id) {
  if (configuration_.functions[id.index].replicas > 0) return;
  count_until_now(id);
  configuration_.functions[id.index].replicas = 1;
  reconcile_instances(id);
}

// To be called before the number of calls that wait changes by so many.
void Engine::count_waiting(FunctionId id, std::int64_t change) {
  FunctionState& state = function(id);
  state.usage.waiting_s += static_cast<double>(state.waiting) * to_seconds(now_ - state.waiting_until);
  state.waiting_until = now_;
  state.waiting += change;
}

}  // namespace
}  // namespace faasconf::sim
