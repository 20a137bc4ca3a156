#pragma once
// Summaries of replications: means over replications with Student-t intervals.

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "experiments/results/metrics.hpp"
#include "sim/core/time.hpp"
#include "sim/model/run.hpp"
#include "sim/stats/confidence.hpp"
#include "sim/stats/running_moments.hpp"

namespace faasconf::experiments::results {

// One metric of one case; over the replications in which it exists.
struct SummaryRow {
  std::string case_name;
  std::string function;  // empty: end to end
  std::string metric;    // "latency_mean_s"
  std::string unit;      // "s"; "1" for shares and for the paper's price
  bool is_share = false;
  sim::RunningMoments over_replications;
  std::vector<double> values;  // one per replication, in the order of adding; NaN where it has none
  double resolution = 0;       // how far the mean may be off because quantiles come from a sketch; 0: not at all

  // Of the mean over replications, 95 % (Student's t), no narrower than the resolution. Absent below two.
  std::optional<sim::Interval> interval() const;
};

// What the totals of all replications and cases are of.
struct CountedSpan {
  sim::Duration warm_up{};  // left out at the start
  sim::Duration length{};   // of the windows after it

  friend bool operator==(const CountedSpan&, const CountedSpan&) = default;
};

// 95 %, Student t; of a share within 0 .. 1. Absent where fewer than two replications have the metric.
std::optional<sim::AsymmetricInterval> interval_of(const SummaryRow& row);

// Collects the totals of replications, case by case: the metrics that appear in summaries, topic by topic. What is
// ready, starting or pending is so at the end.
class Summary {
 public:
  Summary(std::vector<std::string> case_names, std::vector<std::string> function_names,
          const Metrics& metrics = results::metrics());

  // Replications of all cases come in the same order: the cases share their random streams and are compared in pairs.
  // Throws std::invalid_argument where another warm-up was left out than before, or another span is counted.
  void add(std::size_t case_index, const sim::Run& run);
  const std::vector<SummaryRow>& rows() const { return rows_; }  // case by case, end to end first
  // By a name of today or of before. Throws std::out_of_range when there is no such row; an empty function: end to end.
  const SummaryRow& row(std::size_t case_index, const std::string& function, const std::string& metric) const;
  std::uint64_t replications(std::size_t case_index) const { return replications_.at(case_index); }
  CountedSpan counted() const { return counted_.value_or(CountedSpan{}); }  // the same of every replication
  const std::vector<std::string>& case_names() const { return case_names_; }
  const std::vector<std::string>& function_names() const { return function_names_; }
  const std::vector<EndToEndMetric>& end_to_end() const { return end_to_end_; }
  const std::vector<FunctionMetric>& by_function() const { return by_function_; }

 private:
  std::span<const SummaryRow> rows_of(std::size_t case_index) const;
  std::string name_of(const std::string& function, const std::string& metric) const;

  std::vector<std::string> case_names_;
  std::vector<std::string> function_names_;
  std::vector<EndToEndMetric> end_to_end_;
  std::vector<FunctionMetric> by_function_;
  std::vector<std::uint64_t> replications_;  // by case
  std::optional<CountedSpan> counted_;
  std::vector<SummaryRow> rows_;
};

// One JSON object per line: {"case":..., "function":..., "metric":..., "unit":..., "mean":..., "low":..., "high":...,
// "replications":...}; function is null end to end; mean, low and high are null where too few replications have one.
void print_json(std::ostream& out, const Summary& summary);

}  // namespace faasconf::experiments::results
