#include "learner/search/objective.hpp"

#include <gtest/gtest.h>

#include "tests/learner/search/known_objective.hpp"

namespace faasconf::learner::search {
namespace {

KnownObjective three_loads() {
  return KnownObjective({.coordinates = 1, .loads = 3, .windows = 8}, sum_of, [](const Point&) { return 1; });
}

TEST(Objective, SimulatesEveryLoadInAStepAndCountsItsWindows) {
  KnownObjective objective = three_loads();
  Estimate estimate;
  EXPECT_TRUE(objective.step({0.25}, estimate, always));
  EXPECT_TRUE(objective.step({0.25}, estimate, always));
  EXPECT_EQ(estimate.steps(), 2U);
  EXPECT_EQ(estimate.violations.size(), 3U);
  EXPECT_EQ(estimate.price, 0.25);
  EXPECT_EQ(estimate.worst_violation(), 1);
  EXPECT_EQ(objective.windows(), 48U);
}

TEST(Objective, EndsBetweenLoads) {
  KnownObjective objective = three_loads();
  Estimate estimate;
  EXPECT_FALSE(objective.step({0.25}, estimate, [] { return false; }));
  EXPECT_EQ(objective.windows(), 8U);
  EXPECT_EQ(estimate.steps(), 0U);
}

}  // namespace
}  // namespace faasconf::learner::search
