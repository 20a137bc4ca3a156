#include "experiments/results/summary.hpp"

#include <cmath>
#include <sstream>
#include <stdexcept>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/experiments/results/run_with.hpp"

namespace faasconf::experiments::results {
namespace {

std::string printed(void (*print)(std::ostream&, const Summary&), const Summary& summary) {
  std::ostringstream out;
  print(out, summary);
  return out.str();
}

TEST(Summary, HoldsTheMeanOverReplications) {
  Summary summary({"only"}, {"resize"});
  summary.add(0, run_with(1));
  summary.add(0, run_with(3));
  EXPECT_EQ(summary.replications(0), 2u);
  EXPECT_EQ(summary.row(0, "", "latency_mean_s").over_replications.mean(), 2);
  EXPECT_EQ(summary.row(0, "", "latency_mean_s").unit, "s");
  EXPECT_EQ(summary.row(0, "resize", "latency_mean_s").over_replications.mean(), 1);
  EXPECT_EQ(summary.row(0, "", "latency_mean_s").values, (std::vector<double>{1, 3}));
}

TEST(Summary, OfAnAbsentValueCountsOnlyTheReplicationsThatHaveOne) {
  Summary summary({"only"}, {"resize"});
  summary.add(0, run_with(1));
  sim::Run without = run_with(0);
  without.total.latency.reset();
  summary.add(0, without);
  const SummaryRow& row = summary.row(0, "", "latency_mean_s");
  EXPECT_EQ(row.over_replications.count(), 1u);
  EXPECT_TRUE(std::isnan(row.values[1]));
}

TEST(Summary, KeepsCasesApart) {
  Summary summary({"a", "b"}, {"resize"});
  summary.add(1, run_with(5));
  EXPECT_EQ(summary.row(0, "", "latency_mean_s").over_replications.count(), 0u);
  EXPECT_EQ(summary.row(1, "", "latency_mean_s").over_replications.mean(), 5);
  EXPECT_EQ(summary.row(1, "resize", "instances").over_replications.mean(), 2);
}

TEST(Summary, FindsRowsByTheNamesOfBefore) {
  Summary summary({"only"}, {"resize"});
  summary.add(0, run_with(1));
  EXPECT_EQ(summary.row(0, "", "latency_mean").metric, "latency_mean_s");
  EXPECT_EQ(summary.row(0, "resize", "received").metric, "received_bytes_per_s");
}

TEST(Summary, EveryRowHasAUnit) {
  const Summary summary({"a"}, {"f"});
  for (const SummaryRow& row : summary.rows()) EXPECT_NE(row.unit, "") << row.metric;
}

TEST(Summary, RefusesWhatItDoesNotKnow) {
  Summary summary({"a"}, {"f"});
  EXPECT_THROW(summary.row(0, "", "beauty"), std::out_of_range);
  EXPECT_THROW(summary.row(0, "g", "latency_mean_s"), std::out_of_range);
  EXPECT_THROW(summary.row(1, "", "latency_mean_s"), std::out_of_range);
  EXPECT_THROW(summary.add(1, run_with(1)), std::out_of_range);
  EXPECT_THROW(summary.add(0, sim::Run{}), std::invalid_argument);
}

// By hand: of 1 and 3 the mean is 2, the standard error 1, Student's t for one degree of freedom 12.706.

TEST(Summary, RefusesCasesOfDifferentSpans) {
  Summary summary({"a", "b"}, {"f"});
  summary.add(0, run_with(1));
  sim::Run other = run_with(1);
  other.warm_up = {};
  EXPECT_THROW(summary.add(1, other), std::invalid_argument);
}

// By hand: latencies 1, 2, 3 against 0.5, 1.6, 2.4 differ by 0.5, 0.4, 0.6: mean 0.5, standard error 0.0577,

// t for two degrees of freedom 4.303, so 0.5 -+ 0.25; unpaired: 0.5 -+ 2.776 sqrt(1 / 3 + 0.91 / 3) = 0.5 -+ 2.2.

// Nobody should have to guess whether a promise that is not in the table was kept, or anything was served.

// Replications of 10,000 requests whose percentiles happen to be the same: known to 1/512 of themselves.

// .9 and 1: a mean of .95 and a half-width of .64, more than a share has room for.

TEST(Intervals, OfOtherNumbersAreSymmetric) {
  Summary summary({"only"}, {"resize"});
  for (const double latency_s : {1.0, 3.0}) summary.add(0, run_with(latency_s));
  const auto interval = interval_of(summary.row(0, "", "latency_mean_s"));
  EXPECT_NEAR(interval->low, 2 - 12.706, 1e-3);
  EXPECT_NEAR(interval->high, 2 + 12.706, 1e-3);
}

TEST(Json, HasOneObjectALine) {
  Summary summary({"only"}, {"resize"});
  summary.add(0, run_with(1));
  summary.add(0, run_with(3));
  std::istringstream lines(printed(print_json, summary));
  std::string line;
  std::size_t count = 0;
  while (std::getline(lines, line)) {
    const auto object = nlohmann::json::parse(line);
    EXPECT_EQ(object.size(), 8u);
    if (object["metric"] == "latency_mean_s" && object["function"].is_null()) {
      EXPECT_EQ(object["case"], "only");
      EXPECT_EQ(object["unit"], "s");
      EXPECT_EQ(object["mean"], 2.0);
      EXPECT_NEAR(object["low"], 2 - 12.7062047, 1e-6);
      EXPECT_NEAR(object["high"], 2 + 12.7062047, 1e-6);
      EXPECT_EQ(object["replications"], 2);
    }
    ++count;
  }
  EXPECT_EQ(count, summary.rows().size());
}

TEST(Json, OfAbsentNumbersIsNull) {
  Summary summary({"only"}, {"resize"});
  sim::Run run = run_with(1);
  run.total.functions[0].latency.reset();
  summary.add(0, run);
  const std::string text = printed(print_json, summary);
  EXPECT_NE(
      text.find(R"({"case":"only","function":"resize","metric":"latency_mean_s","unit":"s","mean":null,"low":null,)"
                R"("high":null,"replications":0})"),
      std::string::npos);
  EXPECT_NE(text.find(R"({"case":"only","function":null,"metric":"latency_mean_s","unit":"s","mean":1.0,"low":null,)"
                      R"("high":null,"replications":1})"),
            std::string::npos);
}

}  // namespace
}  // namespace faasconf::experiments::results
