#include "sim/env/environment.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "sim/model/run.hpp"
#include "tests/sim/env/workflows.hpp"

namespace faasconf::sim {
namespace {

using ::testing::HasSubstr;

std::shared_ptr<const EnvironmentPlan> plan_of(EnvironmentSpec spec) {
  return std::make_shared<const EnvironmentPlan>(std::move(spec));
}

const std::vector<float> kMiddle(8, 0.5F);

TEST(Environment, TruncatesAfterItsWindows) {
  Environment environment(plan_of(two_steps()), 1);
  environment.reset();
  for (int step = 1; step <= 5; ++step) {
    EXPECT_FALSE(environment.truncated());
    environment.step(kMiddle);
  }
  EXPECT_TRUE(environment.truncated());
  EXPECT_THROW(environment.step(kMiddle), Error);
  environment.reset();
  EXPECT_FALSE(environment.truncated());
}

TEST(Environment, CannotStepBeforeAReset) { EXPECT_THROW(Environment(plan_of(two_steps()), 1).step(kMiddle), Error); }

TEST(Environment, DependsOnSeedNumberAndActionsAlone) {
  const auto plan = plan_of(two_steps());
  const auto episode = [&](std::uint64_t seed, std::uint64_t number) {
    Environment environment(plan, seed, number);
    std::vector<Observation> windows;
    for (int i = 0; i < 3; ++i) {
      environment.reset();
      while (!environment.truncated()) {
        environment.step(kMiddle);
        windows.push_back(environment.window());
      }
    }
    return windows;
  };
  EXPECT_EQ(episode(1, 0), episode(1, 0));
  EXPECT_NE(episode(1, 0), episode(2, 0));
  EXPECT_NE(episode(1, 0), episode(1, 1));
}

// The action is in force, and the price is its price.
TEST(Environment, DeploysWhatTheActionSays) {
  Environment environment(plan_of(two_steps()), 1);
  environment.reset();
  const std::vector<float> actions = {0.5F, 0.25F, 0.5F, 1, 1, 0, 0, 0};
  environment.step(actions);
  const Configuration& configuration = environment.window().configuration;
  EXPECT_EQ(configuration.functions[0], (FunctionConfiguration{{1125}, {704}, 4, 10}));
  EXPECT_EQ(configuration.functions[1], (FunctionConfiguration{{2000}, {256}, 1, 1}));
  const double price = 4 * (1125 * 1.73e-4 + 704 * 1.2e-5) + 2000 * 1.73e-4 + 256 * 1.2e-5;
  EXPECT_NEAR(environment.reward().price, price, 1e-12);
  const double kept = environment.window().qos_met ? 0.5 : 0;
  EXPECT_NEAR(environment.reward().value, kept - 0.1 * price, 1e-12);
  EXPECT_EQ(environment.reward().violation, environment.window().qos_met ? 0 : 1);
}

// Under carry-over a whole episode is one run of the simulator.
TEST(Environment, CarriesOverLikeOneRun) {
  EnvironmentSpec spec = two_steps(false);
  spec.load.levels = {6};
  const auto plan = plan_of(spec);
  Environment environment(plan, 3);
  environment.reset();
  std::vector<float> actions(8);
  plan->actions().encode(plan->scenario().spec().configuration, actions);
  std::vector<Observation> windows = {environment.window()};
  while (!environment.truncated()) {
    environment.step(actions);
    windows.push_back(environment.window());
  }

  // the same streams by hand: the episode's are those of its first window
  std::get<ClosedLoop>(spec.scenario.workload.source).users = 6;
  const Scenario scenario(spec.scenario);
  WindowRecorder recorder(scenario);
  Simulation simulation(scenario, RngStreams(3, 1), {&recorder});
  for (const Observation& window : windows) {
    recorder.begin_window(simulation);
    simulation.run_until(simulation.now() + spec.scenario.window);
    recorder.end_window(simulation);
    const Observation expected = recorder.latest();
    EXPECT_EQ(window.requests, expected.requests);
    EXPECT_EQ(window.latency, expected.latency);
    EXPECT_EQ(window.functions.size(), expected.functions.size());
    EXPECT_EQ(window.functions[0].calls, expected.functions[0].calls);
    EXPECT_EQ(window.functions[1].latency, expected.functions[1].latency);
  }
}

// Under redeployment nothing is left of the window before: the same action and load give windows of one law.
TEST(Environment, ForgetsUnderRedeployment) {
  EnvironmentSpec spec = two_steps();
  spec.load.levels = {6};
  Environment environment(plan_of(spec), 5);
  for (int i = 0; i < 5; ++i) {
    environment.reset();
    while (!environment.truncated()) {
      environment.step(std::vector<float>(8, 0.05F));  // overloaded
      EXPECT_EQ(environment.window().start, Time{});
      EXPECT_LE(environment.window().requests.in_flight, 6);
      EXPECT_EQ(environment.window().requests.arrivals,
                environment.window().requests.finished() + environment.window().requests.in_flight);
    }
  }
}

TEST(Environment, TakesItsLevelsFromTheLoad) {
  Environment environment(plan_of(two_steps()), 1);
  std::set<int> levels;
  for (int i = 0; i < 30; ++i) {
    environment.reset();
    const int level = environment.users();
    levels.insert(level);
    environment.step(kMiddle);
    EXPECT_EQ(environment.users(), level);
    EXPECT_NEAR(environment.window().users, level, 0.4) << "ten start a second";
    EXPECT_EQ(environment.observation()[10], static_cast<float>(level));
  }
  EXPECT_EQ(levels, (std::set<int>{4, 8}));
}

std::vector<std::pair<int, float>> users_and_told(LoadKnowledge knowledge) {
  EnvironmentSpec spec = two_steps();
  spec.load = {.levels = {}, .series = {{2, 4, 8, 6}}};
  spec.load_knowledge = knowledge;
  spec.smoothing_weight = 0.5;
  Environment environment(plan_of(spec), 1);
  environment.reset();
  std::vector<std::pair<int, float>> all;
  for (int i = 0; i < 4; ++i) {
    all.emplace_back(environment.users(), environment.observation()[10]);
    environment.step(kMiddle);
  }
  all.emplace_back(environment.users(), environment.observation()[10]);
  return all;
}

TEST(Environment, TellsAClairvoyantTheNextLoad) {
  const auto all = users_and_told(LoadKnowledge::clairvoyant);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_EQ(all[i - 1].second, static_cast<float>(all[i].first));
}

TEST(Environment, TellsOthersNothingOfTheFuture) {
  for (const auto& [users, told] : users_and_told(LoadKnowledge::persistence)) {
    EXPECT_EQ(told, static_cast<float>(users));
  }
  double smoothed = -1;
  for (const auto& [users, told] : users_and_told(LoadKnowledge::smoothing)) {
    smoothed = smoothed < 0 ? users : 0.5 * (smoothed + users);
    EXPECT_FLOAT_EQ(told, static_cast<float>(smoothed));
  }
}

TEST(Environment, GoesOnBitForBitWhereItWasSaved) {
  for (const bool redeploy : {true, false}) {
    const auto plan = plan_of(two_steps(redeploy));
    Environment saved(plan, 9, 4);
    saved.reset();
    saved.step(kMiddle);
    saved.step(kMiddle);
    const std::vector<std::byte> bytes = saved.save();
    Environment restored(plan, 9, 4);
    restored.restore(bytes);
    EXPECT_EQ(restored.window(), saved.window());
    for (int i = 0; i < 12; ++i) {
      for (Environment* environment : {&saved, &restored}) {
        if (environment->truncated()) environment->reset();
        environment->step(kMiddle);
      }
      EXPECT_EQ(restored.window(), saved.window());
      EXPECT_TRUE(std::ranges::equal(restored.observation(), saved.observation()));
      EXPECT_EQ(restored.reward().value, saved.reward().value);
    }
  }
}

TEST(Environment, DoesNotTakeTheStateOfAnother) {
  Environment environment(plan_of(two_steps()), 1);
  environment.reset();
  std::vector<std::byte> bytes = environment.save();
  EnvironmentSpec extended = two_steps();
  extended.features = FeatureSet::extended;
  EXPECT_THROW(Environment(plan_of(extended), 1).restore(bytes), Error);
  bytes.resize(bytes.size() / 2);
  EXPECT_THROW(Environment(plan_of(two_steps()), 1).restore(bytes), Error);
}

// Attribution paper: what is in flight at the end of the window comes back after it.
TEST(Environment, WaitsForWhatItsAttributionAsksFor) {
  EnvironmentSpec spec = two_steps();
  spec.scenario.attribution = Attribution::started;
  Environment environment(plan_of(spec), 1);
  environment.reset();
  environment.step(kMiddle);
  EXPECT_EQ(environment.window().requests.arrivals, environment.window().requests.finished());
}

TEST(EnvironmentPlan, SaysWhatIsWrong) {
  const auto message = [](const auto& change) -> std::string {
    EnvironmentSpec spec = two_steps();
    change(spec);
    try {
      EnvironmentPlan plan(spec);
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing";
  };
  EXPECT_THAT(message([](auto& spec) { spec.scenario.workload.source = OpenLoop{}; }), HasSubstr("closed loop"));
  EXPECT_THAT(message([](auto& spec) { spec.episode_windows = 0; }), HasSubstr("at least one window"));
  EXPECT_THAT(message([](auto& spec) { spec.load = {}; }), HasSubstr("levels or series"));
  EXPECT_THAT(message([](auto& spec) { spec.load.levels = {-1}; }), HasSubstr("-1"));
  EXPECT_THAT(message([](auto& spec) { spec.smoothing_weight = 0; }), HasSubstr("smoothing"));
  EXPECT_THAT(message([](auto& spec) {
                spec.scenario.redeploy = false;
                spec.scenario.attribution = Attribution::paper;
              }),
              HasSubstr("completed"));
}

TEST(Reward, HasThePapersTwoFormsAndAConstrainedOne) {
  Observation window;
  window.price = 4;
  window.cost_execution_usd = 0.002;
  window.qos_met = true;
  EXPECT_DOUBLE_EQ(reward_of(window, {}).value, 0.1);
  EXPECT_DOUBLE_EQ(reward_of(window, {.kind = RewardKind::cost}).value, 0.3);
  EXPECT_DOUBLE_EQ(reward_of(window, {.kind = RewardKind::constrained}).value, -0.4);
  window.qos_met = false;
  EXPECT_DOUBLE_EQ(reward_of(window, {}).value, -0.4);
  EXPECT_EQ(reward_of(window, {.kind = RewardKind::constrained}).violation, 1);
}

}  // namespace
}  // namespace faasconf::sim
