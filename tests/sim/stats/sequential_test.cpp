#include "sim/stats/sequential.hpp"

#include <gtest/gtest.h>

#include "sim/stats/confidence.hpp"
#include "tests/sim/stats/samples.hpp"

namespace faasconf::sim {
namespace {

RunningMoments moments_of(std::initializer_list<double> values) {
  RunningMoments moments;
  for (const double value : values) moments.add(value);
  return moments;
}

// Oracle: mean 2, half-width 4.30265 / sqrt(3) = 2.48414, so the ratio is 1.24207; it must be at most g / (1 + g),
// which never reaches 1. Around a mean of 12 it is 0.20701 and g = 0.20701 / (1 - 0.20701) = 0.26105.
TEST(SequentialStopping, StopsAtTheAdjustedPrecisionWorkedByHand) {
  const auto replications = moments_of({11, 12, 13});
  EXPECT_TRUE((SequentialStopping{.relative_precision = 0.2611, .min_replications = 3}.enough(replications)));
  EXPECT_FALSE((SequentialStopping{.relative_precision = 0.2610, .min_replications = 3}.enough(replications)));
  EXPECT_FALSE((SequentialStopping{.relative_precision = 100.0, .min_replications = 3}.enough(moments_of({1, 2, 3}))));
}

TEST(SequentialStopping, WaitsForTheLeastNumberOfReplications) {
  const SequentialStopping rule{.min_replications = 4};
  EXPECT_FALSE(rule.enough(moments_of({5, 5, 5})));
  EXPECT_TRUE(rule.enough(moments_of({5, 5, 5, 5})));
}

TEST(SequentialStopping, NeverStopsBelowTwoReplications) {
  const SequentialStopping rule{.min_replications = 0};
  EXPECT_FALSE(rule.enough(RunningMoments()));
  EXPECT_FALSE(rule.enough(moments_of({5})));
}

TEST(SequentialStopping, JudgesANegativeMeanByItsSize) {
  EXPECT_TRUE(
      (SequentialStopping{.relative_precision = 0.2611, .min_replications = 3}.enough(moments_of({-11, -12, -13}))));
}

// Oracle: the relative error is at most g with a chance of 95 %. Looking again after each replication may cost a little
// of it, so the bound is one-sided, 2 points below.
TEST(SequentialStopping, DeliversTheRelativeErrorItPromises) {
  const SequentialStopping rule{.relative_precision = 0.05};
  Samples samples(1);
  const int repetitions = 2000;
  int hits = 0;
  for (int i = 0; i < repetitions; ++i) {
    RunningMoments moments;
    while (!rule.enough(moments)) moments.add(1.0 + 0.3 * samples.normal());
    hits += std::abs(*moments.mean() - 1.0) <= 0.05;
  }
  EXPECT_GT(hits, 0.93 * repetitions);
}

}  // namespace
}  // namespace faasconf::sim
