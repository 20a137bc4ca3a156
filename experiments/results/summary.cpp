#include "experiments/results/summary.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <ostream>
#include <span>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

#include "experiments/results/text_table.hpp"
#include "sim/core/quantity.hpp"
#include "sim/stats/confidence.hpp"

namespace faasconf::experiments::results {
namespace {

using sim::FunctionObservation;
using sim::Run;

template <class Subject>
void add_value(SummaryRow& row, const Metric<Subject>& metric, const Subject& subject) {
  const std::optional<double> value = metric.value(subject);
  row.values.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
  if (!value) return;
  row.over_replications.add(*value);
  const auto count = static_cast<double>(row.over_replications.count());
  row.resolution += (metric.resolution(subject) - row.resolution) / count;
}

sim::AsymmetricInterval scaled(const sim::AsymmetricInterval& interval, double scale) {
  return {.estimate = interval.estimate * scale, .low = interval.low * scale, .high = interval.high * scale};
}

// "98.3 ± 1.2", or "98.3 [95.1, 100.0]" where a share can be no more.
std::string estimate(const SummaryRow& row, double scale) {
  std::optional<double> mean = row.over_replications.mean();
  if (mean) *mean *= scale;
  std::optional<sim::Interval> interval = row.interval();
  if (interval) interval = sim::Interval{interval->mean * scale, interval->half_width * scale};
  const auto [low, high] = std::pair{interval ? interval->low() : 0, interval ? interval->high() : 0};
  if (row.is_share && (low < 0 || high > scale)) return format_interval(scaled(*interval_of(row), scale));
  return format_estimate(mean, interval);
}

// The second case less the first over the replications that both have.
std::string paired_difference(const SummaryRow& first, const SummaryRow& second, double scale) {
  std::vector<double> a;
  std::vector<double> b;
  for (std::size_t i = 0; i < std::min(first.values.size(), second.values.size()); ++i) {
    if (std::isnan(first.values[i]) || std::isnan(second.values[i])) continue;
    a.push_back(first.values[i] * scale);
    b.push_back(second.values[i] * scale);
  }
  if (a.empty()) return "-";
  std::optional<sim::Interval> interval = sim::paired_difference_interval(b, a);
  if (interval) interval = sim::no_narrower(*interval, (first.resolution + second.resolution) * scale);
  const double mean = interval ? interval->mean : b[0] - a[0];
  const std::string text = format_estimate(mean, interval);
  if (text.front() == '(' || mean <= 0 || text == "0") return text;
  return "+" + text;
}

// What the numbers are: "mean over 30 replications, 95 % intervals (Student t)".
std::string legend(std::uint64_t replications) {
  if (replications == 0) return "no replication";
  if (replications == 1) return "one replication: no intervals";
  return "mean over " + std::to_string(replications) + " replications, 95 % intervals (Student t)";
}

// Said where some number rests on fewer replications than the legend says.
std::string legend_of_absences(const std::vector<const SummaryRow*>& shown) {
  const bool absences = std::any_of(shown.begin(), shown.end(), [](const SummaryRow* row) {
    const auto count = row->over_replications.count();
    return count > 0 && count < row->values.size();
  });
  return absences ? "; where a replication has no value, over the others" : "";
}

std::string in_brackets(std::string_view unit) { return unit.empty() ? "" : "[" + std::string(unit) + "]"; }

// The table of some topics: a row of cells, one per metric, behind the name of what is measured.
struct Measures {
  std::string title;
  Topic last;  // topics up to this one, from the table before
  std::vector<FunctionMetric> metrics{};
};

// Quantiles that come from a sketch, if there are any.
std::string legend_of_resolution(const std::vector<const SummaryRow*>& shown) {
  const bool rough = std::ranges::any_of(shown, [](const SummaryRow* row) { return row->resolution > 0; });
  if (!rough) return "";
  return "percentiles of more than 4,096 requests: off by 0.2 % at most, which their intervals contain\n";
}

// A function's metrics in three tables.
std::vector<Measures> measures_of(const Summary& summary) {
  std::vector<Measures> tables = {
      {"calls and latency", Topic::losses}, {"resources", Topic::network}, {"instances", Topic::cost}};
  for (const FunctionMetric& metric : shown_in_tables(summary.by_function())) {
    std::ranges::find_if(tables, [&](const Measures& one) {
      return metric.topic <= one.last;
    })->metrics.push_back(metric);
  }
  return tables;
}

struct MeasuredLine {
  std::string name;
  std::vector<const SummaryRow*> cells;  // none where it has no such metric
};

template <class Subject>
bool may_be_omitted(const Metric<Subject>& metric) {
  return (metric.appears & never_omitted) == 0;
}

bool is_zero(const SummaryRow* row) {
  if (row == nullptr) return true;
  const sim::RunningMoments& moments = row->over_replications;
  return moments.count() > 0 && *moments.min() == 0 && *moments.max() == 0;
}

// What a table leaves out because it is zero everywhere, named below it.
class ZeroMetrics {
 public:
  void add(const std::string& title) { titles_ += (titles_.empty() ? "" : ", ") + title; }
  void print(std::ostream& out) const {
    if (!titles_.empty()) out << "omitted, all zero: " << titles_ << '\n';
  }

 private:
  std::string titles_;
};

void print_measures(std::ostream& out, const Measures& measures, const std::vector<MeasuredLine>& lines) {
  TextTable table{{{measures.title}, {""}}, {}};
  for (const MeasuredLine& line : lines) table.rows.push_back({line.name});
  ZeroMetrics zero;
  for (std::size_t m = 0; m < measures.metrics.size(); ++m) {
    const FunctionMetric& metric = measures.metrics[m];
    const std::string title(metric.title);
    const bool all_zero = std::ranges::all_of(lines, [m](const MeasuredLine& line) { return is_zero(line.cells[m]); });
    if (all_zero && may_be_omitted(metric)) {
      zero.add(title);
      continue;
    }
    table.header[0].push_back(title);
    table.header[1].push_back(in_brackets(metric.shown.unit));
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const SummaryRow* const cell = lines[i].cells[m];
      table.rows[i].push_back(cell != nullptr ? estimate(*cell, metric.shown.scale) : "-");
    }
  }
  table.print(out);
  zero.print(out);
}

// Names in this order, for two cases that of their difference; above them what they know, unless that is the same.
std::vector<std::vector<std::string>> end_to_end_header(const std::vector<std::string>& cases,
                                                        std::span<const sim::LoadKnowledge> knowledge,
                                                        const std::vector<std::size_t>& order) {
  std::vector<std::string> groups = {"knowledge of the load"};
  std::vector<std::string> names = {"end to end"};
  for (const std::size_t i : order) {
    groups.push_back(sim::name_of(knowledge[i]));
    names.push_back(cases[i]);
  }
  if (cases.size() == 2) {
    groups.emplace_back();
    names.push_back(cases[1] + " - " + cases[0]);
  }
  if (sim::alike(knowledge)) return {std::move(names)};
  return {std::move(groups), std::move(names)};
}

// How a metric is shown of so many hours: in a comparison totals are per hour.
struct ShownOver {
  std::string title;
  double scale;
};
ShownOver shown_over(const EndToEndMetric& metric, std::optional<double> hours) {
  const bool per_hour = hours && metric.kind == MetricKind::total;
  std::string unit(metric.shown.unit);
  if (per_hour) unit += unit.empty() ? "per hour" : "/h";
  const std::string title(metric.title);
  return {.title = unit.empty() ? title : title + " " + in_brackets(unit),
          .scale = metric.shown.scale / (per_hour ? *hours : 1)};
}

std::optional<double> hours_of(const CountedSpan& counted) {
  constexpr double kSecondsPerHour = 3600;
  if (counted.length <= sim::Duration::zero()) return std::nullopt;
  return sim::to_seconds(counted.length) / kSecondsPerHour;
}

// What the numbers of all cases are of: "counted: 83m of every case, after a warm-up of 2m; totals per hour".
std::string legend_of_span(const CountedSpan& counted) {
  if (!hours_of(counted)) return "";
  const std::string warm_up = counted.warm_up > sim::Duration::zero()
                                  ? "after a warm-up of " + sim::format(counted.warm_up)
                                  : std::string("from the start, no warm-up left out");
  return "counted: " + sim::format(counted.length) + " of every case, " + warm_up + "; totals per hour\n";
}

// A line per metric, a column per case, for two cases their difference.
void print_end_to_end(std::ostream& out, const Summary& summary, std::span<const sim::LoadKnowledge> known = {}) {
  const std::vector<std::string>& cases = summary.case_names();
  std::vector<sim::LoadKnowledge> knowledge(known.begin(), known.end());
  knowledge.resize(cases.size());
  const std::vector<std::size_t> order = sim::grouped(knowledge);
  const std::optional<double> hours = cases.size() > 1 ? hours_of(summary.counted()) : std::nullopt;
  TextTable table{end_to_end_header(cases, knowledge, order), {}};
  ZeroMetrics zero;
  for (const EndToEndMetric& metric : shown_in_tables(summary.end_to_end())) {
    std::vector<const SummaryRow*> cells;
    for (std::size_t i = 0; i < cases.size(); ++i) cells.push_back(&summary.row(i, "", std::string(metric.name)));
    if (std::ranges::all_of(cells, is_zero) && may_be_omitted(metric)) {
      zero.add(std::string(metric.title));
      continue;
    }
    const ShownOver shown = shown_over(metric, hours);
    std::vector<std::string> line = {shown.title};
    for (const std::size_t i : order) line.push_back(estimate(*cells[i], shown.scale));
    if (cells.size() == 2) line.push_back(paired_difference(*cells[0], *cells[1], shown.scale));
    table.rows.push_back(std::move(line));
  }
  table.print(out);
  zero.print(out);
}

nlohmann::ordered_json or_null(std::optional<double> value) {
  if (!value || !std::isfinite(*value)) return nullptr;
  return *value;
}

}  // namespace

std::optional<sim::AsymmetricInterval> interval_of(const SummaryRow& row) {
  if (row.is_share) return sim::share_interval(row.over_replications);
  const auto around = row.interval();
  if (!around) return std::nullopt;
  return sim::AsymmetricInterval{.estimate = around->mean, .low = around->low(), .high = around->high()};
}

Summary::Summary(std::vector<std::string> case_names, std::vector<std::string> function_names, const Metrics& metrics)
    : case_names_(std::move(case_names)),
      function_names_(std::move(function_names)),
      end_to_end_(summarised(metrics.end_to_end)),
      by_function_(summarised(metrics.by_function)),
      replications_(case_names_.size()) {
  const auto add_row = [this](const std::string& name, const std::string& function, const auto& metric) {
    rows_.push_back({name, function, std::string(metric.name), std::string(metric.unit), metric.is_share(), {}, {}});
  };
  for (const std::string& name : case_names_) {
    for (const EndToEndMetric& metric : end_to_end_) add_row(name, "", metric);
    for (const std::string& function : function_names_) {
      for (const FunctionMetric& metric : by_function_) add_row(name, function, metric);
    }
  }
}

std::optional<sim::Interval> SummaryRow::interval() const {
  const auto found = sim::mean_interval(over_replications);
  return found ? std::optional(sim::no_narrower(*found, resolution)) : std::nullopt;
}

void Summary::add(std::size_t case_index, const Run& run) {
  if (case_index >= case_names_.size()) throw std::out_of_range("Summary: no such case");
  if (run.total.functions.size() != function_names_.size()) throw std::invalid_argument("Summary: other functions");
  const CountedSpan counted{.warm_up = run.warm_up, .length = run.total.length};
  if (counted_.value_or(counted) != counted) throw std::invalid_argument("Summary: another span");
  counted_ = counted;
  ++replications_[case_index];
  std::size_t next = case_index * (rows_.size() / case_names_.size());
  for (const EndToEndMetric& metric : end_to_end_) add_value(rows_[next++], metric, EndToEnd{run.total, &run});
  for (const FunctionObservation& function : run.total.functions) {
    for (const FunctionMetric& metric : by_function_) add_value(rows_[next++], metric, function);
  }
}

const SummaryRow& Summary::row(std::size_t case_index, const std::string& function, const std::string& metric) const {
  const auto of_case = rows_of(case_index);
  const std::string name = name_of(function, metric);
  const auto found = std::ranges::find_if(
      of_case, [&](const SummaryRow& row) { return row.function == function && row.metric == name; });
  if (found == of_case.end()) throw std::out_of_range("Summary: no metric " + metric + " of '" + function + "'");
  return *found;
}

std::span<const SummaryRow> Summary::rows_of(std::size_t case_index) const {
  if (case_index >= case_names_.size()) throw std::out_of_range("Summary: no such case");
  const std::size_t size = rows_.size() / case_names_.size();
  return std::span(rows_).subspan(case_index * size, size);
}

std::string Summary::name_of(const std::string& function, const std::string& metric) const {
  const auto today = [&metric](const auto& metrics) {
    const auto* const found = find_metric(std::span(metrics), metric);
    return found != nullptr ? std::string(found->name) : metric;
  };
  return function.empty() ? today(end_to_end_) : today(by_function_);
}

void print_case_table(std::ostream& out, const Summary& summary, std::size_t case_index) {
  std::vector<const SummaryRow*> shown;
  const auto line = [&](const std::string& name, const std::string& function, const Measures& measures) {
    MeasuredLine result{name, {}};
    for (const FunctionMetric& metric : measures.metrics) {
      const bool has_it = !function.empty() || find_metric(std::span(summary.end_to_end()), metric.name) != nullptr;
      result.cells.push_back(has_it ? &summary.row(case_index, function, std::string(metric.name)) : nullptr);
      if (has_it) shown.push_back(result.cells.back());
    }
    return result;
  };
  const std::vector<Measures> tables = measures_of(summary);
  std::vector<std::vector<MeasuredLine>> lines(tables.size());
  for (std::size_t i = 0; i < tables.size(); ++i) {
    for (const std::string& function : summary.function_names())
      lines[i].push_back(line(function, function, tables[i]));
  }
  lines.front().push_back(line("end to end", "", tables.front()));

  out << legend(summary.replications(case_index)) << legend_of_absences(shown) << "\n" << legend_of_resolution(shown);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    out << '\n';
    print_measures(out, tables[i], lines[i]);
  }
  if (summary.case_names().size() > 1) return;
  out << '\n';
  print_end_to_end(out, summary);
}

void print_comparison_table(std::ostream& out, const Summary& summary, std::span<const sim::LoadKnowledge> knowledge) {
  const std::vector<std::string>& cases = summary.case_names();
  std::vector<std::uint64_t> counts;
  std::vector<const SummaryRow*> shown;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    counts.push_back(summary.replications(i));
    for (const EndToEndMetric& metric : summary.end_to_end()) {
      shown.push_back(&summary.row(i, "", std::string(metric.name)));
    }
  }

  // one legend for all cases that have the same number of replications
  const bool alike = std::adjacent_find(counts.begin(), counts.end(), std::not_equal_to<>()) == counts.end();
  if (alike && !counts.empty()) out << legend(counts[0]);
  for (std::size_t i = 0; !alike && i < cases.size(); ++i) {
    out << (i == 0 ? "" : "\n") << cases[i] << ": " << legend(counts[i]);
  }
  out << legend_of_absences(shown) << '\n' << legend_of_resolution(shown);
  if (cases.size() == 2) out << "difference: replications in pairs, since both cases meet the same random streams\n";
  out << legend_of_span(summary.counted()) << '\n';
  print_end_to_end(out, summary, knowledge);
}

void print_json(std::ostream& out, const Summary& summary) {
  for (const SummaryRow& row : summary.rows()) {
    const auto interval = interval_of(row);
    nlohmann::ordered_json line;
    line["case"] = row.case_name;
    line["function"] = row.function.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(row.function);
    line["metric"] = row.metric;
    line["unit"] = row.unit;
    line["mean"] = or_null(row.over_replications.mean());
    line["low"] = or_null(interval ? std::optional(interval->low) : std::nullopt);
    line["high"] = or_null(interval ? std::optional(interval->high) : std::nullopt);
    line["replications"] = row.over_replications.count();
    out << line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
  }
}

}  // namespace faasconf::experiments::results
