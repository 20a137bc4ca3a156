#include "sim/env/vector_env.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/sim/env/workflows.hpp"

namespace faasconf::sim {
namespace {

using Plans = std::vector<std::shared_ptr<const EnvironmentPlan>>;

std::shared_ptr<const EnvironmentPlan> plan_of(EnvironmentSpec spec) {
  return std::make_shared<const EnvironmentPlan>(std::move(spec));
}

// Two workflows: of two agents and of three.
Plans mixed_plans() {
  EnvironmentSpec three = two_steps(false);
  three.scenario.workflow.functions.push_back(function_named("third"));
  three.scenario.workflow.entry = {Sequence{{{Call{"first"}}, {Call{"second"}}, {Call{"third"}}}}};
  three.scenario.configuration = uniform_configuration(three.scenario.workflow, {});
  three.episode_windows = 3;
  const auto a = plan_of(two_steps());
  const auto b = plan_of(three);
  return {a, b, a, b, b};
}

struct Trace {
  std::vector<float> rows;
  std::vector<double> numbers;
  friend bool operator==(const Trace&, const Trace&) = default;
};

Trace run(int threads) {
  VectorEnv environments(mixed_plans(), 7, threads);
  environments.reset();
  Rng rng(1);
  Trace trace;
  std::vector<float> actions(environments.agents() * kKnobs);
  for (int step = 0; step < 12; ++step) {
    for (float& action : actions) action = static_cast<float>(rng.uniform());
    environments.step(actions);
    trace.rows.insert(trace.rows.end(), environments.observations().begin(), environments.observations().end());
    trace.rows.insert(trace.rows.end(), environments.final_observations().begin(),
                      environments.final_observations().end());
    trace.numbers.insert(trace.numbers.end(), environments.rewards().begin(), environments.rewards().end());
    trace.numbers.insert(trace.numbers.end(), environments.violations().begin(), environments.violations().end());
    for (const std::uint8_t truncated : environments.truncated()) trace.numbers.push_back(truncated);
  }
  return trace;
}

TEST(VectorEnv, IsTheSameForAnyNumberOfThreads) {
  const Trace one = run(1);
  EXPECT_EQ(run(2), one);
  EXPECT_EQ(run(5), one);
}

TEST(VectorEnv, LaysRowsOneAfterTheOther) {
  const VectorEnv environments(mixed_plans(), 7, 1);
  EXPECT_EQ(environments.agents(), 2U + 3 + 2 + 3 + 3);
  EXPECT_EQ(environments.first_agent(2), 5U);
  EXPECT_EQ(environments.observations().size(), 13U * 11);
}

// What an environment of the same number does alone.
TEST(VectorEnv, StepsAsItsEnvironmentsDo) {
  const Plans plans = mixed_plans();
  VectorEnv environments(plans, 7, 2);
  environments.reset();
  Environment alone(plans[1], 7, 1);
  alone.reset();
  const std::vector<float> actions(environments.agents() * kKnobs, 0.5F);
  const std::vector<float> own(3 * kKnobs, 0.5F);
  const std::size_t first = environments.first_agent(1) * environments.features();
  for (int step = 0; step < 7; ++step) {
    environments.step(actions);
    alone.step(own);
    EXPECT_EQ(environments.rewards()[1], alone.reward().value);
    EXPECT_EQ(environments.truncated()[1] == 1, alone.truncated());
    const auto last = environments.final_observations().subspan(first, alone.observation().size());
    EXPECT_TRUE(std::ranges::equal(last, alone.observation()));
    if (alone.truncated()) alone.reset();
    const auto next = environments.observations().subspan(first, alone.observation().size());
    EXPECT_TRUE(std::ranges::equal(next, alone.observation()));
  }
}

void step_at_random(VectorEnv& environments, Rng& rng) {
  std::vector<float> actions(environments.agents() * kKnobs);
  for (float& action : actions) action = static_cast<float>(rng.uniform());
  environments.step(actions);
}

TEST(VectorEnv, GoesOnBitForBitWhereItWasSaved) {
  VectorEnv saved(mixed_plans(), 7, 1);
  saved.reset();
  Rng rng(1);
  for (int step = 0; step < 4; ++step) step_at_random(saved, rng);  // some have begun a second episode
  VectorEnv restored(mixed_plans(), 7, 3);
  restored.restore(saved.save());
  Rng same = rng;
  for (int step = 0; step < 8; ++step) {
    EXPECT_TRUE(std::ranges::equal(restored.observations(), saved.observations()));
    EXPECT_TRUE(std::ranges::equal(restored.final_observations(), saved.final_observations()));
    EXPECT_TRUE(std::ranges::equal(restored.rewards(), saved.rewards()));
    EXPECT_TRUE(std::ranges::equal(restored.prices(), saved.prices()));
    EXPECT_TRUE(std::ranges::equal(restored.violations(), saved.violations()));
    EXPECT_TRUE(std::ranges::equal(restored.truncated(), saved.truncated()));
    step_at_random(saved, rng);
    step_at_random(restored, same);
  }
}

TEST(VectorEnv, DoesNotTakeTheStateOfOthers) {
  VectorEnv environments(mixed_plans(), 7, 1);
  environments.reset();
  std::vector<std::byte> bytes = environments.save();
  Plans fewer = mixed_plans();
  fewer.pop_back();
  EXPECT_THROW(VectorEnv(fewer, 7, 1).restore(bytes), Error);
  bytes.pop_back();
  EXPECT_THROW(environments.restore(bytes), Error);
  environments.reset();
  EXPECT_NO_THROW(environments.step(std::vector<float>(environments.agents() * kKnobs, 0.5F)));
}

TEST(VectorEnv, SaysWhatIsWrong) {
  EXPECT_THROW(VectorEnv({}, 1, 1), Error);
  EXPECT_THROW(VectorEnv(mixed_plans(), 1, 0), Error);
  EnvironmentSpec extended = two_steps();
  extended.features = FeatureSet::extended;
  EXPECT_THROW(VectorEnv({plan_of(two_steps()), plan_of(extended)}, 1, 1), Error);
  VectorEnv environments(mixed_plans(), 1, 1);
  environments.reset();
  EXPECT_THROW(environments.step(std::vector<float>(3)), Error);
}

}  // namespace
}  // namespace faasconf::sim
