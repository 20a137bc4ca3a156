#include "traces/core/call_clock.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <system_error>

#include "traces/files/csv_line.hpp"

namespace faasconf::traces {
namespace {

constexpr double kDay_s = 86400;
constexpr double kLatestUnix_s = 4.2e9;  // in 2103; what is larger counts something shorter than seconds

// Takes so many digits off the front, and the character behind them if there is to be one.
std::optional<int> take_number(std::string_view& text, std::size_t digits, std::string_view behind) {
  if (text.size() < digits) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = 10 * number + (c - '0');
  }
  text.remove_prefix(digits);
  if (behind.empty()) return number;
  if (text.empty() || behind.find(text.front()) == behind.npos) return std::nullopt;
  text.remove_prefix(1);
  return number;
}

// Days since 1970.
std::optional<double> take_date(std::string_view& text) {
  const auto year = take_number(text, 4, "-");
  const auto month = year ? take_number(text, 2, "-") : std::nullopt;
  const auto day = month ? take_number(text, 2, "T ") : std::nullopt;
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count());
}

// The fraction of a second, 0 where none is written.
std::optional<double> take_fraction(std::string_view& text) {
  if (!text.starts_with('.')) return 0;
  const std::size_t end = std::min(text.find_first_not_of("0123456789", 1), text.size());
  double fraction = 0;
  const std::string_view digits = text.substr(0, end);
  if (digits.size() < 2 || digits.size() > 18) return std::nullopt;
  const std::string whole = "0" + std::string(digits);
  std::from_chars(whole.data(), whole.data() + whole.size(), fraction);
  text.remove_prefix(end);
  return fraction;
}

// Seconds since midnight.
std::optional<double> take_time(std::string_view& text) {
  const auto hour = take_number(text, 2, ":");
  const auto minute = hour ? take_number(text, 2, ":") : std::nullopt;
  const auto second = minute ? take_number(text, 2, "") : std::nullopt;
  const auto fraction = second ? take_fraction(text) : std::nullopt;
  if (!fraction || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return *hour * 3600 + *minute * 60 + *second + *fraction;
}

// Seconds that local time is ahead of UTC.
std::optional<double> parse_zone(std::string_view text) {
  if (text.empty() || text == "Z" || text == "UTC" || text == " UTC") return 0;
  const bool is_behind = text.starts_with('-');
  if (!is_behind && !text.starts_with('+')) return std::nullopt;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2, "");
  if (text.starts_with(':')) text.remove_prefix(1);
  const auto minutes = hours ? take_number(text, 2, "") : std::nullopt;
  if (!minutes || !text.empty() || *hours > 14 || *minutes > 59) return std::nullopt;
  return (is_behind ? -1 : 1) * (*hours * 3600.0 + *minutes * 60.0);
}

std::optional<double> parse_number(std::string_view text, bool& is_beyond) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument || std::isnan(value)) {
    return std::nullopt;
  }
  is_beyond = error == std::errc::result_out_of_range || std::abs(value) > kLatestUnix_s;
  return value;
}

}  // namespace

std::optional<double> parse_iso_time(std::string_view text) {
  const auto days = take_date(text);
  const auto time = days ? take_time(text) : std::nullopt;
  const auto zone = time ? parse_zone(text) : std::nullopt;
  if (!zone) return std::nullopt;
  return *days * kDay_s + *time - *zone;
}

CallClock::Reading CallClock::read(std::string_view cell) {
  const std::string_view text = files::without_blanks(cell);
  bool is_beyond = false;
  Kind kind = Kind::iso;
  std::optional<double> seconds = parse_number(text, is_beyond);
  if (is_beyond) return {.seconds = 0, .fault = Fault::overflow};
  if (seconds) {
    kind = std::abs(*seconds) > kLatest_s ? Kind::unix_seconds : Kind::seconds;
  } else {
    seconds = parse_iso_time(text);
  }
  if (!seconds) return {.seconds = 0, .fault = Fault::not_a_number};
  if (kind_ == Kind::unknown) kind_ = kind;
  if (kind != kind_) return {.seconds = 0, .fault = Fault::overflow};
  return {.seconds = *seconds};
}

std::string CallClock::expected(std::string_view cell) const {
  bool is_beyond = false;
  if (parse_number(files::without_blanks(cell), is_beyond) && is_beyond) {
    return "seconds (divide Unix milliseconds, which this may be, by 1000, and durations too if they are in these)";
  }
  switch (kind_) {
    case Kind::unknown:
      return "seconds from 0 on, Unix seconds or a time such as 2021-01-31T12:00:00Z";
    case Kind::seconds:
      return "seconds from 0 on, as in the rows before";
    case Kind::unix_seconds:
      return "Unix seconds, as in the rows before";
    case Kind::iso:
      break;
  }
  return "a time such as 2021-01-31T12:00:00Z, as in the rows before";
}

double CallClock::since_midnight(double seconds) {
  if (kind_ == Kind::seconds) return seconds;
  // a double that is a date resolves a quarter of a microsecond
  if (!midnight_s_) midnight_s_ = std::floor(std::round(seconds * 1e6) / 1e6 / kDay_s) * kDay_s;
  return std::round((seconds - *midnight_s_) * 1e6) / 1e6;
}

std::optional<std::string> CallClock::midnight() const {
  if (!midnight_s_) return std::nullopt;
  const std::chrono::sys_days day{std::chrono::days(static_cast<int>(*midnight_s_ / kDay_s))};
  const std::chrono::year_month_day date(day);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u 00:00 UTC", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text.data();
}

}  // namespace faasconf::traces
