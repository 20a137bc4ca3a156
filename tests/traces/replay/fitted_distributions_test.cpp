#include "traces/replay/fitted_distributions.hpp"

#include <cmath>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/random.hpp"
#include "tests/sim/core/goodness_of_fit.hpp"
#include "tests/traces/azure_text.hpp"

namespace faasconf::traces {
namespace {

constexpr double kMebibytesPerMegabyte = 1e6 / 1048576;

std::vector<double> draws(const sim::Distribution& distribution, std::size_t count = 20'000) {
  sim::Rng rng(5);
  return sim::draw_many(count, [&] { return distribution.sample(rng); });
}

const DurationPercentiles kDuration{
    .average_ms = 40, .count = 9, .minimum_ms = 1, .maximum_ms = 200, .percentiles_ms = {1, 2, 10, 20, 40, 180, 200}};

TEST(DurationDistribution, GoesThroughThePercentiles) {
  std::vector<double> sample = draws(duration_distribution(kDuration, DistributionKind::percentiles), 100'000);
  std::ranges::sort(sample);
  const auto quantile = [&](double p) { return sample[static_cast<std::size_t>(p * 99'999)]; };
  EXPECT_NEAR(quantile(.25), .010, .0005);
  EXPECT_NEAR(quantile(.5), .020, .0005);
  EXPECT_NEAR(quantile(.75), .040, .0010);
  EXPECT_GE(sample.front(), .001);
  EXPECT_LE(sample.back(), .200);
}

// Oracle: percentiles of a log-normal distribution give it back.
TEST(DurationDistribution, FindsTheLogNormalThatThePercentilesAreOf) {
  const double mu = -.38;
  const double sigma = 2.36;
  DurationPercentiles duration{.average_ms = 0, .count = 1};
  const std::vector<double> z = {-9, -2.3263478740408408, -.6744897501960817, 0, .6744897501960817, 2.3263478740408408,
                                 9};
  for (std::size_t i = 0; i < 7; ++i) duration.percentiles_ms[i] = 1000 * std::exp(mu + sigma * z[i]);
  const auto fit = std::get<sim::LogNormal>(duration_distribution(duration, DistributionKind::log_normal).family());
  EXPECT_NEAR(fit.mu, mu, 1e-9);
  EXPECT_NEAR(fit.sigma, sigma, 1e-9);
}

TEST(DurationDistribution, SurvivesZerosAndEqualPercentiles) {
  const DurationPercentiles zeros{.average_ms = 0, .count = 1};
  EXPECT_EQ(duration_distribution(zeros, DistributionKind::percentiles).mean(), 0);
  EXPECT_NEAR(duration_distribution(zeros, DistributionKind::log_normal).mean(), .0005, 1e-12);
  EXPECT_EQ(duration_distribution(kDuration, DistributionKind::average).mean(), .04);
}

TEST(MemoryDistribution, IsOfTheAppOrOfAFunctionsShare) {
  const MemoryPercentiles memory{
      .samples = 1, .average_mb = 120, .percentiles_mb = {100, 100, 100, 120, 130, 140, 150, 160}};
  EXPECT_NEAR(memory_distribution(memory, DistributionKind::average).mean(), 120 * kMebibytesPerMegabyte, 1e-9);
  EXPECT_NEAR(memory_distribution(memory, DistributionKind::average, 3).mean(), 40 * kMebibytesPerMegabyte, 1e-9);
  const auto sample = draws(memory_distribution(memory, DistributionKind::percentiles));
  EXPECT_GE(std::ranges::min(sample), 100 * kMebibytesPerMegabyte - 1e-9);
  EXPECT_LE(std::ranges::max(sample), 160 * kMebibytesPerMegabyte + 1e-9);
}

TEST(DistributionKinds, AreReadFromText) {
  EXPECT_EQ(parse_distribution_kind("log-normal"), DistributionKind::log_normal);
  EXPECT_EQ(message_of([] { parse_distribution_kind("normal"); }),
            "expected percentiles, log-normal or average, got \"normal\"");
}

}  // namespace
}  // namespace faasconf::traces
