#include "learner/search/feasibility.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace faasconf::learner::search {
namespace {

sim::RunningMoments moments_of(std::initializer_list<double> values) {
  sim::RunningMoments moments;
  for (const double value : values) moments.add(value);
  return moments;
}

TEST(Feasibility, BoundsTheShareOfBrokenWindows) {
  // mean 0.1, standard error 0.05; half a window is added to 16
  const Feasibility feasibility{.limit = 0.05, .level = 0.95};
  const double mean = (0.1 * 16 + 0.5) / 17;
  EXPECT_NEAR(feasibility.bound(moments_of({0.05, 0.15}), 8), mean + 1.6449 * 0.05, 1e-12);
}

TEST(Feasibility, NeverCallsAShareZeroThatWasNotMet) {
  EXPECT_DOUBLE_EQ(Feasibility{}.bound(moments_of({0, 0}), 8), 1 - std::pow(0.05, 1 / 16.0));
}

TEST(Feasibility, AsksForMoreAtAHigherLevel) {
  const sim::RunningMoments shares = moments_of({0.05, 0.15, 0.1});
  EXPECT_GT(Feasibility{.level = 0.99}.bound(shares, 8), Feasibility{.level = 0.95}.bound(shares, 8));
}

TEST(Feasibility, HoldsUpToItsLimit) {
  const Feasibility feasibility{.limit = 0.1};
  EXPECT_TRUE(feasibility.holds(0.1));
  EXPECT_FALSE(feasibility.holds(0.11));
  EXPECT_EQ(feasibility.excess(0.05), 0);
  EXPECT_DOUBLE_EQ(feasibility.excess(0.15), 0.05);
}

}  // namespace
}  // namespace faasconf::learner::search
