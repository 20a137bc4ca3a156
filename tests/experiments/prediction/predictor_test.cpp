#include "experiments/prediction/predictor.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "experiments/prediction/calibration_record.hpp"
#include "sim/core/random.hpp"
#include "tests/experiments/calibration/two_functions.hpp"

namespace faasconf::experiments::prediction {
namespace {

const std::vector<Quantity> kMean = {{observed("latency_mean_s"), "", {}}};

Load ten_users() { return {.users = 10, .rate_per_s = 0, .window = std::chrono::seconds(30), .warm_up = {}}; }
sim::Configuration knobs() {
  return sim::uniform_configuration(two_functions(), {.cpu = {900}, .replicas = 2, .concurrency = 4});
}

// Rows of a window each, of which `rows` are a group: what a model errs by is the same for the whole group.
struct Rows {
  std::vector<double> measured;
  std::vector<Estimate> predicted;
  std::vector<std::size_t> groups;
};

double share_within(const Rows& rows, const Quantity& quantity) {
  std::size_t within = 0;
  for (std::size_t i = 0; i < rows.measured.size(); ++i) {
    Estimate estimate = rows.predicted[i];
    set_interval(estimate, quantity);
    if (estimate.low <= rows.measured[i] && rows.measured[i] <= estimate.high) ++within;
  }
  return static_cast<double>(within) / static_cast<double>(rows.measured.size());
}

// Normal errors of deviation 1 about predictions that claim a spread of 0.5: quantiles of the normal distribution,
// twice as far.
TEST(Discrepancy, IsHowFarMeasuredWindowsAreFromWhatWasPredicted) {
  sim::Rng rng = sim::RngStreams(1).stream("test");
  Rows rows;
  for (std::size_t i = 0; i < 20'000; ++i) {
    rows.measured.push_back(10 + rng.normal());
    rows.predicted.push_back({.mean = 10, .spread = 0.5});
    rows.groups.push_back(i);
  }
  const Quantity quantity{observed("latency_mean_s"), "",
                          find_discrepancy(rows.measured, rows.predicted, rows.groups, false)};
  const double unit = deviation(10, 0.5, quantity);
  EXPECT_NEAR(quantity.discrepancy.low * unit, -1.645, 0.05);  // standard error of a 5 % quantile of 20,000: 0.015
  EXPECT_NEAR(quantity.discrepancy.high * unit, 1.645, 0.05);
}

// Latencies from 10 ms to 10 s, each off by 10 % (one standard deviation) of what a simulation without any noise says:
// small and large ones are held equally often.
TEST(Discrepancy, RelativeErrorsHoldSmallAndLargeValuesEquallyOften) {
  sim::Rng rng = sim::RngStreams(2).stream("test");
  Rows small;
  Rows large;
  Rows all;
  for (std::size_t i = 0; i < 4'000; ++i) {
    const double mean = 0.01 * std::pow(10, 3 * rng.uniform());
    const double measured = mean * (1 + 0.1 * rng.normal());
    for (Rows* rows : {&all, mean < 0.1 ? &small : &large}) {
      rows->measured.push_back(measured);
      rows->predicted.push_back({.mean = mean, .spread = 0});
      rows->groups.push_back(i);
    }
  }
  const Quantity quantity{observed("latency_mean_s"), "",
                          find_discrepancy(all.measured, all.predicted, all.groups, false)};
  EXPECT_GT(quantity.discrepancy.relative, 0);
  EXPECT_NEAR(share_within(all, quantity), 0.9, 0.02);
  EXPECT_NEAR(share_within(large, quantity), 0.9, 0.05);  // a floor is always there: small values are held more often
  EXPECT_GT(share_within(small, quantity), 0.85);
}

// Errors that a whole group shares are as few as the groups: with 9 of them the interval reaches the farthest error.
TEST(Discrepancy, RowsOfOneGroupCountAsOne) {
  sim::Rng rng = sim::RngStreams(3).stream("test");
  Rows rows;
  for (std::size_t i = 0; i < 90; ++i) {
    if (i % 10 == 0) rows.predicted.push_back({.mean = 5 + rng.normal(), .spread = 0.1});
    if (i % 10 != 0) rows.predicted.push_back(rows.predicted.back());
    rows.measured.push_back(5);
    rows.groups.push_back(i / 10);
  }
  const Discrepancy found = find_discrepancy(rows.measured, rows.predicted, rows.groups, false);
  EXPECT_EQ(share_within(rows, {observed("latency_mean_s"), "", found}), 1);
}

// A share of 1 is sure to be nearly 1, one of a half is not: p (1 - p).
TEST(Discrepancy, ErrorsOfSharesVanishTowardsTheirEnds) {
  const Quantity share{observed("success_ratio"), "", {.floor = 0.001, .relative = 0.2}};
  EXPECT_DOUBLE_EQ(deviation(1, 0, share), 0.001);
  EXPECT_DOUBLE_EQ(deviation(0.5, 0, share), std::hypot(0.2 * 0.25, 0.001));
}

TEST(Discrepancy, WindowsThatAreMetExactlyNeedNoInterval) {
  const std::vector<double> measured(9, 1.0);
  const std::vector<Estimate> predicted(9, Estimate{.mean = 1, .spread = 0});
  const std::vector<std::size_t> groups{0, 1, 2, 3, 4, 5, 6, 7, 8};
  const Discrepancy found = find_discrepancy(measured, predicted, groups, true);
  EXPECT_EQ(found.floor, 0);
  EXPECT_EQ(found.relative, 0);
}

TEST(Discrepancy, IntervalsStayWhereTheirQuantityCanBe) {
  Estimate ratio{.mean = 0.98, .spread = 0.1};
  set_interval(ratio, {observed("success_ratio"), "", {}});
  EXPECT_EQ(ratio.high, 1);
  Estimate latency{.mean = 0.1, .spread = 1};
  set_interval(latency, {observed("latency_mean_s"), "", {}});
  EXPECT_EQ(latency.low, 0);
}

TEST(Predictor, DisagreeingMembersWidenTheInterval) {
  sim::WorkflowSpec slower = two_functions();
  slower.functions[1].serial_work = sim::Deterministic{1.6};
  const Predictor sure({two_functions(), two_functions()}, {}, kMean, {});
  const Predictor unsure({two_functions(), slower}, {}, kMean, {});
  const Estimate one = *sure.predict(knobs(), ten_users()).quantities[0];
  const Estimate other = *unsure.predict(knobs(), ten_users()).quantities[0];
  EXPECT_EQ(one.mean, other.mean);  // the first member predicts
  EXPECT_GT(other.high - other.low, one.high - one.low);
}

TEST(Predictor, SaysNothingOfWhatNoWindowShows) {
  sim::WorkflowSpec broken = two_functions();
  broken.functions[0].failure_probability = 1;
  const Outlook outlook = Predictor({broken}, {}, kMean, {}).predict(knobs(), ten_users());
  EXPECT_FALSE(outlook.quantities[0]);
  EXPECT_EQ(outlook.qos_probability.mean, 0);
  EXPECT_GT(outlook.qos_probability.high, 0);  // 16 windows do not prove that it never happens
}

// --- outside what was measured

TEST(Extrapolation, NamesKnobsAndHowFar) {
  const MeasuredRanges ranges{.functions = {{.function = "second",
                                             .cpu = {600, 1000},
                                             .memory = {512, 1024},
                                             .replicas = {2, 4},
                                             .concurrency = {2, 9}}},
                              .users = Span{10, 10},
                              .rate_per_s = {}};
  const auto said = [&](const sim::FunctionConfiguration& second, double users) {
    sim::Configuration configuration = knobs();
    configuration.functions[1] = second;
    Load load = ten_users();
    load.users = users;
    return extrapolation(ranges, two_functions(), configuration, load);
  };
  EXPECT_EQ(said({.cpu = {700}, .memory = {512}, .replicas = 4, .concurrency = 9}, 10), "");
  EXPECT_EQ(said({.cpu = {500}, .memory = {2048}, .replicas = 1, .concurrency = 10}, 15),
            "second.cpu: 100m below 600m; second.memory: 1024Mi above 1024Mi; second.replicas: 1 below 2; "
            "second.concurrency: 1 above 9; users: 5 above 10");
  EXPECT_EQ(said({.cpu = {700}, .memory = {512}, .replicas = 4, .concurrency = 0}, 10),
            "second.concurrency: unlimited above 9");
}

TEST(Extrapolation, KnowsFunctionsThatWereMeasuredWithoutALimitOnly) {
  constexpr double kUnlimited = std::numeric_limits<double>::infinity();
  const MeasuredRanges ranges{.functions = {{.function = "second",
                                             .cpu = {600, 1000},
                                             .memory = {512, 1024},
                                             .replicas = {2, 4},
                                             .concurrency = {kUnlimited, kUnlimited}}},
                              .users = Span{10, 10},
                              .rate_per_s = {}};
  sim::Configuration configuration = knobs();
  configuration.functions[1] = {.cpu = {700}, .memory = {512}, .replicas = 4, .concurrency = 0};
  EXPECT_EQ(extrapolation(ranges, two_functions(), configuration, ten_users()), "");
  configuration.functions[1].concurrency = 9;
  EXPECT_EQ(extrapolation(ranges, two_functions(), configuration, ten_users()),
            "second.concurrency: measured unlimited only");
}

}  // namespace
}  // namespace faasconf::experiments::prediction
