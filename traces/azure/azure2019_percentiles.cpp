#include "traces/azure/azure2019_percentiles.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "traces/azure/percentile_rows.hpp"

namespace faasconf::traces {
namespace {

constexpr std::array<std::string_view, 14> kDurationNames = {"HashOwner",
                                                             "HashApp",
                                                             "HashFunction",
                                                             "Average",
                                                             "Count",
                                                             "Minimum",
                                                             "Maximum",
                                                             "percentile_Average_0",
                                                             "percentile_Average_1",
                                                             "percentile_Average_25",
                                                             "percentile_Average_50",
                                                             "percentile_Average_75",
                                                             "percentile_Average_99",
                                                             "percentile_Average_100"};
enum DurationColumn : std::size_t { kAverageMs = 3, kCount, kMinimumMs, kMaximumMs, kDurationPercentile };

constexpr std::array<std::string_view, 12> kMemoryNames = {"HashOwner",
                                                           "HashApp",
                                                           "SampleCount",
                                                           "AverageAllocatedMb",
                                                           "AverageAllocatedMb_pct1",
                                                           "AverageAllocatedMb_pct5",
                                                           "AverageAllocatedMb_pct25",
                                                           "AverageAllocatedMb_pct50",
                                                           "AverageAllocatedMb_pct75",
                                                           "AverageAllocatedMb_pct95",
                                                           "AverageAllocatedMb_pct99",
                                                           "AverageAllocatedMb_pct100"};
enum MemoryColumn : std::size_t { kSamples = 2, kAverageMb, kMemoryPercentile };

constexpr PercentileColumns kDurationColumns{.names = kDurationNames,
                                             .keys = 3,
                                             .count = kCount,
                                             .first = kDurationPercentile,
                                             .negative = Fault::negative_duration};
constexpr PercentileColumns kMemoryColumns{.names = kMemoryNames,
                                           .keys = 2,
                                           .count = kSamples,
                                           .first = kMemoryPercentile,
                                           .negative = Fault::negative_memory};

}  // namespace

Azure2019DurationsReader::Azure2019DurationsReader(const std::string& path, OnBadRow on_bad_row)
    : Azure2019DurationsReader(files::open_bytes(path), path, on_bad_row) {}

Azure2019DurationsReader::Azure2019DurationsReader(std::unique_ptr<files::ByteSource> bytes, const std::string& name,
                                                   OnBadRow on_bad_row)
    : rows_(std::make_unique<PercentileRows>(std::move(bytes), name, kDurationColumns, on_bad_row)) {}

Azure2019DurationsReader::~Azure2019DurationsReader() = default;
Azure2019DurationsReader::Azure2019DurationsReader(Azure2019DurationsReader&&) noexcept = default;

bool Azure2019DurationsReader::next(FunctionDuration& row) {
  if (!rows_->next()) return false;
  row.owner = rows_->key(0);
  row.app = rows_->key(1);
  row.function = rows_->key(2);
  row.duration.average_ms = rows_->number(kAverageMs);
  row.duration.count = rows_->number(kCount);
  row.duration.minimum_ms = rows_->number(kMinimumMs);
  row.duration.maximum_ms = rows_->number(kMaximumMs);
  std::ranges::copy(rows_->percentiles(), row.duration.percentiles_ms.begin());
  for (const std::size_t column : {kAverageMs, kMinimumMs}) {
    if (rows_->number(column) > 0) continue;
    rows_->note(Fault::zero_duration, column);
    break;
  }
  return true;
}

std::uint64_t Azure2019DurationsReader::line() const { return rows_->lines().number(); }
const ReadReport& Azure2019DurationsReader::report() const { return rows_->report(); }
std::uint64_t Azure2019DurationsReader::bytes_consumed() const { return rows_->lines().bytes_consumed(); }

Azure2019MemoryReader::Azure2019MemoryReader(const std::string& path, OnBadRow on_bad_row)
    : Azure2019MemoryReader(files::open_bytes(path), path, on_bad_row) {}

Azure2019MemoryReader::Azure2019MemoryReader(std::unique_ptr<files::ByteSource> bytes, const std::string& name,
                                             OnBadRow on_bad_row)
    : rows_(std::make_unique<PercentileRows>(std::move(bytes), name, kMemoryColumns, on_bad_row)) {}

Azure2019MemoryReader::~Azure2019MemoryReader() = default;
Azure2019MemoryReader::Azure2019MemoryReader(Azure2019MemoryReader&&) noexcept = default;

bool Azure2019MemoryReader::next(AppMemory& row) {
  if (!rows_->next()) return false;
  row.owner = rows_->key(0);
  row.app = rows_->key(1);
  row.memory.samples = rows_->number(kSamples);
  row.memory.average_mb = rows_->number(kAverageMb);
  std::ranges::copy(rows_->percentiles(), row.memory.percentiles_mb.begin());
  return true;
}

std::uint64_t Azure2019MemoryReader::line() const { return rows_->lines().number(); }
const ReadReport& Azure2019MemoryReader::report() const { return rows_->report(); }
std::uint64_t Azure2019MemoryReader::bytes_consumed() const { return rows_->lines().bytes_consumed(); }

}  // namespace faasconf::traces
