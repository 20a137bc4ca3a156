#include "traces/azure_profile.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <string>

#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"

namespace faasconf::traces {
namespace {

using sim::Error;
using std::chrono::minutes;

std::string time_of_day(std::size_t minute) {
  const auto digit = [](std::size_t number) { return static_cast<char>('0' + number % 10); };
  return {digit(minute / 600), digit(minute / 60), ':', digit(minute % 60 / 10), digit(minute)};
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

Window choose_window(const ProfileRequest& request, std::span<const std::uint32_t> counts) {
  const std::size_t length = whole_minutes("length", request.length, 1, counts.size());
  if (!request.start) return {busiest_window(counts, length), length};
  const std::size_t last = counts.size() - length;
  const std::size_t start = whole_minutes("start", *request.start, 0, counts.size() - 1);
  if (start > last) {
    throw Error("start: expected 00:00 to " + time_of_day(last) + ", so that " + std::to_string(length) +
                " minutes end with the day, got " + time_of_day(start));
  }
  return {start, length};
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

std::size_t busiest_window(std::span<const std::uint32_t> counts, std::size_t minutes) {
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

sim::Profile users_profile(const FunctionDay& day, const ProfileRequest& request, std::string_view file,
                           std::string_view digest) {
  if (request.users_min < 0) {
    throw Error("users_min: expected at least 0, got " + std::to_string(request.users_min));
  }
  if (request.users_max < std::max(request.users_min, 1)) {
    throw Error("users_max: expected at least " + std::to_string(std::max(request.users_min, 1)) + ", got " +
                std::to_string(request.users_max));
  }
  const Window window = choose_window(request, day.counts);
  const auto counts = std::span(day.counts).subspan(window.start, window.length);
  const auto [smallest, largest] = std::ranges::minmax(counts);

  // in integers, so that the same counts give the same users everywhere
  const auto users_range = static_cast<std::uint64_t>(request.users_max - request.users_min);
  const std::uint64_t range = largest - smallest;
  sim::Profile profile;
  profile.steps.reserve(counts.size());
  for (std::size_t m = 0; m < counts.size(); ++m) {
    const std::uint64_t above = range == 0 ? 0 : (users_range * (counts[m] - smallest) + range / 2) / range;
    profile.steps.push_back({.start = sim::Time(minutes(m)), .level = request.users_min + static_cast<double>(above)});
  }

  profile.origin = "file " + std::string(file) + ", sha256 " + std::string(digest) + ", function " + day.function +
                   (day.day ? ", day " + std::to_string(*day.day) : "") + ", start " + time_of_day(window.start) +
                   (request.start ? "" : " (busiest)") + ", length " + std::to_string(window.length) + "m, scale " +
                   std::to_string(smallest) + ".." + std::to_string(largest) + " invocations/min to " +
                   std::to_string(request.users_min) + ".." + std::to_string(request.users_max) + " users";
  return profile;
}

}  // namespace faasconf::traces
