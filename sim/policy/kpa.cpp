#include "sim/policy/kpa.hpp"

#include <algorithm>
#include <cmath>

namespace faasconf::sim {

Kpa::Kpa(ReplicaRanges ranges, const Parameters& parameters)
    : Autoscaler(ranges),
      parameters_(parameters),
      scalers_(ranges.size(), {.stable_concurrency = SlidingWindow(parameters.stable_window),
                               .panic_concurrency = SlidingWindow(parameters.panic_window)}) {}

int Kpa::wanted_replicas(FunctionId id, const ReplicaRange&, const Observation& observation) {
  Scaler& scaler = scalers_[id.index];
  const FunctionObservation& function = observation.functions[id.index];
  const FunctionConfiguration& knobs = observation.configuration.functions[id.index];
  if (!function.concurrency_mean) return knobs.replicas;
  const Time now = observation.start + observation.length;
  if (scaler.stable_concurrency.samples().empty()) scaler.last_busy = observation.start;
  if (*function.concurrency_mean > 0) scaler.last_busy = now;
  const int wanted = wanted_by_load(scaler, function, knobs, now);
  const bool may_go = now - scaler.last_busy >= parameters_.stable_window + parameters_.scale_to_zero_grace;
  return wanted == 0 && knobs.replicas > 0 && !may_go ? 1 : wanted;
}

int Kpa::wanted_by_load(Scaler& scaler, const FunctionObservation& function, const FunctionConfiguration& knobs,
                        Time now) {
  const bool first = scaler.stable_concurrency.samples().empty();
  scaler.stable_concurrency.add(now, *function.concurrency_mean);
  scaler.panic_concurrency.add(now, *function.concurrency_mean);

  // what each window asks for, within the limits of one step
  const double target =
      knobs.concurrency > 0 ? parameters_.target_share * knobs.concurrency : parameters_.target_unlimited;
  const double ready = std::max(1, function.ready);
  const double least = std::floor(ready / parameters_.max_scale_down_rate);
  const double most = std::ceil(ready * parameters_.max_scale_up_rate);
  const double panic = std::ceil(scaler.panic_concurrency.mean() / target);
  const int wanted_stable =
      static_cast<int>(std::clamp(std::ceil(scaler.stable_concurrency.mean() / target), least, most));
  const int wanted_in_panic = static_cast<int>(std::clamp(panic, least, most));

  // one that finds several replicas begins in panic, so that it takes none away before it knows the load
  if (first && knobs.replicas > 1) {
    scaler.over_threshold = now;
    scaler.most_in_panic = knobs.replicas;
  }
  if (panic / ready >= parameters_.panic_threshold) {
    scaler.over_threshold = now;
  } else if (scaler.over_threshold && now - *scaler.over_threshold > parameters_.stable_window) {
    scaler.over_threshold = std::nullopt;
    scaler.most_in_panic = 0;
  }
  if (!scaler.over_threshold) return wanted_stable;
  scaler.most_in_panic = std::max({scaler.most_in_panic, wanted_stable, wanted_in_panic});
  return scaler.most_in_panic;
}

}  // namespace faasconf::sim
