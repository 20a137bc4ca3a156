#include "traces/core/users_profile.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <string>
#include <vector>

#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"
#include "traces/core/trace.hpp"

namespace faasconf::traces {
namespace {

using sim::Error;
using std::chrono::minutes;

std::string time_of_day(std::size_t minute) {
  const auto digit = [](std::size_t number) { return static_cast<char>('0' + number % 10); };
  return {digit(minute / 600), digit(minute / 60), ':', digit(minute % 60 / 10), digit(minute)};
}

// "07:42", and the day before it where the series has several or numbers it: "2:07:42".
std::string place(const MinuteSeries& series, std::size_t minute) {
  if (series.days() == 1) return time_of_day(minute);
  const std::size_t day = static_cast<std::size_t>(series.first_day.value_or(1)) + minute / kMinutesPerDay;
  return std::to_string(day) + ":" + time_of_day(minute % kMinutesPerDay);
}

// A span of the request in minutes, which must be whole and from `least` to `most`.
std::size_t whole_minutes(std::string_view key, sim::Duration span, std::size_t least, std::size_t most) {
  const auto count = std::chrono::duration_cast<minutes>(span).count();
  if (span % minutes(1) != sim::Duration::zero() || count < static_cast<std::int64_t>(least) ||
      count > static_cast<std::int64_t>(most)) {
    throw Error(std::string(key) + ": expected whole minutes from " + std::to_string(least) + "m to " +
                std::to_string(most) + "m, got " + sim::format(span));
  }
  return static_cast<std::size_t>(count);
}

struct Window {
  std::size_t start = 0;
  std::size_t length = 0;
};

Window choose_window(const ProfileRequest& request, const MinuteSeries& series) {
  const std::span<const std::uint64_t> counts = series.counts;
  const std::size_t length = whole_minutes("length", request.length, 1, counts.size());
  if (!request.start) return {busiest_window(counts, length), length};
  const std::size_t last = counts.size() - length;
  const std::size_t start = whole_minutes("start", *request.start, 0, counts.size() - 1);
  if (start > last) {
    throw Error("start: expected " + place(series, 0) + " to " + place(series, last) + ", so that " +
                std::to_string(length) + " minutes end with the " + (series.days() == 1 ? "day" : "last day") +
                ", got " + place(series, start));
  }
  return {start, length};
}

// Sums of the window's steps, which divide it.
std::vector<std::uint64_t> step_counts(std::span<const std::uint64_t> counts, const Window& window, std::size_t step) {
  if (window.length % step != 0) {
    throw Error("step: expected whole minutes that divide the length of " + std::to_string(window.length) +
                " minutes, got " + std::to_string(step) + "m");
  }
  std::vector<std::uint64_t> sums(window.length / step);
  for (std::size_t m = 0; m < window.length; ++m) sums[m / step] += counts[window.start + m];
  return sums;
}

// (value * factor + half) / divisor without leaving 64 bits.
std::uint64_t scaled(std::uint64_t value, std::uint64_t factor, std::uint64_t divisor) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((Wide{value} * factor + divisor / 2) / divisor);
}

void check_users(const ProfileRequest& request) {
  if (request.users_min < 0) {
    throw Error("users_min: expected at least 0, got " + std::to_string(request.users_min));
  }
  if (request.users_max < std::max(request.users_min, 1)) {
    throw Error("users_max: expected at least " + std::to_string(std::max(request.users_min, 1)) + ", got " +
                std::to_string(request.users_max));
  }
}

std::string whose(const MinuteSeries& series) {
  if (!series.function.empty()) return "function " + series.function;
  return "app " + series.app + " (" + std::to_string(series.functions) + " functions)";
}

}  // namespace

sim::Duration parse_time_of_day(std::string_view text) {
  const auto digit = [text](std::size_t i) { return text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : 100; };
  if (text.size() == 5 && text[2] == ':') {
    const int hour = 10 * digit(0) + digit(1);
    const int minute = 10 * digit(3) + digit(4);
    if (hour < 24 && minute < 60) return std::chrono::hours(hour) + minutes(minute);
  }
  throw Error("expected a time of day from 00:00 to 23:59, got \"" + std::string(text) + "\"");
}

std::size_t busiest_window(std::span<const std::uint64_t> counts, std::size_t minutes) {
  assert(minutes >= 1 && minutes <= counts.size());
  const auto head = counts.first(minutes);
  std::uint64_t sum = std::accumulate(head.begin(), head.end(), std::uint64_t{0});
  std::uint64_t largest = sum;
  std::size_t best = 0;
  for (std::size_t start = 1; start + minutes <= counts.size(); ++start) {
    sum += counts[start + minutes - 1];
    sum -= counts[start - 1];
    if (sum > largest) {
      largest = sum;
      best = start;
    }
  }
  return best;
}

sim::Profile users_profile(const MinuteSeries& series, const ProfileRequest& request, std::string_view files) {
  check_users(request);
  const Window window = choose_window(request, series);
  const std::size_t step = whole_minutes("step", request.step, 1, window.length);
  const std::vector<std::uint64_t> counts = step_counts(series.counts, window, step);
  const auto [smallest, largest] = std::ranges::minmax(counts);

  // in integers, so that the same counts give the same users everywhere
  const auto users_range = static_cast<std::uint64_t>(request.users_max - request.users_min);
  const std::uint64_t range = largest - smallest;
  sim::Profile profile;
  profile.steps.reserve(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::uint64_t above = range == 0 ? 0 : scaled(counts[i] - smallest, users_range, range);
    profile.steps.push_back(
        {.start = sim::Time(minutes(i * step)), .level = request.users_min + static_cast<double>(above)});
  }

  const std::size_t day = static_cast<std::size_t>(series.first_day.value_or(1)) + window.start / kMinutesPerDay;
  profile.origin = std::string(files) + ", " + whose(series) +
                   (series.first_day ? ", day " + std::to_string(day) : "") + ", start " +
                   time_of_day(window.start % kMinutesPerDay) + (request.start ? "" : " (busiest)") + ", length " +
                   std::to_string(window.length) + "m, scale " + std::to_string(smallest) + ".." +
                   std::to_string(largest) + " invocations/" + (step == 1 ? "min" : std::to_string(step) + " min") +
                   " to " + std::to_string(request.users_min) + ".." + std::to_string(request.users_max) + " users";
  return profile;
}

}  // namespace faasconf::traces
