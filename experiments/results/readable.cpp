#include "experiments/results/readable.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace faasconf::experiments::results {
namespace {

constexpr std::size_t kGroup = 3;

// "3.5 s", in the largest unit that is not above it.
std::string below_a_minute(std::int64_t nanoseconds) {
  struct Unit {
    const char* name;
    double nanoseconds;
  };
  constexpr std::array<Unit, 4> kUnits = {{{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}}};
  const auto amount = static_cast<double>(nanoseconds);
  const auto* const unit = std::ranges::find_if(kUnits, [&](const Unit& one) { return amount >= one.nanoseconds; });
  char text[40];
  const int size = std::snprintf(text, sizeof(text), "%.12g %s", amount / unit->nanoseconds, unit->name);
  return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace

std::string with_thousands(std::string number) {
  const std::size_t first = std::min(number.find_first_of("0123456789"), number.size());
  const std::size_t end = std::min(number.find_first_not_of("0123456789", first), number.size());
  for (std::size_t place = end; place > first + kGroup; place -= kGroup) number.insert(place - kGroup, ",");
  return number;
}

std::string readable(std::uint64_t number) { return with_thousands(std::to_string(number)); }

std::string readable(sim::Duration duration) {
  constexpr std::int64_t kMinute = 60'000'000'000;
  if (duration < sim::Duration::zero()) return "-" + readable(-duration);
  if (duration == sim::Duration::zero()) return "0 s";
  const std::int64_t hours = duration.count() / (60 * kMinute);
  const std::int64_t minutes = duration.count() / kMinute % 60;
  const std::int64_t rest = duration.count() % kMinute;
  std::string text;
  const auto append = [&text](const std::string& part) { text += (text.empty() ? "" : " ") + part; };
  if (hours > 0) append(with_thousands(std::to_string(hours)) + " h");
  if (minutes > 0) append(std::to_string(minutes) + " min");
  if (rest > 0) append(below_a_minute(rest));
  return text;
}

}  // namespace faasconf::experiments::results
