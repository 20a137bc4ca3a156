#include "sim/policy/hpa.hpp"

#include <algorithm>
#include <cmath>

#include "sim/policy/seen_load.hpp"

namespace faasconf::sim {

namespace {

constexpr double kMillicoresPerCore = 1000;

Duration longest_period(const HpaParameters& parameters) {
  return std::max({parameters.behavior.up.pods_period, parameters.behavior.up.share_period,
                   parameters.behavior.down.pods_period, parameters.behavior.down.share_period});
}

// The pods when a period began that ends now, as far as this autoscaler has changed them.
int pods_before(const SlidingWindow& changes, int replicas, Time now, Duration period) {
  for (const SlidingWindow::Sample& change : changes.samples()) {
    if (change.time > now - period) replicas -= static_cast<int>(change.value);
  }
  return replicas;
}

// The farthest that the rules let the number of pods go; `sign` is 1 upwards and -1 downwards. A share of pods is
// rounded up on the way up and down to a whole number of remaining pods on the way down, as calculateScaleUpLimit and
// calculateScaleDownLimit of pkg/controller/podautoscaler do.
int limit_of(const ScalingRules& rules, int sign, const SlidingWindow& changes, int replicas, Time now) {
  if (rules.select == ScalingSelect::disabled) return replicas;
  std::vector<int> limits;
  if (rules.pods) limits.push_back(pods_before(changes, replicas, now, rules.pods_period) + sign * *rules.pods);
  if (rules.share) {
    const double pods = pods_before(changes, replicas, now, rules.share_period) * (1 + sign * *rules.share);
    limits.push_back(static_cast<int>(sign > 0 ? whole_pods(pods) : std::floor(pods + kRounding)));
  }
  if (limits.empty()) return replicas;
  const bool highest = (sign > 0) == (rules.select == ScalingSelect::max);
  return highest ? std::ranges::max(limits) : std::ranges::min(limits);
}

// The lowest or the highest recommendation since then, `wanted` among them.
template <class Choose>
int recommended_since(const SlidingWindow& recommendations, Time since, int wanted, const Choose& choose) {
  for (const auto& [time, value] : recommendations.samples()) {
    if (time > since) wanted = choose(wanted, static_cast<int>(value));
  }
  return wanted;
}

}  // namespace

Hpa::Hpa(ReplicaRanges ranges, const Parameters& parameters)
    : Autoscaler(ranges),
      parameters_(parameters),
      scalers_(ranges.size(), {.recommendations = SlidingWindow(std::max(parameters.behavior.up.stabilization,
                                                                         parameters.behavior.down.stabilization)),
                               .changes = SlidingWindow(longest_period(parameters))}) {}

int Hpa::wanted_replicas(FunctionId id, const ReplicaRange& range, const Observation& observation) {
  const int replicas = observation.configuration.functions[id.index].replicas;
  const std::optional<int> recommended = recommendation(
      observation.functions[id.index], observation.configuration.functions[id.index], range, observation.length);
  if (!recommended) return replicas;
  Scaler& scaler = scalers_[id.index];
  const Time now = observation.start + observation.length;
  if (scaler.recommendations.samples().empty()) scaler.recommendations.add(now, replicas);  // what it finds counts too
  const int wanted = std::clamp(*recommended, range.min, range.max);
  scaler.recommendations.add(now, wanted);

  // the number of pods moves no farther than any recommendation of the stabilisation window lets it, nor than the rules
  const int up =
      recommended_since(scaler.recommendations, now - parameters_.behavior.up.stabilization, wanted, std::ranges::min);
  const int down = recommended_since(scaler.recommendations, now - parameters_.behavior.down.stabilization, wanted,
                                     std::ranges::max);
  const int stable = std::clamp(replicas, up, down);
  int next = replicas;
  if (stable > replicas) {
    next = std::clamp(limit_of(parameters_.behavior.up, 1, scaler.changes, replicas, now), replicas, stable);
  } else if (stable < replicas) {
    next = std::clamp(limit_of(parameters_.behavior.down, -1, scaler.changes, replicas, now), stable, replicas);
  }
  next = std::clamp(next, range.min, range.max);
  if (next != replicas) scaler.changes.add(now, next - replicas);
  return next;
}

// The largest count of all metrics. One that is missing hides how far down it is safe to go.
std::optional<int> Hpa::recommendation(const FunctionObservation& function, const FunctionConfiguration& knobs,
                                       const ReplicaRange& range, Duration length) const {
  std::optional<int> most;
  bool missing = false;
  const auto consider = [&](std::optional<int> wanted) {
    missing = missing || !wanted;
    if (wanted) most = std::max(most.value_or(*wanted), *wanted);
  };
  if (parameters_.target_utilization > 0) {
    const double request_cores = range.cpu_request.value_or(knobs.cpu).value / kMillicoresPerCore;
    consider(function.cpu_cores
                 ? std::optional(by_cpu(*function.cpu_cores, request_cores, function.ready, knobs.replicas))
                 : std::nullopt);
  }
  if (parameters_.target_rate_per_s > 0) {
    consider(by_total(calls_per_s(function, length), parameters_.target_rate_per_s, knobs.replicas));
  }
  if (parameters_.target_in_flight > 0) {
    consider(function.concurrency_mean
                 ? std::optional(by_total(*function.concurrency_mean, parameters_.target_in_flight, knobs.replicas))
                 : std::nullopt);
  }
  if (parameters_.target_queue_length > 0) {
    consider(function.queue_length_mean
                 ? std::optional(by_total(*function.queue_length_mean, parameters_.target_queue_length, knobs.replicas))
                 : std::nullopt);
  }
  if (missing && (!most || *most < knobs.replicas)) return std::nullopt;
  return most;
}

// ceil(ready x utilization / target). Pods that are not ready are taken to use nothing when that decides whether there
// should be more.
int Hpa::by_cpu(double used_cores, double request_cores, int ready, int replicas) const {
  if (ready == 0) return replicas;
  const double needed = used_cores / (request_cores * parameters_.target_utilization);
  const double counted = needed > ready ? std::max(replicas, ready) : ready;
  if (std::abs(needed / counted - 1) <= parameters_.tolerance + kRounding) return replicas;
  if (needed > ready && needed < counted) return replicas;
  return static_cast<int>(whole_pods(needed));
}

// ceil(total / target): a metric of type AverageValue whose total does not depend on the pods.
int Hpa::by_total(double total, double target, int replicas) const {
  const double needed = total / target;
  if (replicas > 0 && std::abs(needed / replicas - 1) <= parameters_.tolerance + kRounding) return replicas;
  return static_cast<int>(whole_pods(std::min(needed, 1e6)));
}

}  // namespace faasconf::sim
