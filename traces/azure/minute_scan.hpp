#pragma once
// The fast path through the 1440 counts of a row, most of which are "0".

#include <cstddef>
#include <vector>

#include "traces/core/trace.hpp"

namespace faasconf::traces {

// Reads "0,0,7,...,0": writes the counts that are not 0 to `counts`, which has room for kScanCounts, and returns how
// many. Returns kIrregular, with anything in `counts`, where the text is not exactly 1440 numbers of 1 to 8 digits:
// a slower reader then reports the error. kScanRoom bytes before and behind the text must be readable.
using MinuteScan = std::size_t (*)(const char* begin, const char* end, MinuteCount* counts);
inline constexpr std::size_t kIrregular = static_cast<std::size_t>(-1);
inline constexpr std::size_t kScanCounts = kMinutesPerDay + 64;
inline constexpr std::size_t kScanRoom = 128;

// All give the same results; absent is what this build or this processor lacks.
struct NamedScan {
  const char* name;
  MinuteScan scan;
};
std::vector<NamedScan> minute_scans();  // the fastest last
MinuteScan fastest_minute_scan();

}  // namespace faasconf::traces
