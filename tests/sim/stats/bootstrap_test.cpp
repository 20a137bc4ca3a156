#include "sim/stats/bootstrap.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/stats/samples.hpp"

namespace faasconf::sim {
namespace {

using Values = std::vector<double>;

// By hand: of 9 values floor(9 / 4) = 2 fall away at each end, of 3 none.
TEST(InterquartileMean, IsTheMeanOfTheMiddleHalf) {
  EXPECT_DOUBLE_EQ(interquartile_mean(Values{100, 1, 2, 3, -50, 4, 5, 6, 7}), (2 + 3 + 4 + 5 + 6) / 5.0);
  EXPECT_DOUBLE_EQ(interquartile_mean(Values{1, 2, 6}), 3);
  EXPECT_DOUBLE_EQ(interquartile_mean(Values{4, 0, 1, 100}), 2.5);
}

TEST(Bootstrap, EstimatesFromAllValues) {
  const auto found = bootstrap_interval({{1, 2}, {6}}, mean, Rng(1));
  EXPECT_DOUBLE_EQ(found.estimate, 3);
}

TEST(Bootstrap, DependsOnItsStreamAlone) {
  const Strata strata = {{1, 5, 2, 8}, {3, 1, 4}};
  EXPECT_EQ(bootstrap_interval(strata, mean, Rng(1)), bootstrap_interval(strata, mean, Rng(1)));
  EXPECT_NE(bootstrap_interval(strata, mean, Rng(1)), bootstrap_interval(strata, mean, Rng(2)));
}

TEST(Bootstrap, IsAPointWithoutSpread) {
  EXPECT_EQ(bootstrap_interval({{2, 2, 2}}, interquartile_mean, Rng(1)), (AsymmetricInterval{2, 2, 2}));
}

// Oracle: the means of all resamples of {0, 1} are 0, 1/2, 1/2, 1; the quantiles 0.2 and 0.8 of such draws are 0 and 1.
TEST(Bootstrap, HasTheQuantilesOfItsResamples) {
  const auto found = bootstrap_interval({{0, 1}}, mean, Rng(1), {.level = 0.6});
  EXPECT_EQ(found.low, 0);
  EXPECT_EQ(found.high, 1);
}

// Oracle: for the mean of n normal values the percentile interval is +- z s sqrt((n - 1) / n) / sqrt(n), so with
// n = 200 a share 2 F(1.9551) - 1 = 0.9480 of them holds the true mean (F: Student's, 199 degrees of freedom).
TEST(Bootstrap, CoversTheMeanOfANormalSample) {
  constexpr int kRepetitions = 1000;
  constexpr double kCoverage = 0.9480;
  Samples samples(7);
  int hits = 0;
  for (int repetition = 0; repetition < kRepetitions; ++repetition) {
    Values values(200);
    for (double& value : values) value = samples.normal();
    const RngStreams streams(1, static_cast<std::uint64_t>(repetition));
    hits += bootstrap_interval({values}, mean, streams.stream("bootstrap"), {.resamples = 400}).contains(0) ? 1 : 0;
  }
  const double standard_error = std::sqrt(kCoverage * (1 - kCoverage) / kRepetitions);
  EXPECT_NEAR(static_cast<double>(hits) / kRepetitions, kCoverage, 4 * standard_error);
}

// The mean over strata has the variance within them; how far apart they are does not widen the interval.
TEST(Bootstrap, TakesNoNoiseFromDifferencesBetweenStrata) {
  Samples samples(3);
  Strata near(2, Values(100));
  for (Values& stratum : near) {
    for (double& value : stratum) value = samples.normal();
  }
  Strata far = near;
  for (double& value : far[1]) value += 1000;
  const auto wide = bootstrap_interval(far, mean, Rng(1));
  const auto narrow = bootstrap_interval(near, mean, Rng(1));
  EXPECT_NEAR(wide.high - wide.low, narrow.high - narrow.low, 1e-9);
  // 200 values of variance 1; the width of a sample has a relative standard error of 5 %
  EXPECT_NEAR(narrow.high - narrow.low, 2 * 1.96 / std::sqrt(200.0), 0.2 * 2 * 1.96 / std::sqrt(200.0));
}

}  // namespace
}  // namespace faasconf::sim
