#include "sim/env/action.hpp"

#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/sim/env/workflows.hpp"

namespace faasconf::sim {
namespace {

using ::testing::HasSubstr;

WorkflowSpec with_orchestrator() {
  WorkflowSpec workflow;
  workflow.name = "orchestrated";
  workflow.functions = {function_named("orchestrator"), function_named("work")};
  workflow.functions.front().fixed = FunctionConfiguration{{4000}, {4096}, 8, 0};
  return workflow;
}

Configuration decoded(const ActionSpace& actions, const WorkflowSpec& workflow, const std::vector<float>& action) {
  Configuration configuration = uniform_configuration(workflow, {});
  actions.decode(action, configuration);
  return configuration;
}

TEST(ActionSpace, HasAnAgentForEveryFunctionThatIsTuned) {
  const ActionSpace actions(with_orchestrator());
  EXPECT_EQ(actions.agents(), 1U);
  EXPECT_EQ(actions.function(0).index, 1U);
}

// The exact mapping that the published measurements show: int(7 a + 1) and int(9 a + 1).
TEST(ActionSpace, ScalesAsPublished) {
  const WorkflowSpec workflow = with_orchestrator();
  const ActionSpace actions(workflow);
  for (const float a : {0.2F, 0.37F, 0.5F, 0.999F, 1.0F}) {
    const FunctionConfiguration knobs = decoded(actions, workflow, {a, a, a, a}).functions[1];
    EXPECT_NEAR(knobs.cpu.value, 250 + 1750 * a, 0.5);
    EXPECT_NEAR(knobs.memory.value, 256 + 1792 * a, 0.5);
    EXPECT_EQ(knobs.replicas, static_cast<int>(7 * static_cast<double>(a) + 1));
    EXPECT_EQ(knobs.concurrency, static_cast<int>(9 * static_cast<double>(a) + 1));
  }
}

TEST(ActionSpace, LeavesFixedFunctionsAlone) {
  const WorkflowSpec workflow = with_orchestrator();
  const Configuration configuration = decoded(ActionSpace(workflow), workflow, {0, 0, 0, 0});
  EXPECT_EQ(configuration.functions[0], *workflow.functions[0].fixed);
}

TEST(ActionSpace, GivesEveryIntegerTheSameShareWhereAsked) {
  const WorkflowSpec workflow = with_orchestrator();
  const ActionSpace actions(workflow, {.integers = IntegerKnob::equal_bins});
  std::vector<int> seen(9);
  for (int i = 0; i < 800; ++i) {
    const float a = (static_cast<float>(i) + 0.5F) / 800;
    ++seen[static_cast<std::size_t>(decoded(actions, workflow, {0, 0, a, 0}).functions[1].replicas)];
  }
  EXPECT_EQ(seen, (std::vector<int>{0, 100, 100, 100, 100, 100, 100, 100, 100}));
  EXPECT_EQ(decoded(actions, workflow, {0, 0, 1, 1}).functions[1].concurrency, 10);
}

TEST(ActionSpace, RoundsToSteps) {
  const WorkflowSpec workflow = with_orchestrator();
  const ActionSpace actions(workflow, {.cpu_step = {100}, .memory_step = {64}});
  const FunctionConfiguration knobs = decoded(actions, workflow, {0.31F, 0.49F, 0, 0}).functions[1];
  EXPECT_EQ(knobs.cpu.value, 800);
  EXPECT_EQ(knobs.memory.value, 1152);
  const ActionSpace coarse(workflow, {.cpu_step = {1000}});
  EXPECT_EQ(decoded(coarse, workflow, {0, 0, 0, 0}).functions[1].cpu.value, 250) << "and stays in the range";
}

TEST(ActionSpace, CutsWhatLiesOutside) {
  const WorkflowSpec workflow = with_orchestrator();
  const ActionSpace actions(workflow);
  EXPECT_EQ(decoded(actions, workflow, {-1, -1, -1, -1}), decoded(actions, workflow, {0, 0, 0, 0}));
  EXPECT_EQ(decoded(actions, workflow, {7, 7, 7, 7}), decoded(actions, workflow, {1, 1, 1, 1}));
}

TEST(ActionSpace, EncodesWhatItDecodes) {
  const WorkflowSpec workflow = with_orchestrator();
  for (const IntegerKnob integers : {IntegerKnob::paper, IntegerKnob::equal_bins}) {
    const ActionSpace actions(workflow, {.integers = integers});
    for (int replicas = 1; replicas <= 8; ++replicas) {
      Configuration configuration = uniform_configuration(workflow, {{777}, {1234}, replicas, replicas + 2});
      std::vector<float> action(4);
      actions.encode(configuration, action);
      EXPECT_EQ(decoded(actions, workflow, action), configuration) << replicas << " replicas";
    }
  }
}

TEST(ActionSpace, NamesAgentAndKnobOfNaN) {
  const WorkflowSpec workflow = with_orchestrator();
  const ActionSpace actions(workflow);
  Configuration configuration = uniform_configuration(workflow, {});
  const Configuration before = configuration;
  const std::vector<float> action = {0.5F, 0.5F, std::numeric_limits<float>::quiet_NaN(), 0.5F};
  try {
    actions.decode(action, configuration);
    FAIL() << "NaN was taken";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("work"));
    EXPECT_THAT(error.what(), HasSubstr("replicas"));
  }
  EXPECT_EQ(configuration, before);
}

TEST(ActionSpace, NeedsAnAgent) {
  WorkflowSpec workflow = with_orchestrator();
  workflow.functions.pop_back();
  EXPECT_THROW(ActionSpace{workflow}, Error);
}

}  // namespace
}  // namespace faasconf::sim
