#pragma once
// The minute counts of a function or an app as a number of users over time.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sim/core/time.hpp"
#include "sim/model/workload.hpp"
#include "traces/core/minute_series.hpp"

namespace faasconf::traces {

struct ProfileRequest {
  std::optional<sim::Duration> start = std::nullopt;  // since the series' first midnight; absent: the busiest window
  sim::Duration length = std::chrono::minutes(85);    // both in whole minutes, within the series
  sim::Duration step = std::chrono::minutes(1);       // that a number of users stays; whole minutes that divide length
  int users_min = 12;                                 // at the window's smallest count of a step
  int users_max = 44;                                 // at its largest
};

// The time of day "hh:mm" as the span since midnight, 00:00 to 23:59.
sim::Duration parse_time_of_day(std::string_view text);

// The first minute of the window with the largest sum; of equal ones the earliest. 1 <= minutes <= counts.size().
std::size_t busiest_window(std::span<const std::uint64_t> counts, std::size_t minutes);

// Steps from time 0 on. Counts map to users along a straight line, to the nearest whole user; halves go up. A window
// whose counts are all equal gives users_min throughout. `files` (names and SHA-256) go into the origin with function
// or app, day, window and scale. Throws sim::Error.
sim::Profile users_profile(const MinuteSeries& series, const ProfileRequest& request, std::string_view files);

}  // namespace faasconf::traces
