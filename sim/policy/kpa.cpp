#include "sim/policy/kpa.hpp"

#include <algorithm>
#include <cmath>

#include "sim/policy/seen_load.hpp"

namespace faasconf::sim {

namespace {

// Absent where it was not measured.
std::optional<double> load_of(KpaMetric metric, const FunctionObservation& function, Duration length) {
  if (metric == KpaMetric::concurrency) return function.concurrency_mean;
  return calls_per_s(function, length);
}

}  // namespace

Kpa::Kpa(ReplicaRanges ranges, const Parameters& parameters)
    : Autoscaler(ranges),
      parameters_(parameters),
      scalers_(ranges.size(), {.stable_load = SlidingWindow(parameters.stable_window),
                               .panic_load = SlidingWindow(parameters.panic_window),
                               .wanted = SlidingWindow(parameters.scale_down_delay)}) {}

int Kpa::wanted_replicas(FunctionId id, const ReplicaRange&, const Observation& observation) {
  Scaler& scaler = scalers_[id.index];
  const FunctionObservation& function = observation.functions[id.index];
  const FunctionConfiguration& knobs = observation.configuration.functions[id.index];
  const std::optional<double> load = load_of(parameters_.metric, function, observation.length);
  if (!load) return knobs.replicas;
  const Time now = observation.start + observation.length;
  if (scaler.stable_load.samples().empty()) scaler.last_busy = observation.start;
  if (*load > 0) scaler.last_busy = now;
  const int wanted = within_scales(scaler, wanted_by_load(scaler, *load, function, knobs, now), function.ready, now);
  const bool may_go = now - scaler.last_busy >= parameters_.stable_window + parameters_.scale_to_zero_grace;
  return wanted == 0 && knobs.replicas > 0 && !may_go ? 1 : wanted;
}

double Kpa::target_of(const FunctionConfiguration& knobs) const {
  if (parameters_.target) return *parameters_.target * parameters_.target_share;
  if (parameters_.metric == KpaMetric::rps) return parameters_.target_rps * parameters_.target_share;
  return knobs.concurrency > 0 ? parameters_.target_share * knobs.concurrency : parameters_.target_unlimited;
}

// The bounds that a revision's annotations set.
int Kpa::within_scales(Scaler& scaler, int wanted, int ready, Time now) const {
  if (wanted > 0) wanted = std::max(wanted, parameters_.activation_scale);
  if (parameters_.scale_down_delay > Duration::zero()) {
    scaler.wanted.add(now, wanted);
    wanted = static_cast<int>(scaler.wanted.max());
  }
  scaler.initialized = scaler.initialized || ready >= parameters_.initial_scale;
  if (!scaler.initialized) wanted = std::max(wanted, parameters_.initial_scale);
  wanted = std::max(wanted, parameters_.min_scale);
  return parameters_.max_scale > 0 ? std::min(wanted, parameters_.max_scale) : wanted;
}

int Kpa::wanted_by_load(Scaler& scaler, double load, const FunctionObservation& function,
                        const FunctionConfiguration& knobs, Time now) {
  const bool first = scaler.stable_load.samples().empty();
  scaler.stable_load.add(now, load);
  scaler.panic_load.add(now, load);

  // what each window asks for, within the limits of one step
  const double target = target_of(knobs);
  const double ready = std::max(1, function.ready);
  const double least = std::floor(ready / parameters_.max_scale_down_rate);
  const double most = std::ceil(ready * parameters_.max_scale_up_rate);
  const double panic = std::ceil(scaler.panic_load.mean() / target);
  const int wanted_stable = static_cast<int>(std::clamp(std::ceil(scaler.stable_load.mean() / target), least, most));
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
