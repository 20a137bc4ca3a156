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
                                           .negative = Fault::negative_memory,
                                           .most = 1e6,
                                           .beyond = "megabytes, below a million (divide bytes by 1e6)"};

const PercentileColumns& columns_of(const FunctionDuration*) { return kDurationColumns; }
const PercentileColumns& columns_of(const AppMemory*) { return kMemoryColumns; }

void read_row(PercentileRows& rows, FunctionDuration& row) {
  row.owner = rows.key(0);
  row.app = rows.key(1);
  row.function = rows.key(2);
  row.duration.average_ms = rows.number(kAverageMs);
  row.duration.count = rows.number(kCount);
  row.duration.minimum_ms = rows.number(kMinimumMs);
  row.duration.maximum_ms = rows.number(kMaximumMs);
  std::ranges::copy(rows.percentiles(), row.duration.percentiles_ms.begin());
  for (const std::size_t column : {kAverageMs, kMinimumMs}) {
    if (rows.number(column) > 0) continue;
    rows.note(Fault::zero_duration, column);
    break;
  }
}

void read_row(PercentileRows& rows, AppMemory& row) {
  row.owner = rows.key(0);
  row.app = rows.key(1);
  row.memory.samples = rows.number(kSamples);
  row.memory.average_mb = rows.number(kAverageMb);
  std::ranges::copy(rows.percentiles(), row.memory.percentiles_mb.begin());
}

}  // namespace

template <class Row>
Azure2019PercentilesReader<Row>::Azure2019PercentilesReader(const std::string& path, OnBadRow on_bad_row)
    : Azure2019PercentilesReader(files::open_bytes(path), path, on_bad_row) {}

template <class Row>
Azure2019PercentilesReader<Row>::Azure2019PercentilesReader(std::unique_ptr<files::ByteSource> bytes,
                                                            const std::string& name, OnBadRow on_bad_row)
    : rows_(std::make_unique<PercentileRows>(std::move(bytes), name, columns_of(static_cast<const Row*>(nullptr)),
                                             on_bad_row)) {}

template <class Row>
Azure2019PercentilesReader<Row>::~Azure2019PercentilesReader() = default;
template <class Row>
Azure2019PercentilesReader<Row>::Azure2019PercentilesReader(Azure2019PercentilesReader&&) noexcept = default;

template <class Row>
bool Azure2019PercentilesReader<Row>::next(Row& row) {
  if (!rows_->next()) return false;
  read_row(*rows_, row);
  return true;
}

template <class Row>
std::uint64_t Azure2019PercentilesReader<Row>::line() const {
  return rows_->lines().number();
}

template <class Row>
const ReadReport& Azure2019PercentilesReader<Row>::report() const {
  return rows_->report();
}

template <class Row>
std::uint64_t Azure2019PercentilesReader<Row>::bytes_consumed() const {
  return rows_->lines().bytes_consumed();
}

template class Azure2019PercentilesReader<FunctionDuration>;
template class Azure2019PercentilesReader<AppMemory>;

}  // namespace faasconf::traces
