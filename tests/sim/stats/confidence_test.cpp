#include "sim/stats/confidence.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/sim/stats/samples.hpp"

namespace faasconf::sim {
namespace {

constexpr int repetitions = 2000;

TEST(Interval, ReachesHalfWidthToBothSides) {
  const Interval interval{.mean = 10.0, .half_width = 2.0};
  EXPECT_EQ(interval.low(), 8.0);
  EXPECT_EQ(interval.high(), 12.0);
  EXPECT_TRUE(interval.contains(12.0));
  EXPECT_FALSE(interval.contains(12.1));
}

// Oracle: inverse error function in 30 digits (mpmath).
TEST(NormalQuantile, MatchesKnownValues) {
  EXPECT_EQ(normal_quantile(0.5), 0.0);
  EXPECT_NEAR(normal_quantile(0.6), 0.2533471031357998, 1e-13);
  EXPECT_NEAR(normal_quantile(0.975), 1.9599639845400542, 1e-13);
  EXPECT_NEAR(normal_quantile(0.999), 3.0902323061678135, 1e-13);
  EXPECT_NEAR(normal_quantile(1e-10), -6.3613409024040562, 1e-13);
  EXPECT_NEAR(normal_quantile(1e-20), -9.2623400897984076, 1e-13);
  EXPECT_NEAR(normal_quantile(1e-100), -21.273453560965324, 1e-12);
}

// Oracle: P(Z <= z) = erfc(-z / sqrt(2)) / 2. An error of 1e-12 in z moves a probability by 1e-12 * density / p,
// and density / p is about |z| in the tail.
TEST(NormalQuantile, InvertsTheNormalDistribution) {
  for (double p = 1e-300; p < 0.999; p = p < 0.01 ? p * 1.7 : p + 0.003) {
    const double z = normal_quantile(p);
    EXPECT_NEAR(0.5 * std::erfc(-z / std::sqrt(2.0)) / p, 1.0, 1e-12 * (1.0 + std::abs(z))) << "p = " << p;
  }
}

// Oracle: inverse incomplete beta function in 30 digits (mpmath).
TEST(StudentTQuantile, MatchesKnownValues) {
  struct Known {
    double upper_tail, dof, t;
  };
  const Known table[] = {
      {0.4, 1, 0.324919696232906},       {0.025, 1, 12.7062047361747},      {1e-12, 1, 318309886183.791},
      {0.4, 1.5, 0.300745392569795},     {0.025, 1.5, 6.01666310442793},    {1e-12, 1.5, 52194694.2734464},
      {0.4, 2, 0.288675134594813},       {0.025, 2, 4.30265272974946},      {1e-12, 2, 707106.781185487},
      {0.1, 3, 1.63774435369621},        {0.005, 3, 5.84090930973336},      {1e-12, 3, 10331.1082442925},
      {0.1, 5, 1.47588404882448},        {0.005, 5, 4.03214298355523},      {1e-12, 5, 393.956959577604},
      {0.1, 10, 1.37218364111034},       {0.025, 10, 2.22813885198627},     {1e-12, 10, 40.5320961786626},
      {0.4, 29, 0.255683634571256},      {0.025, 29, 2.0452296421327},      {1e-6, 29, 5.91710554045956},
      {0.4, 120, 0.253909523214929},     {0.005, 120, 2.61742114510687},    {1e-12, 120, 7.84525455102293},
      {0.4, 1000, 0.253414515839499},    {0.025, 1000, 1.96233908082641},   {1e-12, 1000, 7.12422892531441},
      {0.1, 9999.5, 1.28163623396418},   {0.025, 9999.5, 1.9602012517554},  {1e-6, 9999.5, 4.75622982540489},
      {0.1, 100000, 1.28156003144936},   {0.025, 100000, 1.95998770753461}, {1e-12, 100000, 7.03537174239358},
      {0.4, 1000000, 0.253347170537842}, {0.025, 1e6, 1.95996635681411},    {1e-12, 1e6, 7.03457260841126},
  };
  for (const auto& [upper_tail, dof, t] : table) {
    EXPECT_NEAR(student_t_quantile(upper_tail, dof) / -t, 1.0, 1e-10) << "tail " << upper_tail << ", dof " << dof;
  }
}

TEST(StudentTQuantile, IsSymmetricAboutZero) {
  for (const double dof : {1.0, 2.5, 30.0, 1e6}) {
    EXPECT_EQ(student_t_quantile(0.5, dof), 0.0);
    EXPECT_EQ(student_t_quantile(0.75, dof), -student_t_quantile(0.25, dof));
  }
}

// Oracle: with 2 degrees of freedom t = (2p - 1) / sqrt(2p(1 - p)).
TEST(StudentTQuantile, MatchesTheClosedFormForTwoDegreesOfFreedom) {
  for (double p = 0.001; p < 0.5; p += 0.001) {
    const double t = (2.0 * p - 1.0) / std::sqrt(2.0 * p * (1.0 - p));
    EXPECT_NEAR(student_t_quantile(p, 2.0), t, 1e-11 * std::abs(t)) << "p = " << p;
  }
}

TEST(StudentTQuantile, IsContinuousWhereTheExpansionTakesOver) {
  const double below = student_t_quantile(0.975, 1e5);
  const double above = student_t_quantile(0.975, std::nextafter(1e5, 2e5));
  EXPECT_NEAR(below, above, 1e-10);
}

TEST(MeanInterval, MatchesNumbersWorkedByHand) {
  const std::vector<double> values = {1, 2, 3};  // standard error 1 / sqrt(3), t_.975,2 = 4.30265
  const auto interval = mean_interval(values).value();
  EXPECT_DOUBLE_EQ(interval.mean, 2.0);
  EXPECT_NEAR(interval.half_width, 4.30265272974946 / std::sqrt(3.0), 1e-9);
}

TEST(MeanInterval, WidensWithTheLevel) {
  const std::vector<double> values = {1, 2, 3, 5};
  EXPECT_LT(mean_interval(values, 0.9)->half_width, mean_interval(values, 0.99)->half_width);
}

TEST(MeanInterval, IsAbsentBelowTwoValues) {
  EXPECT_FALSE(mean_interval(std::vector<double>{}));
  EXPECT_FALSE(mean_interval(std::vector<double>{1.0}));
}

TEST(MeanInterval, OfEqualValuesHasNoWidth) {
  EXPECT_EQ(mean_interval(std::vector<double>{4, 4, 4}), (Interval{.mean = 4.0, .half_width = 0.0}));
}

TEST(MeanInterval, CoversTheMeanOfNormalSamplesAtItsLevel) {
  Samples samples(1);
  int hits = 0;
  for (int i = 0; i < repetitions; ++i) {
    RunningMoments moments;
    for (int n = 0; n < 5; ++n) moments.add(3.0 + 2.0 * samples.normal());
    hits += mean_interval(moments)->contains(3.0);
  }
  EXPECT_TRUE(covers_at_95_percent(hits, repetitions)) << hits;
}

TEST(PairedDifferenceInterval, IsTheIntervalOfTheDifferences) {
  const std::vector<double> first = {11, 22, 33};
  const std::vector<double> second = {10, 20, 30};
  EXPECT_EQ(paired_difference_interval(first, second), mean_interval(std::vector<double>{1, 2, 3}));
}

TEST(PairedDifferenceInterval, CancelsWhatThePairsShare) {
  Samples samples(2);
  std::vector<double> first, second;
  for (int i = 0; i < 30; ++i) {
    const double common = 100.0 * samples.normal();
    first.push_back(common + 1.0 + 0.1 * samples.normal());
    second.push_back(common);
  }
  EXPECT_LT(paired_difference_interval(first, second)->half_width, 0.1);
  EXPECT_GT(mean_interval(first)->half_width, 10.0);
}

// Oracle: 5 of 10 by hand, low = (5 + z^2/2 - z sqrt(2.5 + z^2/4)) / (10 + z^2); 81 of 263 from Newcombe (1998).
TEST(ProportionInterval, MatchesKnownValues) {
  const auto half = proportion_interval(5, 10).value();
  EXPECT_EQ(half.estimate, 0.5);
  EXPECT_NEAR(half.low, 0.23659309051256, 1e-12);
  EXPECT_NEAR(half.high, 0.76340690948744, 1e-12);
  const auto newcombe = proportion_interval(81, 263).value();
  EXPECT_NEAR(newcombe.low, 0.2553, 5e-5);
  EXPECT_NEAR(newcombe.high, 0.3662, 5e-5);
}

// Oracle: without a success the interval is [0, z^2 / (n + z^2)].
TEST(ProportionInterval, StaysWithinZeroAndOne) {
  const auto none = proportion_interval(0, 10).value();
  EXPECT_EQ(none.low, 0.0);
  EXPECT_NEAR(none.high, 0.27753279986289, 1e-12);
  const auto all = proportion_interval(10, 10).value();
  EXPECT_NEAR(all.low, 1.0 - 0.27753279986289, 1e-12);
  EXPECT_EQ(all.high, 1.0);
}

TEST(ProportionInterval, IsAbsentWithoutTrials) { EXPECT_FALSE(proportion_interval(0, 0)); }

// Oracle: the coverage of a discrete interval is a sum over the binomial; Wilson's is on average near its level.
TEST(ProportionInterval, CoversAtItsLevelOnAverageOverProbabilities) {
  const std::uint64_t n = 50;
  double sum = 0.0;
  int count = 0;
  for (double p = 0.05; p < 0.96; p += 0.01, ++count) {
    double probability = std::pow(1.0 - p, static_cast<double>(n));  // of k successes
    for (std::uint64_t k = 0; k <= n; ++k) {
      if (proportion_interval(k, n)->contains(p)) sum += probability;
      probability *= static_cast<double>(n - k) / static_cast<double>(k + 1) * p / (1.0 - p);
    }
  }
  EXPECT_NEAR(sum / count, 0.95, 0.005);
}

// Oracle: for 10 values P(B <= 1) = 11/1024 <= 2.5 % < P(B <= 2) = 56/1024, so the 2nd and the 9th.
TEST(QuantileInterval, OfTheMedianOfTenValuesIsTheSecondAndNinth) {
  const std::vector<double> values = {10, 9, 8, 7, 6, 5, 4, 3, 2, 1};
  const auto interval = quantile_interval(values, 0.5).value();
  EXPECT_EQ(interval, (AsymmetricInterval{.estimate = 5.5, .low = 2.0, .high = 9.0}));
}

// Oracle: the maximum exceeds the 95th percentile but for a chance of 0.95^n; 0.95^71 > 2.5 % > 0.95^72.
TEST(QuantileInterval, IsAbsentWhenTheValuesAreTooFewToBoundIt) {
  std::vector<double> values;
  for (int i = 1; i <= 71; ++i) values.push_back(i);
  EXPECT_FALSE(quantile_interval(values, 0.95));
  values.push_back(72);
  ASSERT_TRUE(quantile_interval(values, 0.95));
  EXPECT_EQ(quantile_interval(values, 0.95)->high, 72.0);
  EXPECT_FALSE(quantile_interval(std::vector<double>{}, 0.5));
}

// Oracle: coverage is exactly P(lower <= B < upper), whatever the distribution; for n = 100 and p = 0.9 the ranks are
// 84 and 96 and it is 95.6 %, by summing the binomial.
TEST(QuantileInterval, CoversTheQuantileOfSkewedSamplesAtItsLevel) {
  Samples samples(3);
  const double truth = std::log(10.0);  // 90th percentile of the exponential
  int hits = 0;
  std::vector<double> values(100);
  for (int i = 0; i < repetitions; ++i) {
    for (double& value : values) value = samples.exponential();
    hits += quantile_interval(values, 0.9)->contains(truth);
  }
  EXPECT_TRUE(covers_at_95_percent(hits, repetitions)) << hits;
}

}  // namespace
}  // namespace faasconf::sim
