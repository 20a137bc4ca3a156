#include "sim/policy/hpa.hpp"

#include <algorithm>
#include <cmath>

namespace faasconf::sim {

namespace {

constexpr double kMillicoresPerCore = 1000;
constexpr double kRounding = 1e-9;  // so that 3 x 0.8 / 0.8 are 3 replicas

}  // namespace

Hpa::Hpa(ReplicaRanges ranges, const Parameters& parameters)
    : Autoscaler(ranges),
      parameters_(parameters),
      recommendations_(ranges.size(), SlidingWindow(parameters.down_stabilization)) {}

int Hpa::wanted_replicas(FunctionId id, const ReplicaRange& range, const Observation& observation) {
  const FunctionConfiguration& knobs = observation.configuration.functions[id.index];
  if (!observation.functions[id.index].cpu_cores) return knobs.replicas;
  const Time now = observation.start + observation.length;
  SlidingWindow& recommendations = recommendations_[id.index];
  if (recommendations.samples().empty()) recommendations.add(now, knobs.replicas);  // what it finds counts too
  const int wanted = std::clamp(recommendation(observation.functions[id.index], knobs), range.min, range.max);
  recommendations.add(now, wanted);

  // up at once, down to the highest recommendation of late, neither by more than the policies allow
  const int most = std::max(knobs.replicas + parameters_.up_pods,
                            static_cast<int>(std::ceil(knobs.replicas * (1 + parameters_.up_share) - kRounding)));
  const int least = static_cast<int>(std::floor(knobs.replicas * (1 - parameters_.down_share) + kRounding));
  if (wanted >= knobs.replicas) return std::min(wanted, most);
  return std::max(std::min(knobs.replicas, static_cast<int>(recommendations.max())), least);
}

// ceil(ready x utilization / target). Pods that are not ready are taken to use nothing when that decides whether there
// should be more.
int Hpa::recommendation(const FunctionObservation& function, const FunctionConfiguration& knobs) const {
  if (function.ready == 0) return knobs.replicas;
  const double request_cores = knobs.cpu.value / kMillicoresPerCore;
  const double needed = *function.cpu_cores / (request_cores * parameters_.target_utilization);
  const double counted = needed > function.ready ? std::max(knobs.replicas, function.ready) : function.ready;
  if (std::abs(needed / counted - 1) <= parameters_.tolerance + kRounding) return knobs.replicas;
  if (needed > function.ready && needed < counted) return knobs.replicas;
  return static_cast<int>(std::ceil(needed - kRounding));
}

}  // namespace faasconf::sim
