#pragma once
// A number of calls as a cell of a CSV file has it.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/core/read_report.hpp"
#include "traces/core/trace.hpp"

namespace faasconf::traces {

inline constexpr std::uint32_t kLargestCount = std::numeric_limits<std::uint32_t>::max();

struct CountCell {
  std::uint32_t count = 0;  // mended, where there is a fault
  std::optional<Fault> fault{};
};

// "7", also in quotes or among blanks, and "7.0" or "7e0", as pandas writes counts once one was absent; "7.5" and ""
// are none.
CountCell read_count(std::string_view cell);

std::string expected_count();  // "an integer from 0 to 4294967295"

// Adds calls to a minute of counts that are in order of minutes: at their end, or near it. False where the sum is
// beyond its type: it is the largest then.
bool add_calls(std::vector<MinuteCount>& counts, std::uint32_t minute, std::uint32_t calls);

}  // namespace faasconf::traces
