#pragma once
// Part of engine.hpp: where instances are placed, and how those of a contended node share it.

#include <numeric>

#include "sim/model/engine/engine.hpp"

namespace faasconf::sim {
namespace {

// --- placement

double Engine::cpu_request(FunctionId id, const FunctionConfiguration& limits) const {
  return spec(id).cpu_request.value_or(limits.cpu).value;
}

double Engine::memory_request(FunctionId id, const FunctionConfiguration& limits) const {
  return spec(id).memory_request.value_or(limits.memory).value;
}

bool Engine::fits(std::uint32_t index, double millicores, double mib) const {
  const ClusterNode& node = nodes_[index];
  return node.in_service && node.cpu_requested_millicores + millicores <= node_spec(index).cores * kMillicoresPerCore &&
         node.memory_requested_mib + mib <= node_spec(index).memory.value;
}

// The node for one more instance; kNone when none has room, or there is no cluster. The score is the mean of the shares
// of CPU and memory that would be requested (Kubernetes' NodeResourcesFit); of equal ones the first.
std::uint32_t Engine::find_node(FunctionId id, const FunctionConfiguration& limits) const {
  const double millicores = cpu_request(id, limits);
  const double mib = memory_request(id, limits);
  const double sign = workflow_.cluster.placement == Placement::spread ? 1 : -1;
  std::uint32_t best = kNone;
  double best_score = 0;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    if (!fits(i, millicores, mib)) continue;
    const NodeSpec& kind = node_spec(i);
    const double score = sign * ((nodes_[i].cpu_requested_millicores + millicores) / (kind.cores * kMillicoresPerCore) +
                                 (nodes_[i].memory_requested_mib + mib) / kind.memory.value);
    if (best != kNone && score >= best_score) continue;
    best = i;
    best_score = score;
  }
  return best;
}

// As few idle instances on demand as make room, the longest idle ones first.
Eviction Engine::eviction_on(std::uint32_t index, FunctionId id) const {
  std::vector<std::uint32_t> idle;
  for (const std::uint32_t instance : nodes_[index].instances) {
    if (instances_[instance].offer == Offer::idle) idle.push_back(instance);
  }
  std::ranges::stable_sort(idle, {}, [this](std::uint32_t instance) { return instances_[instance].idle_since; });

  Eviction eviction;
  const FunctionConfiguration& limits = configuration_.functions[id.index];
  double millicores = cpu_request(id, limits);
  double mib = memory_request(id, limits);
  for (const std::uint32_t instance : idle) {
    const Instance& victim = instances_[instance];
    millicores -= cpu_request(victim.function, victim.limits);
    mib -= memory_request(victim.function, victim.limits);
    eviction.instances.push_back(instance);
    if (!fits(index, millicores, mib)) continue;
    eviction.used_until = victim.idle_since;
    break;
  }
  return eviction;
}

// Evicts on the node whose idle instances were used least recently; nowhere if no node has enough of them.
void Engine::make_room(FunctionId id) {
  Eviction best;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    Eviction eviction = eviction_on(i, id);
    if (eviction.used_until < best.used_until) best = std::move(eviction);
  }
  if (best.used_until == kNever) return;
  for (const std::uint32_t instance : best.instances) {
    ++function(instances_[instance].function).usage.evicted;
    retire(instance);
  }
}

void Engine::occupy(std::uint32_t index, std::uint32_t instance) {
  ClusterNode& node = nodes_[index];
  const Instance& newcomer = instances_[instance];
  instances_[instance].node = index;
  node.instances.push_back(instance);
  node.cpu_requested_millicores += cpu_request(newcomer.function, newcomer.limits);
  node.memory_requested_mib += memory_request(newcomer.function, newcomer.limits);
  assert(node.cpu_requested_millicores <= node_spec(index).cores * kMillicoresPerCore * (1 + 1e-9));
  assert(node.memory_requested_mib <= node_spec(index).memory.value * (1 + 1e-9));
  find_contention(index);
}

void Engine::vacate(std::uint32_t instance) {
  Instance& leaver = instances_[instance];
  const std::uint32_t index = std::exchange(leaver.node, kNone);
  ClusterNode& node = nodes_[index];
  std::erase(node.instances, instance);
  node.cpu_requested_millicores -= cpu_request(leaver.function, leaver.limits);
  node.memory_requested_mib -= memory_request(leaver.function, leaver.limits);
  if (node.instances.empty()) node.cpu_requested_millicores = node.memory_requested_mib = 0;
  leaver.cpu.set_share(1, now_);
  find_contention(index);
}

// --- a contended node

// Whether the instances together may need more than the node has; if not, nothing is shared.
void Engine::find_contention(std::uint32_t index) {
  ClusterNode& node = nodes_[index];
  double most_cores = node.platform_until > now_ ? kPlatformCores : 0.0;
  for (const std::uint32_t instance : node.instances) {
    const CpuSharingSpec& sharing = workflow_.cpu_sharing;
    const double limit_cores = instances_[instance].limits.cpu.value / kMillicoresPerCore;
    most_cores += sharing.mode == CpuSharing::cfs ? sharing.cores : limit_cores;
  }
  const bool contended_before = std::exchange(node.may_contend, most_cores > node_spec(index).cores);
  if (contended_before || node.may_contend) share_node(index);
}

// Divides the cores by weight among the instances that want CPU; what one of them does not need goes to the others by
// their weights (cpu.shares; weighted max-min fairness).
void Engine::share_node(std::uint32_t index) {
  const ClusterNode& node = nodes_[index];
  claims_.clear();
  for (const std::uint32_t instance : node.instances) {
    const Instance& claimant = instances_[instance];
    claims_.push_back({.wanted_cores = claimant.cpu.wanted_cores(now_),
                       .weight = cpu_request(claimant.function, claimant.limits),
                       .share = 1});
  }
  if (node.platform_until > now_) {
    claims_.push_back({.wanted_cores = kPlatformCores, .weight = kPlatformCores * kMillicoresPerCore, .share = 1});
  }
  divide_cores(node_spec(index).cores);
  [[maybe_unused]] const auto granted = [](double sum, const Claim& claim) {
    return sum + claim.wanted_cores * claim.share;
  };
  assert(std::accumulate(claims_.begin(), claims_.end(), 0.0, granted) <= node_spec(index).cores * (1 + 1e-9));
  for (std::size_t i = 0; i < node.instances.size(); ++i) {
    Instance& claimant = instances_[node.instances[i]];
    // under cfs the time of the next switch counts from the last change
    const bool switches = workflow_.cpu_sharing.mode == CpuSharing::cfs;
    if (switches || claimant.cpu.share() != claims_[i].share) claimant.cpu.set_share(claims_[i].share, now_);
    set_timer(node.instances[i]);
  }
}

// What starts and ends instances takes a core of their node, as one that requests it; a core that it is not given makes
// it no slower.
void Engine::platform_works(FunctionId id, std::uint32_t index, double work_s) {
  if (work_s <= 0) return;
  FunctionState& state = function(id);
  const Duration span = from_seconds(work_s / kPlatformCores);
  state.usage.platform_s += work_s;
  state.platform_until = after(std::max(now_, state.platform_until), span);
  if (index == kNone) return;
  ClusterNode& node = nodes_[index];
  node.platform_until = after(std::max(now_, node.platform_until), span);
  schedule(node.platform_until, EventKind::platform_rests, index);
  find_contention(index);
}

void Engine::on_platform_rests(std::uint32_t index) {
  if (nodes_[index].platform_until <= now_) find_contention(index);
}

void Engine::divide_cores(double cores) {
  double wanted_cores = 0;
  double weight = 0;
  for (Claim& claim : claims_) {
    claim.settled = claim.wanted_cores <= 0;
    if (!claim.settled) weight += claim.weight;
    wanted_cores += claim.wanted_cores;
  }
  if (wanted_cores <= cores) return;

  // a claim within its part is granted, which leaves more for the others
  for (bool more = true; more;) {
    more = false;
    for (Claim& claim : claims_) {
      if (claim.settled || claim.wanted_cores * weight > cores * claim.weight) continue;
      claim.settled = more = true;
      cores -= claim.wanted_cores;
      weight -= claim.weight;
    }
  }
  for (Claim& claim : claims_) {
    if (!claim.settled) claim.share = cores * claim.weight / (weight * claim.wanted_cores);
    assert(claim.share > 0 && claim.share <= 1);
  }
}

}  // namespace
}  // namespace faasconf::sim
