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

// Normal errors of deviation 1 about predictions that claim a spread of 0.5: quantiles of the normal distribution,
// twice as far.
TEST(Discrepancy, IsHowFarMeasuredWindowsAreFromWhatWasPredicted) {
  sim::Rng rng = sim::RngStreams(1).stream("test");
  std::vector<double> measured;
  std::vector<Estimate> predicted;
  for (int i = 0; i < 20'000; ++i) {
    measured.push_back(10 + rng.normal());
    predicted.push_back({.mean = 10, .spread = 0.5});
  }
  const Discrepancy found = find_discrepancy(measured, predicted);
  const double spread = std::hypot(0.5, found.floor);
  EXPECT_DOUBLE_EQ(found.floor, 0.125);
  EXPECT_NEAR(found.low * spread, -1.645, 0.05);  // standard error of a 5 % quantile of 20,000: 0.015
  EXPECT_NEAR(found.high * spread, 1.645, 0.05);

  std::size_t within = 0;
  for (int i = 0; i < 10'000; ++i) {
    Estimate estimate{.mean = 10, .spread = 0.5};
    set_interval(estimate, {observed("latency_mean_s"), "", found});
    const double window = 10 + rng.normal();
    if (estimate.low <= window && window <= estimate.high) ++within;
  }
  EXPECT_NEAR(static_cast<double>(within) / 10'000, 0.9, 0.015);  // five standard errors of a share
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
