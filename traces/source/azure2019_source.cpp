#include <utility>

#include "traces/azure/azure2019_invocations.hpp"
#include "traces/azure/azure2019_percentiles.hpp"
#include "traces/azure/azure2019_series.hpp"
#include "traces/core/key_set.hpp"
#include "traces/source/source_kinds.hpp"

namespace faasconf::traces {
namespace {

constexpr std::uint64_t kRowsBetweenProgress = 128;

std::vector<std::string> all_of(const Azure2019Files& files) {
  std::vector<std::string> all;
  for (const auto* kind : {&files.invocations, &files.durations, &files.memory}) {
    all.insert(all.end(), kind->begin(), kind->end());
  }
  return all;
}

// Reads files one after the other into statistics, and reports the bytes of all.
class StatisticsPass {
 public:
  StatisticsPass(const Azure2019Files& files, const ReadPolicy& policy) : files_(files), policy_(policy) {}

  InspectedTrace run() {
    std::uint32_t day = 0;
    for (const std::string& file : files_.invocations) read_invocations(file, day++);
    collector_.set_days(day);
    for (const std::string& file : files_.durations) read_durations(file);
    for (const std::string& file : files_.memory) read_memory(file);
    return {.statistics = collector_.statistics(policy_.go_on), .report = report_};
  }

 private:
  template <class Reader, class Row, class Take>
  void read(Reader reader, Row row, const Take& take) {
    seen_.clear();
    for (std::uint64_t rows = 1; reader.next(row); ++rows) {
      take(reader, row);
      if (rows % kRowsBetweenProgress == 0) report_bytes(reader.bytes_consumed());
    }
    bytes_before_ += reader.bytes_consumed();
    report_ += reader.report();
  }

  void report_bytes(std::uint64_t bytes) const {
    sim::throw_if_cancelled(policy_.go_on);
    if (policy_.progress) policy_.progress(bytes_before_ + bytes);
  }

  // Notes names that came before in the same file, or on the same day of one.
  void expect_new(std::uint64_t key, const std::string& file, std::uint64_t line, const std::string& names) {
    if (seen_.insert(key)) return;
    report_.note(Fault::duplicate_key, place(file, line) + names);
  }

  static std::string place(const std::string& file, std::uint64_t line) {
    return file + ":" + std::to_string(line) + ": ";
  }

  void add_row(const TraceFunction& row, std::uint32_t first_minute, const std::string& file, std::uint64_t line) {
    const std::optional<Trigger> before = collector_.add(row, first_minute);
    if (before) note_other_trigger(report_, place(file, line), row, *before);
  }

  void read_invocations(const std::string& file, std::uint32_t file_day) {
    read(Azure2019InvocationsReader(file, policy_.on_bad_row), TraceFunction(),
         [&](const auto& reader, const TraceFunction& row) {
           const std::uint32_t day = reader.day() ? static_cast<std::uint32_t>(*reader.day() - 1) : file_day;
           expect_new(key_of(row.owner, row.app, row.function) + day, file, reader.line(),
                      row.owner + "," + row.app + "," + row.function);
           add_row(row, day * static_cast<std::uint32_t>(kMinutesPerDay), file, reader.line());
         });
  }

  void read_durations(const std::string& file) {
    read(Azure2019DurationsReader(file, policy_.on_bad_row), FunctionDuration(),
         [&](const auto& reader, const FunctionDuration& row) {
           expect_new(key_of(row.owner, row.app, row.function), file, reader.line(),
                      row.owner + "," + row.app + "," + row.function);
           if (collector_.add_duration(row.owner, row.app, row.function, row.duration)) return;
           report_.note(Fault::unknown_function,
                        place(file, reader.line()) + row.owner + "," + row.app + "," + row.function);
         });
  }

  void read_memory(const std::string& file) {
    read(Azure2019MemoryReader(file, policy_.on_bad_row), AppMemory(), [&](const auto& reader, const AppMemory& row) {
      expect_new(key_of(row.owner, row.app), file, reader.line(), row.owner + "," + row.app);
      if (collector_.add_memory(row.owner, row.app, row.memory)) return;
      report_.note(Fault::unknown_app, place(file, reader.line()) + row.owner + "," + row.app);
    });
  }

  const Azure2019Files& files_;
  const ReadPolicy& policy_;
  StatisticsCollector collector_;
  ReadReport report_;
  std::uint64_t bytes_before_ = 0;
  KeySet seen_;
};

class Azure2019Source final : public TraceSource {
 public:
  Azure2019Source(const Azure2019Folder& folder, const std::string& name)
      : TraceSource(name, all_of(folder.files)), by_kind_(folder.files), notes_(folder.notes) {}

  ReadTrace read(const ReadPolicy& policy) const override {
    Azure2019Trace azure = read_azure2019(by_kind_, policy);
    azure.trace.origin = "Azure Functions 2019:" + listed_digests(*this, policy.go_on);
    return {.trace = std::move(azure.trace), .report = with_notes(std::move(azure.report))};
  }

  InspectedTrace inspect(const ReadPolicy& policy) const override {
    InspectedTrace inspected = StatisticsPass(by_kind_, policy).run();
    inspected.report = with_notes(std::move(inspected.report));
    return inspected;
  }

  ReadSeries series(const SeriesRequest& request) const override {
    ReadSeries read{.series = read_series(by_kind_.invocations, request),
                    .origin = listed_files(*this, by_kind_.invocations.size(), request.go_on)};
    read.series.report = with_notes(std::move(read.series.report));
    return read;
  }

  void each_invocation(const ReadPolicy&, const std::function<void(const TraceInvocation&)>&) const override {}

 private:
  ReadReport with_notes(ReadReport report) const {
    report.notes.insert(report.notes.begin(), notes_.begin(), notes_.end());
    return report;
  }

  Azure2019Files by_kind_;
  std::vector<std::string> notes_;
};

}  // namespace

std::unique_ptr<TraceSource> azure2019_source(const Azure2019Folder& folder, const std::string& name) {
  return std::make_unique<Azure2019Source>(folder, name);
}

}  // namespace faasconf::traces
