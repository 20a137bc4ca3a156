#pragma once
// What is known of one window, on a simulated or a live platform. A policy sees this and nothing else.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/core/time.hpp"
#include "sim/policy/configuration.hpp"

namespace faasconf::sim {

// Of calls that came back with a good answer, from the gateway's door and back.
struct Latency {
  double mean_s = 0;
  double p50_s = 0;
  double p75_s = 0;
  double p95_s = 0;
  double p99_s = 0;

  friend bool operator==(const Latency&, const Latency&) = default;
};

// Requests end to end, or calls of one function. A finished request that failed is counted under what failed first.
struct Counts {
  std::int64_t arrivals = 0;
  std::int64_t completions = 0;  // with a good answer
  std::int64_t rejections = 0;   // 429
  std::int64_t timeouts = 0;
  std::int64_t failures = 0;
  std::int64_t oom_kills = 0;
  std::int64_t in_flight = 0;  // at the window's end

  std::int64_t finished() const { return completions + rejections + timeouts + failures + oom_kills; }
  friend bool operator==(const Counts&, const Counts&) = default;
};

// What depends on a source of metrics of its own is absent, never 0, where a platform has not measured it. A simulator
// measures everything.
struct FunctionObservation {
  Counts calls;
  std::optional<Latency> latency;             // absent without a completion
  std::optional<double> cpu_cores = 0;        // used, mean over the window, all instances together
  std::optional<double> cpu_percent = 0;      // of one core, mean per instance
  std::optional<double> throttled_share = 0;  // of instance time: more runnable threads than the CPU limit serves
  std::optional<std::int64_t> throttled_periods = 0;  // of CFS bandwidth control, all instances together
  std::optional<double> memory_share = 0;             // of the memory limit, mean per instance
  std::optional<double> received_bytes_per_s = 0;     // mean per instance
  std::optional<double> transmitted_bytes_per_s = 0;  // mean per instance
  double instances = 0;                               // mean number of starting, ready and draining ones
  std::optional<double> starting_mean = 0;            // of these, mean number that start up
  std::optional<double> outdated_mean = 0;            // that are ready under limits of before
  std::optional<double> draining_mean = 0;            // that end
  std::optional<bool> in_transition = false;          // for a time they were not those that the configuration asks for
  double reserved_core_s = 0;                         // CPU limits of the instances that exist, over the window
  double wanted_core_s = 0;                           // the configuration's: CPU limit x replicas
  int ready = 0;                                      // instances that take calls, at the window's end
  int starting = 0;                                   // instances that start up, at the window's end
  int pending = 0;                                    // instances wanted that no node has room for, at the window's end
  std::optional<std::int64_t> cold_starts = 0;        // calls that waited for their instance to start
  std::int64_t crashes = 0;                           // of instances
  std::optional<double> concurrency_mean = 0;         // calls in flight, mean over the window, all instances together;
                                                      // not those that wait for a worker
  std::optional<double> queue_length_mean = 0;  // calls in the central queue, or in that of the workers, mean over the
                                                // window
  std::optional<double> execution_mean_s;       // time in an instance per execution that ended in the window

  // Whether everything was measured that policies need. Without a completion there is no latency, and no execution
  // time, to measure.
  bool is_complete() const {
    return cpu_cores && cpu_percent && throttled_share && throttled_periods && memory_share && received_bytes_per_s &&
           transmitted_bytes_per_s && cold_starts && concurrency_mean;
  }
  friend bool operator==(const FunctionObservation&, const FunctionObservation&) = default;
};

struct Observation {
  std::int64_t window = 0;  // 0, 1, ...
  Time start;
  Duration length{};
  double users = 0;                            // closed loop: mean number of users; otherwise 0
  double offered_rate_per_s = 0;               // open loop: the arrival rate asked for; otherwise 0
  Configuration configuration;                 // in force at the window's end
  std::vector<FunctionObservation> functions;  // by FunctionId
  Counts requests;
  std::optional<Latency> latency;       // of successful requests
  double throughput_per_s = 0;          // successes / length
  std::optional<double> success_ratio;  // successes / finished; absent when nothing finished
  std::optional<double> served_share;   // served within the promise's deadline / due; absent when nothing became due
  bool qos_met = false;                 // as a period of its own the window kept the promise
  std::optional<bool> in_transition = false;  // of any function; absent where it is not known of one
  double reserved_core_s = 0;     // of the functions that are priced, starting and draining instances included
  double wanted_core_s = 0;       // what the configuration asks for of them
  double price = 0;               // the paper's, time-averaged
  double cost_window_usd = 0;     // Eq. 2 with ExecTime_j = the window
  double cost_execution_usd = 0;  // Eq. 2 with ExecTime_j = the function's mean time per execution
  double used_gib_s = 0;          // pay-per-use: sum over executions of duration x memory limit
  double used_vcpu_s = 0;         // pay-per-use: sum over executions of duration x CPU limit

  bool is_complete() const { return std::ranges::all_of(functions, &FunctionObservation::is_complete); }
  friend bool operator==(const Observation&, const Observation&) = default;
};

}  // namespace faasconf::sim
