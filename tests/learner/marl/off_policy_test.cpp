#include "learner/marl/off_policy.hpp"

#include <string>

#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/learner/marl/games.hpp"

namespace faasconf::learner {
namespace {

// A method of the paper, but in a hurry.
OffPolicySpec hurried(const std::string& method) {
  OffPolicySpec spec = off_policy_preset(method);
  spec.actor_rate = spec.critic_rate = 3e-3;
  spec.gamma = 0;
  spec.tau = 0.02;
  spec.noise = 0.1;
  spec.warm_up = 512;
  spec.updates = 4;
  return spec;
}

OffPolicyLearner learner_of(const OffPolicySpec& spec, const Game& game, std::uint64_t seed = 1) {
  return {spec, graph_of_players(), game.features(), 1, seed, sim::Rng(seed)};
}

class OffPolicyTest : public ::testing::TestWithParam<std::string> {};

TEST_P(OffPolicyTest, FindsTheBestOfABandit) {
  OffPolicyLearner learner = learner_of(hurried(GetParam()), bandit());
  Match match(bandit(), learner, 16);
  match.iterate(400, 4);
  const std::vector<float> found = match.decision(0);
  for (std::size_t i = 0; i < kBest.size(); ++i) EXPECT_NEAR(found[i], kBest[i], 0.07) << i;
}

TEST_P(OffPolicyTest, FindsTheBetterEquilibrium) {
  OffPolicyLearner learner = learner_of(hurried(GetParam()), coordination());
  Match match(coordination(), learner, 16);
  match.iterate(200, 4);
  EXPECT_GT(match.decision(0)[0], 0.95);
  EXPECT_GT(match.decision(0)[sim::kKnobs], 0.95);
}

TEST_P(OffPolicyTest, SavesWhereTheFutureCounts) {
  for (const double gamma : {0.0, 0.9}) {
    OffPolicySpec spec = hurried(GetParam());
    spec.gamma = gamma;
    const Game game = SavingGame::game();
    OffPolicyLearner learner = learner_of(spec, game);
    Match match(game, learner, 16);
    match.iterate(400, 4);
    for (std::size_t state = 0; state < 2; ++state) {
      const std::vector<float> decision = match.decision(state);
      const double saving = (decision[0] + decision[sim::kKnobs]) / 2.0;
      std::printf("%s gamma %g state %zu saves %g best %d\n", GetParam().c_str(), gamma, state, saving,
                  int(SavingGame::best(gamma)[state]));
      EXPECT_NEAR(saving, SavingGame::best(gamma)[state] ? 1 : 0, 0.1) << "gamma " << gamma << " in state " << state;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Methods, OffPolicyTest,
                         ::testing::Values("attmf", "attmf-softmax", "attmf-modern", "mf", "maddpg", "ddpg", "firm"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace faasconf::learner
