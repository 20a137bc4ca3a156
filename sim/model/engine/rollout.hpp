#pragma once
// Part of engine.hpp: rolling updates, as Kubernetes' Deployment controller makes them (1.31, maxSurge 1,
// maxUnavailable 0). Instances under the same limits are a generation, where it has replica sets.

#include <bit>

#include "sim/model/engine/engine.hpp"

namespace faasconf::sim {
namespace {

constexpr std::int32_t kSurge = 1;

// After a change of the configuration or of the instances: another number of replicas first, whatever limits the
// instances have; then instances under new limits, as many as the surge allows; then old ones end, as many as are not
// needed any more, which leaves room for new ones.
void Engine::roll(FunctionId id) {
  const std::int32_t wanted = wanted_replicas(id);
  const std::int32_t before = std::exchange(function(id).scaled_to, wanted);
  if (before != wanted) scale(id, before);
  const FunctionConfiguration limits = configuration_.functions[id.index];
  const auto up_to_date = [&] { return existing(id) - outdated_instances(id); };
  while (up_to_date() > wanted) {
    if (!forget_pending(id)) drain(find_victim(id, limits));
  }
  const auto start = [&] {
    while (up_to_date() < wanted && existing(id) < wanted + kSurge) start_instance(id, limits);
  };
  start();
  end_outdated(id);
  start();
}

// Starting, ready and pending.
std::int32_t Engine::existing(FunctionId id) const {
  const FunctionState& state = functions_[id.index];
  return static_cast<std::int32_t>(state.starting.size() + state.ready.size()) + state.pending;
}

// Of those starting and ready.
std::int32_t Engine::outdated_instances(FunctionId id) const {
  const FunctionState& state = functions_[id.index];
  const auto starting = std::ranges::count_if(state.starting, [this](std::uint32_t k) { return is_outdated(k); });
  return state.outdated + static_cast<std::int32_t>(starting);
}

// As a rule the older ones first.
std::vector<Generation> Engine::generations(FunctionId id) const {
  std::vector<Generation> all;
  const FunctionState& state = functions_[id.index];
  for (const auto* group : {&state.ready, &state.starting}) {
    for (const std::uint32_t index : *group) {
      const FunctionConfiguration& limits = instances_[index].limits;
      const auto same =
          std::ranges::find_if(all, [&](const Generation& one) { return same_limits(one.limits, limits); });
      (same == all.end() ? all.emplace_back(limits) : *same).size += 1;
    }
  }
  return all;
}

// Extra instances begin under the limits of those that are there, though the configuration has others by now.
void Engine::scale(FunctionId id, std::int32_t before) {
  const std::int32_t wanted = wanted_replicas(id);
  const std::vector<Generation> all = generations(id);
  if (all.size() > 1) return scale_in_proportion(id, all, before);
  while (existing(id) > wanted && forget_pending(id)) {
  }
  const FunctionConfiguration limits = all.empty() ? configuration_.functions[id.index] : all.front().limits;
  set_size(id, limits, wanted - function(id).pending);
}

// In the midst of a rollout every generation grows or shrinks, and the largest takes what rounding leaves.
void Engine::scale_in_proportion(FunctionId id, std::vector<Generation> all, std::int32_t before) {
  while (forget_pending(id)) {
  }
  const std::int32_t wanted = wanted_replicas(id);
  std::int32_t left = wanted + kSurge - existing(id);
  if (left > 0) std::ranges::reverse(all);
  std::ranges::stable_sort(all, std::greater(), &Generation::size);
  const double factor = static_cast<double>(wanted + kSurge) / (before + kSurge);
  for (Generation& one : all) {
    const auto aim = static_cast<std::int32_t>(std::lround(one.size * factor));
    const std::int32_t change = std::clamp(aim - one.size, std::min(left, 0), std::max(left, 0));
    one.size += change;
    left -= change;
  }
  all.front().size = std::max(0, all.front().size + left);
  for (const Generation& one : all) set_size(id, one.limits, one.size);
}

void Engine::set_size(FunctionId id, const FunctionConfiguration& limits, std::int32_t size) {
  const FunctionState& state = function(id);
  std::int32_t present = 0;
  for (const auto* group : {&state.ready, &state.starting}) {
    for (const std::uint32_t index : *group) present += same_limits(instances_[index].limits, limits);
  }
  for (; present > size; --present) drain(find_victim(id, limits));
  for (; present < size; ++present) start_instance(id, limits);
}

// Those first that are not ready themselves; as many ready ones stay as are wanted, whatever their limits.
void Engine::end_outdated(FunctionId id) {
  FunctionState& state = function(id);
  const std::int32_t wanted = wanted_replicas(id);
  const auto ready = [&] { return static_cast<std::int32_t>(state.ready.size()); };
  const auto outdated = [this](std::uint32_t index) { return is_outdated(index); };
  for (std::int32_t surplus = outdated_instances(id) + ready() - state.outdated - wanted; surplus > 0; --surplus) {
    const auto youngest = std::find_if(state.starting.rbegin(), state.starting.rend(), outdated);
    if (youngest == state.starting.rend()) break;
    drain(*youngest);
  }
  while (ready() > wanted && state.outdated > 0) {
    const auto oldest = std::ranges::find_if(state.ready, outdated);
    drain(find_victim(id, instances_[*oldest].limits));
  }
}

// The youngest of those that no node has room for; false: there is none.
bool Engine::forget_pending(FunctionId id) {
  const auto youngest = std::find(pending_.rbegin(), pending_.rend(), id.index);
  if (youngest == pending_.rend()) return false;
  pending_.erase(std::next(youngest).base());
  --function(id).pending;
  return true;
}

// The instance under these limits that goes first: one that is not ready, else one of the youngest by the logarithm of
// its age, at random. kNone: there is none.
std::uint32_t Engine::find_victim(FunctionId id, const FunctionConfiguration& limits) {
  FunctionState& state = function(id);
  const auto has_limits = [&](std::uint32_t index) { return same_limits(instances_[index].limits, limits); };
  const auto starting = std::find_if(state.starting.rbegin(), state.starting.rend(), has_limits);
  if (starting != state.starting.rend()) return *starting;
  std::uint32_t victim = kNone;
  int least_age = std::numeric_limits<int>::max();
  std::uint32_t equals = 0;
  for (const std::uint32_t index : state.ready) {
    const auto age_ns = static_cast<std::uint64_t>((now_ - instances_[index].up_at).count());
    const auto age = static_cast<int>(std::bit_width(age_ns));
    if (!has_limits(index) || age > least_age) continue;
    if (age < least_age) equals = 0;
    least_age = age;
    if (state.victims.below(++equals) == 0) victim = index;
  }
  return victim;
}

}  // namespace
}  // namespace faasconf::sim
