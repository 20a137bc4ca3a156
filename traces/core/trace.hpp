#pragma once
// What an Azure Functions trace holds once it is read: sparse minute counts per function, percentiles of durations and
// of memory, and single invocations. All readers, stores and generators of traces/ exchange these.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faasconf::traces {

inline constexpr std::size_t kMinutesPerDay = 1440;

// What starts a function, in the words of the 2019 data set.
enum class Trigger : std::uint8_t { http, timer, event, queue, storage, orchestration, others };
inline constexpr std::array<std::string_view, 7> kTriggerNames = {"http",    "timer",         "event", "queue",
                                                                  "storage", "orchestration", "others"};

// The trigger of a function of which several rows name one: the last that is not `others`.
constexpr Trigger last_known(Trigger before, Trigger next) { return next == Trigger::others ? before : next; }
constexpr std::string_view name_of(Trigger trigger) { return kTriggerNames[static_cast<std::size_t>(trigger)]; }

// Calls in one minute, counted from the start of the trace's first day: [minute, minute + 1) minutes.
struct MinuteCount {
  std::uint32_t minute = 0;
  std::uint32_t count = 0;  // never 0: what is idle is not kept

  friend bool operator==(const MinuteCount&, const MinuteCount&) = default;
};

// Of execution times, in ms; of 30-second averages weighted by count, as the 2019 data set publishes them.
struct DurationPercentiles {
  static constexpr std::array<double, 7> kProbabilities = {0, .01, .25, .50, .75, .99, 1};

  double average_ms = 0;
  double count = 0;
  double minimum_ms = 0;
  double maximum_ms = 0;
  std::array<double, 7> percentiles_ms{};

  friend bool operator==(const DurationPercentiles&, const DurationPercentiles&) = default;
};

// Of an app's allocated memory, in MB.
struct MemoryPercentiles {
  static constexpr std::array<double, 8> kProbabilities = {.01, .05, .25, .50, .75, .95, .99, 1};

  double samples = 0;
  double average_mb = 0;
  std::array<double, 8> percentiles_mb{};

  friend bool operator==(const MemoryPercentiles&, const MemoryPercentiles&) = default;
};

// Owner, app and function are unique together.
struct TraceFunction {
  std::string owner;
  std::string app;
  std::string function;
  Trigger trigger = Trigger::others;
  std::vector<MinuteCount> counts{};              // in order of minutes
  std::optional<DurationPercentiles> duration{};  // absent if the trace has none
  std::optional<MemoryPercentiles> app_memory{};  // of the whole app; absent if the trace has none

  friend bool operator==(const TraceFunction&, const TraceFunction&) = default;
};

struct Trace {
  std::uint32_t days = 1;  // minutes run up to days x 1440
  std::vector<TraceFunction> functions;
  std::string origin;  // files and digests, days, selection, scale

  friend bool operator==(const Trace&, const Trace&) = default;
};

// One call, as the 2021 trace records it.
struct TraceInvocation {
  std::uint32_t function = 0;  // index of an (app, func) pair
  double start_s = 0;          // end_timestamp - duration
  double duration_s = 0;
};

}  // namespace faasconf::traces
