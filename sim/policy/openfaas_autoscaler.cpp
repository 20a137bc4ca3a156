#include "sim/policy/openfaas_autoscaler.hpp"

#include <algorithm>

#include "sim/policy/seen_load.hpp"

namespace faasconf::sim {

namespace {

constexpr double kMillicoresPerCore = 1000;

// Absent where it was not measured.
std::optional<double> load_of(OpenFaasScaleType type, const FunctionObservation& function, Duration length) {
  switch (type) {
    case OpenFaasScaleType::rps:
      return calls_per_s(function, length);
    case OpenFaasScaleType::capacity:
      return function.concurrency_mean;
    case OpenFaasScaleType::cpu:
      return function.cpu_cores ? std::optional(*function.cpu_cores * kMillicoresPerCore) : std::nullopt;
    case OpenFaasScaleType::queue:
      return function.queue_length_mean;
  }
  return std::nullopt;
}

}  // namespace

OpenFaasAutoscaler::OpenFaasAutoscaler(ReplicaRanges ranges, const Parameters& parameters)
    : Autoscaler(ranges), parameters_(parameters), last_busy_(ranges.size()) {}

// ceil(load / (target x proportion))
int OpenFaasAutoscaler::wanted_replicas(FunctionId id, const ReplicaRange&, const Observation& observation) {
  const FunctionObservation& function = observation.functions[id.index];
  const int replicas = observation.configuration.functions[id.index].replicas;
  const std::optional<double> load = load_of(parameters_.type, function, observation.length);
  if (!load) return replicas;
  const Time now = observation.start + observation.length;
  std::optional<Time>& last_busy = last_busy_[id.index];
  if (!last_busy) last_busy = observation.start;
  if (function.calls.arrivals > 0 || function.calls.in_flight > 0) last_busy = now;
  if (parameters_.to_zero && now - *last_busy >= parameters_.zero_duration) return 0;
  const double wanted = whole_pods(*load / (parameters_.target * parameters_.target_share));
  return static_cast<int>(std::clamp<double>(wanted, parameters_.min_scale, parameters_.max_scale));
}

}  // namespace faasconf::sim
