#pragma once
// What a column of times means, told by its first one: seconds since the trace's first midnight, or a date: Unix
// seconds or ISO 8601, from which the midnight (UTC) before the first call is taken away.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "traces/core/read_report.hpp"

namespace faasconf::traces {

class CallClock {
 public:
  static constexpr double kLatest_s = 9999.0 * 86400;  // a day of four digits

  struct Reading {
    double seconds = 0;  // since the first midnight, or since 1970 where it is a date
    std::optional<Fault> fault{};
  };

  // Of a cell. Every later one must be of the kind of the first that could be read.
  Reading read(std::string_view cell);

  // What must come, for a message about a cell that could not be read.
  std::string expected(std::string_view cell) const;

  // Seconds since the first midnight of what happened at this reading. The first one asked for determines the midnight.
  double since_midnight(double seconds);

  // "2021-01-31 00:00 UTC"; absent where times are no dates, or none was asked for.
  std::optional<std::string> midnight() const;

 private:
  enum class Kind : std::uint8_t { unknown, seconds, unix_seconds, iso };

  Kind kind_ = Kind::unknown;
  std::optional<double> midnight_s_;
};

// Seconds since 1970 of "2021-01-31T12:00:00.5Z", also with a blank in place of the T, an offset such as +01:00 in
// place of the Z, or none, which is UTC. Absent where it is no such time.
std::optional<double> parse_iso_time(std::string_view text);

}  // namespace faasconf::traces
