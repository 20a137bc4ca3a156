#include "experiments/results/summary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <ostream>
#include <span>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

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
