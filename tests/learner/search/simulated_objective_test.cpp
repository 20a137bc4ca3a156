#include "learner/search/simulated_objective.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "sim/model/run.hpp"
#include "tests/learner/search/known_objective.hpp"
#include "tests/sim/env/workflows.hpp"

namespace faasconf::learner::search {
namespace {

SimulatedObjectiveSpec two_steps(bool common_random_numbers, std::uint64_t seed = 1) {
  SimulatedObjectiveSpec spec{.scenario = sim::two_steps().scenario,
                              .loads = {{.source = sim::ClosedLoop{.users = 4}, .profile = std::nullopt}},
                              .seed = seed,
                              .common_random_numbers = common_random_numbers};
  spec.scenario.window = std::chrono::seconds(2);
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
  SimulatedObjective common(two_steps(true));
  EXPECT_EQ(violations(common), violations(common));
  SimulatedObjective independent(two_steps(false));
  EXPECT_NE(violations(independent), violations(independent));
}

TEST(SimulatedObjective, ShowsEachStepOtherRandomNumbers) {
  SimulatedObjective common(two_steps(true));
  const std::vector<double> all = violations(common);
  EXPECT_NE(all, std::vector<double>(all.size(), all.front()));
}

TEST(SimulatedObjective, IsTheSameForASeed) {
  SimulatedObjective once(two_steps(false)), again(two_steps(false));
  SimulatedObjective other(two_steps(false, 2));
  const std::vector<double> expected = violations(once);
  EXPECT_EQ(violations(again), expected);
  EXPECT_NE(violations(other), expected);
}

// Under kept instances it is the share of broken periods of a run of its own.
TEST(SimulatedObjective, IsOneRunUnderThePromise) {
  SimulatedObjectiveSpec spec = two_steps(true);
  spec.scenario.redeploy = false;
  spec.scenario.workflow.promise = {.served_share = 0.95,
                                    .deadline = std::chrono::milliseconds(500),
                                    .period_requests = 100,
                                    .longest_period = std::chrono::seconds(20)};
  SimulatedObjective objective(spec);
  EXPECT_EQ(objective.size().windows, 20U);
  const Point point(objective.size().coordinates, 0.3);
  Estimate estimate;
  objective.step(point, estimate, always);

  sim::ScenarioSpec alone = spec.scenario;
  alone.workload = spec.loads.front();
  sim::ActionSpace(alone.workflow, spec.rounding).decode(actions_of(point), alone.configuration);
  const sim::Scenario scenario(alone);
  sim::FixedPolicy policy(alone.configuration);
  const sim::Run run = sim::run(scenario, policy, {.duration = std::chrono::seconds(40)}, spec.seed);
  EXPECT_EQ(estimate.price, run.total.price);
  EXPECT_EQ(estimate.violations[0].mean(), 1 - *run.promise.share());
  EXPECT_EQ(estimate.unserved[0].mean(), run.promise.due.unserved_share());
}

TEST(SimulatedObjective, NeedsAPromise) {
  SimulatedObjectiveSpec spec = two_steps(true);
  spec.scenario.workflow.promise = {};
  EXPECT_THROW(SimulatedObjective{spec}, sim::Error);
}

}  // namespace
}  // namespace faasconf::learner::search
