#include "sim/env/rolling_period.hpp"

#include <chrono>
#include <cstdint>

#include <gtest/gtest.h>

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

PeriodCounts counts(std::int64_t due, std::int64_t served) {
  return {.due = {.due = due, .served = served}, .finished = due, .completions = served, .length = 30s};
}

TEST(RollingPeriod, JudgesTheFewestWindowsThatMakeAPeriod) {
  const Promise promise{.served_share = 0.95};
  RollingPeriod period(promise, 30s);
  period.add(counts(100, 50));
  EXPECT_TRUE(period.is_broken());
  period.add(counts(100, 100));
  EXPECT_TRUE(period.is_broken());  // 150 of 200
  period.add(counts(100, 100));
  EXPECT_FALSE(period.is_broken());  // the first has left
}

TEST(RollingPeriod, IsNoLongerThanAPeriodMayBe) {
  const Promise promise{.served_share = 0.95, .longest_period = 60s};
  RollingPeriod period(promise, 30s);
  period.add(counts(1, 0));
  period.add(counts(1, 1));
  EXPECT_TRUE(period.is_broken());
  period.add(counts(1, 1));
  EXPECT_FALSE(period.is_broken());
}

TEST(RollingPeriod, StartsAnewWithAnEpisode) {
  const Promise promise{.served_share = 0.95};
  RollingPeriod period(promise, 30s);
  period.add(counts(100, 0));
  period.restart();
  EXPECT_FALSE(period.is_broken());
  period.add(counts(1, 1));
  EXPECT_FALSE(period.is_broken());
}

}  // namespace
}  // namespace faasconf::sim
