#include "learner/marl/on_policy.hpp"

#include <cmath>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/learner/marl/games.hpp"

namespace faasconf::learner {
namespace {

constexpr std::size_t kEnvironments = 64, kTurns = 16, kIterations = 150;

OnPolicySpec hurried(const NetworkSpec& actor, bool joint_ratio = false) {
  return {.actor = actor,
          .value_width = 32,
          .rate = 5e-3,
          .final_rate = 5e-4,
          .joint_ratio = joint_ratio,
          .lagrangian = std::nullopt};
}

OnPolicyLearner learner_of(const OnPolicySpec& spec, const Game& game, std::uint64_t seed = 1) {
  return {spec, {{&graph_of_players(), kEnvironments, {1}}}, game.features(), 1, seed, sim::Rng(seed)};
}

const std::vector<std::pair<std::string, OnPolicySpec>> kMethods = {
    {"mappo", hurried(TransformerSpec{.width = 16, .heads = 2})},
    {"mappo_no_attention", hurried(TransformerSpec{.width = 16, .heads = 2, .attention = false})},
    {"ppo", hurried(JointSpec{.normalisation = Normalisation::none, .hidden = {32, 32}}, true)}};

class OnPolicyTest : public ::testing::TestWithParam<std::pair<std::string, OnPolicySpec>> {};

TEST_P(OnPolicyTest, FindsTheBestOfABandit) {
  OnPolicyLearner learner = learner_of(GetParam().second, bandit());
  Match match(bandit(), learner, kEnvironments);
  match.iterate(kIterations, kTurns);
  const std::vector<float> found = match.decision(0);
  for (std::size_t i = 0; i < kBest.size(); ++i) EXPECT_NEAR(found[i], kBest[i], 0.05) << i;
}

TEST_P(OnPolicyTest, FindsTheBetterEquilibrium) {
  OnPolicyLearner learner = learner_of(GetParam().second, coordination());
  Match match(coordination(), learner, kEnvironments);
  match.iterate(kIterations, kTurns);
  EXPECT_GT(match.decision(0)[0], 0.95);
  EXPECT_GT(match.decision(0)[sim::kKnobs], 0.95);
}

TEST_P(OnPolicyTest, SavesWhereTheFutureCounts) {
  for (const double gamma : {0.0, 0.9}) {
    OnPolicySpec spec = GetParam().second;
    spec.gamma = gamma;
    const Game game = SavingGame::game();
    OnPolicyLearner learner = learner_of(spec, game);
    Match match(game, learner, kEnvironments);
    match.iterate(kIterations, kTurns);
    for (std::size_t state = 0; state < 2; ++state) {
      const std::vector<float> decision = match.decision(state);
      const double saving = (decision[0] + decision[sim::kKnobs]) / 2.0;
      std::printf("%s gamma %g state %zu saves %g best %d\n", GetParam().first.c_str(), gamma, state, saving,
                  int(SavingGame::best(gamma)[state]));
      EXPECT_NEAR(saving, SavingGame::best(gamma)[state] ? 1 : 0, 0.1) << "gamma " << gamma << " in state " << state;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Methods, OnPolicyTest, ::testing::ValuesIn(kMethods),
                         [](const auto& info) { return info.param.first; });

// What is cheap breaks promises: the price of an action a is a, and its chance of a violation is (1 - a)^2.
Game cheap_or_safe() {
  return {.states = 1, .play = [](std::size_t, std::span<const float> actions, sim::Rng& rng) {
            const double a = (actions[0] + actions[sim::kKnobs]) / 2.0;
            return Turn{.reward = -a, .violation = rng.uniform() < (1 - a) * (1 - a) ? 1.0 : 0.0};
          }};
}

// A tenth of the windows may be violations. 64 x 16 windows of an iteration tell their rate with a standard error of
// 0.01; three of them, and as much again for the steps of the multiplier.
TEST(OnPolicyLearner, KeepsTheLimitOfViolations) {
  constexpr double kLimit = 0.1;
  OnPolicySpec spec = kMethods.front().second;
  spec.lagrangian = LagrangianSpec{.limit = kLimit};
  OnPolicyLearner learner = learner_of(spec, cheap_or_safe());
  Match match(cheap_or_safe(), learner, kEnvironments);
  const Match::Means last = match.iterate(2 * kIterations, kTurns);
  std::printf("violations %g price %g multiplier %g\n", last.violation, -last.reward, learner.figures().back().second);
  EXPECT_NEAR(last.violation, kLimit, 0.06);

  OnPolicyLearner careless = learner_of(kMethods.front().second, cheap_or_safe());
  Match unlimited(cheap_or_safe(), careless, kEnvironments);
  EXPECT_GT(unlimited.iterate(kIterations, kTurns).violation, 0.7);
}

TEST(OnPolicyLearner, RefusesWorkflowsOfOtherSizesUnlessItsNetworkTakesThem) {
  const sim::AgentGraph& two = graph_of_players();
  sim::WorkflowSpec workflow;
  for (const char* name : {"a", "b", "c"}) workflow.functions.push_back(sim::function_named(name));
  workflow.entry = {sim::Sequence{{{sim::Call{"a"}}, {sim::Call{"b"}}, {sim::Call{"c"}}}}};
  const sim::AgentGraph three(workflow, sim::ActionSpace(workflow));
  const auto make = [&](const NetworkSpec& network) {
    OnPolicyLearner({.actor = network}, {{&two, 1, {1}}, {&three, 1, {1}}}, 5, 1, 1, sim::Rng(1));
  };
  EXPECT_NO_THROW(make(TransformerSpec{}));
  try {
    make(JointSpec{.normalisation = Normalisation::none});
    FAIL();
  } catch (const sim::Error& error) {
    EXPECT_STREQ(error.what(),
                 "a network for a fixed number of agents: expected workflows of as many functions, got 2 and 3");
  }
}

}  // namespace
}  // namespace faasconf::learner
