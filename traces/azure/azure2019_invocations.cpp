#include "traces/azure/azure2019_invocations.hpp"

#include <algorithm>
#include <utility>

#include "sim/core/error.hpp"
#include "traces/azure/azure2019_rows.hpp"
#include "traces/azure/minute_counts.hpp"
#include "traces/azure/minute_scan.hpp"

namespace faasconf::traces {
namespace {

// Whether the text is one of the seven; else `others`.
std::pair<Trigger, bool> trigger_of(std::string_view text) {
  const auto found = std::ranges::find(kTriggerNames, text);
  if (found == kTriggerNames.end()) return {Trigger::others, false};
  return {static_cast<Trigger>(found - kTriggerNames.begin()), true};
}

}  // namespace

Azure2019InvocationsReader::Azure2019InvocationsReader(const std::string& path, OnBadRow on_bad_row)
    : Azure2019InvocationsReader(files::open_bytes(path), path, on_bad_row) {}

Azure2019InvocationsReader::Azure2019InvocationsReader(std::unique_ptr<files::ByteSource> bytes,
                                                       const std::string& name, OnBadRow on_bad_row)
    : rows_(std::make_unique<Azure2019RowReader>(std::move(bytes), name)),
      counts_(kScanCounts),
      scan_(fastest_minute_scan()),
      on_bad_row_(on_bad_row) {}

Azure2019InvocationsReader::~Azure2019InvocationsReader() = default;
Azure2019InvocationsReader::Azure2019InvocationsReader(Azure2019InvocationsReader&&) noexcept = default;

bool Azure2019InvocationsReader::next(TraceFunction& row) {
  while (rows_->next()) {
    ++report_.rows;
    if (read_counts(row) && read_keys(row)) return true;
    ++report_.dropped;
  }
  return false;
}

bool Azure2019InvocationsReader::read_counts(TraceFunction& row) {
  const std::string_view cells = rows_->cells();
  const std::size_t count = scan_(cells.data(), cells.data() + cells.size(), counts_.data());
  if (count == kIrregular) return read_minutes(*rows_, on_bad_row_, report_, row.counts);
  row.counts.assign(counts_.begin(), counts_.begin() + static_cast<std::ptrdiff_t>(count));
  return true;
}

bool Azure2019InvocationsReader::read_keys(TraceFunction& row) {
  row.owner = rows_->owner();
  row.app = rows_->app();
  row.function = rows_->function();
  row.trigger = Trigger::others;
  row.duration.reset();
  row.app_memory.reset();
  if (is_series()) return read_day();

  const auto [trigger, known] = trigger_of(rows_->trigger());
  row.trigger = trigger;
  if (!known && rows_->trigger() == "Trigger") {
    throw sim::Error(rows_->lines().where() +
                     "expected a row, got a header: a file is one day; put days into files of their own, "
                     "invocations_per_function_md.anon.d01.csv and so on, in a folder");
  }
  if (!known) report_.note(Fault::unknown_trigger, rows_->lines().where(4) + files::quoted(rows_->trigger()));
  return true;
}

bool Azure2019InvocationsReader::read_day() {
  day_ = rows_->day();
  if (day_) return true;
  if (on_bad_row_ == OnBadRow::error) rows_->throw_day();
  report_.note(Fault::not_a_number, rows_->lines().where(2) + files::quoted(rows_->day_text()));
  return false;
}

bool Azure2019InvocationsReader::is_series() const { return rows_->schema() == Azure2019Schema::series; }
std::uint64_t Azure2019InvocationsReader::line() const { return rows_->lines().number(); }
std::uint64_t Azure2019InvocationsReader::bytes_consumed() const { return rows_->lines().bytes_consumed(); }

}  // namespace faasconf::traces
