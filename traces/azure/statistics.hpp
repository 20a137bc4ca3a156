#pragma once
// Statistics of a trace, to compare with published.hpp.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sim/core/go_on.hpp"
#include "traces/azure/published.hpp"
#include "traces/core/trace.hpp"

namespace faasconf::traces {

// Shares are of 1; absent if the trace has no data for them.
struct TraceStatistics {
  std::uint32_t days = 0;
  std::size_t functions = 0;  // called at all
  std::size_t apps = 0;
  std::uint64_t calls = 0;
  std::uint64_t cells = 0;  // minutes of functions with calls

  std::array<double, 7> function_shares{};  // by trigger
  std::array<double, 7> call_shares{};

  double top_function_share = 0;  // of the calls
  double top_function_calls = 0;  // a day
  double top_function_cv = 0;     // of its minute counts
  double top_thousandth_share = 0;
  double top_hundredth_share = 0;

  std::array<double, 5> daily_calls_shares{};  // functions with at most published::kDailyCalls a day, mean of all days
  double fewer_than_10_calls = 0;              // of those called on the first day
  double non_zero_minutes = 0;                 // of all minutes of the functions called on a day
  std::optional<double> weekend_rows;          // called on a day of the weekend, over those on a weekday

  std::array<double, 6> app_size_shares{};  // as published::kAppSizeShares
  std::size_t apps_with_cv = 0;             // those looked at that have three calls and more
  std::optional<double> cv_about_zero;      // shares of these: below 0.01
  std::optional<double> cv_at_most_one;

  std::array<double, 24> hourly_calls{};  // by hour of the day, mean of all days
  double baseline = 0;                    // the quietest hour over the busiest

  std::size_t durations = 0;                                        // functions with a duration
  std::array<std::optional<double>, 4> duration_shares{};           // as published::kDurationShares
  std::optional<double> duration_median_s;                          // of the functions' means
  std::optional<double> duration_log_mean, duration_log_deviation;  // of ln s
  std::size_t memories = 0;                                         // apps with memory
  std::optional<double> memory_median_mb, memory_p90_mb;            // of the apps' means

  std::vector<double> popularity{};    // calls a day of the functions, from the most popular one
  std::vector<double> durations_s{};   // the functions' means, rising
  std::vector<double> minute_calls{};  // of all functions, by minute of the trace
};

// Takes a trace piece by piece, in any order; some 100 bytes per function and per app, and a sample of apps.
//
//   StatisticsCollector collector;
//   for (TraceFunction row; reader.next(row);) collector.add(row);
//   print(collector.statistics());
class StatisticsCollector {
 public:
  StatisticsCollector();
  ~StatisticsCollector();
  StatisticsCollector(StatisticsCollector&&) noexcept;

  // Calls, and duration and memory where it has them. The same function may come again with other calls, such as those
  // of another day, which begin `first_minute` after the start of the trace; of its triggers the last that is not
  // `others` counts. Gives the trigger that it had before, where that is another one.
  std::optional<Trigger> add(const TraceFunction& function, std::uint32_t first_minute = 0);

  // From files of their own; once for each function or app and day, after all calls. False, and left out, where the
  // function or the app is never called.
  bool add_duration(std::string_view owner, std::string_view app, std::string_view function,
                    const DurationPercentiles& duration);
  bool add_memory(std::string_view owner, std::string_view app, const MemoryPercentiles& memory);

  // Days beyond the last call, where the trace is known to be longer.
  void set_days(std::uint32_t days);

  TraceStatistics statistics(const sim::GoOn& go_on = {}) const;  // no: sim::Cancelled

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace faasconf::traces
