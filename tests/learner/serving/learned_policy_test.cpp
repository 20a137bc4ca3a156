#include "learner/serving/learned_policy.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "learner/safety/safe_exploration.hpp"
#include "sim/core/error.hpp"
#include "sim/env/environment.hpp"
#include "sim/model/run.hpp"
#include "tests/learner/bundle/policies.hpp"
#include "tests/sim/env/workflows.hpp"
#include "tests/sim/policy/observing.hpp"

namespace faasconf::learner::serving {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kSeason = 2;

sim::EnvironmentSpec changing_load(sim::LoadForecasting knowledge, bool redeploy) {
  sim::EnvironmentSpec spec = sim::two_steps(redeploy);
  spec.load = {.levels = {}, .series = {{2, 9, 4, 7, 12, 5}}};
  spec.season_windows = kSeason;
  spec.load_knowledge = knowledge;
  spec.features = sim::FeatureSet::extended;
  spec.episode_windows = 8;
  return spec;
}

bundle::PolicyBundle policy_for(const sim::Scenario& scenario, sim::LoadForecasting knowledge) {
  bundle::PolicyBundle bundle = bundle::random_policy(scenario, bundle::NeighbourhoodSpec{});
  bundle.metadata.load_knowledge = knowledge;
  bundle.metadata.season_windows = kSeason;
  return bundle;
}

// Of an episode by a network: each window, and the users of it and of all before.
struct Episode {
  std::vector<sim::Observation> windows;
  std::vector<double> users;
  std::vector<double> history;
};

Episode trained(std::shared_ptr<const sim::EnvironmentPlan> plan, const bundle::PolicyBundle& bundle) {
  PolicyNetwork network(bundle.metadata, bundle.weights);
  sim::Environment environment(plan, 4);
  std::vector<float> actions(plan->actions().size());
  Episode episode;
  const auto look = [&] {
    episode.windows.push_back(environment.window());
    episode.users.push_back(environment.load());
  };
  environment.reset();
  look();
  while (!environment.truncated()) {
    network.act(environment.observation(), actions);
    environment.step(actions);
    look();
  }
  // the piece of the series says what lies before it
  for (const double users : plan->spec().load.series[0]) {
    if (users == episode.users[0]) break;
    episode.history.push_back(users);
  }
  return episode;
}

// What training does with the network, window by window, is what the served policy decides on the same windows.
TEST(LearnedPolicy, DecidesAsInTraining) {
  for (const auto knowledge : {sim::LoadForecasting::clairvoyant, sim::LoadForecasting::persistence,
                               sim::LoadForecasting::smoothing, sim::LoadForecasting::seasonal}) {
    for (const bool redeploy : {true, false}) {
      const auto plan = std::make_shared<const sim::EnvironmentPlan>(changing_load(knowledge, redeploy));
      const bundle::PolicyBundle bundle = policy_for(plan->scenario(), knowledge);
      const Episode episode = trained(plan, bundle);
      ASSERT_GT(episode.history.size(), 1U);
      const auto users = [&](std::int64_t window) { return episode.users.at(static_cast<std::size_t>(window)); };
      LearnedPolicy policy(bundle, plan->scenario(), {.load = users, .history = episode.history});
      for (std::size_t i = 1; i < episode.windows.size(); ++i) {
        EXPECT_EQ(policy.decide(episode.windows[i - 1]), episode.windows[i].configuration) << i;
      }
    }
  }
}

// Under carry-over an episode is one run of the simulator, which meets the same requests.
TEST(LearnedPolicy, RunsAsInTraining) {
  sim::EnvironmentSpec spec = sim::two_steps(false);
  spec.load.levels = {6};
  spec.load_knowledge = sim::LoadForecasting::persistence;
  spec.features = sim::FeatureSet::extended;
  spec.episode_windows = 10;
  const auto plan = std::make_shared<const sim::EnvironmentPlan>(spec);
  const bundle::PolicyBundle bundle = policy_for(plan->scenario(), sim::LoadForecasting::persistence);
  PolicyNetwork network(bundle.metadata, bundle.weights);
  sim::Environment environment(plan, 3);
  std::vector<sim::Configuration> trained;
  std::vector<float> actions(plan->actions().size());
  environment.reset();
  while (!environment.truncated()) {
    network.act(environment.observation(), actions);
    environment.step(actions);
    trained.push_back(environment.window().configuration);
  }

  std::get<sim::ClosedLoop>(spec.scenario.workload.source).users = 6;
  const sim::Scenario scenario(spec.scenario);
  LearnedPolicy policy(bundle, scenario, {.load = [](std::int64_t) { return 6.0; }});
  const sim::Run run = sim::run(scenario, policy, {.duration = 11 * spec.scenario.window}, 3, 1);
  ASSERT_EQ(run.windows.size(), 11U);
  for (std::size_t i = 0; i < trained.size(); ++i) EXPECT_EQ(run.windows[i + 1].configuration, trained[i]) << i;
}

TEST(LearnedPolicy, GoesByTheObservationWhereNobodyKnowsTheUsers) {
  const sim::Scenario scenario(sim::two_steps().scenario);
  const bundle::PolicyBundle bundle = policy_for(scenario, sim::LoadForecasting::persistence);
  LearnedPolicy told(bundle, scenario, {.load = [](std::int64_t) { return 5.5; }});
  LearnedPolicy seeing(bundle, scenario);
  sim::Observation observation;
  observation.length = std::chrono::seconds(30);
  observation.users = 5.5;
  observation.configuration = scenario.spec().configuration;
  observation.functions.resize(2);
  const sim::Configuration decision = seeing.decide(observation);
  EXPECT_EQ(decision, told.decide(observation));
  observation.users = 55;
  EXPECT_NE(seeing.decide(observation), decision);
}

// Three functions of which the second is fixed; all knobs but the replicas are.
TEST(LearnedPolicy, Conforms) {
  sim::ScenarioSpec spec = sim::two_steps().scenario;
  spec.workflow.functions = {sim::function_named("first"), sim::function_named("fixed"), sim::function_named("second")};
  for (std::size_t i = 0; i < 3; ++i) {
    const sim::FunctionConfiguration& knobs = sim::kStart.functions[i];
    sim::FunctionSpec& function = spec.workflow.functions[i];
    if (!sim::kRanges[i]) {
      function.fixed = knobs;
      continue;
    }
    function.ranges = {.cpu_min = knobs.cpu,
                       .cpu_max = knobs.cpu,
                       .memory_min = knobs.memory,
                       .memory_max = knobs.memory,
                       .replicas_min = sim::kRanges[i]->min,
                       .replicas_max = sim::kRanges[i]->max,
                       .concurrency_min = knobs.concurrency,
                       .concurrency_max = knobs.concurrency};
  }
  spec.configuration = sim::kStart;
  const sim::Scenario scenario(spec);
  for (const bundle::NetworkSpec& network :
       {bundle::NetworkSpec(bundle::NeighbourhoodSpec{}), bundle::NetworkSpec(bundle::TransformerSpec{})}) {
    const bundle::PolicyBundle bundle = bundle::random_policy(scenario, network);
    sim::check_policy([&] { return std::make_unique<LearnedPolicy>(bundle, scenario); });
  }
}

TEST(LearnedPolicy, AppliesTheSafetyFilterOfItsBundle) {
  const sim::Scenario scenario(sim::two_steps().scenario);
  safety::SafeExploration safety(safety::ActionPrice(scenario.workflow()), {.noise = 0, .fewest = 10});
  const std::vector<float> safe(8, 0.9F);
  for (int i = 0; i < 10; ++i) safety.learn(5, safe, safety::ActionPrice(scenario.workflow())(safe), true);
  bundle::PolicyBundle bundle = bundle::random_policy(scenario, bundle::NeighbourhoodSpec{});
  bundle.metadata.safety = safety.to_json();

  sim::Observation observation;
  observation.length = std::chrono::seconds(30);
  observation.configuration = scenario.spec().configuration;
  observation.functions.resize(2);
  LearnedPolicy policy(bundle, scenario);
  const sim::Configuration decision = policy.decide(observation);
  EXPECT_EQ(policy.replaced(), 1);
  sim::Configuration expected = observation.configuration;
  sim::ActionSpace(scenario.workflow()).decode(safe, expected);
  EXPECT_EQ(decision, expected);
}

std::string refusal(const bundle::PolicyBundle& bundle, const sim::ScenarioSpec& spec) {
  try {
    const sim::Scenario scenario(spec);
    LearnedPolicy(bundle, scenario);
  } catch (const sim::Error& error) {
    return error.what();
  }
  return "";
}

TEST(LearnedPolicy, SaysWhereItDoesNotFit) {
  const sim::ScenarioSpec spec = sim::two_steps().scenario;
  const bundle::PolicyBundle bundle = policy_for(sim::Scenario(spec), sim::LoadForecasting::persistence);
  EXPECT_EQ(refusal(bundle, spec), "");

  sim::ScenarioSpec other = spec;
  other.workflow.promise.mean = std::chrono::seconds(2);
  EXPECT_THAT(refusal(bundle, other), HasSubstr("another promise: expected mean<=500ms, successes>=100/30s"));
  EXPECT_THAT(refusal(bundle, other), HasSubstr("--promise-mismatch allow"));
  const sim::Scenario under_another(other);
  EXPECT_NO_THROW(LearnedPolicy(bundle, under_another, {.any_promise = true}));

  other = spec;
  other.workflow.functions[1].ranges.replicas_max = 20;
  EXPECT_THAT(refusal(bundle, other), HasSubstr("ranges of second: expected cpu 250 .. 2000 m"));

  other = spec;
  other.workflow.functions[0].name = "primo";
  other.workflow.entry = {sim::Sequence{{{sim::Call{"primo"}}, {sim::Call{"second"}}}}};
  EXPECT_THAT(refusal(bundle, other), HasSubstr("agents: expected first, second, got primo, second"));

  other = spec;
  other.workflow.entry = {sim::Sequence{{{sim::Call{"second"}}, {sim::Call{"first"}}}}};
  EXPECT_THAT(refusal(bundle, other), HasSubstr("edges between agents: expected 0 -> 1, got 1 -> 0"));

  bundle::PolicyBundle renamed = bundle;
  renamed.metadata.feature_names[4] = "cpu_share";
  EXPECT_THAT(refusal(renamed, spec), HasSubstr("features: expected cpu_action, memory_action, replicas_action, "
                                                "concurrency_action, cpu_share"));
}

TEST(LearnedPolicy, AClairvoyantMustBeToldTheUsers) {
  const sim::ScenarioSpec spec = sim::two_steps().scenario;
  const bundle::PolicyBundle bundle = policy_for(sim::Scenario(spec), sim::LoadForecasting::clairvoyant);
  EXPECT_THAT(refusal(bundle, spec), HasSubstr("is clairvoyant: it needs the load of the next window"));
}

}  // namespace
}  // namespace faasconf::learner::serving
