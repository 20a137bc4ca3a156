#include "experiments/results/metrics.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace faasconf::experiments::results {
namespace {

template <class Row>
void expect_sound(std::span<const Metric<Row>> all) {
  for (const Appearance where : {in_windows, in_replications, in_summary, in_criteria, in_targets, in_predictions}) {
    std::set<std::string_view> names;
    for (const Metric<Row>& metric : appearing(all, where)) {
      EXPECT_TRUE(names.insert(metric.name).second) << metric.name << " appears twice";
      EXPECT_FALSE(metric.title.empty()) << metric.name;
      EXPECT_EQ(metric.unit == "USD", metric.name.ends_with("_usd")) << metric.name;
      EXPECT_EQ(metric.unit.ends_with("/s"), metric.name.ends_with("_per_s")) << metric.name;
      EXPECT_TRUE(metric.unit != "s" || metric.name.ends_with("_s")) << metric.name;
    }
  }
}

TEST(Metrics, HaveOneNameAndItsUnit) {
  expect_sound(metrics().end_to_end);
  expect_sound(metrics().by_function);
}

template <class Row>
void expect_predictions_of_targets(std::span<const Metric<Row>> all) {
  EXPECT_FALSE(appearing(all, in_predictions).empty());
  for (const Metric<Row>& metric : appearing(all, in_predictions))
    EXPECT_TRUE(metric.appears & in_targets) << metric.name;
}

TEST(Metrics, ThatArePredictedAreTargets) {
  expect_predictions_of_targets(metrics().end_to_end);
  expect_predictions_of_targets(metrics().by_function);
}

TEST(Metrics, HaveOneUnitForAName) {
  for (const FunctionMetric& metric : metrics().by_function) {
    const EndToEndMetric* const other = find_metric(metrics().end_to_end, metric.name);
    if (other == nullptr || (metric.unit == "calls" && other->unit == "requests")) continue;
    EXPECT_EQ(metric.unit, other->unit) << metric.name;
    EXPECT_EQ(metric.formerly, other->formerly) << metric.name;
  }
}

TEST(Metrics, AreFoundByTheirNamesOfBefore) {
  EXPECT_EQ(find_metric(metrics().end_to_end, "cost_window")->name, "cost_window_usd");
  EXPECT_EQ(find_metric(metrics().by_function, "received")->name, "received_bytes_per_s");
  EXPECT_EQ(find_metric(metrics().end_to_end, ""), nullptr);
}

TEST(Metrics, OfFunctionsAreAbsentInSumWhereOneIs) {
  sim::Observation window;
  window.functions.resize(2);
  window.functions[0].cold_starts = 3;
  window.functions[1].cold_starts = 4;
  const EndToEndMetric& cold_starts = *find_metric(metrics().end_to_end, "cold_starts");
  EXPECT_EQ(cold_starts.value({window}), 7);
  window.functions[1].cold_starts.reset();
  EXPECT_EQ(cold_starts.value({window}), std::nullopt);
}

TEST(Metrics, TellSharesFromThePrice) {
  EXPECT_TRUE(find_metric(metrics().end_to_end, "success_ratio")->is_share());
  EXPECT_FALSE(find_metric(metrics().end_to_end, "price")->is_share());
}

}  // namespace
}  // namespace faasconf::experiments::results
