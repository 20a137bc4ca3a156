#pragma once
// Reads the percentiles of the Azure Functions 2019 data set: durations by function and memory by app. Streams.

#include <cstdint>
#include <memory>
#include <string>

#include "traces/core/read_report.hpp"
#include "traces/core/trace.hpp"
#include "traces/files/byte_source.hpp"

namespace faasconf::traces {

class PercentileRows;

struct FunctionDuration {
  std::string owner;
  std::string app;
  std::string function;
  DurationPercentiles duration;
};

struct AppMemory {
  std::string owner;
  std::string app;
  MemoryPercentiles memory;
};

// A file of rows like this one.
template <class Row>
class Azure2019PercentilesReader {
 public:
  // Reads the header. Throws sim::Error.
  explicit Azure2019PercentilesReader(const std::string& path, OnBadRow on_bad_row = OnBadRow::error);
  Azure2019PercentilesReader(std::unique_ptr<files::ByteSource> bytes, const std::string& name,
                             OnBadRow on_bad_row = OnBadRow::error);
  ~Azure2019PercentilesReader();
  Azure2019PercentilesReader(Azure2019PercentilesReader&&) noexcept;

  bool next(Row& row);         // false at the end of the file
  std::uint64_t line() const;  // of the last row, from 1
  const ReadReport& report() const;
  std::uint64_t bytes_consumed() const;  // of the file, as it lies on the disk

 private:
  std::unique_ptr<PercentileRows> rows_;
};

// function_durations_percentiles.anon.d??.csv
using Azure2019DurationsReader = Azure2019PercentilesReader<FunctionDuration>;
// app_memory_percentiles.anon.d??.csv
using Azure2019MemoryReader = Azure2019PercentilesReader<AppMemory>;

}  // namespace faasconf::traces
