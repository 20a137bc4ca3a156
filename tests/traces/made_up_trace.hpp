#pragma once
// Traces of a few functions for tests.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/core/random.hpp"
#include "traces/core/trace.hpp"

namespace faasconf::traces {

inline TraceFunction function_of(const std::string& name, const std::vector<MinuteCount>& counts,
                                 Trigger trigger = Trigger::http) {
  return {.owner = "o", .app = "a", .function = name, .trigger = trigger, .counts = counts};
}

// The same count in every minute of a day.
inline TraceFunction steady(const std::string& name, std::uint32_t count, Trigger trigger = Trigger::http) {
  TraceFunction function = function_of(name, {}, trigger);
  for (std::uint32_t minute = 0; minute < kMinutesPerDay; ++minute) function.counts.push_back({minute, count});
  return function;
}

// A Poisson stream over a day; others for other names.
inline TraceFunction poisson_function(const std::string& name, double calls_per_min) {
  TraceFunction function = function_of(name, {});
  sim::Rng rng = sim::RngStreams(7).stream(name);
  for (std::uint32_t minute = 0; minute < kMinutesPerDay; ++minute) {
    std::uint32_t count = 0;
    for (double time = rng.exponential(); time < calls_per_min; time += rng.exponential()) ++count;
    if (count > 0) function.counts.push_back({minute, count});
  }
  return function;
}

// Functions of all triggers, with heavy-tailed counts, durations and memory.
inline Trace many_functions(std::size_t count, std::uint64_t seed = 1) {
  Trace trace;
  sim::Rng rng = sim::RngStreams(seed).stream("many");
  for (std::size_t i = 0; i < count; ++i) {
    TraceFunction function = function_of("f" + std::to_string(i), {}, static_cast<Trigger>(rng.below(7)));
    function.app = "a" + std::to_string(i / 3);
    const double share = rng.uniform() * rng.uniform();
    for (std::uint32_t minute = 0; minute < kMinutesPerDay; ++minute) {
      if (rng.uniform() < share) function.counts.push_back({minute, 1 + rng.below(20)});
    }
    const double duration_ms = 1000 * rng.exponential();
    function.duration = DurationPercentiles{.average_ms = duration_ms};
    function.app_memory = MemoryPercentiles{.samples = 1, .average_mb = 100 + 50 * rng.exponential()};
    trace.functions.push_back(function);
  }
  return trace;
}

// Functions, each of an app of its own, with a call every 7, 14, ... minutes and up to 3 min more.
inline Trace rare_functions(std::size_t count) {
  Trace trace;
  sim::Rng rng = sim::RngStreams(1).stream("rare");
  for (std::size_t i = 0; i < count; ++i) {
    TraceFunction function = function_of("r" + std::to_string(i), {});
    function.app = function.function;
    const auto gap = static_cast<std::uint32_t>(7 * (i + 1));
    for (std::uint32_t minute = 0; minute < kMinutesPerDay; minute += gap + rng.below(4)) {
      function.counts.push_back({minute, 1});
    }
    trace.functions.push_back(function);
  }
  return trace;
}

}  // namespace faasconf::traces
