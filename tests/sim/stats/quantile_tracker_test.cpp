#include "sim/stats/quantile_tracker.hpp"

#include <gtest/gtest.h>

#include "sim/core/random.hpp"

namespace faasconf::sim {
namespace {

// With rate 0.5: sizes 1, 1.5; first up by 0.5 x 1 x 0.9, then 2 lies above 0.45: up by 0.5 x 1.5 x 0.9.
TEST(QuantileTracker, MovesAsWorkedByHand) {
  QuantileTracker tracker(0.9, 0.5);
  tracker.add(2);
  EXPECT_DOUBLE_EQ(tracker.quantile(), 0.45);
  tracker.add(2);
  EXPECT_DOUBLE_EQ(tracker.quantile(), 0.45 + 0.675);
}

// Oracle: a share p lies below, also while the distribution changes; the long-run error is of the order of 1 / n, so 2
// %.
TEST(QuantileTracker, HasItsShareBelowWhileTheDistributionMoves) {
  QuantileTracker tracker(0.9, 0.1);
  Rng rng(1);
  int below = 0;
  constexpr int kNumbers = 10'000;
  for (int i = 0; i < kNumbers; ++i) {
    const double value = rng.normal() * (i < kNumbers / 2 ? 1 : 20) + (i < kNumbers / 4 ? 0 : 3);
    below += value <= tracker.quantile() ? 1 : 0;
    tracker.add(value);
  }
  EXPECT_NEAR(static_cast<double>(below) / kNumbers, 0.9, 0.02);
}

TEST(QuantileTracker, StaysAtZeroWithoutErrors) {
  QuantileTracker tracker(0.9, 0.1);
  for (int i = 0; i < 10; ++i) tracker.add(0);
  EXPECT_EQ(tracker.quantile(), 0);
}

}  // namespace
}  // namespace faasconf::sim
