#pragma once
// Part of engine.hpp: instances on demand, which are started by calls and expire after a time without any.

#include "sim/model/engine/engine.hpp"

namespace faasconf::sim {
namespace {

// The instance for a call: the one that became free last, so that the others may expire; else one that starts up and
// has a slot left; else a new one; else, if the call may wait, a busy one.
std::uint32_t Engine::find_on_demand(FunctionId id) {
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

// Starts one more instance; kNone, and none is pending, if the configuration allows no more or no node has room.
std::uint32_t Engine::start_on_demand(FunctionId id, bool may_evict) {
  const FunctionState& state = function(id);
  const auto existing = static_cast<std::int64_t>(state.starting.size() + state.ready.size());
  if (existing >= configuration_.functions[id.index].replicas) return kNone;
  const auto has_room = [&] { return !has_cluster() || find_node(id, configuration_.functions[id.index]) != kNone; };
  if (may_evict && !has_room()) make_room(id);
  return has_room() ? start_instance(id, configuration_.functions[id.index]) : kNone;
}

// Updates the list that the instance is in, after its state or number of executions has changed.
void Engine::offer(std::uint32_t index) {
  Instance& instance = instances_[index];
  FunctionState& state = function(instance.function);
  const bool takes_calls = instance.state == InstanceState::ready && has_slot(instance);
  const bool idles = plan(instance.function).on_demand && instance.in_flight == 0;
  const Offer now = !takes_calls ? Offer::none : idles ? Offer::idle : Offer::open;
  if (now == instance.offer) return;
  if (instance.offer != Offer::none) unlink(instance.offer == Offer::idle ? state.idle : state.open, index);
  if (instance.offer == Offer::idle) state.usage.idle_s += to_seconds(now_ - instance.idle_since);
  instance.offer = now;
  if (now == Offer::none) return;
  link(now == Offer::idle ? state.idle : state.open, index);
  if (now == Offer::open) return;
  instance.idle_since = now_;
  set_idle_timer(instance.function, after(now_, state.keep_alive));
}

// A pending event that comes too early is kept, and checks again then; one that comes too late is replaced.
void Engine::set_idle_timer(FunctionId id, Time due) {
  FunctionState& state = function(id);
  if (due >= state.idle_timer) return;
  state.idle_timer = due;
  schedule(due, EventKind::keep_alive, id.index);
}

void Engine::link(InstanceList& list, std::uint32_t index) {
  instances_[index].older = list.newest;
  instances_[index].newer = kNone;
  (list.newest == kNone ? list.oldest : instances_[list.newest].newer) = index;
  list.newest = index;
  ++list.size;
}

void Engine::unlink(InstanceList& list, std::uint32_t index) {
  const Instance& instance = instances_[index];
  (instance.newer == kNone ? list.newest : instances_[instance.newer].older) = instance.older;
  (instance.older == kNone ? list.oldest : instances_[instance.older].newer) = instance.newer;
  --list.size;
}

void Engine::on_keep_alive(const Event& event) {
  const FunctionId id{event.tag.index()};
  FunctionState& state = function(id);
  if (state.idle_timer != event.time) return;  // replaced
  state.idle_timer = kNever;
  if (state.pre_warm_at <= now_) pre_warm(id);
  expire(id);
}

void Engine::expire(FunctionId id) {
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

void Engine::set_idle_windows(FunctionId id, const IdleWindows& windows) {
  if (!plan(id).on_demand) throw Error("idle windows need a function on demand: expected a keep_alive");
  if (std::min(windows.pre_warm, windows.keep_alive) < Duration::zero()) {
    throw Error("idle windows: expected times that are not negative, got " + format(windows.pre_warm) + " and " +
                format(windows.keep_alive));
  }
  function(id).windows = windows;
  function(id).windows_are_set = true;
}

bool Engine::is_idle(FunctionId id) const {
  const FunctionState& state = functions_[id.index];
  const auto is_wanted = [this](std::uint32_t index) { return instances_[index].queued > 0; };
  return state.idle.size == state.ready.size() && state.draining.empty() && state.central.size == 0 &&
         std::ranges::none_of(state.starting, is_wanted);
}

// The last call of the function has ended.
void Engine::fall_idle(FunctionId id) {
  FunctionState& state = function(id);
  state.keep_alive = state.windows.keep_alive;
  state.pre_warm_at = kNever;
  if (state.windows.pre_warm > Duration::zero()) {
    while (state.idle.newest != kNone) retire(state.idle.newest);
    state.pre_warm_at = after(now_, state.windows.pre_warm);
  }
  expire(id);
}

// Does nothing if calls have started instances meanwhile, or no node has room.
void Engine::pre_warm(FunctionId id) {
  FunctionState& state = function(id);
  state.pre_warm_at = kNever;
  if (state.instances() == 0 && start_on_demand(id, false) != kNone) ++state.usage.pre_warmed;
}

}  // namespace
}  // namespace faasconf::sim
