#include "learner/search/simulated_objective.hpp"

#include <chrono>
#include <vector>

#include <gtest/gtest.h>

#include "tests/learner/search/known_objective.hpp"
#include "tests/sim/env/workflows.hpp"

namespace faasconf::learner::search {
namespace {

sim::EnvironmentSpec two_steps(bool common_random_numbers) {
  sim::EnvironmentSpec spec = sim::two_steps();
  spec.scenario.window = std::chrono::seconds(2);
  spec.reward.kind = sim::RewardKind::constrained;
  spec.common_random_numbers = common_random_numbers;
  return spec;
}

// Of each of eight steps, at a point where some windows break the promise.
std::vector<double> violations(SimulatedObjective& objective) {
  const Point point(objective.size().coordinates, 0.3);
  Estimate estimate;
  std::vector<double> all;
  double sum = 0;
  for (int i = 0; i < 8; ++i) {
    objective.step(point, estimate, always);
    all.push_back(estimate.violations[0].sum() - sum);
    sum = estimate.violations[0].sum();
  }
  return all;
}

TEST(SimulatedObjective, ShowsAllPointsTheSameRandomNumbersWhereTheyAreCommon) {
  SimulatedObjective common(two_steps(true), std::vector<int>{4}, 1);
  EXPECT_EQ(violations(common), violations(common));
  SimulatedObjective independent(two_steps(false), std::vector<int>{4}, 1);
  EXPECT_NE(violations(independent), violations(independent));
}

TEST(SimulatedObjective, ShowsEachStepOtherRandomNumbers) {
  SimulatedObjective common(two_steps(true), std::vector<int>{4}, 1);
  const std::vector<double> all = violations(common);
  EXPECT_NE(all, std::vector<double>(all.size(), all.front()));
}

TEST(SimulatedObjective, IsTheSameForASeed) {
  SimulatedObjective once(two_steps(false), std::vector<int>{4}, 1), again(two_steps(false), std::vector<int>{4}, 1);
  SimulatedObjective other(two_steps(false), std::vector<int>{4}, 2);
  const std::vector<double> expected = violations(once);
  EXPECT_EQ(violations(again), expected);
  EXPECT_NE(violations(other), expected);
}

}  // namespace
}  // namespace faasconf::learner::search
