// Learners find the best actions where they are known.

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "learner/marl/off_policy.hpp"
#include "learner/marl/on_policy.hpp"
#include "sim/core/error.hpp"
#include "tests/learner/marl/small_tasks.hpp"

namespace faasconf::learner::marl {
namespace {

constexpr std::size_t kEnvironments = 64;
constexpr double kFastRate = 1e-3;  // the paper's is a tenth of it and takes ten times as long

std::unique_ptr<Learner> off_policy(const std::string& name, double gamma) {
  OffPolicySpec spec = off_policy_preset(name);
  spec.critic_rate = std::max(spec.critic_rate, kFastRate);
  // where values grow from step to step, an actor must not run ahead of its critic
  spec.actor_rate = gamma > 0 ? spec.critic_rate / 10 : std::max(spec.actor_rate, kFastRate);
  spec.gamma = gamma;
  spec.batch = gamma > 0 ? 64 : 128;
  spec.warm_up = 1024;
  return std::make_unique<OffPolicyLearner>(spec, two_agents(), kTaskFeatures, 1, 1,
                                            sim::RngStreams(1).stream("learner"));
}

OnPolicySpec on_policy_spec(const std::string& name, double gamma) {
  OnPolicySpec spec;
  spec.gamma = gamma;
  spec.lagrangian.reset();
  if (name == "ppo") {
    spec.actor = bundle::JointSpec{.normalisation = bundle::Normalisation::none};
    spec.joint_ratio = true;
  } else if (name == "mappo-no-attention") {
    spec.actor = bundle::TransformerSpec{.attention = false};
  }
  return spec;
}

std::unique_ptr<Learner> on_policy(const OnPolicySpec& spec, const std::vector<double>& levels = {10}) {
  return std::make_unique<OnPolicyLearner>(spec, std::vector<AgentGroup>{{&two_agents(), kEnvironments, levels}},
                                           kTaskFeatures, 1, 1, sim::RngStreams(1).stream("learner"));
}

// A learner by its method's name that has lived in a task long enough.
std::unique_ptr<Learner> learnt(const std::string& name, const SmallTask& task, double gamma) {
  SmallWorld world(task, kEnvironments, 2);
  if (name == "ppo" || name.starts_with("mappo")) {
    auto learner = on_policy(on_policy_spec(name, gamma));
    world.learn(*learner, 150, 10);
    return learner;
  }
  auto learner = off_policy(name, gamma);
  world.learn(*learner, gamma > 0 ? 3000 : 1200);
  return learner;
}

// Root of the mean squared distance.
double distance(const std::vector<double>& actions, std::span<const double> best) {
  double squares = 0;
  for (std::size_t i = 0; i < actions.size(); ++i) squares += std::pow(actions[i] - best[i], 2);
  return std::sqrt(squares / static_cast<double>(actions.size()));
}

std::string test_name(const testing::TestParamInfo<const char*>& method) {
  std::string name = method.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

class EveryMethod : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Learning, EveryMethod,
                         testing::Values("attmf", "attmf-softmax", "attmf-modern", "mf", "maddpg", "ddpg", "firm",
                                         "mappo", "mappo-no-attention", "ppo"),
                         test_name);

// Pays 1 less the squared distance from the best actions, which are others for each agent and knob.
TEST_P(EveryMethod, FindsTheBestActionsOfABandit) {
  constexpr std::array<double, kAgents* sim::kKnobs> kBest = {0.3, 0.7, 0.5, 0.2, 0.8, 0.4, 0.6, 0.35};
  const SmallTask bandit = {.first_state = [](sim::Rng& rng) { return rng.normal(); },
                            .step =
                                [&kBest](double, std::span<const float> actions, sim::Rng&) {
                                  double distance = 0;
                                  for (std::size_t i = 0; i < kBest.size(); ++i) {
                                    distance += std::pow(actions[i] - kBest[i], 2);
                                  }
                                  return Outcome{.reward = 1 - distance};
                                }};
  EXPECT_LT(distance(served(*learnt(GetParam(), bandit, 0), 0), kBest), 0.06);
}

// Each agent chooses a row or a column by its first knob; both are paid what stands there. Exhaustive search: 1, where
// both choose the second; 0.6 is better than what a single agent can change from there.
TEST_P(EveryMethod, PlaysTheBestEquilibriumOfACoordinationGame) {
  constexpr double kPay[2][2] = {{0.6, 0}, {0, 1}};
  const SmallTask game = {
      .first_state = [](sim::Rng& rng) { return rng.normal(); },
      .step = [&kPay](double, std::span<const float> actions,
                      sim::Rng&) { return Outcome{.reward = kPay[actions[0] > 0.5F][actions[sim::kKnobs] > 0.5F]}; }};
  const std::vector<double> found = served(*learnt(GetParam(), game, 0), 0);
  EXPECT_GT(found[0], 0.6);
  EXPECT_GT(found[sim::kKnobs], 0.6);
}

class FarSighted : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Learning, FarSighted, testing::Values("maddpg", "firm", "mappo", "ppo"), test_name);

// What is invested now pays off one step later: r = s - a^2 / (2 c), s' = a. The value is s and a constant, so the best
// is a = c gamma in every state.
TEST_P(FarSighted, InvestsWhatTheDiscountSays) {
  constexpr double kCost = 0.8;
  const SmallTask task = {.first_state = [](sim::Rng& rng) { return rng.uniform(); },
                          .step =
                              [](double state, std::span<const float> actions, sim::Rng&) {
                                return Outcome{.reward = state - actions[0] * actions[0] / (2 * kCost),
                                               .next_state = actions[0]};
                              },
                          .episode = 10};
  for (const double gamma : {0.9, 0.4}) {
    const auto learner = learnt(GetParam(), task, gamma);
    for (const double state : {0.3, 0.7}) EXPECT_NEAR(served(*learner, state)[0], kCost * gamma, 0.12) << gamma;
  }
}

// A window violates with the chance 1 - m / c, m the mean of all knobs and its price, c of the load. At most a fifth of
// the windows may: m = 0.8 c.
TEST(OnPolicyLearner, PaysForEachLoadWhatItsConstraintTakes) {
  constexpr double kLimit = 0.2;
  const auto need_of = [](double state) { return state > 0 ? 0.9 : 0.4; };
  const SmallTask task = {.first_state = [](sim::Rng& rng) { return rng.uniform() < 0.5 ? -1.0 : 1.0; },
                          .step =
                              [&](double state, std::span<const float> actions, sim::Rng& rng) {
                                double mean = 0;
                                for (const float action : actions) mean += action / static_cast<double>(actions.size());
                                const bool violated = rng.uniform() < 1 - mean / need_of(state);
                                return Outcome{.reward = -mean, .violation = violated ? 1.0 : 0.0};
                              },
                          .load = [](double state) { return state > 0 ? 20.0 : 10.0; }};
  OnPolicySpec spec;
  spec.lagrangian = LagrangianSpec{.limit = kLimit};
  const auto learner = on_policy(spec, {10, 20});
  SmallWorld world(task, kEnvironments, 2);
  world.learn(*learner, 300, 10);
  for (const double state : {-1.0, 1.0}) {
    double mean = 0;
    for (const double action : served(*learner, state)) mean += action / (kAgents * sim::kKnobs);
    EXPECT_NEAR(mean, (1 - kLimit) * need_of(state), 0.04) << state;
  }
}

TEST(OnPolicyLearner, RefusesActorsWhoseOutputsDependOnTheBatch) {
  OnPolicySpec spec;
  spec.actor = bundle::NeighbourhoodSpec{.normalisation = bundle::Normalisation::batch};
  EXPECT_THROW(on_policy(spec), sim::Error);
}

}  // namespace
}  // namespace faasconf::learner::marl
