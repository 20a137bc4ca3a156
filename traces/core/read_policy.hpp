#pragma once
// How a trace is read: what readers do with unusable rows, and how they report progress.

#include <cstdint>
#include <functional>
#include <string_view>

#include "sim/core/go_on.hpp"
#include "traces/core/read_report.hpp"

namespace faasconf::traces {

// What to do with a key that comes twice in one file, or twice on one day of a series.
enum class OnDuplicate : std::uint8_t { sum, first, error };
OnDuplicate parse_on_duplicate(std::string_view text);  // throws sim::Error
std::string_view name_of(OnDuplicate how);

struct ReadPolicy {
  OnBadRow on_bad_row = OnBadRow::error;
  OnDuplicate on_duplicate = OnDuplicate::sum;
  std::function<void(std::uint64_t)> progress{};  // called now and then with the bytes of all files read so far
  sim::GoOn go_on{};                              // no: reading ends with sim::Cancelled
};

}  // namespace faasconf::traces
