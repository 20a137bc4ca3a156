#include "traces/replay/function_arrivals.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/core/goodness_of_fit.hpp"
#include "tests/traces/azure_text.hpp"
#include "tests/traces/made_up_trace.hpp"

namespace faasconf::traces {
namespace {

constexpr double kMinute_s = 60;

const std::vector<ArrivalPattern> kAllPatterns = {ArrivalPattern::uniform,     ArrivalPattern::equidistant,
                                                  ArrivalPattern::exponential, ArrivalPattern::gamma,
                                                  ArrivalPattern::periodic,    ArrivalPattern::burst};

std::vector<double> times_s(const TraceFunction& function, const ArrivalRequest& request = {}) {
  std::vector<double> times;
  FunctionArrivals arrivals(function, request);
  while (const auto time = arrivals.next()) times.push_back(sim::to_seconds(*time));
  return times;
}

std::vector<double> gaps_of(const std::vector<double>& times) {
  std::vector<double> gaps;
  for (std::size_t i = 1; i < times.size(); ++i) gaps.push_back(times[i] - times[i - 1]);
  return gaps;
}

double cv_of(const std::vector<double>& values) {
  const sim::Moments found = sim::moments(values);
  return std::sqrt(found.variance) / found.mean;
}

std::vector<MinuteCount> counts_of(const std::vector<double>& times) {
  std::vector<MinuteCount> counts;
  for (const double time : times) {
    const auto minute = static_cast<std::uint32_t>(time / kMinute_s);
    if (counts.empty() || counts.back().minute != minute) counts.push_back({minute, 0});
    ++counts.back().count;
  }
  return counts;
}

TEST(FunctionArrivals, KeepEveryCountExactlyAndComeInOrder) {
  const Trace trace = many_functions(30);
  for (const ArrivalPattern pattern : kAllPatterns) {
    for (const TraceFunction& function : trace.functions) {
      const auto times = times_s(function, {.pattern = pattern, .gamma_cv = 3, .timers_are_periodic = false});
      EXPECT_TRUE(std::ranges::is_sorted(times));
      EXPECT_EQ(counts_of(times), function.counts) << static_cast<int>(pattern);
    }
  }
}

TEST(FunctionArrivals, OfAFunctionThatIsNeverCalledAreNone) {
  for (const ArrivalPattern pattern : kAllPatterns) {
    EXPECT_TRUE(times_s(function_of("f", {}), {.pattern = pattern}).empty());
  }
}

TEST(FunctionArrivals, DependOnSeedFunctionAndMinuteAlone) {
  const TraceFunction whole = many_functions(3).functions[1];
  TraceFunction late = whole;
  std::erase_if(late.counts, [](const MinuteCount& minute) { return minute.minute < 700; });
  const auto all = times_s(whole, {.timers_are_periodic = false});
  const auto some = times_s(late, {.timers_are_periodic = false});
  ASSERT_FALSE(some.empty());
  EXPECT_TRUE(std::equal(some.rbegin(), some.rend(), all.rbegin()));
  EXPECT_NE(times_s(whole, {.timers_are_periodic = false, .seed = 2}), all);
  TraceFunction other = whole;
  other.app = "another";
  EXPECT_NE(times_s(other, {.timers_are_periodic = false}), all);
}

TEST(FunctionArrivals, OfAWindowKeepTheDrawsOfItsMinutes) {
  TraceFunction function = steady("f", 3);
  const auto all = times_s(function);
  TraceFunction window = function_of("f", {{0, 3}, {1, 3}});
  const auto cut = times_s(window, {.first_minute = 700});
  for (std::size_t i = 0; i < cut.size(); ++i) EXPECT_NEAR(cut[i], all[2100 + i] - 700 * kMinute_s, 1e-6);
}

// n points that are uniform by themselves: each is uniform, and the least of n is beta(1, n).
TEST(UniformArrivals, AreOrderStatistics) {
  const auto times = times_s(steady("f", 5));
  std::vector<double> within;
  std::vector<double> first;
  for (std::size_t i = 0; i < times.size(); ++i) {
    within.push_back(std::fmod(times[i], kMinute_s) / kMinute_s);
    if (i % 5 == 0) first.push_back(within.back());
  }
  EXPECT_LT(sim::kolmogorov_smirnov(within, [](double x) { return x; }), sim::kKolmogorovQuantile);
  EXPECT_LT(sim::kolmogorov_smirnov(first, [](double x) { return 1 - std::pow(1 - x, 5); }), sim::kKolmogorovQuantile);
}

TEST(EquidistantArrivals, HaveEqualGapsAndAPhaseForEachMinute) {
  const auto times = times_s(steady("f", 4), {.pattern = ArrivalPattern::equidistant});
  std::vector<double> phases;
  for (std::size_t i = 0; i < times.size(); i += 4) {
    for (std::size_t k = 1; k < 4; ++k) EXPECT_NEAR(times[i + k] - times[i], 15.0 * static_cast<double>(k), 1e-6);
    phases.push_back(std::fmod(times[i], kMinute_s) / 15);
  }
  EXPECT_LT(sim::kolmogorov_smirnov(phases, [](double x) { return x; }), sim::kKolmogorovQuantile);
}

// Gaps within minutes, of many: the normalisation barely matters.
TEST(GapArrivals, HaveTheCoefficientOfVariationThatIsAskedFor) {
  const TraceFunction function = steady("f", 200);
  EXPECT_NEAR(cv_of(gaps_of(times_s(function, {.pattern = ArrivalPattern::exponential}))), 1, .02);
  for (const double cv : {.3, 1.0, 2.0}) {
    const auto times = times_s(function, {.pattern = ArrivalPattern::gamma, .gamma_cv = cv});
    EXPECT_NEAR(cv_of(gaps_of(times)), cv, .05 * cv) << cv;
  }
}

TEST(BurstArrivals, ComeWhenTheMinuteBegins) {
  EXPECT_EQ(times_s(function_of("f", {{2, 3}}), {.pattern = ArrivalPattern::burst}),
            (std::vector<double>{120, 120, 120}));
}

TEST(Timers, KeepACoefficientOfVariationOfZeroOverMinutes) {
  for (const std::uint32_t period : {1U, 2U, 5U, 15U, 60U, 97U}) {
    TraceFunction timer = function_of("t" + std::to_string(period), {}, Trigger::timer);
    for (std::uint32_t minute = 3 % period; minute < kMinutesPerDay; minute += period)
      timer.counts.push_back({minute, 1});
    const auto gaps = gaps_of(times_s(timer));
    EXPECT_LT(cv_of(gaps), 1e-6) << period;
    EXPECT_NEAR(gaps.front(), period * kMinute_s, 1e-6);
  }
}

// 40 s: one and two calls a minute in turn. 90 s: one call in two minutes of three.
TEST(Timers, MayHavePeriodsThatAreNoWholeMinutes) {
  for (const double period_s : {10.0, 40.0, 90.0, 7.0, 100.0}) {
    std::vector<double> ticks;
    for (double time = 3; time < 86'400; time += period_s) ticks.push_back(time);
    TraceFunction timer = function_of("t", counts_of(ticks), Trigger::timer);
    const auto times = times_s(timer);
    EXPECT_EQ(counts_of(times), timer.counts);
    EXPECT_LT(cv_of(gaps_of(times)), 1e-6) << period_s;
    EXPECT_NEAR(times[1] - times[0], period_s, 1e-6);
  }
}

TEST(Timers, WithoutAPeriodKeepOnePhase) {
  const TraceFunction timer = function_of("t", {{0, 1}, {1, 1}, {10, 1}, {12, 2}}, Trigger::timer);
  EXPECT_FALSE(fit_period(timer, .5));
  const auto times = times_s(timer);
  EXPECT_NEAR(times[1] - times[0], 60, 1e-6);
  EXPECT_NEAR(times[2] - times[1], 540, 1e-6);
  EXPECT_NEAR(times[4] - times[3], 30, 1e-6);
}

TEST(Timers, ThatAreUniformHaveACoefficientOfVariationOf41Percent) {
  const auto times = times_s(steady("t", 1, Trigger::timer), {.timers_are_periodic = false});
  EXPECT_NEAR(cv_of(gaps_of(times)), .41, .02);
}

TEST(ArrivalPatterns, AreReadFromText) {
  EXPECT_EQ(parse_arrival_pattern("gamma"), ArrivalPattern::gamma);
  EXPECT_EQ(message_of([] { parse_arrival_pattern("poisson"); }),
            "expected uniform, equidistant, exponential, gamma, periodic or burst, got \"poisson\"");
  EXPECT_EQ(message_of([] { FunctionArrivals(function_of("f", {}), {.gamma_cv = 0}); }),
            "gamma_cv: expected a number above 0 and below 100, got 0.000000");
}

}  // namespace
}  // namespace faasconf::traces
