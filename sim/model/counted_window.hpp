#pragma once
// All that is counted in a window, as plain values: by WindowCounter from a simulation, by a live gateway from its
// requests and metrics. observe(), judge_periods.hpp and price.hpp say what it comes to.

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/core/time.hpp"
#include "sim/model/due_requests.hpp"
#include "sim/model/observer.hpp"
#include "sim/model/usage.hpp"
#include "sim/policy/observation.hpp"
#include "sim/stats/quantiles.hpp"

namespace faasconf::sim {

// A mean of time spans that divides only when read. The sum is exact up to 104 days.
struct MeanSpan {
  std::int64_t count = 0;
  double sum_ns = 0;

  void add(Duration span) {
    ++count;
    sum_ns += static_cast<double>(span.count());
  }
  void merge(const MeanSpan& other) {
    count += other.count;
    sum_ns += other.sum_ns;
  }
  std::optional<double> seconds() const {
    if (count == 0) return std::nullopt;
    return sum_ns / static_cast<double>(count) / 1e9;
  }
};

// Requests end to end, or the calls of one function.
struct CountedCalls {
  Counts counts;
  MeanSpan latency;  // of successes
  Quantiles latency_quantiles;

  void add(Outcome outcome, Duration span);
  void merge(const CountedCalls& later);
  void clear();
};

struct CountedFunction {
  CountedCalls calls;
  MeanSpan execution;                           // of the executions that ended in the window
  std::optional<double> in_flight_s = 0;        // integral of the calls in flight; absent: not measured
  std::optional<std::int64_t> cold_starts = 0;  // calls that waited for their instance to start; absent: not measured
  int ready = 0;                                // instances, at the window's end
  int starting = 0;
  int pending = 0;
  Usage usage;                  // within the window
  bool states_known = true;     // false: what instances of `usage` start, drain or are outdated was not measured
  bool queue_known = true;      // false: how many calls wait, of `usage`, was not measured
  bool resources_known = true;  // false: CPU, throttling, memory held and traffic of `usage` were not measured

  void merge(const CountedFunction& later);
  void clear();
};

struct CountedWindow {
  std::int64_t index = 0;
  Time start;
  Time end = kNever;  // kNever while it is the present one
  double length_s = 0;
  double user_s = 0;            // integral of users
  double offered_requests = 0;  // integral of the arrival rate asked for
  std::int64_t open = 0;        // requests and calls that started here and are not finished
  CountedCalls requests;
  DueRequests due;                         // whatever the attribution
  std::vector<CountedFunction> functions;  // by FunctionId
  double used_mib_ns = 0;                  // over executions that ended in the window: duration x memory limit
  double used_millicore_ns = 0;
  Configuration configuration;  // in force at its end

  explicit CountedWindow(std::size_t function_count = 0) : functions(function_count) {}
  void clear();                            // keeps the memory
  void merge(const CountedWindow& later);  // both as one window
  void sort();                             // makes the quantiles cheap; changes nothing else
};

}  // namespace faasconf::sim
