#include "traces/laws.hpp"

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

std::vector<double> draws(const sim::Distribution& law, std::size_t count = 20'000) {
  sim::Rng rng(5);
  return sim::draw_many(count, [&] { return law.sample(rng); });
}

const DurationPercentiles kDuration{
    .average_ms = 40, .count = 9, .minimum_ms = 1, .maximum_ms = 200, .percentiles_ms = {1, 2, 10, 20, 40, 180, 200}};

TEST(DurationLaw, GoesThroughThePercentiles) {
  std::vector<double> sample = draws(duration_law(kDuration, LawKind::percentiles), 100'000);
  std::ranges::sort(sample);
  const auto quantile = [&](double p) { return sample[static_cast<std::size_t>(p * 99'999)]; };
  EXPECT_NEAR(quantile(.25), .010, .0005);
  EXPECT_NEAR(quantile(.5), .020, .0005);
  EXPECT_NEAR(quantile(.75), .040, .0010);
  EXPECT_GE(sample.front(), .001);
  EXPECT_LE(sample.back(), .200);
}

// Oracle: percentiles of a log-normal law give it back.
TEST(DurationLaw, FindsTheLogNormalThatThePercentilesAreOf) {
  const double mu = -.38;
  const double sigma = 2.36;
  DurationPercentiles duration{.average_ms = 0, .count = 1};
  const std::vector<double> z = {-9, -2.3263478740408408, -.6744897501960817, 0, .6744897501960817, 2.3263478740408408,
                                 9};
  for (std::size_t i = 0; i < 7; ++i) duration.percentiles_ms[i] = 1000 * std::exp(mu + sigma * z[i]);
  const auto law = std::get<sim::LogNormal>(duration_law(duration, LawKind::log_normal).law());
  EXPECT_NEAR(law.mu, mu, 1e-9);
  EXPECT_NEAR(law.sigma, sigma, 1e-9);
}

TEST(DurationLaw, SurvivesZerosAndEqualPercentiles) {
  const DurationPercentiles zeros{.average_ms = 0, .count = 1};
  EXPECT_EQ(duration_law(zeros, LawKind::percentiles).mean(), 0);
  EXPECT_NEAR(duration_law(zeros, LawKind::log_normal).mean(), .0005, 1e-12);
  EXPECT_EQ(duration_law(kDuration, LawKind::average).mean(), .04);
}

TEST(MemoryLaw, IsOfTheAppOrOfAFunctionsShare) {
  const MemoryPercentiles memory{
      .samples = 1, .average_mb = 120, .percentiles_mb = {100, 100, 100, 120, 130, 140, 150, 160}};
  EXPECT_NEAR(memory_law(memory, LawKind::average).mean(), 120 * kMebibytesPerMegabyte, 1e-9);
  EXPECT_NEAR(memory_law(memory, LawKind::average, 3).mean(), 40 * kMebibytesPerMegabyte, 1e-9);
  const auto sample = draws(memory_law(memory, LawKind::percentiles));
  EXPECT_GE(std::ranges::min(sample), 100 * kMebibytesPerMegabyte - 1e-9);
  EXPECT_LE(std::ranges::max(sample), 160 * kMebibytesPerMegabyte + 1e-9);
}

TEST(EmpiricalLaw, IsTheSample) {
  const auto law = empirical_law({3, 1, 2});
  EXPECT_EQ(law.mean(), 2);
  const auto sample = draws(law);
  EXPECT_GE(std::ranges::min(sample), 1);
  EXPECT_LE(std::ranges::max(sample), 3);
  EXPECT_EQ(empirical_law({4}).mean(), 4);
  EXPECT_EQ(message_of([] { empirical_law({}); }), "sample: expected at least one value, got none");
  EXPECT_NE(message_of([] { empirical_law({-1, 2}); }), "no error");
}

// Oracle: the published fit has a median of about 140 MB and a 90th percentile of some 250 MB.
TEST(BurrLaw, HasItsQuantiles) {
  const Burr burr;
  for (const double p : {.1, .5, .9}) {
    const double x = burr_quantile(burr, p);
    EXPECT_NEAR(1 - std::pow(1 + std::pow(x / burr.scale, burr.c), -burr.k), p, 1e-12);
  }
  std::vector<double> sample = draws(burr_memory_law());
  std::ranges::sort(sample);
  EXPECT_NEAR(sample[10'000], burr_quantile(burr, .5) * kMebibytesPerMegabyte, 2);
  EXPECT_NEAR(sample[18'000], burr_quantile(burr, .9) * kMebibytesPerMegabyte, 8);
}

TEST(LawKinds, AreReadFromText) {
  EXPECT_EQ(parse_law_kind("log-normal"), LawKind::log_normal);
  EXPECT_EQ(message_of([] { parse_law_kind("normal"); }),
            "expected percentiles, log-normal or average, got \"normal\"");
}

}  // namespace
}  // namespace faasconf::traces
