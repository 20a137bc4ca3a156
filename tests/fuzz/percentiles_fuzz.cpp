// Whatever rows of durations or memory hold, the readers give them or throw sim::Error, and what they give can be used.
// The first byte chooses the kind and what happens to bad rows.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sim/core/error.hpp"
#include "traces/azure/azure2019_percentiles.hpp"

using namespace faasconf;

namespace {

constexpr const char* kDurations =
    "HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,percentile_Average_1,"
    "percentile_Average_25,percentile_Average_50,percentile_Average_75,percentile_Average_99,percentile_Average_100\n";
constexpr const char* kMemory =
    "HashOwner,HashApp,SampleCount,AverageAllocatedMb,AverageAllocatedMb_pct1,AverageAllocatedMb_pct5,"
    "AverageAllocatedMb_pct25,AverageAllocatedMb_pct50,AverageAllocatedMb_pct75,AverageAllocatedMb_pct95,"
    "AverageAllocatedMb_pct99,AverageAllocatedMb_pct100\n";

void read_durations(const std::string& text, traces::OnBadRow on_bad_row) {
  traces::Azure2019DurationsReader reader(files::bytes_of(text, "fuzz.csv"), "fuzz.csv", on_bad_row);
  for (traces::FunctionDuration row; reader.next(row);) {
    if (!std::ranges::is_sorted(row.duration.percentiles_ms) || !(row.duration.average_ms >= 0)) std::abort();
  }
}

void read_memory(const std::string& text, traces::OnBadRow on_bad_row) {
  traces::Azure2019MemoryReader reader(files::bytes_of(text, "fuzz.csv"), "fuzz.csv", on_bad_row);
  for (traces::AppMemory row; reader.next(row);) {
    if (!std::ranges::is_sorted(row.memory.percentiles_mb) || !(row.memory.average_mb >= 0)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string rows(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool memory = (data[0] & 1) != 0;
  const bool whole = (data[0] & 8) != 0;  // with a header of its own, or none
  const auto on_bad_row = static_cast<traces::OnBadRow>(data[0] / 2 % 3);
  try {
    if (memory) {
      read_memory(whole ? rows : kMemory + rows, on_bad_row);
    } else {
      read_durations(whole ? rows : kDurations + rows, on_bad_row);
    }
  } catch (const sim::Error&) {
    // as it should
  }
  return 0;
}
