// Whatever rows of minute counts hold, the reader gives them or throws sim::Error; rows that are mended are as strict
// readers want them; and all scans of this machine agree. A '~' in the input stands for 40 cells that are "0", so that
// few bytes make a row; the first byte chooses the schema and what happens to bad rows.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "sim/core/error.hpp"
#include "traces/azure/azure2019_invocations.hpp"
#include "traces/azure/azure2019_series.hpp"
#include "traces/azure/minute_scan.hpp"
#include "traces/core/minute_series.hpp"

using namespace faasconf;

namespace {

std::string header(bool series) {
  std::string text = series ? "HashFunction,day" : "HashOwner,HashApp,HashFunction,Trigger";
  for (std::size_t minute = 1; minute <= traces::kMinutesPerDay; ++minute) text += "," + std::to_string(minute);
  return text + "\n";
}

std::string expanded(std::string_view input) {
  std::string text;
  for (const char c : input) {
    if (c != '~') {
      text += c;
      continue;
    }
    for (int i = 0; i < 40; ++i) text += ",0";
  }
  return text;
}

void check_row(const traces::TraceFunction& row) {
  std::int64_t last = -1;
  for (const traces::MinuteCount& minute : row.counts) {
    if (minute.count == 0 || minute.minute <= last || minute.minute >= traces::kMinutesPerDay) std::abort();
    last = minute.minute;
  }
}

void check_scans(const std::string& cells) {
  const std::string text = std::string(traces::kScanRoom, '1') + cells + std::string(traces::kScanRoom, '1');
  const char* begin = text.data() + traces::kScanRoom;
  std::vector<traces::MinuteCount> first;
  std::size_t first_count = 0;
  for (const traces::NamedScan& named : traces::minute_scans()) {
    std::vector<traces::MinuteCount> counts(traces::kScanCounts);
    const std::size_t count = named.scan(begin, begin + cells.size(), counts.data());
    counts.resize(count == traces::kIrregular ? 0 : count);
    if (first.empty() && first_count == 0) {
      first = counts;
      first_count = count;
    }
    if (count != first_count || counts != first) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string rows = expanded(input);
  const bool series = (data[0] & 1) != 0;
  const bool whole = (data[0] & 8) != 0;  // with a header of its own, or none
  const std::string text = whole ? rows : header(series) + rows;
  const auto on_bad_row = static_cast<traces::OnBadRow>(data[0] / 2 % 3);
  try {
    traces::Azure2019InvocationsReader reader(files::bytes_of(text, "fuzz.csv"), "fuzz.csv", on_bad_row);
    for (traces::TraceFunction row; reader.next(row);) check_row(row);
  } catch (const sim::Error&) {
    // as it should
  }
  try {
    traces::read_series(files::bytes_of(text, "fuzz.csv"), "fuzz.csv",
                        {.whose = traces::FunctionKey("f"), .on_bad_row = on_bad_row});
  } catch (const sim::Error&) {
    // as it should
  }
  check_scans(rows);
  return 0;
}
