#include "sim/core/distribution.hpp"

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/sim/core/goodness_of_fit.hpp"

namespace faasconf::sim {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A distribution with its textbook CDF, mean and squared coefficient of variation.
struct Case {
  std::string name;
  Distribution distribution;
  std::function<double(double)> cdf;
  double mean;
  double squared_cv;
};

const double kPi = std::acos(-1.0);

std::vector<Case> continuous_distributions() {
  return {
      {"Exponential", Exponential{2}, [](double x) { return -std::expm1(-x / 2); }, 2, 1},
      {"LogNormal", LogNormal{.mu = 1, .sigma = 0.5}, [](double x) { return normal_cdf((std::log(x) - 1) / 0.5); },
       std::exp(1.125), std::exp(0.25) - 1},
      {"Gamma", Gamma{.shape = 4, .scale = 0.25}, [](double x) { return gamma_cdf(4, 4 * x); }, 1, 0.25},
      {"GammaOfSmallShape", Gamma{.shape = 0.5, .scale = 2}, [](double x) { return std::erf(std::sqrt(x / 2)); }, 1, 2},
      // second moment 2 (0.9 x 1 + 0.1 x 100) = 21.8, mean 1.9
      {"HyperExponential", HyperExponential{.probability_1 = 0.9, .mean_1 = 1, .mean_2 = 10},
       [](double x) { return 1 - 0.9 * std::exp(-x) - 0.1 * std::exp(-x / 10); }, 1.9, 21.8 / 3.61 - 1},
      // a Rayleigh distribution
      {"Weibull", Weibull{.shape = 2, .scale = 3}, [](double x) { return -std::expm1(-x * x / 9); },
       3 * std::sqrt(kPi) / 2, 4 / kPi - 1},
      // uniform on [0, 2] and on [4, 10], each half of the time: mean 4, second moment (4 / 3 + 52) / 2
      {"Empirical", Empirical{.probabilities = {0, 0.25, 0.5, 0.5, 1}, .values = {0, 1, 2, 4, 10}},
       [](double x) { return x < 2   ? x / 4
                             : x < 4 ? 0.5
                                     : 0.5 + (x - 4) / 12; }, 4, (4.0 / 3 + 52) / 32 - 1},
  };
}

class ContinuousDistribution : public testing::TestWithParam<Case> {};

TEST_P(ContinuousDistribution, IsFollowedByItsSamples) {
  Rng rng(1);
  const auto sample = draw_many(500'000, [&rng] { return GetParam().distribution.sample(rng); });
  EXPECT_LT(kolmogorov_smirnov(sample, GetParam().cdf), kKolmogorovQuantile);
}

TEST_P(ContinuousDistribution, KnowsItsMeanAndSquaredCv) {
  EXPECT_NEAR(GetParam().distribution.mean(), GetParam().mean, 1e-14 * GetParam().mean);
  EXPECT_NEAR(GetParam().distribution.squared_cv(), GetParam().squared_cv, 1e-13 * GetParam().squared_cv);
}

TEST_P(ContinuousDistribution, HasTheMomentsOfItsSamples) {
  Rng rng(2);
  const auto& distribution = GetParam().distribution;
  const Moments sampled = moments(draw_many(500'000, [&] { return distribution.sample(rng); }));
  EXPECT_NEAR(sampled.mean, distribution.mean(), kNormalQuantile * sampled.mean_error);
  EXPECT_NEAR(sampled.variance, distribution.squared_cv() * distribution.mean() * distribution.mean(),
              kNormalQuantile * sampled.variance_error);
}

TEST_P(ContinuousDistribution, ScalesEverySample) {
  const auto& distribution = GetParam().distribution;
  const Distribution scaled = distribution.scaled(3);
  Rng rng(3);
  Rng same(3);
  for (int i = 0; i < 1000; ++i) {
    const double expected = 3 * distribution.sample(rng);
    ASSERT_NEAR(scaled.sample(same), expected, 1e-12 * expected);
  }
}

TEST_P(ContinuousDistribution, ScalesItsMeanAndKeepsItsSquaredCv) {
  const Distribution scaled = GetParam().distribution.scaled(3);
  EXPECT_NEAR(scaled.mean(), 3 * GetParam().mean, 1e-12);
  EXPECT_NEAR(scaled.squared_cv(), GetParam().squared_cv, 1e-12);
}

TEST_P(ContinuousDistribution, VanishesWhenScaledByZero) { EXPECT_TRUE(GetParam().distribution.scaled(0).is_zero()); }

TEST_P(ContinuousDistribution, IsNotZero) { EXPECT_FALSE(GetParam().distribution.is_zero()); }

INSTANTIATE_TEST_SUITE_P(Families, ContinuousDistribution, testing::ValuesIn(continuous_distributions()),
                         [](const auto& tested) { return tested.param.name; });

TEST(Distribution, IsAlwaysZeroByDefault) {
  Rng rng(1);
  EXPECT_EQ(Distribution().sample(rng), 0);
  EXPECT_TRUE(Distribution().is_zero());
}

TEST(Distribution, OfMeanZeroIsZeroWhateverTheFamily) {
  for (const Distribution& distribution :
       {Distribution(Exponential{0}), Distribution(Gamma{2, 0}), Distribution(Weibull{2, 0}),
        Distribution(HyperExponential{0.5, 0, 0}), Distribution(Empirical{{0, 1}, {0, 0}})}) {
    EXPECT_TRUE(distribution.is_zero()) << format(distribution);
    EXPECT_EQ(distribution.squared_cv(), 0) << format(distribution);
  }
}

TEST(Distribution, KnowsItsFamily) {
  EXPECT_EQ(Distribution(Exponential{2}).family(), Distribution::Family(Exponential{2}));
}

TEST(Distribution, EqualsOnlyTheSameFamilyWithTheSameParameters) {
  EXPECT_EQ(Distribution(Exponential{2}), Distribution(Exponential{2}));
  EXPECT_NE(Distribution(Exponential{2}), Distribution(Exponential{3}));
  EXPECT_NE(Distribution(Exponential{2}), Distribution(Deterministic{2}));
}

TEST(Deterministic, IsAlwaysItsValueAndDrawsNothing) {
  const Distribution distribution = Deterministic{1.5};
  Rng rng(1);
  EXPECT_EQ(distribution.sample(rng), 1.5);
  EXPECT_EQ(rng, Rng(1));
  EXPECT_EQ(distribution.mean(), 1.5);
  EXPECT_EQ(distribution.squared_cv(), 0);
  EXPECT_EQ(distribution.scaled(2), Distribution(Deterministic{3}));
}

TEST(Exponential, ScalesTheDrawOfItsStream) {
  Rng rng(1);
  Rng same(1);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(Distribution(Exponential{3}).sample(rng), 3 * same.exponential());
}

TEST(Empirical, GivesAnAtomItsProbability) {
  // 1 with probability 0.3, uniform on [1, 2] else
  const Distribution distribution = Empirical{.probabilities = {0, 0.3, 1}, .values = {1, 1, 2}};
  Rng rng(1);
  int ones = 0;
  constexpr int count = 200'000;
  for (int i = 0; i < count; ++i) ones += distribution.sample(rng) == 1;
  EXPECT_NEAR(ones, 0.3 * count, kNormalQuantile * std::sqrt(0.3 * 0.7 * count));
}

TEST(Empirical, NeverEntersAGap) {
  const Distribution distribution = Empirical{.probabilities = {0, 0.5, 0.5, 1}, .values = {0, 1, 9, 10}};
  Rng rng(1);
  for (int i = 0; i < 10'000; ++i) {
    const double x = distribution.sample(rng);
    ASSERT_TRUE((x >= 0 && x <= 1) || (x >= 9 && x <= 10)) << x;
  }
}

TEST(MomentMatching, GivesTheMeanAndCvThatWereAskedFor) {
  for (const double cv : {1.0, 1.5, 3.0, 30.0}) {
    for (const Distribution& distribution : {Distribution(LogNormal::of(5, cv)), Distribution(Gamma::of(5, cv)),
                                             Distribution(HyperExponential::of(5, cv))}) {
      EXPECT_NEAR(distribution.mean(), 5, 1e-12) << format(distribution);
      EXPECT_NEAR(distribution.squared_cv(), cv * cv, 1e-12 * cv * cv) << format(distribution);
    }
  }
  for (const double cv : {0.01, 0.5}) {
    for (const Distribution& distribution : {Distribution(LogNormal::of(5, cv)), Distribution(Gamma::of(5, cv))}) {
      EXPECT_NEAR(distribution.mean(), 5, 1e-12) << format(distribution);
      EXPECT_NEAR(distribution.squared_cv(), cv * cv, 1e-12) << format(distribution);
    }
  }
}

TEST(LogNormal, OfCvZeroIsConstant) {
  Rng rng(1);
  EXPECT_NEAR(Distribution(LogNormal::of(5, 0)).sample(rng), 5, 1e-14);
}

TEST(HyperExponential, BalancesItsMeans) {
  const HyperExponential distribution = HyperExponential::of(5, 2);
  EXPECT_NEAR(distribution.probability_1 * distribution.mean_1, (1 - distribution.probability_1) * distribution.mean_2,
              1e-14);
}

TEST(HyperExponential, OfCvOneIsExponential) {
  EXPECT_EQ(HyperExponential::of(5, 1), (HyperExponential{.probability_1 = 0.5, .mean_1 = 5, .mean_2 = 5}));
}

TEST(Weibull, OfAMeanHasIt) {
  for (const double shape : {0.5, 1.0, 3.0}) EXPECT_NEAR(Distribution(Weibull::of(5, shape)).mean(), 5, 1e-13);
}

TEST(Weibull, OfShapeOneIsExponential) { EXPECT_NEAR(Distribution(Weibull{1, 3}).squared_cv(), 1, 1e-14); }

TEST(ImpossibleParameters, OfSingleNumbersThrow) {
  for (const double impossible : {-1.0, kNan, kInfinity}) {
    EXPECT_THROW(Distribution(Deterministic{impossible}), Error) << impossible;
    EXPECT_THROW(Distribution(Exponential{impossible}), Error) << impossible;
    EXPECT_THROW(Distribution(LogNormal{.sigma = impossible}), Error) << impossible;
    EXPECT_THROW(Distribution(Gamma{.shape = impossible}), Error) << impossible;
    EXPECT_THROW(Distribution(Gamma{.scale = impossible}), Error) << impossible;
    EXPECT_THROW(Distribution(HyperExponential{.probability_1 = impossible}), Error) << impossible;
    EXPECT_THROW(Distribution(HyperExponential{.mean_1 = impossible}), Error) << impossible;
    EXPECT_THROW(Distribution(HyperExponential{.mean_2 = impossible}), Error) << impossible;
    EXPECT_THROW(Distribution(Weibull{.shape = impossible}), Error) << impossible;
    EXPECT_THROW(Distribution(Weibull{.scale = impossible}), Error) << impossible;
    EXPECT_THROW(Distribution(Empirical{{0, 1}, {0, impossible}}), Error) << impossible;
    EXPECT_THROW(Distribution(Exponential{1}).scaled(impossible), Error) << impossible;
  }
  EXPECT_THROW(Distribution(LogNormal{.mu = kNan}), Error);
  EXPECT_THROW(Distribution(LogNormal{.mu = kInfinity}), Error);
  EXPECT_THROW(Distribution(Gamma{.shape = 0}), Error);
  EXPECT_THROW(Distribution(Weibull{.shape = 0}), Error);
  EXPECT_THROW(Distribution(HyperExponential{.probability_1 = 1.1}), Error);
}

TEST(ImpossibleParameters, OfQuantilesThrow) {
  EXPECT_THROW(Distribution(Empirical{}), Error);
  EXPECT_THROW(Distribution(Empirical{{0}, {1}}), Error);
  EXPECT_THROW(Distribution(Empirical{{0, 1}, {1}}), Error);
  EXPECT_THROW(Distribution(Empirical{{0.1, 1}, {0, 1}}), Error);
  EXPECT_THROW(Distribution(Empirical{{0, 0.9}, {0, 1}}), Error);
  EXPECT_THROW(Distribution(Empirical{{0, 0.6, 0.5, 1}, {0, 1, 2, 3}}), Error);
  EXPECT_THROW(Distribution(Empirical{{0, kNan, 1}, {0, 1, 2}}), Error);
  EXPECT_THROW(Distribution(Empirical{{0, 0.5, 1}, {0, 2, 1}}), Error);
  EXPECT_THROW(Distribution(Empirical{{0, 1}, {-1, 1}}), Error);
}

TEST(ImpossibleParameters, OfMomentMatchingThrow) {
  for (const double impossible : {-1.0, kNan, kInfinity}) {
    EXPECT_THROW(LogNormal::of(impossible, 1), Error) << impossible;
    EXPECT_THROW(LogNormal::of(1, impossible), Error) << impossible;
    EXPECT_THROW(Gamma::of(impossible, 1), Error) << impossible;
    EXPECT_THROW(Gamma::of(1, impossible), Error) << impossible;
    EXPECT_THROW(HyperExponential::of(impossible, 1), Error) << impossible;
    EXPECT_THROW(HyperExponential::of(1, impossible), Error) << impossible;
    EXPECT_THROW(Weibull::of(impossible, 1), Error) << impossible;
    EXPECT_THROW(Weibull::of(1, impossible), Error) << impossible;
  }
  EXPECT_THROW(LogNormal::of(0, 1), Error);
  EXPECT_THROW(Gamma::of(1, 0), Error);
  EXPECT_THROW(HyperExponential::of(1, 0.99), Error);
  EXPECT_THROW(Weibull::of(1, 0), Error);
}

TEST(ImpossibleParameters, WithInfiniteMomentsThrow) {
  EXPECT_THROW(Distribution(LogNormal{.mu = 0, .sigma = 100}), Error);
  EXPECT_THROW(Distribution(Weibull{.shape = 0.001}), Error);
  EXPECT_THROW(Distribution(Gamma{.shape = 1e200, .scale = 1e200}), Error);
}

TEST(ImpossibleParameters, AreNamedWithWhatWasExpectedAndWhatCame) {
  try {
    const Distribution distribution = Exponential{-2};
    FAIL() << format(distribution);
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "exponential: mean: expected a finite number >= 0, got -2");
  }
}

TEST(FormatDistribution, NamesTheFamilyAndItsMoments) {
  EXPECT_EQ(format(Distribution()), "deterministic(0)");
  EXPECT_EQ(format(Exponential{2}), "exponential(mean 2)");
  EXPECT_EQ(format(LogNormal::of(2, 0.5)), "log-normal(mean 2, cv 0.5)");
  EXPECT_EQ(format(Gamma::of(2, 0.5)), "gamma(mean 2, cv 0.5)");
  EXPECT_EQ(format(HyperExponential::of(2, 1.5)), "hyper-exponential(mean 2, cv 1.5)");
  EXPECT_EQ(format(Weibull::of(2, 0.7)), "weibull(mean 2, shape 0.7)");
  EXPECT_EQ(format(Empirical{{0, 1}, {0, 12}}), "empirical(mean 6, cv 0.57735, 2 quantiles)");
}

}  // namespace
}  // namespace faasconf::sim
