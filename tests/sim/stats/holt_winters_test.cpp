#include "sim/stats/holt_winters.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace faasconf::sim {
namespace {

// m = 2, all weights 1/2, from level 4. After 8: level 4 + (8 - 4) / 2 = 6, trend 1, season_0 (8 - 6) / 2 = 1.
// After 6, forecast 6 + 1 + 0 = 7: level 7 - 1/2 = 6.5, trend 1 - 1/4 = 0.75, season_1 -1/4; next: 6.5 + 0.75 + 1.
TEST(HoltWinters, MovesAsWorkedByHand) {
  HoltWinters series({.season = 2, .level_weight = 0.5, .trend_weight = 0.5, .season_weight = 0.5});
  series.begin(4);
  series.add(8);
  EXPECT_DOUBLE_EQ(series.forecast(), 7);
  series.add(6);
  EXPECT_DOUBLE_EQ(series.forecast(), 8.25);
}

// A line with a season on it is what the recursion holds for true, so it settles there.
TEST(HoltWinters, LearnsALineWithASeason) {
  HoltWinters series({.season = 6});
  series.begin(0);
  const auto value = [](int t) { return 10 + 0.1 * t + 5 * std::sin(2 * M_PI * t / 6); };
  for (int t = 0; t < 3000; ++t) series.add(value(t));
  for (int t = 3000; t < 3006; ++t) {
    EXPECT_NEAR(series.forecast(), value(t), 1e-6);
    series.add(value(t));
  }
}

TEST(HoltWinters, BeginsAnew) {
  HoltWinters used({.season = 3});
  used.begin(1);
  for (int t = 0; t < 10; ++t) used.add(t);
  used.begin(7);
  EXPECT_EQ(used.forecast(), 7);
}

}  // namespace
}  // namespace faasconf::sim
