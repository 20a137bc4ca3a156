#include "traces/core/scale.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/random.hpp"
#include "tests/sim/core/goodness_of_fit.hpp"
#include "tests/traces/azure_text.hpp"
#include "tests/traces/made_up_trace.hpp"
#include "traces/core/binomial.hpp"
#include "traces/core/totals.hpp"

namespace faasconf::traces {
namespace {

using ::testing::ElementsAre;

double log_binomial_probability(double n, double k, double p) {
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(p) + (n - k) * std::log1p(-p);
}

// Pearson's test of counts against the binomial distribution; values with less than 5 expected are joined to their
// neighbours.
void expect_binomial(const std::vector<std::uint64_t>& sample, std::uint64_t n, double p) {
  std::map<std::uint64_t, double> observed;
  for (const std::uint64_t k : sample) ++observed[k];
  double statistic = 0;
  double degrees = -1;
  double expected = 0;
  double seen = 0;
  double before = 0;
  const auto total = static_cast<double>(sample.size());
  for (std::uint64_t k = 0; k <= n; ++k) {
    expected += total * std::exp(log_binomial_probability(static_cast<double>(n), static_cast<double>(k), p));
    seen += observed[k];
    if (expected < 5 && k < n) continue;
    if (k < n && total - before - expected < 5) continue;  // the rest goes to the last bin
    statistic += (seen - expected) * (seen - expected) / std::max(expected, 1e-300);
    ++degrees;
    before += expected;
    expected = 0;
    seen = 0;
  }
  EXPECT_LT(statistic, sim::chi_square_quantile(std::max(degrees, 1.0))) << "n " << n << " p " << p;
}

TEST(Binomial, FollowsItsDistribution) {
  sim::Rng rng(1);
  for (const auto& [n, p] : std::vector<std::pair<std::uint64_t, double>>{
           {1, .3}, {10, .5}, {40, .1}, {100, .3}, {1000, .02}, {1000, .5}, {1000, .97}, {50, .999}}) {
    std::vector<std::uint64_t> sample(20'000);
    for (std::uint64_t& k : sample) k = binomial(rng, n, p);
    expect_binomial(sample, n, p);
  }
}

TEST(Binomial, HasItsMomentsForManyTrials) {
  sim::Rng rng(2);
  for (const auto& [n, p] :
       std::vector<std::pair<std::uint64_t, double>>{{4'000'000'000, .25}, {4'000'000'000, 2e-9}}) {
    const auto sample = sim::draw_many(50'000, [&] { return static_cast<double>(binomial(rng, n, p)); });
    const sim::Moments found = sim::moments(sample);
    const double mean = static_cast<double>(n) * p;
    EXPECT_NEAR(found.mean, mean, sim::kNormalQuantile * found.mean_error);
    EXPECT_NEAR(found.variance, mean * (1 - p), sim::kNormalQuantile * found.variance_error);
  }
}

TEST(Binomial, KnowsItsEnds) {
  sim::Rng rng(3);
  EXPECT_EQ(binomial(rng, 0, .5), 0U);
  EXPECT_EQ(binomial(rng, 9, 0), 0U);
  EXPECT_EQ(binomial(rng, 9, 1), 9U);
}

TEST(Thin, LeavesBinomialCountsInEveryMinute) {
  const Trace trace{.days = 1, .functions = {steady("f", 20)}, .origin = ""};
  std::vector<std::uint64_t> counts;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::vector<std::uint64_t> dense(kMinutesPerDay);
    const Trace thinned = thin(trace, .3, seed);
    for (const MinuteCount& minute : thinned.functions[0].counts) dense[minute.minute] = minute.count;
    counts.insert(counts.end(), dense.begin(), dense.end());
  }
  expect_binomial(counts, 20, .3);
}

TEST(Thin, DoesNotDependOnOtherFunctionsOrMinutes) {
  Trace trace = many_functions(20);
  const Trace all = thin(trace, .5, 9);
  trace.functions = {trace.functions[13]};
  EXPECT_EQ(thin(trace, .5, 9).functions[0], all.functions[13]);
  std::erase_if(trace.functions[0].counts, [](const MinuteCount& minute) { return minute.minute < 700; });
  std::vector<MinuteCount> late = all.functions[13].counts;
  std::erase_if(late, [](const MinuteCount& minute) { return minute.minute < 700; });
  EXPECT_EQ(thin(trace, .5, 9).functions[0].counts, late);
}

TEST(Thin, KeepsAllOrNothingAtTheEnds) {
  const Trace trace = many_functions(5);
  EXPECT_EQ(thin(trace, 1, 1), trace);
  EXPECT_EQ(totals(thin(trace, 0, 1)).calls, 0U);
  EXPECT_EQ(message_of([&] { thin(trace, 1.5, 1); }), "probability: expected a number from 0 to 1, got 1.5");
}

TEST(Superpose, AddsShiftedCopiesOfTheSameCounts) {
  const Trace trace{.days = 1, .functions = {function_of("f", {{0, 5}, {700, 7}, {1439, 9}})}, .origin = ""};
  const Trace tripled = superpose(trace, {.factor = 3}, 4);
  EXPECT_EQ(totals(tripled).calls, 63U);
  const auto& counts = tripled.functions[0].counts;
  EXPECT_TRUE(std::ranges::is_sorted(counts, {}, &MinuteCount::minute));
  EXPECT_LT(counts.back().minute, kMinutesPerDay);  // around the ends
  EXPECT_GE(counts.size(), 7U);                     // copies do not lie on one another
}

TEST(Superpose, MovesAnAppTogether) {
  Trace trace{.days = 1, .functions = {function_of("f", {{700, 1}}), function_of("g", {{702, 1}})}, .origin = ""};
  const Trace doubled = superpose(trace, {.factor = 2}, 4);
  const auto moved = [&](std::size_t i, std::uint32_t home) {
    for (const MinuteCount& minute : doubled.functions[i].counts) {
      if (minute.minute != home) return static_cast<int>(minute.minute) - static_cast<int>(home);
    }
    return 0;
  };
  EXPECT_NE(moved(0, 700), 0);
  EXPECT_EQ(moved(0, 700), moved(1, 702));
}

TEST(Superpose, ThinsTheLastCopy) {
  const Trace trace{.days = 1, .functions = {steady("f", 20)}, .origin = ""};
  const auto calls = static_cast<double>(totals(superpose(trace, {.factor = 2.25}, 1)).calls);
  EXPECT_NEAR(calls, 2.25 * 28'800, 4 * std::sqrt(28'800 * .25 * .75));
  EXPECT_EQ(superpose(trace, {.factor = 1}, 1), trace);
}

// Every minute has its own 20 calls, and what is left of another minute's.
TEST(Superpose, AddsBinomialCountsToEveryMinute) {
  const Trace trace{.days = 1, .functions = {steady("f", 20)}, .origin = ""};
  std::vector<std::uint64_t> added;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Trace busier = superpose(trace, {.factor = 1.3}, seed);
    for (const MinuteCount& minute : busier.functions[0].counts) added.push_back(minute.count - 20);
  }
  expect_binomial(added, 20, .3);
}

TEST(Superpose, RefusesCountsThatDoNotFit) {
  const Trace trace{.days = 1, .functions = {steady("f", 3'000'000'000)}, .origin = ""};
  EXPECT_EQ(message_of([&] { superpose(trace, {.factor = 2}, 1); }),
            "function f: expected at most 4294967295 calls in a minute, got 6000000000");
  EXPECT_EQ(message_of([&] { superpose(trace, {.factor = .5}, 1); }),
            "factor: expected a number from 1 to 100000, got 0.5");
}

TEST(ScaleRate, ReachesATargetMeanAndPeak) {
  const Trace trace{.days = 1, .functions = {function_of("f", {{0, 1000}, {1, 440}})}, .origin = ""};
  EXPECT_DOUBLE_EQ(factor_for_mean(trace, 2), 2);
  EXPECT_DOUBLE_EQ(factor_for_peak(trace, 500, 1), .5);
  const auto calls = static_cast<double>(totals(scale_rate(trace, factor_for_peak(trace, 500, 1), 1)).calls);
  EXPECT_NEAR(calls, 720, 4 * std::sqrt(360));
  EXPECT_EQ(totals(scale_rate(trace, factor_for_mean(trace, 2), 1)).calls, 2880U);
  EXPECT_EQ(message_of([] { factor_for_mean({}, 1); }), "rate: expected a trace with calls, got one without");
}

// The peak of copies that lie apart is less than that of copies on top of one another; where the last copy is thinned,
// the busiest minute is a sum of binomial counts.
TEST(ScaleRate, ReachesAPeakWithShiftedCopies) {
  Trace trace{.days = 1, .functions = {}, .origin = ""};
  for (int app = 0; app < 20; ++app) {
    TraceFunction function = function_of("f", {});
    function.app = "a" + std::to_string(app);
    for (std::uint32_t minute = 0; minute < kMinutesPerDay; ++minute) {
      function.counts.push_back({minute, minute == 600 ? 10'000U : 500U});
    }
    trace.functions.push_back(function);
  }
  for (const double peak : {230'000.0, 300'000.0, 1'234'567.0}) {
    const double factor = factor_for_peak(trace, peak, 3);
    EXPECT_GT(factor, 1.5 * peak / 200'000) << peak;
    const auto sums = minute_totals(scale_rate(trace, factor, 3));
    // of at most the peak's calls with a chance of at most one half; many minutes may come close
    EXPECT_NEAR(static_cast<double>(std::ranges::max(sums)), peak, 5 * std::sqrt(peak / 4)) << factor;
  }
  // two whole copies: no chance is left
  const auto doubled = static_cast<double>(std::ranges::max(minute_totals(scale_rate(trace, 2, 3))));
  EXPECT_DOUBLE_EQ(factor_for_peak(trace, doubled, 3), 2);
}

TEST(ScaleTime, JoinsMinutesWhenItIsFaster) {
  const Trace trace{.days = 1, .functions = {function_of("f", {{0, 1}, {9, 2}, {10, 4}, {1439, 8}})}, .origin = ""};
  const Trace fast = scale_time(trace, 10, 1);
  EXPECT_THAT(fast.functions[0].counts, ElementsAre(MinuteCount{0, 3}, MinuteCount{1, 4}, MinuteCount{143, 8}));
  EXPECT_EQ(fast.days, 1U);
}

TEST(ScaleTime, DividesMinutesInProportion) {
  const Trace trace{.days = 1, .functions = {function_of("f", {{0, 30'000}, {1439, 4}})}, .origin = ""};
  const Trace slow = scale_time(trace, 1 / 2.5, 1);
  EXPECT_EQ(slow.days, 3U);
  EXPECT_EQ(totals(slow).calls, 30'004U);
  const auto& counts = slow.functions[0].counts;
  ASSERT_GE(counts.size(), 3U);
  EXPECT_NEAR(counts[0].count, 12'000, 4 * std::sqrt(30'000 * .4 * .6));
  EXPECT_NEAR(counts[2].count, 6'000, 4 * std::sqrt(30'000 * .2 * .8));
  EXPECT_LT(counts.back().minute, 3600U);
}

TEST(ScaleTime, AtItsOwnSpeedIsTheSame) {
  const Trace trace = many_functions(3);
  EXPECT_EQ(scale_time(trace, 1, 1), trace);
  EXPECT_EQ(message_of([&] { scale_time(trace, 0, 1); }), "speed: expected a number from 0.001 to 1440, got 0");
}

TEST(Scaling, EndsWhenItsCallerSaysNo) {
  const Trace trace = many_functions(50);
  const auto no = [] { return false; };
  EXPECT_THROW(thin(trace, .5, 1, no), sim::Cancelled);
  EXPECT_THROW(superpose(trace, {.factor = 2}, 1, no), sim::Cancelled);
  EXPECT_THROW(scale_rate(trace, 1.5, 1, no), sim::Cancelled);
  EXPECT_THROW(factor_for_peak(trace, 1e6, 1, no), sim::Cancelled);
  EXPECT_THROW(scale_time(trace, 2, 1, no), sim::Cancelled);
}

}  // namespace
}  // namespace faasconf::traces
