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
#include "sim/stats/confidence.hpp"

namespace faasconf::experiments::results {
namespace {

using sim::FunctionObservation;
using sim::Run;

// How a metric is read from a run, and how a table shows it.
template <class Source>
struct Metric {
  std::string name;
  std::string unit;
  std::optional<double> (*of)(const Source&);
  std::string title;       // empty: no place in the table of a case
  std::string shown_unit;  // in tables; empty: none
  double scale = 1;        // to the shown unit
};

std::optional<double> number(std::optional<std::int64_t> count) {
  return count ? std::optional(static_cast<double>(*count)) : std::nullopt;
}

template <double sim::Latency::*member, class Source>
std::optional<double> latency(const Source& source) {
  return source.latency ? std::optional(*source.latency.*member) : std::nullopt;
}

template <double sim::Latency::*member>
std::optional<double> total_latency(const Run& run) {
  return latency<member>(run.total);
}

// Of all functions together.
template <auto member>
std::optional<double> sum(const Run& run) {
  double result = 0;
  for (const FunctionObservation& function : run.total.functions) {
    result += number(function.*member).value_or(std::numeric_limits<double>::quiet_NaN());
  }
  return result;
}

const std::vector<Metric<Run>>& end_to_end_metrics() {
  using sim::Latency;
  static const std::vector<Metric<Run>> metrics = {
      {"arrivals", "requests", [](const Run& run) { return number(run.total.requests.arrivals); }, "arrivals",
       "requests"},
      {"throughput", "requests/s", [](const Run& run) { return std::optional(run.total.throughput_per_s); },
       "throughput", "requests/s"},
      {"latency_mean", "s", total_latency<&Latency::mean_s>, "latency mean", "s"},
      {"latency_p50", "s", total_latency<&Latency::p50_s>, "latency p50", "s"},
      {"latency_p75", "s", total_latency<&Latency::p75_s>, "latency p75", "s"},
      {"latency_p95", "s", total_latency<&Latency::p95_s>, "latency p95", "s"},
      {"latency_p99", "s", total_latency<&Latency::p99_s>, "latency p99", "s"},
      {"success_ratio", "1", [](const Run& run) { return run.total.success_ratio; }, "success ratio", "%", 100},
      {"qos_compliance", "1", [](const Run& run) { return std::optional(run.qos_compliance); }, "windows that met QoS",
       "%", 100},
      {"rejections", "requests", [](const Run& run) { return number(run.total.requests.rejections); }, "rejections",
       "requests"},
      {"timeouts", "requests", [](const Run& run) { return number(run.total.requests.timeouts); }, "timeouts",
       "requests"},
      {"failures", "requests", [](const Run& run) { return number(run.total.requests.failures); }, "failures",
       "requests"},
      {"oom_kills", "requests", [](const Run& run) { return number(run.total.requests.oom_kills); }, "OOM kills",
       "requests"},
      {"cold_starts", "calls", sum<&FunctionObservation::cold_starts>, "cold starts", "calls"},
      {"crashes", "crashes", sum<&FunctionObservation::crashes>, "crashes of instances", ""},
      {"pending", "instances", sum<&FunctionObservation::pending>, "pending at the end", "instances"},
      {"price", "1", [](const Run& run) { return std::optional(run.total.price); }, "price (the paper's)", ""},
      {"cost_window", "USD", [](const Run& run) { return std::optional(run.total.cost_window_usd); }, "cost by window",
       "USD"},
      {"cost_execution", "USD", [](const Run& run) { return std::optional(run.total.cost_execution_usd); },
       "cost by execution", "mUSD", 1000},
      {"used_gib_s", "GiB s", [](const Run& run) { return std::optional(run.total.used_gib_s); }, "memory billed",
       "GiB s"},
      {"used_vcpu_s", "vCPU s", [](const Run& run) { return std::optional(run.total.used_vcpu_s); }, "CPU billed",
       "vCPU s"},
  };
  return metrics;
}

const std::vector<Metric<FunctionObservation>>& function_metrics() {
  using F = FunctionObservation;
  using sim::Latency;
  static const std::vector<Metric<F>> metrics = {
      {"arrivals", "calls", [](const F& f) { return number(f.calls.arrivals); }, "arrivals", ""},
      {"latency_mean", "s", latency<&Latency::mean_s, F>, "latency mean", "s"},
      {"latency_p75", "s", latency<&Latency::p75_s, F>, "latency p75", "s"},
      {"latency_p95", "s", latency<&Latency::p95_s, F>, "latency p95", "s"},
      {"rejections", "calls", [](const F& f) { return number(f.calls.rejections); }, "rejections", ""},
      {"timeouts", "calls", [](const F& f) { return number(f.calls.timeouts); }, "timeouts", ""},
      {"failures", "calls", [](const F& f) { return number(f.calls.failures); }, "failures", ""},
      {"oom_kills", "calls", [](const F& f) { return number(f.calls.oom_kills); }, "OOM kills", ""},
      {"execution_mean", "s", [](const F& f) { return f.execution_mean_s; }, "execution", "s"},
      {"cpu_cores", "cores", [](const F& f) { return std::optional(f.cpu_cores); }, "CPU", "cores"},
      {"cpu_percent", "%", [](const F& f) { return std::optional(f.cpu_percent); }, "per instance", "% of a core"},
      {"throttled_share", "1", [](const F& f) { return std::optional(f.throttled_share); }, "throttled", "%", 100},
      {"throttled_periods", "periods", [](const F& f) { return number(f.throttled_periods); }, "throttled periods", ""},
      {"memory_share", "1", [](const F& f) { return std::optional(f.memory_share); }, "memory", "%", 100},
      {"received", "B/s", [](const F& f) { return std::optional(f.received_bytes_per_s); }, "received", "kB/s", 1e-3},
      {"transmitted", "B/s", [](const F& f) { return std::optional(f.transmitted_bytes_per_s); }, "sent", "kB/s", 1e-3},
      {"instances", "instances", [](const F& f) { return std::optional(f.instances); }, "mean number", ""},
      {"ready", "instances", [](const F& f) { return number(f.ready); }, "ready", "at the end"},
      {"starting", "instances", [](const F& f) { return number(f.starting); }, "starting", "at the end"},
      {"pending", "instances", [](const F& f) { return number(f.pending); }, "pending", "at the end"},
      {"concurrency_mean", "calls", [](const F& f) { return std::optional(f.concurrency_mean); }, "in flight", "calls"},
      {"cold_starts", "calls", [](const F& f) { return number(f.cold_starts); }, "cold starts", "calls"},
      {"crashes", "crashes", [](const F& f) { return number(f.crashes); }, "crashes", ""},
  };
  return metrics;
}

// A function's metrics in three tables: calls; what is used of the limits; and the instances, which are the others.
constexpr std::size_t kCallMetrics = 8;
constexpr std::size_t kResourceMetrics = 8;

void add_value(SummaryRow& row, std::optional<double> value) {
  row.values.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
  if (value) row.over_replications.add(*value);
}

std::string estimate(const SummaryRow& row, double scale) {
  std::optional<double> mean = row.over_replications.mean();
  if (mean) *mean *= scale;
  std::optional<sim::Interval> interval = sim::mean_interval(row.over_replications);
  if (interval) interval = sim::Interval{interval->mean * scale, interval->half_width * scale};
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
  const std::optional<sim::Interval> interval = sim::paired_difference_interval(b, a);
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
    return row->over_replications.count() < row->values.size();
  });
  return absences ? "; where a replication has no value, over the others" : "";
}

std::string in_brackets(const std::string& unit) { return unit.empty() ? "" : "[" + unit + "]"; }

// A row of cells, one a metric, behind the name of what is measured.
struct MeasuredLine {
  std::string name;
  std::vector<const SummaryRow*> cells;
};

bool is_zero(const SummaryRow& row) {
  const sim::RunningMoments& moments = row.over_replications;
  return moments.count() > 0 && *moments.min() == 0 && *moments.max() == 0;
}

// What a table leaves out because it is zero everywhere, named below it.
class ZeroMetrics {
 public:
  void add(const std::string& title) { titles_ += (titles_.empty() ? "" : ", ") + title; }
  void print(std::ostream& out) const {
    if (!titles_.empty()) out << "zero throughout: " << titles_ << '\n';
  }

 private:
  std::string titles_;
};

void print_measures(std::ostream& out, const std::string& title, const std::vector<MeasuredLine>& lines,
                    const std::vector<Metric<FunctionObservation>>& metrics) {
  TextTable table{{{title}, {""}}, {}};
  for (const MeasuredLine& line : lines) table.rows.push_back({line.name});
  ZeroMetrics zero;
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    if (std::all_of(lines.begin(), lines.end(), [m](const MeasuredLine& line) { return is_zero(*line.cells[m]); })) {
      zero.add(metrics[m].title);
      continue;
    }
    table.header[0].push_back(metrics[m].title);
    table.header[1].push_back(in_brackets(metrics[m].shown_unit));
    for (std::size_t i = 0; i < lines.size(); ++i) {
      table.rows[i].push_back(estimate(*lines[i].cells[m], metrics[m].scale));
    }
  }
  table.print(out);
  zero.print(out);
}

// A line per metric, a column per case, for two cases their difference.
void print_end_to_end(std::ostream& out, const Summary& summary) {
  const std::vector<std::string>& cases = summary.case_names();
  TextTable table{{{"end to end"}}, {}};
  table.header[0].insert(table.header[0].end(), cases.begin(), cases.end());
  if (cases.size() == 2) table.header[0].push_back(cases[1] + " - " + cases[0]);
  ZeroMetrics zero;
  for (const auto& metric : end_to_end_metrics()) {
    std::vector<const SummaryRow*> cells;
    for (std::size_t i = 0; i < cases.size(); ++i) cells.push_back(&summary.row(i, "", metric.name));
    if (std::all_of(cells.begin(), cells.end(), [](const SummaryRow* row) { return is_zero(*row); })) {
      zero.add(metric.title);
      continue;
    }
    std::vector<std::string> line = {metric.title};
    if (!metric.shown_unit.empty()) line[0] += " " + in_brackets(metric.shown_unit);
    for (const SummaryRow* cell : cells) line.push_back(estimate(*cell, metric.scale));
    if (cells.size() == 2) line.push_back(paired_difference(*cells[0], *cells[1], metric.scale));
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

Summary::Summary(std::vector<std::string> case_names, std::vector<std::string> function_names)
    : case_names_(std::move(case_names)),
      function_names_(std::move(function_names)),
      replications_(case_names_.size()) {
  for (const std::string& name : case_names_) {
    for (const auto& metric : end_to_end_metrics()) rows_.push_back({name, "", metric.name, metric.unit, {}, {}});
    for (const std::string& function : function_names_) {
      for (const auto& metric : function_metrics()) rows_.push_back({name, function, metric.name, metric.unit, {}, {}});
    }
  }
}

void Summary::add(std::size_t case_index, const Run& run) {
  if (case_index >= case_names_.size()) throw std::out_of_range("Summary: no such case");
  if (run.total.functions.size() != function_names_.size()) throw std::invalid_argument("Summary: other functions");
  ++replications_[case_index];
  std::size_t next = case_index * (rows_.size() / case_names_.size());
  for (const auto& metric : end_to_end_metrics()) add_value(rows_[next++], metric.of(run));
  for (const FunctionObservation& function : run.total.functions) {
    for (const auto& metric : function_metrics()) add_value(rows_[next++], metric.of(function));
  }
}

const SummaryRow& Summary::row(std::size_t case_index, const std::string& function, const std::string& metric) const {
  const std::size_t size = case_names_.empty() ? 0 : rows_.size() / case_names_.size();
  if (case_index >= case_names_.size()) throw std::out_of_range("Summary: no such case");
  const auto of_case = std::span(rows_).subspan(case_index * size, size);
  const auto found = std::find_if(of_case.begin(), of_case.end(), [&](const SummaryRow& row) {
    return row.function == function && row.metric == metric;
  });
  if (found == of_case.end()) throw std::out_of_range("Summary: no metric " + metric + " of '" + function + "'");
  return *found;
}

void print_case_table(std::ostream& out, const Summary& summary, std::size_t case_index) {
  const auto& metrics = function_metrics();
  const std::vector<Metric<FunctionObservation>> calls(metrics.begin(), metrics.begin() + kCallMetrics);
  const auto first_of_instances = metrics.begin() + kCallMetrics + kResourceMetrics;
  const std::vector<Metric<FunctionObservation>> resources(metrics.begin() + kCallMetrics, first_of_instances);
  const std::vector<Metric<FunctionObservation>> instances(first_of_instances, metrics.end());

  // every metric of a call exists end to end too
  std::vector<const SummaryRow*> shown;
  const auto line = [&](const std::string& name, const std::string& function, const auto& which) {
    MeasuredLine result{name, {}};
    for (const auto& metric : which) result.cells.push_back(&summary.row(case_index, function, metric.name));
    shown.insert(shown.end(), result.cells.begin(), result.cells.end());
    return result;
  };
  std::vector<MeasuredLine> of_calls;
  std::vector<MeasuredLine> of_resources;
  std::vector<MeasuredLine> of_instances;
  for (const std::string& function : summary.function_names()) {
    of_calls.push_back(line(function, function, calls));
    of_resources.push_back(line(function, function, resources));
    of_instances.push_back(line(function, function, instances));
  }
  of_calls.push_back(line("end to end", "", calls));

  out << legend(summary.replications(case_index)) << legend_of_absences(shown) << "\n\n";
  print_measures(out, "calls and latency", of_calls, calls);
  out << '\n';
  print_measures(out, "resources", of_resources, resources);
  out << '\n';
  print_measures(out, "instances", of_instances, instances);
  if (summary.case_names().size() > 1) return;
  out << '\n';
  print_end_to_end(out, summary);
}

void print_comparison_table(std::ostream& out, const Summary& summary) {
  const std::vector<std::string>& cases = summary.case_names();
  std::vector<std::uint64_t> counts;
  std::vector<const SummaryRow*> shown;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    counts.push_back(summary.replications(i));
    for (const auto& metric : end_to_end_metrics()) shown.push_back(&summary.row(i, "", metric.name));
  }

  // one legend for all cases that have the same number of replications
  const bool alike = std::adjacent_find(counts.begin(), counts.end(), std::not_equal_to<>()) == counts.end();
  if (alike && !counts.empty()) out << legend(counts[0]);
  for (std::size_t i = 0; !alike && i < cases.size(); ++i) {
    out << (i == 0 ? "" : "\n") << cases[i] << ": " << legend(counts[i]);
  }
  out << legend_of_absences(shown) << '\n';
  if (cases.size() == 2) out << "difference: replications in pairs, since both cases meet the same random streams\n";
  out << '\n';
  print_end_to_end(out, summary);
}

void print_json(std::ostream& out, const Summary& summary) {
  for (const SummaryRow& row : summary.rows()) {
    const auto interval = sim::mean_interval(row.over_replications);
    nlohmann::ordered_json line;
    line["case"] = row.case_name;
    line["function"] = row.function.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(row.function);
    line["metric"] = row.metric;
    line["unit"] = row.unit;
    line["mean"] = or_null(row.over_replications.mean());
    line["low"] = or_null(interval ? std::optional(interval->low()) : std::nullopt);
    line["high"] = or_null(interval ? std::optional(interval->high()) : std::nullopt);
    line["replications"] = row.over_replications.count();
    out << line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
  }
}

}  // namespace faasconf::experiments::results
