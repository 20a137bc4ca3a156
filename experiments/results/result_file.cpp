#include "experiments/results/result_file.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

#include <H5Cpp.h>

#include "experiments/config/cases.hpp"
#include "experiments/results/hdf5_parts.hpp"
#include "experiments/results/promise_tally.hpp"
#include "sim/stats/confidence.hpp"
#include "traces/files/hdf5_part_driver.hpp"
#include "traces/files/part_file.hpp"

namespace faasconf::experiments::results {
namespace {

constexpr std::uint64_t kFormatVersion = 1;
constexpr hsize_t kChunkRows = 8192;
constexpr unsigned kDeflateLevel = 4;
constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kNoCount = -1;

const std::array<const char*, 5> kOutcomes = {"success", "rejected", "timed_out", "failed", "out_of_memory"};
static_assert(static_cast<std::size_t>(sim::Outcome::out_of_memory) + 1 == kOutcomes.size());

std::int64_t index(std::uint64_t i) { return static_cast<std::int64_t>(i); }

// --- tables ---

// A column of a table: its name, unit, and where a row has it.
template <class Row>
struct Field {
  std::string name;
  std::string unit;
  std::function<std::uint64_t(const Row&)> bits;  // of int64 or double
  bool whole = false;
  const char* names = nullptr;           // of indices: the path of what they point into
  std::optional<std::int64_t> absent{};  // whole: the number that stands for none
};

template <class Row>
Field<Row> whole(const char* name, const char* unit, std::int64_t (*of)(const Row&), const char* names = nullptr) {
  return {name, unit, [of](const Row& row) { return std::bit_cast<std::uint64_t>(of(row)); }, true, names};
}

template <class Row>
Field<Row> real(const char* name, const char* unit, double (*of)(const Row&)) {
  return {name, unit, [of](const Row& row) { return std::bit_cast<std::uint64_t>(of(row)); }};
}

template <class Row, class Subject>
Field<Row> field(const Metric<Subject>& metric) {
  Field<Row> field{std::string(metric.name), std::string(metric.unit), {}, metric.is_whole()};
  if (field.whole) field.absent = kNoCount;
  field.bits = [metric](const Row& row) {
    const auto bits = [&row](auto of, auto absent) {
      return std::bit_cast<std::uint64_t>(of(row.subject()).value_or(absent));
    };
    const auto* whole = std::get_if<typename Metric<Subject>::Whole>(&metric.read);
    return whole != nullptr ? bits(*whole, kNoCount) : bits(std::get<1>(metric.read), kAbsent);
  };
  return field;
}

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
      Column column{std::move(field), {}, {}};
      column.dataset = group.createDataSet(column.field.name,
                                           column.field.whole ? H5::PredType::STD_I64LE : H5::PredType::IEEE_F64LE,
                                           H5::DataSpace(1, &none, &any), properties);
      write_attributes(column);
      columns_.push_back(std::move(column));
    }
  }

  void append(const Row& row) {
    for (Column& column : columns_) column.cells.push_back(column.field.bits(row));
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
      column.dataset.write(column.cells.data(),
                           column.field.whole ? H5::PredType::NATIVE_INT64 : H5::PredType::NATIVE_DOUBLE,
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

  static void write_attributes(const Column& column) {
    write_attribute(column.dataset, "unit", column.field.unit);
    if (column.field.names != nullptr) write_attribute(column.dataset, "names", std::string(column.field.names));
    if (column.field.absent) write_attribute(column.dataset, "absent", *column.field.absent);
  }

  std::vector<Column> columns_;
  hsize_t rows_ = 0;  // in the file
};

// Which run a row belongs to.
struct RowKey {
  std::size_t case_index = 0;
  std::uint64_t replication = 0;
};
struct EndToEndRow : RowKey {
  const sim::Observation* seen = nullptr;
  const sim::Run* run = nullptr;  // none: a window
  EndToEnd subject() const { return {*seen, run}; }
};
struct FunctionRow : RowKey {
  const sim::Observation* window = nullptr;
  std::size_t function = 0;
  const sim::FunctionObservation& subject() const { return window->functions[function]; }
  const sim::FunctionConfiguration& knobs() const { return window->configuration.functions[function]; }
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
      whole<Row>(
          "case", "", [](const Row& row) { return index(row.case_index); }, "/run/cases"),
      whole<Row>("replication", "", [](const Row& row) { return index(row.replication); }),
  };
}

template <class Row, class Subject>
Fields<Row> metric_fields(std::span<const Metric<Subject>> all, Appearance where) {
  Fields<Row> fields;
  for (const Metric<Subject>& metric : appearing(all, where)) fields.push_back(field<Row>(metric));
  return fields;
}

Fields<EndToEndRow> window_fields(const Metrics& metrics) {
  using Row = EndToEndRow;
  return key_fields<Row>() + Fields<Row>{whole<Row>("window", "", [](const Row& row) { return row.seen->window; })} +
         metric_fields<Row>(metrics.end_to_end, in_windows);
}

Fields<EndToEndRow> replication_fields(const Metrics& metrics) {
  using Row = EndToEndRow;
  return key_fields<Row>() + metric_fields<Row>(metrics.end_to_end, in_replications);
}

Fields<FunctionRow> function_fields(const Metrics& metrics) {
  using Row = FunctionRow;
  return key_fields<Row>() +
         Fields<Row>{
             whole<Row>("window", "", [](const Row& row) { return row.window->window; }),
             whole<Row>(
                 "function", "", [](const Row& row) { return index(row.function); }, "/run/functions"),
             real<Row>("cpu_millicores", "millicores", [](const Row& row) { return row.knobs().cpu.value; }),
             real<Row>("memory_mib", "MiB", [](const Row& row) { return row.knobs().memory.value; }),
             whole<Row>("replicas", "instances", [](const Row& row) { return std::int64_t{row.knobs().replicas}; }),
             whole<Row>("concurrency", "calls", [](const Row& row) { return std::int64_t{row.knobs().concurrency}; }),
         } +
         metric_fields<Row>(metrics.by_function, in_windows);
}

double seconds_or_absent(sim::Time time) { return time == sim::kNever ? kAbsent : sim::to_seconds(time); }

Fields<SpanRow> span_fields() {
  using Row = SpanRow;
  return key_fields<Row>() +
         Fields<Row>{
             whole<Row>("request", "", [](const Row& row) { return index(row.call->request); }),
             whole<Row>(
                 "function", "", [](const Row& row) { return index(row.call->function.index); }, "/run/functions"),
             whole<Row>("instance", "", [](const Row& row) { return std::int64_t{row.call->instance}; }),
             whole<Row>(
                 "outcome", "", [](const Row& row) { return static_cast<std::int64_t>(row.call->outcome); },
                 "/run/outcomes"),
             real<Row>("called_s", "s", [](const Row& row) { return seconds_or_absent(row.call->called); }),
             real<Row>("started_s", "s", [](const Row& row) { return seconds_or_absent(row.call->started); }),
             real<Row>("finished_s", "s", [](const Row& row) { return seconds_or_absent(row.call->finished); }),
         };
}

// How the metrics of the summary are shown, for programs that make tables and figures.
struct MetricColumns {
  std::vector<std::string> of, name, unit, title, shown_unit, topic, better, kind;
  std::vector<double> scale;

  template <class Subject>
  void add(const std::string& whose, std::span<const Metric<Subject>> all) {
    for (const Metric<Subject>& metric : shown_in_tables(summarised(all))) {
      of.push_back(whose);
      name.emplace_back(metric.name);
      unit.emplace_back(metric.unit);
      title.emplace_back(metric.title);
      shown_unit.emplace_back(metric.shown.unit);
      scale.push_back(metric.shown.scale);
      topic.emplace_back(name_of(metric.topic));
      better.emplace_back(name_of(metric.better));
      kind.emplace_back(name_of(metric.kind));
    }
  }
};

void write_metrics(const H5::Group& run, const Metrics& metrics) {
  MetricColumns columns;
  columns.add("end to end", metrics.end_to_end);
  columns.add("function", metrics.by_function);
  const H5::Group group = create_group(run, "metrics");
  write_column(group, "of", "", columns.of);
  write_column(group, "name", "", columns.name);
  write_column(group, "unit", "", columns.unit);
  write_column(group, "title", "", columns.title);
  write_column(group, "shown_unit", "", columns.shown_unit);
  write_column(group, "scale", "", columns.scale);
  write_column(group, "topic", "", columns.topic);
  write_column(group, "better", "", columns.better);
  write_column(group, "kind", "", columns.kind);
}

}  // namespace

class ResultWriter::File {
 public:
  File(const std::string& path, const ResultHeader& header)
      : part_(path),
        file_(files::create_hdf5(part_)),
        replications_(config::cases_of(*header.experiment).size()),
        promise_(header.experiment->scenario.workflow.promise, replications_.size()),
        function_count_(header.experiment->scenario.workflow.functions.size()) {
    write_header(header);
    windows_.emplace(file_, "windows", window_fields(header.metrics));
    functions_.emplace(file_, "functions", function_fields(header.metrics));
    totals_.emplace(file_, "replications", replication_fields(header.metrics));
    if (header.spans) spans_.emplace(file_, "spans", span_fields());
    part_.check();
  }

  void append(std::size_t case_index, std::uint64_t replication, const sim::Run& run) {
    promise_.add(case_index, run);
    assert(case_index < replications_.size());
    const RowKey key{case_index, replication};
    ++replications_[case_index];
    for (const sim::Observation& window : run.windows) {
      assert(window.functions.size() == function_count_ && window.configuration.functions.size() == function_count_);
      windows_->append({key, &window, nullptr});
      for (std::size_t i = 0; i < function_count_; ++i) functions_->append({key, &window, i});
    }
    totals_->append({key, &run.total, &run});
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
    write_array(file_.openGroup("run"), "verdicts", verdicts());

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
    write_column(run, "warm_up_s", "s", std::vector<double>(cases.size(), sim::to_seconds(header.warm_up)));
    write_metrics(run, header.metrics);
  }

  std::vector<std::string> verdicts() const {
    std::vector<std::string> sentences;
    for (std::size_t i = 0; i < replications_.size(); ++i) sentences.push_back(describe(promise_.outcome(i)));
    return sentences;
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
    std::vector<double> resolutions;
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
      const auto interval = interval_of(row);
      means.push_back(row.over_replications.mean().value_or(kAbsent));
      lows.push_back(interval ? interval->low : kAbsent);
      highs.push_back(interval ? interval->high : kAbsent);
      resolutions.push_back(row.resolution);
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
    write_column(group, "resolution", "", resolutions);
  }

  files::PartFile part_;  // outlives the HDF5 file in it
  H5::H5File file_;
  std::optional<Table<EndToEndRow>> windows_;
  std::optional<Table<FunctionRow>> functions_;
  std::optional<Table<EndToEndRow>> totals_;
  std::optional<Table<SpanRow>> spans_;
  std::vector<std::int64_t> replications_;  // by case
  PromiseTally promise_;
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
