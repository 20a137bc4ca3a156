#include "sim/policy/openfaas_alerts.hpp"

#include <cmath>

namespace faasconf::sim {

OpenFaasAlerts::OpenFaasAlerts(ReplicaRanges ranges, const Parameters& parameters)
    : Autoscaler(ranges),
      parameters_(parameters),
      alerts_(ranges.size(),
              {.successes_per_s = SlidingWindow(parameters.rate_window), .pending_since = {}, .notified = {}}) {}

int OpenFaasAlerts::wanted_replicas(FunctionId id, const ReplicaRange& range, const Observation& observation) {
  Alert& alert = alerts_[id.index];
  const Time now = observation.start + observation.length;
  const int replicas = observation.configuration.functions[id.index].replicas;
  const double length_s = to_seconds(observation.length);
  const auto successes = static_cast<double>(observation.functions[id.index].calls.completions);
  alert.successes_per_s.add(now, length_s > 0 ? successes / length_s : 0);

  if (alert.successes_per_s.mean() <= parameters_.threshold_per_s) {
    const bool resolved = alert.notified.has_value();
    alert.pending_since = alert.notified = std::nullopt;
    return resolved ? range.min : replicas;
  }
  if (!alert.pending_since) alert.pending_since = now;
  if (now - *alert.pending_since < parameters_.hold) return replicas;
  if (alert.notified && now - *alert.notified < parameters_.repeat) return replicas;
  alert.notified = now;
  return replicas + static_cast<int>(std::ceil(parameters_.step_share * range.max));
}

}  // namespace faasconf::sim
