#include "traces/core/read_report.hpp"

#include <algorithm>

#include "sim/core/error.hpp"

namespace faasconf::traces {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"error", "skip", "fix"};

}  // namespace

OnBadRow parse_on_bad_row(std::string_view text) {
  const auto found = std::ranges::find(kNames, text);
  if (found != kNames.end()) return static_cast<OnBadRow>(found - kNames.begin());
  throw sim::Error("expected error, skip or fix, got \"" + std::string(text) + "\"");
}

std::string_view name_of(OnBadRow how) { return kNames[static_cast<std::size_t>(how)]; }

std::string_view fault_name(Fault fault) {
  static constexpr std::array<std::string_view, kFaults> names = {
      "number of columns", "not a number",         "overflow",          "negative count",  "negative duration",
      "negative memory",   "percentiles disorder", "duration of 0",     "unknown trigger", "trigger differs",
      "duplicate key",     "count differs",        "without durations", "without memory",  "unknown function",
      "without samples",   "unknown app",          "negative start",    "out of order"};
  return names[static_cast<std::size_t>(fault)];
}

void ReadReport::note(Fault fault, const std::string& where, std::uint64_t count) {
  Entry& entry = faults[static_cast<std::size_t>(fault)];
  if (entry.count == 0) entry.first = where;
  entry.count += count;
}

ReadReport& ReadReport::operator+=(const ReadReport& other) {
  rows += other.rows;
  dropped += other.dropped;
  mended += other.mended;
  for (std::size_t i = 0; i < kFaults; ++i) {
    if (other.faults[i].count > 0) note(static_cast<Fault>(i), other.faults[i].first, other.faults[i].count);
  }
  notes.insert(notes.end(), other.notes.begin(), other.notes.end());
  return *this;
}

}  // namespace faasconf::traces
