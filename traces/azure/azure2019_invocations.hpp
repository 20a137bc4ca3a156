#pragma once
// Reads minute counts of the Azure Functions 2019 data set: the original schema, one file per day
// (HashOwner,HashApp,HashFunction,Trigger,1..1440), and series extracts (HashFunction,day,1..1440). Streams: memory
// does not grow with the file.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "traces/azure/minute_scan.hpp"
#include "traces/core/read_report.hpp"
#include "traces/core/trace.hpp"
#include "traces/files/byte_source.hpp"

namespace faasconf::traces {

class Azure2019RowReader;

//   Azure2019InvocationsReader reader("invocations_per_function_md.anon.d01.csv.xz");
//   for (TraceFunction row; reader.next(row);) use(row);
class Azure2019InvocationsReader {
 public:
  // Reads the header. Throws sim::Error.
  explicit Azure2019InvocationsReader(const std::string& path, OnBadRow on_bad_row = OnBadRow::error);
  Azure2019InvocationsReader(std::unique_ptr<files::ByteSource> bytes, const std::string& name,
                             OnBadRow on_bad_row = OnBadRow::error);
  ~Azure2019InvocationsReader();
  Azure2019InvocationsReader(Azure2019InvocationsReader&&) noexcept;

  // The next row, or false at the end of the file. Minutes count from 0 at the row's own midnight: column m is minute
  // m - 1. Strings and counts of `row` are reused; duration and memory become absent.
  bool next(TraceFunction& row);

  bool is_series() const;  // a series extract, without owner, app and trigger
  // Of the last row, from 1; absent in the original schema, where the file is the day.
  std::optional<int> day() const { return day_; }
  std::uint64_t line() const;  // of the last row, from 1
  const ReadReport& report() const { return report_; }
  std::uint64_t bytes_consumed() const;  // of the file, as it lies on the disk

 private:
  bool read_counts(TraceFunction& row);
  bool read_keys(TraceFunction& row);
  bool read_day();

  std::unique_ptr<Azure2019RowReader> rows_;
  std::vector<MinuteCount> counts_;  // of the last row, with room for the scan
  MinuteScan scan_;
  OnBadRow on_bad_row_;
  std::optional<int> day_;
  ReadReport report_;
};

}  // namespace faasconf::traces
