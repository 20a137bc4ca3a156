#include "traces/azure/statistics.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faasconf::traces {
namespace {

TraceFunction function_of(const std::string& app, const std::string& name, Trigger trigger,
                          std::vector<MinuteCount> counts) {
  TraceFunction function;
  function.owner = "o";
  function.app = app;
  function.function = name;
  function.trigger = trigger;
  function.counts = std::move(counts);
  return function;
}

std::vector<MinuteCount> every(std::uint32_t period, std::uint32_t count = 1) {
  std::vector<MinuteCount> counts;
  for (std::uint32_t minute = 0; minute < kMinutesPerDay; minute += period) counts.push_back({minute, count});
  return counts;
}

TEST(TraceStatistics, CountCallsCellsFunctionsAndApps) {
  StatisticsCollector collector;
  collector.add(function_of("a", "f", Trigger::timer, every(60)));
  collector.add(function_of("a", "g", Trigger::http, {{7, 72}}));
  collector.add(function_of("b", "f", Trigger::http, {{7, 3}, {8, 1}}));
  const TraceStatistics statistics = collector.statistics();
  EXPECT_EQ(statistics.days, 1U);
  EXPECT_EQ(statistics.functions, 3U);
  EXPECT_EQ(statistics.apps, 2U);
  EXPECT_EQ(statistics.calls, 100U);
  EXPECT_EQ(statistics.cells, 27U);
  EXPECT_DOUBLE_EQ(statistics.call_shares[static_cast<std::size_t>(Trigger::timer)], .24);
  EXPECT_DOUBLE_EQ(statistics.function_shares[static_cast<std::size_t>(Trigger::http)], 2.0 / 3);
  EXPECT_DOUBLE_EQ(statistics.top_function_share, .72);
  EXPECT_DOUBLE_EQ(statistics.fewer_than_10_calls, 1.0 / 3);
  EXPECT_DOUBLE_EQ(statistics.non_zero_minutes, 27.0 / (3 * 1440));
  EXPECT_DOUBLE_EQ(statistics.daily_calls_shares[1], 1.0 / 3);
  EXPECT_DOUBLE_EQ(statistics.daily_calls_shares[2], 2.0 / 3);
  EXPECT_DOUBLE_EQ(statistics.app_size_shares[0], .5);
  EXPECT_DOUBLE_EQ(statistics.app_size_shares[1], .5);
  EXPECT_DOUBLE_EQ(statistics.hourly_calls[0], 77);
  EXPECT_DOUBLE_EQ(statistics.baseline, 1.0 / 77);
  EXPECT_FALSE(statistics.weekend_rows.has_value());
  EXPECT_FALSE(statistics.duration_median_s.has_value());
}

// Oracle: of n equal counts c and zeros elsewhere, mean nc/N and mean square nc^2/N.
TEST(TraceStatistics, VariationOfTheTopFunctionCountsIdleMinutes) {
  StatisticsCollector collector;
  collector.add(function_of("a", "f", Trigger::timer, every(2, 5)));
  EXPECT_NEAR(collector.statistics().top_function_cv, 1, 1e-12);
}

TEST(TraceStatistics, TimersAreRegularAndBurstsAreNot) {
  StatisticsCollector collector;
  collector.add(function_of("regular", "f", Trigger::timer, every(15)));
  collector.add(function_of("minutely", "f", Trigger::timer, every(1, 6)));
  collector.add(function_of("bursts", "f", Trigger::http, {{1, 1}, {2, 1}, {3, 1}, {1000, 1}}));
  collector.add(function_of("two calls", "f", Trigger::http, {{1, 1}, {900, 1}}));
  const TraceStatistics statistics = collector.statistics();
  EXPECT_EQ(statistics.apps_with_cv, 3U);
  EXPECT_DOUBLE_EQ(*statistics.cv_about_zero, 2.0 / 3);
  EXPECT_DOUBLE_EQ(*statistics.cv_at_most_one, 2.0 / 3);
}

TEST(TraceStatistics, TimesBetweenCallsAreOfTheWholeApp) {
  StatisticsCollector collector;
  std::vector<MinuteCount> odd = every(2);
  for (MinuteCount& count : odd) ++count.minute;
  collector.add(function_of("a", "f", Trigger::timer, every(2)));
  collector.add(function_of("a", "g", Trigger::timer, odd));
  EXPECT_DOUBLE_EQ(*collector.statistics().cv_about_zero, 1);
}

TEST(TraceStatistics, DaysComeOneAfterTheOther) {
  StatisticsCollector collector;
  for (std::uint32_t day = 0; day < 7; ++day) {
    collector.add(function_of("a", "f", Trigger::http, {{0, 14}}), day * 1440);
    if (day < 5) collector.add(function_of("a", "g", Trigger::http, {{3, 1}}), day * 1440);
  }
  const TraceStatistics statistics = collector.statistics();
  EXPECT_EQ(statistics.days, 7U);
  EXPECT_EQ(statistics.functions, 2U);
  EXPECT_DOUBLE_EQ(*statistics.weekend_rows, .5);
  EXPECT_DOUBLE_EQ(statistics.top_function_calls, 14);
  EXPECT_DOUBLE_EQ(statistics.popularity.back(), 5.0 / 7);
  EXPECT_DOUBLE_EQ(statistics.non_zero_minutes, 1.0 / 1440);
  EXPECT_DOUBLE_EQ(statistics.fewer_than_10_calls, .5);
}

TEST(TraceStatistics, LeaveOutDurationsAndMemoryOfWhatIsNeverCalled) {
  StatisticsCollector collector;
  collector.add(function_of("a", "f", Trigger::http, {{0, 1}}));
  EXPECT_TRUE(collector.add_duration("o", "a", "f", {.average_ms = 1000, .count = 3}));
  EXPECT_FALSE(collector.add_duration("o", "a", "g", {.average_ms = 5000, .count = 1}));
  EXPECT_FALSE(collector.add_memory("o", "b", {.samples = 1, .average_mb = 200}));
  const TraceStatistics statistics = collector.statistics();
  EXPECT_EQ(statistics.durations, 1U);
  EXPECT_EQ(statistics.memories, 0U);
}

TEST(TraceStatistics, KeepTheLastTriggerThatIsNotOthers) {
  StatisticsCollector collector;
  EXPECT_EQ(collector.add(function_of("a", "f", Trigger::timer, {})), std::nullopt);
  EXPECT_EQ(collector.add(function_of("a", "f", Trigger::others, {{0, 1}})), Trigger::timer);
  EXPECT_EQ(collector.add(function_of("a", "f", Trigger::timer, {{0, 1}}), 1440), std::nullopt);
  EXPECT_EQ(collector.add(function_of("a", "g", Trigger::others, {{0, 1}})), std::nullopt);
  EXPECT_EQ(collector.add(function_of("a", "g", Trigger::queue, {{0, 1}}), 1440), Trigger::others);
  const TraceStatistics statistics = collector.statistics();
  EXPECT_EQ(statistics.function_shares[static_cast<std::size_t>(Trigger::timer)], .5);
  EXPECT_EQ(statistics.function_shares[static_cast<std::size_t>(Trigger::queue)], .5);
}

TEST(TraceStatistics, DurationsAndMemoryAreWeightedOverDays) {
  StatisticsCollector collector;
  for (const char* name : {"f", "g"}) collector.add(function_of("a", name, Trigger::http, {{0, 1}}));
  collector.add_duration("o", "a", "f", {.average_ms = 1000, .count = 3});
  collector.add_duration("o", "a", "f", {.average_ms = 5000, .count = 1});
  collector.add_duration("o", "a", "g", {.average_ms = 50, .count = 1});
  collector.add_memory("o", "a", {.samples = 1, .average_mb = 100});
  collector.add_memory("o", "a", {.samples = 1, .average_mb = 200});
  const TraceStatistics statistics = collector.statistics();
  EXPECT_EQ(statistics.durations, 2U);
  EXPECT_DOUBLE_EQ(*statistics.duration_median_s, 2);
  EXPECT_DOUBLE_EQ(*statistics.duration_shares[0], .5);
  EXPECT_NEAR(*statistics.duration_log_mean, (std::log(2) + std::log(.05)) / 2, 1e-12);
  EXPECT_DOUBLE_EQ(*statistics.memory_median_mb, 150);
}

TEST(TraceStatistics, OfNothingAreZeros) {
  const TraceStatistics statistics = StatisticsCollector().statistics();
  EXPECT_EQ(statistics.functions, 0U);
  EXPECT_EQ(statistics.top_function_share, 0);
  EXPECT_FALSE(statistics.cv_about_zero.has_value());
}

TEST(Statistics, EndWhenTheirCallerSaysNo) {
  EXPECT_THROW(StatisticsCollector().statistics([] { return false; }), sim::Cancelled);
}

}  // namespace
}  // namespace faasconf::traces
