#include "sim/model/observe.hpp"

#include "sim/model/judge_periods.hpp"
#include "sim/model/price.hpp"

namespace faasconf::sim {

namespace {

constexpr double kMillicoresPerCore = 1000;

double ratio(double numerator, double denominator) { return denominator > 0 ? numerator / denominator : 0; }

std::optional<Latency> latency_of(const CountedCalls& calls) {
  const auto mean = calls.latency.seconds();
  if (!mean) return std::nullopt;
  const Quantiles& quantiles = calls.latency_quantiles;
  return Latency{.mean_s = *mean,
                 .p50_s = *quantiles.quantile(0.5),
                 .p75_s = *quantiles.quantile(0.75),
                 .p95_s = *quantiles.quantile(0.95),
                 .p99_s = *quantiles.quantile(0.99)};
}

// Instances on demand come and go with the calls.
bool is_in_transition(const CountedFunction& function, const FunctionSpec& spec) {
  const Usage& usage = function.usage;
  return !spec.keep_alive &&
         (usage.starting_s > 0 || usage.outdated_s > 0 || usage.draining_s > 0 || function.pending > 0);
}

FunctionObservation observe(const CountedFunction& function, const FunctionSpec& spec, double length_s) {
  const Usage& usage = function.usage;
  const auto if_known = [&](auto value) { return function.states_known ? std::optional(value) : std::nullopt; };
  const auto if_measured = [&](auto value) { return function.resources_known ? std::optional(value) : std::nullopt; };
  FunctionObservation seen{.calls = function.calls.counts,
                           .latency = latency_of(function.calls),
                           .cpu_cores = if_measured(ratio(usage.cpu_s, length_s)),
                           .cpu_percent = if_measured(100 * ratio(usage.cpu_s, usage.instance_s)),
                           .throttled_share = if_measured(ratio(usage.throttled_s, usage.instance_s)),
                           .throttled_periods = if_measured(usage.throttled_periods),
                           .memory_share = if_measured(ratio(usage.memory_mib_s, usage.memory_limit_mib_s)),
                           .received_bytes_per_s = if_measured(ratio(usage.received_bytes, usage.instance_s)),
                           .transmitted_bytes_per_s = if_measured(ratio(usage.transmitted_bytes, usage.instance_s)),
                           .instances = ratio(usage.instance_s, length_s),
                           .starting_mean = if_known(ratio(usage.starting_s, length_s)),
                           .outdated_mean = if_known(ratio(usage.outdated_s, length_s)),
                           .draining_mean = if_known(ratio(usage.draining_s, length_s)),
                           .in_transition = if_known(is_in_transition(function, spec)),
                           .reserved_core_s = usage.cpu_limit_millicore_s / kMillicoresPerCore,
                           .wanted_core_s = usage.wanted_millicore_s / kMillicoresPerCore,
                           .ready = function.ready,
                           .starting = function.starting,
                           .pending = function.pending,
                           .cold_starts = function.cold_starts,
                           .crashes = usage.crashes,
                           .concurrency_mean = {},
                           .queue_length_mean = {},
                           .execution_mean_s = function.execution.seconds()};
  if (function.queue_known) seen.queue_length_mean = ratio(usage.waiting_s, length_s);
  if (!function.in_flight_s || (spec.queue_worker && !function.queue_known)) return seen;
  const double with_workers_s = spec.queue_worker ? usage.waiting_s : 0;
  seen.concurrency_mean = ratio(*function.in_flight_s - with_workers_s, length_s);
  return seen;
}

// Whether any function was, what its instances reserved and what was wanted of those that are priced.
void add_transition(const WorkflowSpec& workflow, Observation& observation) {
  observation.in_transition = false;
  observation.reserved_core_s = observation.wanted_core_s = 0;
  for (std::size_t i = 0; i < observation.functions.size(); ++i) {
    const FunctionObservation& function = observation.functions[i];
    if (!function.in_transition) {
      observation.in_transition.reset();
    } else if (observation.in_transition) {
      observation.in_transition = *observation.in_transition || *function.in_transition;
    }
    if (workflow.functions[i].fixed) continue;
    observation.reserved_core_s += function.reserved_core_s;
    observation.wanted_core_s += function.wanted_core_s;
  }
}

void add_cost(const WindowCost& cost, Observation& observation) {
  observation.price = cost.price;
  observation.cost_window_usd = cost.cost_window_usd;
  observation.cost_execution_usd = cost.cost_execution_usd;
  observation.used_gib_s = cost.used_gib_s;
  observation.used_vcpu_s = cost.used_vcpu_s;
}

}  // namespace

Observation observe(const CountedWindow& window, const WorkflowSpec& workflow) {
  Observation observation;
  observe(window, workflow, observation);
  return observation;
}

void observe(const CountedWindow& window, const WorkflowSpec& workflow, Observation& observation) {
  observation.window = window.index;
  observation.start = window.start;
  observation.length = from_seconds(window.length_s);
  observation.users = ratio(window.user_s, window.length_s);
  observation.offered_rate_per_s = ratio(window.offered_requests, window.length_s);
  observation.configuration = window.configuration;
  observation.functions.resize(window.functions.size());
  for (std::size_t i = 0; i < window.functions.size(); ++i) {
    observation.functions[i] = observe(window.functions[i], workflow.functions[i], window.length_s);
  }
  add_transition(workflow, observation);
  const Counts& counts = window.requests.counts;
  observation.requests = counts;
  observation.latency = latency_of(window.requests);
  const auto successes = static_cast<double>(counts.completions);
  observation.throughput_per_s = ratio(successes, window.length_s);
  observation.success_ratio.reset();
  if (counts.finished() > 0) observation.success_ratio = successes / static_cast<double>(counts.finished());
  observation.served_share.reset();
  if (window.due.due > 0) observation.served_share = 1 - window.due.unserved_share();
  observation.qos_met = keeps_promise(window, workflow.promise);
  add_cost(cost_of(window, workflow), observation);
}

}  // namespace faasconf::sim
