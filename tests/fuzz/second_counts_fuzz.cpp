// Whatever counts per second hold, the reader adds them up by minutes or throws sim::Error. The first byte chooses what
// happens to bad rows.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sim/core/error.hpp"
#include "traces/counts/second_counts.hpp"

using namespace faasconf;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string rows(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto on_bad_row = static_cast<traces::OnBadRow>(data[0] % 3);
  try {
    const traces::SecondCounts read = traces::read_second_counts(
        files::bytes_of("second,function,count\n" + rows, "fuzz.csv"), "fuzz.csv", {.on_bad_row = on_bad_row});
    for (const traces::TraceFunction& function : read.trace.functions) {
      std::int64_t last = -1;
      for (const traces::MinuteCount& minute : function.counts) {
        if (minute.count == 0 || minute.minute <= last) std::abort();
        if (minute.minute >= read.trace.days * traces::kMinutesPerDay) std::abort();
        last = minute.minute;
      }
    }
  } catch (const sim::Error&) {
    // as it should
  }
  return 0;
}
