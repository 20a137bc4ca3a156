#include "learner/marl/lagrangian.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "sim/core/archive.hpp"

namespace faasconf::learner::marl {
namespace {

// A policy that obeys the multiplier: e^-lambda of its windows are violations.
void obey(Lagrangian& lagrangian, std::size_t level, int iterations) {
  for (int i = 0; i < iterations; ++i) lagrangian.update(level, 1000 * std::exp(-lagrangian.multiplier(level)), 1000);
}

// Oracle: e^-lambda = limit.
TEST(Lagrangian, FindsWhatKeepsTheLimit) {
  for (const double limit : {0.05, 0.2}) {
    for (const double initial : {0.0, 0.5, 10.0}) {
      Lagrangian lagrangian({.limit = limit, .initial = initial}, 1);
      obey(lagrangian, 0, 20000);
      EXPECT_NEAR(lagrangian.multiplier(0), -std::log(limit), 1e-3) << limit << " from " << initial;
    }
  }
}

TEST(Lagrangian, LevelsDoNotMoveEachOther) {
  Lagrangian together({}, 3), alone({}, 1);
  for (int i = 0; i < 50; ++i) {
    obey(together, 1, 1);
    together.update(2, 100, 100);
    obey(alone, 0, 1);
  }
  EXPECT_EQ(together.multiplier(0), LagrangianSpec{}.initial);
  EXPECT_EQ(together.multiplier(1), alone.multiplier(0));
  EXPECT_GT(together.multiplier(2), together.multiplier(1));
}

// By hand. First the rate is 0.25, e = 0.2, I = 0.5 + 0.05 e = 0.51, lambda = 0.5 e + I. Then it is
// 0.25 + 0.3 (0.55 - 0.25) = 0.34, e = 0.29, I = 0.5245, lambda = 0.5 e + I + 0.5 (0.34 - 0.25).
// Then 0.34 - 0.3 0.34 = 0.238, e = 0.188, I = 0.5339, and a rate that falls has no part.
TEST(Lagrangian, FollowsItsEquations) {
  Lagrangian lagrangian(
      {.limit = 0.05, .proportional = 0.5, .integral = 0.05, .derivative = 0.5, .initial = 0.5, .smoothing = 0.3}, 1);
  lagrangian.update(0, 25, 100);
  EXPECT_DOUBLE_EQ(lagrangian.multiplier(0), 0.61);
  lagrangian.update(0, 55, 100);
  EXPECT_DOUBLE_EQ(lagrangian.multiplier(0), 0.7145);
  lagrangian.update(0, 0, 100);
  EXPECT_DOUBLE_EQ(lagrangian.multiplier(0), 0.6279);
}

TEST(Lagrangian, StaysBetweenNothingAndTheMost) {
  Lagrangian lagrangian({.integral = 1, .most = 3}, 1);
  for (int i = 0; i < 100; ++i) lagrangian.update(0, 10, 10);
  EXPECT_EQ(lagrangian.multiplier(0), 3);
  for (int i = 0; i < 100; ++i) lagrangian.update(0, 0, 10);
  EXPECT_EQ(lagrangian.multiplier(0), 0);
}

TEST(Lagrangian, LearnsNothingFromNoWindows) {
  Lagrangian lagrangian({}, 1);
  lagrangian.update(0, 0, 0);
  EXPECT_EQ(lagrangian.multiplier(0), LagrangianSpec{}.initial);
}

TEST(Lagrangian, GoesOnAfterwardsAsBefore) {
  Lagrangian lagrangian({}, 2), restored({}, 2);
  obey(lagrangian, 1, 20);
  sim::ArchiveWriter writer;
  writer(lagrangian);
  const auto bytes = writer.take();
  sim::ArchiveReader reader(bytes);
  reader(restored);
  obey(lagrangian, 1, 20);
  obey(restored, 1, 20);
  EXPECT_EQ(restored.multiplier(1), lagrangian.multiplier(1));
}

}  // namespace
}  // namespace faasconf::learner::marl
