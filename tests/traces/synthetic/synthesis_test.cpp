#include "traces/synthetic/synthesis.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "traces/azure/statistics.hpp"

namespace faasconf::traces {
namespace {

TraceStatistics statistics_of(const SynthesisSpec& spec) {
  const SyntheticTrace trace(spec);
  StatisticsCollector collector;
  collector.set_days(spec.days);
  for (std::size_t i = 0; i < trace.size(); ++i) collector.add(trace.function(i));
  return collector.statistics();
}

// Four standard errors of a share of so many.
double error(double share, std::size_t of) { return 4 * std::sqrt(share * (1 - share) / static_cast<double>(of)); }

const TraceStatistics& day() {
  static const TraceStatistics statistics = statistics_of({.seed = 3, .functions = 12'000});
  return statistics;
}

const TraceStatistics& fortnight() {
  static const TraceStatistics statistics = statistics_of({.seed = 4, .functions = 2'500, .days = 14});
  return statistics;
}

TEST(SyntheticDay, HasAsManyFunctionsAsAskedFor) {
  EXPECT_EQ(day().functions, 12'000U);
  for (const std::uint32_t functions : {1U, 2U, 10U, 99U, 1000U, 5001U}) {
    EXPECT_NEAR(static_cast<double>(SyntheticTrace({.seed = 1, .functions = functions}).size()), functions, 1);
  }
}

// Popularity is laid out, not drawn: what is left is the calls' own noise.
TEST(SyntheticDay, IsAsPopularAsPublished) {
  const double scale = 12'000.0 / published::kFunctions;
  EXPECT_NEAR(day().top_function_share, published::kTopFunctionShare, .002);
  EXPECT_NEAR(day().top_thousandth_share, published::kTopThousandthShare, .005);
  EXPECT_NEAR(day().top_hundredth_share, published::kTopHundredthShare, .005);
  EXPECT_NEAR(day().top_function_calls / (scale * published::kTopFunctionCalls), 1, .01);
  EXPECT_NEAR(day().top_function_cv, published::kTopFunctionCv, .005);
}

TEST(SyntheticDay, HasThePublishedTriggers) {
  for (std::size_t t = 0; t < kTriggerNames.size(); ++t) {
    EXPECT_NEAR(day().function_shares[t], published::kFunctionShares[t], .004) << kTriggerNames[t];
    EXPECT_NEAR(day().call_shares[t], published::kCallShares[t], .01) << kTriggerNames[t];
  }
}

TEST(SyntheticDay, HasThePublishedFewCallsAndSilence) {
  EXPECT_NEAR(day().fewer_than_10_calls, published::kFewerThan10Calls, error(.366, 12'000));
  // a function's share of busy minutes has a standard deviation of 0.3
  EXPECT_NEAR(day().non_zero_minutes, published::kNonZeroMinutes, 4 * .3 / std::sqrt(12'000));
}

TEST(SyntheticDay, HasThePublishedBaseline) { EXPECT_NEAR(day().baseline, published::kBaseline, .03); }

TEST(SyntheticDay, HasThePublishedApps) {
  for (std::size_t i = 0; i < published::kAppSizeShares.size(); ++i) {
    EXPECT_NEAR(day().app_size_shares[i], published::kAppSizeShares[i],
                error(published::kAppSizeShares[i], day().apps));
  }
}

// The counts tell minutes only, and the two were tuned on a full day to 0.01: one more standard error.
TEST(SyntheticDay, HasThePublishedRegularity) {
  EXPECT_GT(day().apps_with_cv, 500U);
  EXPECT_NEAR(*day().cv_about_zero, published::kCvAboutZero, .01 + error(.21, day().apps_with_cv));
  EXPECT_NEAR(*day().cv_at_most_one, published::kCvAtMostOne, .01 + error(.59, day().apps_with_cv));
}

TEST(SyntheticDay, HasThePublishedDurations) {
  for (std::size_t i = 0; i < published::kDurationShares.size(); ++i) {
    // the busiest hundredth runs short
    EXPECT_NEAR(*day().duration_shares[i], published::kDurationShares[i],
                .005 + error(published::kDurationShares[i], day().durations));
  }
  EXPECT_NEAR(*day().duration_log_deviation, published::kDurationFitSigma, .15);
}

TEST(SyntheticDay, HasThePublishedMemory) {
  // standard errors of quantiles: sqrt(p (1 - p) / n) over the density, 0.0127 and 0.0006 a MB
  const double root = std::sqrt(static_cast<double>(day().memories));
  EXPECT_NEAR(*day().memory_median_mb, published::kMemoryMedian_mb, 1 + 4 * .5 / root / .0127);
  EXPECT_NEAR(*day().memory_p90_mb, published::memory_quantile_mb(.9), 4 * .3 / root / .0006);
}

TEST(SyntheticFortnight, HasThePublishedDailyCalls) {
  for (std::size_t i = 0; i < published::kDailyCallsShares.size(); ++i) {
    EXPECT_NEAR(fortnight().daily_calls_shares[i], published::kDailyCallsShares[i],
                error(published::kDailyCallsShares[i], fortnight().functions));
  }
}

TEST(SyntheticFortnight, HasFewerRowsAtWeekends) {
  EXPECT_NEAR(*fortnight().weekend_rows, published::kWeekendRows, error(.22, 2'500));
}

// In a trace of a few functions the shares of tenths of a percent cannot be had; the top function's can.
TEST(SyntheticTraces, KeepTheTopFunctionWhenSmall) {
  for (const std::uint32_t functions : {1'000U, 3'000U, 7'000U}) {
    const TraceStatistics small = statistics_of({.seed = 5, .functions = functions});
    EXPECT_NEAR(small.top_function_share, published::kTopFunctionShare, .012) << functions;
    EXPECT_NEAR(small.top_hundredth_share, published::kTopHundredthShare, .02) << functions;
  }
}

TEST(SyntheticTraces, AreTheSameForASeedAndOthersForAnother) {
  const SyntheticTrace first({.seed = 6, .functions = 300, .days = 2});
  const SyntheticTrace again({.seed = 6, .functions = 300, .days = 2});
  const SyntheticTrace other({.seed = 7, .functions = 300, .days = 2});
  EXPECT_EQ(first.trace(), again.trace());
  EXPECT_NE(first.trace().functions, other.trace().functions);
  // in any order
  const TraceFunction last = first.function(first.size() - 1);
  EXPECT_EQ(first.function(0), again.function(0));
  EXPECT_EQ(last, again.function(first.size() - 1));
}

// A function's calls of a day come from a stream of their own.
TEST(SyntheticTraces, KeepAFunctionsFirstDayWhenDaysAreAdded) {
  const auto first_days = [](const SyntheticTrace& trace) {
    std::map<std::string, std::vector<std::uint32_t>> days;
    for (std::size_t i = 0; i < trace.size(); ++i) {
      const TraceFunction function = trace.function(i);
      for (const MinuteCount& count : function.counts) {
        if (count.minute < kMinutesPerDay) days[function.function].push_back(count.minute * 1000 + count.count % 1000);
      }
    }
    return days;
  };
  EXPECT_EQ(first_days(SyntheticTrace({.seed = 9, .functions = 200})),
            first_days(SyntheticTrace({.seed = 9, .functions = 200, .days = 3})));
}

TEST(SyntheticTraces, TimersKeepTheirPeriodOverDays) {
  const SyntheticTrace trace({.seed = 10, .functions = 1'000, .days = 3});
  std::size_t timers = 0;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const TraceFunction function = trace.function(i);
    if (function.trigger != Trigger::timer || function.counts.size() < 60) continue;
    ++timers;
    std::set<std::uint32_t> gaps;
    for (std::size_t j = 1; j < function.counts.size(); ++j) {
      gaps.insert(function.counts[j].minute - function.counts[j - 1].minute);
    }
    EXPECT_EQ(gaps.size(), 1U) << function.function;
  }
  EXPECT_GT(timers, 100U);
}

TEST(SyntheticTraces, AreSoundFunctionByFunction) {
  const SyntheticTrace trace({.seed = 11, .functions = 2'000, .days = 8});
  std::set<std::string> hashes;
  std::set<std::string> apps;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const TraceFunction function = trace.function(i);
    EXPECT_EQ(function.function.size(), 64U);
    EXPECT_TRUE(hashes.insert(function.function).second);
    apps.insert(function.app);
    ASSERT_FALSE(function.counts.empty());
    double calls = 0;
    for (std::size_t j = 0; j < function.counts.size(); ++j) {
      calls += function.counts[j].count;
      EXPECT_GT(function.counts[j].count, 0U);
    }
    EXPECT_TRUE(std::ranges::is_sorted(function.counts, std::less<>(), &MinuteCount::minute)) << i;
    EXPECT_LT(function.counts.back().minute, 8 * kMinutesPerDay);
    EXPECT_EQ(function.duration->count, calls);
    EXPECT_GT(function.duration->minimum_ms, 0);
    EXPECT_TRUE(std::ranges::is_sorted(function.duration->percentiles_ms));
    EXPECT_TRUE(std::ranges::is_sorted(function.app_memory->percentiles_mb));
  }
  EXPECT_EQ(apps.size(), trace.apps());
}

TEST(SyntheticTraces, SayWhatCannotBeMade) {
  const auto error_of = [](const SynthesisSpec& spec) -> std::string {
    try {
      SyntheticTrace trace(spec);
    } catch (const sim::Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(error_of({.functions = 0}), "functions: expected an integer from 1 to 10000000, got 0");
  EXPECT_EQ(error_of({.days = 0}), "days: expected an integer from 1 to 366, got 0");
  EXPECT_EQ(error_of({.days = 367}), "days: expected an integer from 1 to 366, got 367");
}

TEST(SyntheticTraces, EndWhenTheirCallerSaysNo) {
  EXPECT_THROW(SyntheticTrace({.functions = 100, .go_on = [] { return false; }}), sim::Cancelled);
}

}  // namespace
}  // namespace faasconf::traces
