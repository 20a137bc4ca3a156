#include "experiments/results/metrics.hpp"

#include <algorithm>
#include <array>

namespace faasconf::experiments::results {
namespace {

using sim::Counts;
using sim::FunctionObservation;
using sim::Latency;
using sim::Observation;
using enum Topic;
using enum Better;

using Whole = std::optional<std::int64_t>;
using Real = std::optional<double>;

constexpr unsigned kColumns = in_windows + in_replications;
constexpr unsigned kOfFunction = in_windows + in_summary;
constexpr unsigned kResults = kColumns + in_summary;
constexpr unsigned kEverywhere = kResults + in_criteria + in_targets + in_predictions;

// --- reading

template <auto member>
constexpr auto of_window = [](const EndToEnd& row) -> Real { return row.seen.*member; };
template <std::int64_t Counts::*member>
constexpr auto requests = [](const EndToEnd& row) -> Whole { return row.seen.requests.*member; };
template <std::int64_t Counts::*member>
constexpr auto calls = [](const FunctionObservation& row) -> Whole { return row.calls.*member; };
template <auto member>
constexpr auto of_function = [](const FunctionObservation& row) -> Real { return row.*member; };
template <auto member>
constexpr auto number = [](const FunctionObservation& row) -> Whole { return row.*member; };

Real part_of(const std::optional<Latency>& latency, double Latency::*part) {
  return latency ? Real((*latency).*part) : std::nullopt;
}
template <double Latency::*part>
constexpr auto request_latency = [](const EndToEnd& row) { return part_of(row.seen.latency, part); };
template <double Latency::*part>
constexpr auto call_latency = [](const FunctionObservation& row) { return part_of(row.latency, part); };

// Over all functions; absent where one has none.
template <auto member>
constexpr auto sum = [](const EndToEnd& row) -> Whole {
  std::int64_t total = 0;
  for (const FunctionObservation& function : row.seen.functions) {
    const Whole one = function.*member;
    if (!one) return std::nullopt;
    total += *one;
  }
  return total;
};

// Of all functions together.
Real replicas(const EndToEnd& row) {
  double total = 0;
  for (const FunctionObservation& function : row.seen.functions) total += function.instances;
  return total;
}

Whole in_transition(const EndToEnd& row) {
  return row.seen.in_transition ? Whole(*row.seen.in_transition) : std::nullopt;
}
Whole of_function_in_transition(const FunctionObservation& row) {
  return row.in_transition ? Whole(*row.in_transition) : std::nullopt;
}
Real start_s(const EndToEnd& row) { return sim::to_seconds(row.seen.start); }
Real length_s(const EndToEnd& row) { return sim::to_seconds(row.seen.length); }
Whole qos_met(const EndToEnd& row) { return row.seen.qos_met; }
Real periods_kept(const EndToEnd& row) { return row.run->promise.share(); }
template <std::int64_t sim::PromiseKept::*member>
constexpr auto of_promise = [](const EndToEnd& row) -> Whole { return row.run->promise.*member; };
Whole events(const EndToEnd& row) { return static_cast<std::int64_t>(row.run->events); }

Real success_ratio(const FunctionObservation& row) {
  if (row.calls.finished() == 0) return std::nullopt;
  return static_cast<double>(row.calls.completions) / static_cast<double>(row.calls.finished());
}

constexpr EndToEndMetric total(EndToEndMetric metric) {
  metric.kind = MetricKind::total;
  return metric;
}
constexpr EndToEndMetric quantile(EndToEndMetric metric) {
  metric.kind = MetricKind::quantile;
  return metric;
}
constexpr FunctionMetric total_of_calls(FunctionMetric metric) {
  metric.kind = MetricKind::total;
  return metric;
}
constexpr FunctionMetric quantile_of_calls(FunctionMetric metric) {
  metric.kind = MetricKind::quantile;
  return metric;
}

// --- tables: name, unit, how it is read, title, how it is shown; topic, better, where, name before, aggregate, how it
// is shown of a window

// clang-format off
constexpr EndToEndMetric kEndToEnd[] = {
    {"start_s", "s", start_s, "start", {"s"}, load, neither, kColumns},
    {"length_s", "s", length_s, "length", {"s"}, load, neither, kColumns},
    {"users", "users", of_window<&Observation::users>, "users", {}, load, neither, kColumns},
    {"offered_rate_per_s", "requests/s", of_window<&Observation::offered_rate_per_s>, "offered rate", {"requests/s"},
     load, neither, kColumns},
    total({"arrivals", "requests", requests<&Counts::arrivals>, "arrivals", {"requests"}, load, neither, kResults}),
    total({"completions", "requests", requests<&Counts::completions>, "completions", {"requests"},
     throughput, more, kColumns + in_targets + in_predictions, "successes"}),
    total({"rejections", "requests", requests<&Counts::rejections>, "rejections", {"requests"}, losses, less,
           kResults + in_criteria + never_omitted}),
    total({"timeouts", "requests", requests<&Counts::timeouts>, "timeouts", {"requests"}, losses, less, kResults}),
    total({"failures", "requests", requests<&Counts::failures>, "failures", {"requests"}, losses, less, kResults}),
    total({"oom_kills", "requests", requests<&Counts::oom_kills>, "OOM kills", {"requests"}, losses, less,
           kResults + in_criteria}),
    {"in_flight", "requests", requests<&Counts::in_flight>, "in flight at the end", {"requests"},
     load, neither, kColumns + in_criteria},
    {"latency_mean_s", "s", request_latency<&Latency::mean_s>, "latency mean", {"s"},
     latency, less, kEverywhere, "latency_mean"},
    quantile({"latency_p50_s", "s", request_latency<&Latency::p50_s>, "latency p50", {"s"},
     latency, less, kResults + in_targets, "latency_p50"}),
    quantile({"latency_p75_s", "s", request_latency<&Latency::p75_s>, "latency p75", {"s"},
     latency, less, kResults + in_targets, "latency_p75"}),
    quantile({"latency_p95_s", "s", request_latency<&Latency::p95_s>, "latency p95", {"s"},
     latency, less, kEverywhere, "latency_p95"}),
    quantile({"latency_p99_s", "s", request_latency<&Latency::p99_s>, "latency p99", {"s"},
     latency, less, kResults + in_targets, "latency_p99"}),
    {"throughput_per_s", "requests/s", of_window<&Observation::throughput_per_s>, "throughput", {"requests/s"},
     throughput, more, kResults, "throughput"},
    {"success_ratio", "1", of_window<&Observation::success_ratio>, "success ratio", {"%", 100},
     success, more, kEverywhere + never_omitted},
    {"served_share", "1", of_window<&Observation::served_share>, "served in time", {"%", 100},
     promise, more, kResults + in_criteria + never_omitted},
    {"qos_met", "", qos_met, "met QoS", {}, promise, more, in_windows},
    {"price", "1", of_window<&Observation::price>, "price (the paper's)", {},
     cost, less, kResults + in_criteria, {}, Aggregate::mean_of_windows},
    total({"cost_window_usd", "USD", of_window<&Observation::cost_window_usd>, "cost by window", {"USD"},
     cost, less, kResults + in_criteria, "cost_window", Aggregate::mean_of_windows, Shown{"mUSD", 1000}}),
    {"cost_execution_usd", "USD", of_window<&Observation::cost_execution_usd>, "cost by execution", {"mUSD", 1000},
     cost, less, kResults + in_criteria, "cost_execution", Aggregate::mean_of_windows},
    total({"used_gib_s", "GiB s", of_window<&Observation::used_gib_s>, "memory billed", {"GiB s"},
     cost, less, kResults}),
    total({"used_vcpu_s", "vCPU s", of_window<&Observation::used_vcpu_s>, "CPU billed", {"vCPU s"},
     cost, less, kResults}),
    total({"reserved_core_s", "core s", of_window<&Observation::reserved_core_s>, "CPU reserved", {"core s"},
     cost, less, kResults}),
    total({"wanted_core_s", "core s", of_window<&Observation::wanted_core_s>, "CPU wanted", {"core s"},
     cost, neither, kResults}),
    {"in_transition", "", in_transition, "in transition", {}, instances, neither, in_windows},
    // of runs
    {"periods_kept", "1", periods_kept, "periods that kept the promise", {"%", 100},
     promise, more, in_replications + in_summary + in_criteria + never_omitted, "qos_compliance"},
    {"periods", "periods", of_promise<&sim::PromiseKept::periods>, "periods judged", {},
     promise, neither, in_replications + in_summary},
    {"empty_periods", "periods", of_promise<&sim::PromiseKept::empty>, "empty periods left out", {},
     promise, neither, in_replications + in_summary},
    {"open_windows", "windows", of_promise<&sim::PromiseKept::open_windows>, "windows left open at the end", {},
     promise, neither, in_replications + in_summary},
    {"broken_latency", "periods", of_promise<&sim::PromiseKept::broken_latency>, "broken by latency", {"periods"},
     promise, less, in_replications + in_summary},
    {"broken_served_share", "periods", of_promise<&sim::PromiseKept::broken_served_share>, "broken by served share",
     {"periods"}, promise, less, in_replications + in_summary},
    {"broken_successes", "periods", of_promise<&sim::PromiseKept::broken_successes>, "broken by number of successes",
     {"periods"}, promise, less, in_replications + in_summary},
    {"longest_broken", "periods", of_promise<&sim::PromiseKept::longest_broken>, "longest run of broken ones",
     {"periods"}, promise, less, in_replications + in_summary},
    total({"events", "events", events, "events of the simulation", {}, load, neither, in_replications}),
    // of all functions
    {"replicas", "instances", replicas, "replicas, mean", {}, instances, neither, in_summary + in_criteria},
    total({"cold_starts", "calls", sum<&FunctionObservation::cold_starts>, "cold starts", {"calls"},
     instances, less, in_summary}),
    total({"crashes", "crashes", sum<&FunctionObservation::crashes>, "crashes of instances", {},
     instances, less, in_summary}),
    {"pending", "instances", sum<&FunctionObservation::pending>, "pending at the end", {"instances"},
     instances, less, in_summary},
};

constexpr FunctionMetric kByFunction[] = {
    total_of_calls({"arrivals", "calls", calls<&Counts::arrivals>, "arrivals", {}, load, neither, kOfFunction}),
    total_of_calls({"completions", "calls", calls<&Counts::completions>, "completions", {},
     throughput, more, in_windows + in_targets, "successes"}),
    total_of_calls({"rejections", "calls", calls<&Counts::rejections>, "rejections", {},
     losses, less, kOfFunction + never_omitted}),
    total_of_calls({"timeouts", "calls", calls<&Counts::timeouts>, "timeouts", {}, losses, less, kOfFunction}),
    total_of_calls({"failures", "calls", calls<&Counts::failures>, "failures", {}, losses, less, kOfFunction}),
    total_of_calls({"oom_kills", "calls", calls<&Counts::oom_kills>, "OOM kills", {}, losses, less, kOfFunction}),
    {"in_flight", "calls", calls<&Counts::in_flight>, "in flight at the end", {}, load, neither, in_windows},
    {"latency_mean_s", "s", call_latency<&Latency::mean_s>, "latency mean", {"s"},
     latency, less, kOfFunction + in_targets, "latency_mean"},
    quantile_of_calls({"latency_p50_s", "s", call_latency<&Latency::p50_s>, "latency p50", {"s"},
     latency, less, kOfFunction + in_targets + only_for_programs, "latency_p50"}),
    quantile_of_calls({"latency_p75_s", "s", call_latency<&Latency::p75_s>, "latency p75", {"s"},
     latency, less, kOfFunction + in_targets + in_predictions, "latency_p75"}),
    quantile_of_calls({"latency_p95_s", "s", call_latency<&Latency::p95_s>, "latency p95", {"s"},
     latency, less, kOfFunction + in_targets, "latency_p95"}),
    quantile_of_calls({"latency_p99_s", "s", call_latency<&Latency::p99_s>, "latency p99", {"s"},
     latency, less, kOfFunction + in_targets + only_for_programs, "latency_p99"}),
    {"success_ratio", "1", success_ratio, "success ratio", {"%", 100}, success, more, in_targets},
    {"execution_mean_s", "s", of_function<&FunctionObservation::execution_mean_s>, "execution", {"s"},
     cpu, less, kOfFunction, "execution_mean"},
    {"cpu_cores", "cores", of_function<&FunctionObservation::cpu_cores>, "CPU", {"cores"}, cpu, neither, kOfFunction},
    {"cpu_percent", "%", of_function<&FunctionObservation::cpu_percent>, "per instance", {"% of a core"},
     cpu, neither, kOfFunction},
    {"throttled_share", "1", of_function<&FunctionObservation::throttled_share>, "throttled", {"%", 100},
     throttling, less, kOfFunction},
    {"memory_share", "1", of_function<&FunctionObservation::memory_share>, "memory", {"%", 100},
     memory, neither, kOfFunction},
    {"received_bytes_per_s", "B/s", of_function<&FunctionObservation::received_bytes_per_s>, "received", {"kB/s", 1e-3},
     network, neither, kOfFunction, "received"},
    {"transmitted_bytes_per_s", "B/s", of_function<&FunctionObservation::transmitted_bytes_per_s>, "sent", {"kB/s", 1e-3},
     network, neither, kOfFunction, "transmitted"},
    {"instances", "instances", of_function<&FunctionObservation::instances>, "mean number", {},
     instances, neither, kOfFunction},
    {"starting_mean", "instances", of_function<&FunctionObservation::starting_mean>, "mean starting", {},
     instances, neither, kOfFunction},
    {"outdated_mean", "instances", of_function<&FunctionObservation::outdated_mean>, "mean outdated", {},
     instances, neither, kOfFunction},
    {"draining_mean", "instances", of_function<&FunctionObservation::draining_mean>, "mean draining", {},
     instances, neither, kOfFunction},
    {"in_transition", "", of_function_in_transition, "in transition", {}, instances, neither, in_windows},
    total_of_calls({"reserved_core_s", "core s", of_function<&FunctionObservation::reserved_core_s>, "CPU reserved",
     {"core s"}, cost, less, kOfFunction + only_for_programs}),
    total_of_calls({"wanted_core_s", "core s", of_function<&FunctionObservation::wanted_core_s>, "CPU wanted",
     {"core s"}, cost, neither, kOfFunction + only_for_programs}),
    {"ready", "instances", number<&FunctionObservation::ready>, "ready", {"at the end"},
     instances, neither, kOfFunction},
    {"starting", "instances", number<&FunctionObservation::starting>, "starting", {"at the end"},
     instances, neither, kOfFunction},
    {"pending", "instances", number<&FunctionObservation::pending>, "pending", {"at the end"},
     instances, less, kOfFunction},
    {"concurrency_mean", "calls", of_function<&FunctionObservation::concurrency_mean>, "in flight", {"calls"},
     instances, neither, kOfFunction},
    {"queue_length_mean", "calls", of_function<&FunctionObservation::queue_length_mean>, "waiting", {"calls"},
     instances, less, kOfFunction},
    total_of_calls({"throttled_periods", "periods", number<&FunctionObservation::throttled_periods>,
     "throttled periods", {},
     throttling, less, kOfFunction}),
    total_of_calls({"cold_starts", "calls", number<&FunctionObservation::cold_starts>, "cold starts", {"calls"},
     instances, less, kOfFunction}),
    total_of_calls({"crashes", "crashes", number<&FunctionObservation::crashes>, "crashes", {},
     instances, less, kOfFunction}),
};
// clang-format on

}  // namespace

Metrics metrics() { return {.end_to_end = kEndToEnd, .by_function = kByFunction}; }

std::string_view name_of(Topic topic) {
  static constexpr auto kNames =
      std::to_array<std::string_view>({"load", "throughput", "latency", "success", "promise", "losses", "cpu",
                                       "throttling", "memory", "network", "instances", "cost"});
  static_assert(static_cast<std::size_t>(Topic::cost) + 1 == kNames.size());
  return kNames[static_cast<std::size_t>(topic)];
}

std::string_view name_of(MetricKind kind) {
  static constexpr auto kNames = std::to_array<std::string_view>({"value", "total", "quantile"});
  static_assert(static_cast<std::size_t>(MetricKind::quantile) + 1 == kNames.size());
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view name_of(Better better) {
  static constexpr auto kNames = std::to_array<std::string_view>({"neither", "more", "less"});
  static_assert(static_cast<std::size_t>(Better::less) + 1 == kNames.size());
  return kNames[static_cast<std::size_t>(better)];
}

}  // namespace faasconf::experiments::results
