#include "experiments/results/result_file.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>

#include <H5Cpp.h>

#include "experiments/config/cases.hpp"
#include "experiments/results/hdf5_parts.hpp"
#include "sim/stats/confidence.hpp"
#include "traces/files/hdf5_part_driver.hpp"
#include "traces/files/part_file.hpp"

namespace faasconf::experiments::results {
namespace {

constexpr std::uint64_t kFormatVersion = 1;
constexpr hsize_t kChunkRows = 8192;
constexpr unsigned kDeflateLevel = 4;
constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

const std::array<const char*, 5> kOutcomes = {"success", "rejected", "timed_out", "failed", "out_of_memory"};
static_assert(static_cast<std::size_t>(sim::Outcome::out_of_memory) + 1 == kOutcomes.size());

// --- tables ---

// A column of a table: its name, unit, and where a row has it.
template <class Row>
struct Field {
  std::string name;
  std::string unit;
  std::variant<std::int64_t (*)(const Row&), double (*)(const Row&)> of;
  const char* names = nullptr;  // of indices: the path of what they point into
};

// Columns of 8 bytes a cell, whole or real, appended row by row; a chunk of each is held back.
template <class Row>
class Table {
 public:
  Table(const H5::Group& parent, const char* name, std::vector<Field<Row>> fields) {
    const H5::Group group = create_group(parent, name);
    const hsize_t none = 0;
    const hsize_t any = H5S_UNLIMITED;
    H5::DSetCreatPropList properties = without_times();
    properties.setChunk(1, &kChunkRows);
    properties.setShuffle();
    properties.setDeflate(kDeflateLevel);
    for (Field<Row>& field : fields) {
      const bool whole = field.of.index() == 0;
      Column column{std::move(field), {}, {}};
      column.dataset =
          group.createDataSet(column.field.name, whole ? H5::PredType::STD_I64LE : H5::PredType::IEEE_F64LE,
                              H5::DataSpace(1, &none, &any), properties);
      write_attribute(column.dataset, "unit", column.field.unit);
      if (column.field.names != nullptr) write_attribute(column.dataset, "names", std::string(column.field.names));
      columns_.push_back(std::move(column));
    }
  }

  void append(const Row& row) {
    for (Column& column : columns_) {
      column.cells.push_back(
          std::visit([&](auto of) { return std::bit_cast<std::uint64_t>(of(row)); }, column.field.of));
    }
    if (columns_.front().cells.size() == kChunkRows) flush();
  }

  void flush() {
    const hsize_t count = columns_.front().cells.size();
    if (count == 0) return;
    const hsize_t end = rows_ + count;
    for (Column& column : columns_) {
      column.dataset.extend(&end);
      H5::DataSpace space = column.dataset.getSpace();
      space.selectHyperslab(H5S_SELECT_SET, &count, &rows_);
      const bool whole = column.field.of.index() == 0;
      column.dataset.write(column.cells.data(), whole ? H5::PredType::NATIVE_INT64 : H5::PredType::NATIVE_DOUBLE,
                           H5::DataSpace(1, &count), space);
      column.cells.clear();
    }
    rows_ = end;
  }

 private:
  struct Column {
    Field<Row> field;
    H5::DataSet dataset;
    std::vector<std::uint64_t> cells;  // bits of int64 or double
  };

  std::vector<Column> columns_;
  hsize_t rows_ = 0;  // in the file
};

// Which run a row belongs to.
struct RowKey {
  std::size_t case_index = 0;
  std::uint64_t replication = 0;
};
struct WindowRow : RowKey {
  const sim::Observation* seen = nullptr;
  const sim::Counts& counts() const { return seen->requests; }
  const std::optional<sim::Latency>& latency() const { return seen->latency; }
};
struct FunctionRow : RowKey {
  const sim::Observation* window = nullptr;
  std::size_t function = 0;
  const sim::FunctionObservation& seen() const { return window->functions[function]; }
  const sim::FunctionConfiguration& knobs() const { return window->configuration.functions[function]; }
  const sim::Counts& counts() const { return seen().calls; }
  const std::optional<sim::Latency>& latency() const { return seen().latency; }
};
struct ReplicationRow : WindowRow {
  const sim::Run* run = nullptr;
};
struct SpanRow : RowKey {
  const sim::CallRecord* call = nullptr;
};

template <class Row>
using Fields = std::vector<Field<Row>>;

template <class Row>
Fields<Row> operator+(Fields<Row> first, const Fields<Row>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

template <class Row>
Fields<Row> key_fields() {
  return {
      {"case", "", [](const Row& row) { return static_cast<std::int64_t>(row.case_index); }, "/run/cases"},
      {"replication", "", [](const Row& row) { return static_cast<std::int64_t>(row.replication); }},
  };
}

template <class Row>
Fields<Row> count_fields(const std::string& unit) {
  return {
      {"arrivals", unit, [](const Row& row) { return row.counts().arrivals; }},
      {"completions", unit, [](const Row& row) { return row.counts().completions; }},
      {"rejections", unit, [](const Row& row) { return row.counts().rejections; }},
      {"timeouts", unit, [](const Row& row) { return row.counts().timeouts; }},
      {"failures", unit, [](const Row& row) { return row.counts().failures; }},
      {"oom_kills", unit, [](const Row& row) { return row.counts().oom_kills; }},
      {"in_flight", unit, [](const Row& row) { return row.counts().in_flight; }},
  };
}

template <double sim::Latency::*member, class Row>
double latency(const Row& row) {
  return row.latency() ? *row.latency().*member : kAbsent;
}

template <class Row>
Fields<Row> latency_fields() {
  using sim::Latency;
  return {
      {"latency_mean_s", "s", &latency<&Latency::mean_s, Row>}, {"latency_p50_s", "s", &latency<&Latency::p50_s, Row>},
      {"latency_p75_s", "s", &latency<&Latency::p75_s, Row>},   {"latency_p95_s", "s", &latency<&Latency::p95_s, Row>},
      {"latency_p99_s", "s", &latency<&Latency::p99_s, Row>},
  };
}

// What windows and replications share.
template <class Row>
Fields<Row> load_fields() {
  return {
      {"start_s", "s", [](const Row& row) { return sim::to_seconds(row.seen->start); }},
      {"length_s", "s", [](const Row& row) { return sim::to_seconds(row.seen->length); }},
      {"users", "users", [](const Row& row) { return row.seen->users; }},
      {"offered_rate_per_s", "requests/s", [](const Row& row) { return row.seen->offered_rate_per_s; }},
  };
}

template <class Row>
Fields<Row> success_fields() {
  return {
      {"throughput_per_s", "requests/s", [](const Row& row) { return row.seen->throughput_per_s; }},
      {"success_ratio", "1", [](const Row& row) { return row.seen->success_ratio.value_or(kAbsent); }},
  };
}

template <class Row>
Fields<Row> cost_fields() {
  return {
      {"price", "1", [](const Row& row) { return row.seen->price; }},
      {"cost_window_usd", "USD", [](const Row& row) { return row.seen->cost_window_usd; }},
      {"cost_execution_usd", "USD", [](const Row& row) { return row.seen->cost_execution_usd; }},
      {"used_gib_s", "GiB s", [](const Row& row) { return row.seen->used_gib_s; }},
      {"used_vcpu_s", "vCPU s", [](const Row& row) { return row.seen->used_vcpu_s; }},
  };
}

Fields<WindowRow> window_fields() {
  using Row = WindowRow;
  return key_fields<Row>() + Fields<Row>{{"window", "", [](const Row& row) { return row.seen->window; }}} +
         load_fields<Row>() + count_fields<Row>("requests") + latency_fields<Row>() + success_fields<Row>() +
         Fields<Row>{{"qos_met", "", [](const Row& row) { return std::int64_t{row.seen->qos_met}; }}} +
         cost_fields<Row>();
}

Fields<ReplicationRow> replication_fields() {
  using Row = ReplicationRow;
  return key_fields<Row>() + load_fields<Row>() + count_fields<Row>("requests") + latency_fields<Row>() +
         success_fields<Row>() + cost_fields<Row>() +
         Fields<Row>{
             {"qos_compliance", "1", [](const Row& row) { return row.run->qos_compliance; }},
             {"events", "events", [](const Row& row) { return static_cast<std::int64_t>(row.run->events); }},
         };
}

Fields<FunctionRow> function_fields() {
  using Row = FunctionRow;
  return key_fields<Row>() +
         Fields<Row>{
             {"window", "", [](const Row& row) { return row.window->window; }},
             {"function", "", [](const Row& row) { return static_cast<std::int64_t>(row.function); }, "/run/functions"},
             {"cpu_millicores", "millicores", [](const Row& row) { return row.knobs().cpu.value; }},
             {"memory_mib", "MiB", [](const Row& row) { return row.knobs().memory.value; }},
             {"replicas", "instances", [](const Row& row) { return std::int64_t{row.knobs().replicas}; }},
             {"concurrency", "calls", [](const Row& row) { return std::int64_t{row.knobs().concurrency}; }},
         } +
         count_fields<Row>("calls") + latency_fields<Row>() +
         Fields<Row>{
             {"execution_mean_s", "s", [](const Row& row) { return row.seen().execution_mean_s.value_or(kAbsent); }},
             {"cpu_cores", "cores", [](const Row& row) { return row.seen().cpu_cores.value_or(kAbsent); }},
             {"cpu_percent", "%", [](const Row& row) { return row.seen().cpu_percent.value_or(kAbsent); }},
             {"throttled_share", "1", [](const Row& row) { return row.seen().throttled_share.value_or(kAbsent); }},
             {"memory_share", "1", [](const Row& row) { return row.seen().memory_share.value_or(kAbsent); }},
             {"received_bytes_per_s", "B/s",
              [](const Row& row) { return row.seen().received_bytes_per_s.value_or(kAbsent); }},
             {"transmitted_bytes_per_s", "B/s",
              [](const Row& row) { return row.seen().transmitted_bytes_per_s.value_or(kAbsent); }},
             {"instances", "instances", [](const Row& row) { return row.seen().instances; }},
             {"ready", "instances", [](const Row& row) { return std::int64_t{row.seen().ready}; }},
             {"starting", "instances", [](const Row& row) { return std::int64_t{row.seen().starting}; }},
             {"pending", "instances", [](const Row& row) { return std::int64_t{row.seen().pending}; }},
             {"concurrency_mean", "calls",
              [](const Row& row) { return row.seen().concurrency_mean.value_or(kAbsent); }},
             {"throttled_periods", "periods", [](const Row& row) { return row.seen().throttled_periods.value(); }},
             {"cold_starts", "calls", [](const Row& row) { return row.seen().cold_starts.value(); }},
             {"crashes", "crashes", [](const Row& row) { return row.seen().crashes; }},
         };
}

double seconds_or_absent(sim::Time time) { return time == sim::kNever ? kAbsent : sim::to_seconds(time); }

Fields<SpanRow> span_fields() {
  using Row = SpanRow;
  return key_fields<Row>() +
         Fields<Row>{
             {"request", "", [](const Row& row) { return static_cast<std::int64_t>(row.call->request); }},
             {"function", "", [](const Row& row) { return std::int64_t{row.call->function.index}; }, "/run/functions"},
             {"instance", "", [](const Row& row) { return std::int64_t{row.call->instance}; }},
             {"outcome", "", [](const Row& row) { return static_cast<std::int64_t>(row.call->outcome); },
              "/run/outcomes"},
             {"called_s", "s", [](const Row& row) { return seconds_or_absent(row.call->called); }},
             {"started_s", "s", [](const Row& row) { return seconds_or_absent(row.call->started); }},
             {"finished_s", "s", [](const Row& row) { return seconds_or_absent(row.call->finished); }},
         };
}

}  // namespace

class ResultWriter::File {
 public:
  File(const std::string& path, const ResultHeader& header)
      : part_(path),
        file_(files::create_hdf5(part_)),
        replications_(config::cases_of(*header.experiment).size()),
        function_count_(header.experiment->scenario.workflow.functions.size()) {
    write_header(header);
    windows_.emplace(file_, "windows", window_fields());
    functions_.emplace(file_, "functions", function_fields());
    totals_.emplace(file_, "replications", replication_fields());
    if (header.spans) spans_.emplace(file_, "spans", span_fields());
    part_.check();
  }

  void append(std::size_t case_index, std::uint64_t replication, const sim::Run& run) {
    assert(case_index < replications_.size());
    const RowKey key{case_index, replication};
    ++replications_[case_index];
    for (const sim::Observation& window : run.windows) {
      assert(window.functions.size() == function_count_ && window.configuration.functions.size() == function_count_);
      windows_->append({key, &window});
      for (std::size_t i = 0; i < function_count_; ++i) functions_->append({key, &window, i});
    }
    totals_->append({{key, &run.total}, &run});
    if (spans_) {
      for (const sim::CallRecord& call : run.spans) spans_->append({key, &call});
    }
    part_.check();
  }

  void finish(const Summary& summary) {
    windows_->flush();
    functions_->flush();
    totals_->flush();
    if (spans_) spans_->flush();
    write_summary(summary);
    write_array(file_.openGroup("run"), "replications", replications_);

    // HDF5 writes the last bytes when it closes
    windows_.reset();
    functions_.reset();
    totals_.reset();
    spans_.reset();
    file_.close();
    part_.commit();
  }

  const std::string& path() const { return part_.path(); }

 private:
  void write_header(const ResultHeader& header) {
    const config::Experiment& experiment = *header.experiment;
    write_origin(file_,
                 {.format = {"faasconf-result", kFormatVersion},
                  .job = {.verb = "simulate", .options = header.options, .experiment = experiment.resolved},
                  .seed = header.seed,
                  .inputs = experiment.inputs},
                 experiment.scenario);
    write_attribute(file_.openGroup("/"), "duration_s", sim::to_seconds(header.duration));

    const H5::Group run = file_.openGroup("run");
    std::vector<std::string> cases;
    for (const config::Case& one : config::cases_of(experiment)) cases.push_back(one.name);
    write_array(run, "cases", cases);
    std::vector<std::string> functions;
    for (const sim::FunctionSpec& function : experiment.scenario.workflow.functions) functions.push_back(function.name);
    write_array(run, "functions", functions);
    write_array(run, "outcomes", std::vector<std::string>(kOutcomes.begin(), kOutcomes.end()));
    std::vector<double> warm_up_s;
    for (const sim::Duration warm_up : header.warm_up) warm_up_s.push_back(sim::to_seconds(warm_up));
    warm_up_s.resize(cases.size());
    write_column(run, "warm_up_s", "s", warm_up_s);
  }

  void write_summary(const Summary& summary) {
    std::vector<std::int64_t> cases;
    std::vector<std::int64_t> functions;
    std::vector<std::int64_t> replications;
    std::vector<std::string> metrics;
    std::vector<std::string> units;
    std::vector<double> means;
    std::vector<double> lows;
    std::vector<double> highs;
    const std::vector<std::string>& names = summary.function_names();
    const std::size_t rows_of_case =
        summary.case_names().empty() ? 1 : summary.rows().size() / summary.case_names().size();
    for (std::size_t i = 0; i < summary.rows().size(); ++i) {
      const SummaryRow& row = summary.rows()[i];
      functions.push_back(row.function.empty() ? -1
                                               : std::find(names.begin(), names.end(), row.function) - names.begin());
      cases.push_back(static_cast<std::int64_t>(i / rows_of_case));
      metrics.push_back(row.metric);
      units.push_back(row.unit);
      const auto interval = sim::mean_interval(row.over_replications);
      means.push_back(row.over_replications.mean().value_or(kAbsent));
      lows.push_back(interval ? interval->low() : kAbsent);
      highs.push_back(interval ? interval->high() : kAbsent);
      replications.push_back(static_cast<std::int64_t>(row.over_replications.count()));
    }

    const H5::Group group = create_group(file_, "summary");
    write_column(group, "case", "", cases, "/run/cases");
    write_column(group, "function", "", functions, "/run/functions");
    write_column(group, "metric", "", metrics);
    write_column(group, "unit", "", units);
    write_column(group, "mean", "", means);
    write_column(group, "low", "", lows);
    write_column(group, "high", "", highs);
    write_column(group, "replications", "", replications);
  }

  files::PartFile part_;  // outlives the HDF5 file in it
  H5::H5File file_;
  std::optional<Table<WindowRow>> windows_;
  std::optional<Table<FunctionRow>> functions_;
  std::optional<Table<ReplicationRow>> totals_;
  std::optional<Table<SpanRow>> spans_;
  std::vector<std::int64_t> replications_;  // by case
  std::size_t function_count_;
};

ResultWriter::ResultWriter(const std::string& path, const ResultHeader& header) {
  translate_hdf5_errors(path, [&] { file_ = std::make_unique<File>(path, header); });
}

ResultWriter::~ResultWriter() = default;

void ResultWriter::append(std::size_t case_index, std::uint64_t replication, const sim::Run& run) {
  if (!file_) throw std::logic_error("ResultWriter: nothing can be appended once finished or failed");
  try {
    translate_hdf5_errors(file_->path(), [&] { file_->append(case_index, replication, run); });
  } catch (...) {
    file_.reset();
    throw;
  }
}

void ResultWriter::finish(const Summary& summary) {
  if (!file_) throw std::logic_error("ResultWriter: cannot be finished once finished or failed");
  const std::unique_ptr<File> file = std::move(file_);
  translate_hdf5_errors(file->path(), [&] { file->finish(summary); });
}

}  // namespace faasconf::experiments::results
