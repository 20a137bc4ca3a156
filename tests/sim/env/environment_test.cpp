#include "sim/env/environment.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "sim/model/observe.hpp"
#include "sim/model/run.hpp"
#include "sim/stats/running_moments.hpp"
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
  WindowCounter counter(scenario);
  Simulation simulation(scenario, RngStreams(3, 1), {&counter});
  for (const Observation& window : windows) {
    counter.begin_window(simulation);
    simulation.run_until(simulation.now() + spec.scenario.window);
    counter.end_window(simulation);
    const Observation expected = observe(counter.latest(), scenario.workflow());
    EXPECT_EQ(window.requests, expected.requests);
    EXPECT_EQ(window.latency, expected.latency);
    EXPECT_EQ(window.functions.size(), expected.functions.size());
    EXPECT_EQ(window.functions[0].calls, expected.functions[0].calls);
    EXPECT_EQ(window.functions[1].latency, expected.functions[1].latency);
  }
}

// Under redeployment nothing is left of the window before: the same action and load give windows of one distribution.
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
  std::set<double> levels;
  for (int i = 0; i < 30; ++i) {
    environment.reset();
    const double level = environment.load();
    levels.insert(level);
    environment.step(kMiddle);
    EXPECT_EQ(environment.load(), level);
    EXPECT_NEAR(environment.window().users, level, 0.4) << "ten start a second";
    EXPECT_EQ(environment.observation()[10], static_cast<float>(level));
  }
  EXPECT_EQ(levels, (std::set<double>{4, 8}));
}

// Two levels of an open loop; episodes begin anew, or go on in one run.
EnvironmentSpec open_loop(bool redeploy) {
  EnvironmentSpec spec = two_steps();
  spec.scenario.workload = {.source = OpenLoop{.rate_per_s = 1, .process = {}}, .retry = {}, .profile = {}};
  spec.scenario.redeploy = redeploy;
  spec.load = {.levels = {2, 40}, .series = {}};
  spec.features = FeatureSet::extended;
  return spec;
}

// Oracle: Poisson arrivals, whose number in a window has its mean for variance.
TEST(Environment, TakesItsRatesFromTheLoad) {
  for (const bool redeploy : {true, false}) {
    Environment environment(plan_of(open_loop(redeploy)), 1);
    std::set<double> levels;
    for (int i = 0; i < 30; ++i) {
      environment.reset();
      const double level = environment.load();
      levels.insert(level);
      for (int step = 0; step < 2; ++step) {
        environment.step(kMiddle);
        const Observation& window = environment.window();
        const double expected = level * to_seconds(window.length);
        EXPECT_NEAR(static_cast<double>(window.requests.arrivals), expected, 5 * std::sqrt(expected));
        EXPECT_DOUBLE_EQ(window.offered_rate_per_s, level);
        EXPECT_EQ(environment.observation()[10], static_cast<float>(level));
      }
    }
    EXPECT_EQ(levels, (std::set<double>{2, 40}));
  }
}

TEST(Environment, FollowsASeriesOfRatesFromWhereverAnEpisodeBegins) {
  EnvironmentSpec spec = open_loop(false);
  spec.load = {.levels = {}, .series = {{1, 2, 3}, {10, 20, 30, 40}}};
  Environment environment(plan_of(spec), 1);
  std::set<double> seen;
  for (int episode = 0; episode < 40; ++episode) {
    environment.reset();
    while (!environment.truncated()) {
      const double next = environment.next_load();
      environment.step(kMiddle);
      EXPECT_EQ(environment.load(), next);
      EXPECT_DOUBLE_EQ(environment.window().offered_rate_per_s, next);
      seen.insert(next);
    }
  }
  EXPECT_EQ(seen, (std::set<double>{1, 2, 3, 10, 20, 30, 40}));
}

TEST(Environment, OfAnOpenLoopGoesOnBitForBitWhereItWasSaved) {
  const auto plan = plan_of(open_loop(false));
  Environment first(plan, 1), second(plan, 1);
  first.reset();
  first.step(kMiddle);
  second.restore(first.save());
  for (int episode = 0; episode < 2; ++episode) {
    while (!first.truncated()) {
      first.step(kMiddle);
      second.step(kMiddle);
      EXPECT_EQ(first.window(), second.window());
    }
    first.reset();
    second.reset();
  }
}

TEST(Environment, NamesTheLoadThatItsFeaturesHold) {
  const auto names = plan_of(open_loop(true))->features().names();
  EXPECT_EQ(names[10], "rate_per_s");
  EXPECT_EQ(names[11], "rate_per_s_change");
  EXPECT_EQ(names[12], "rate_per_s_upper");
  EXPECT_EQ(plan_of(two_steps())->features().names()[10], "users");
}

std::vector<std::pair<double, float>> users_and_told(LoadForecasting knowledge) {
  EnvironmentSpec spec = two_steps();
  spec.load = {.levels = {}, .series = {{2, 4, 8, 6}}};
  spec.load_knowledge = knowledge;
  spec.smoothing_weight = 0.5;
  Environment environment(plan_of(spec), 1);
  environment.reset();
  std::vector<std::pair<double, float>> all;
  for (int i = 0; i < 4; ++i) {
    all.emplace_back(environment.load(), environment.observation()[10]);
    environment.step(kMiddle);
  }
  all.emplace_back(environment.load(), environment.observation()[10]);
  return all;
}

TEST(Environment, TellsAClairvoyantTheNextLoad) {
  const auto all = users_and_told(LoadForecasting::clairvoyant);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_EQ(all[i - 1].second, static_cast<float>(all[i].first));
}

TEST(Environment, TellsOthersNothingOfTheFuture) {
  for (const auto& [users, told] : users_and_told(LoadForecasting::persistence)) {
    EXPECT_EQ(told, static_cast<float>(users));
  }
  double smoothed = -1;
  for (const auto& [users, told] : users_and_told(LoadForecasting::smoothing)) {
    smoothed = smoothed < 0 ? users : 0.5 * (smoothed + users);
    EXPECT_FLOAT_EQ(told, static_cast<float>(smoothed));
  }
}

// Twelve windows a turn, ten turns: two peaks.
EnvironmentSpec periodic(LoadForecasting knowledge) {
  EnvironmentSpec spec = two_steps();
  std::vector<double> series;
  for (int window = 0; window < 120; ++window)
    series.push_back(std::array{2, 2, 3, 5, 8, 5, 3, 2, 4, 6, 4, 2}[static_cast<std::size_t>(window % 12)]);
  spec.load = {.levels = {}, .series = {series}};
  spec.load_knowledge = knowledge;
  spec.season_windows = 12;
  return spec;
}

// Sum of |forecast - users of the next window| over episodes; also how often it was above the forecast upper quantile.
struct Misses {
  double error = 0;
  int above = 0;
  int windows = 0;
};
Misses misses(EnvironmentSpec spec) {
  spec.features = FeatureSet::extended;
  Environment environment(plan_of(spec), 1);
  Misses all;
  for (int episode = 0; episode < 20; ++episode) {
    environment.reset();
    while (!environment.truncated()) {
      const float told = environment.observation()[10];
      const float upper = environment.observation()[12];
      EXPECT_GE(upper, told);
      environment.step(kMiddle);
      all.error += std::abs(told - static_cast<float>(environment.load()));
      all.above += static_cast<float>(environment.load()) > upper ? 1 : 0;
      ++all.windows;
    }
  }
  return all;
}

TEST(Environment, ForeseesASeasonThatItHasSeen) {
  const Misses persistent = misses(periodic(LoadForecasting::persistence));
  EXPECT_LT(misses(periodic(LoadForecasting::seasonal)).error, 0.8 * persistent.error);
  EXPECT_EQ(misses(periodic(LoadForecasting::clairvoyant)).error, 0);
}

TEST(Environment, TellsAnUpperEndThatTheLoadSeldomExceeds) {
  const Misses seasonal = misses(periodic(LoadForecasting::seasonal));
  EXPECT_LT(seasonal.above, 0.3 * seasonal.windows);
}

// What comes later in the series does not change the present forecast.
TEST(Environment, TellsASeasonWithoutTheFuture) {
  const auto first_told = [](int last) {
    EnvironmentSpec spec = periodic(LoadForecasting::seasonal);
    spec.load.series[0].back() = last;
    Environment environment(plan_of(spec), 3);
    environment.reset();
    return environment.observation()[10];
  };
  EXPECT_EQ(first_told(2), first_told(50));
}

// Eight users whom a small configuration keeps its promise to now and then.
EnvironmentSpec risky(std::size_t replications) {
  EnvironmentSpec spec = two_steps();
  spec.load.levels = {8};
  spec.scenario.workflow.promise = published_promise({.latency = std::chrono::milliseconds(500), .successes = 1});
  spec.replications = replications;
  return spec;
}
const std::vector<float> kSmall = {0.6F, 0.5F, 0.6F, 1, 0.4F, 0.5F, 0.3F, 1};

// Oracle: the mean of k windows has their mean, and 1 / k of their variance, here of 0 and 1.
TEST(Environment, EstimatesTheRiskFromReplications) {
  const auto risk = [](std::size_t replications) {
    Environment environment(plan_of(risky(replications)), 1);
    RunningMoments violations;
    for (int episode = 0; episode < 100; ++episode) {
      environment.reset();
      while (!environment.truncated()) {
        environment.step(kSmall);
        const Reward& reward = environment.reward();
        EXPECT_NEAR(reward.price, environment.window().price, 1e-12);
        EXPECT_NEAR(reward.value, 0.5 * (1 - reward.violation) - 0.1 * reward.price, 1e-12);
        violations.add(reward.violation);
      }
    }
    return violations;
  };
  const RunningMoments one = risk(1);
  const RunningMoments ten = risk(10);
  const double p = *one.mean();
  ASSERT_GT(p, 0.1);
  ASSERT_LT(p, 0.9);
  EXPECT_NEAR(*ten.mean(), p, 4 * std::hypot(*one.standard_error(), *ten.standard_error()));
  // a sample variance of 500 about normal values has a standard error of sqrt(2 / 500), 6 %
  EXPECT_NEAR(*ten.variance(), p * (1 - p) / 10, 0.3 * p * (1 - p) / 10);
}

// Under a promise whose periods are longer than a window.
EnvironmentSpec by_periods(std::size_t replications) {
  EnvironmentSpec spec = risky(replications);
  spec.scenario.workflow.promise = {.served_share = 0.8, .deadline = std::chrono::seconds(2), .period_requests = 2000};
  return spec;
}

TEST(Environment, JudgesTheLatestWindowsThatMakeAPeriod) {
  const auto plan = plan_of(by_periods(1));
  Environment environment(plan, 1);
  Rng rng = RngStreams(3).stream("actions");
  int broken = 0, steps = 0;
  for (int episode = 0; episode < 60; ++episode) {
    environment.reset();
    while (!environment.truncated()) {
      std::vector<float> action = kSmall;
      for (float& knob : action) knob = static_cast<float>(rng.uniform());
      environment.step(action);
      const Observation& seen = environment.window();
      const double served = seen.served_share.value_or(1);
      EXPECT_NEAR(environment.reward().unserved, 1 - served, 1e-12);
      EXPECT_NEAR(environment.reward().value,
                  0.5 * (1 - environment.reward().violation - environment.reward().unserved) - 0.1 * seen.price, 1e-12);
      broken += environment.reward().violation == 1 ? 1 : 0;
      EXPECT_TRUE(environment.reward().violation == 0 || environment.reward().violation == 1);
      ++steps;
    }
  }
  EXPECT_GT(broken, 30);
  EXPECT_LT(broken, steps);
}

// The requests of all replications count together: as if they were one long window.
TEST(Environment, PoolsTheRequestsOfReplications) {
  constexpr int kReplications = 10;
  EnvironmentSpec one = by_periods(1), all = by_periods(kReplications);
  one.scenario.workflow.promise.deadline = all.scenario.workflow.promise.deadline = std::chrono::hours(1);
  const std::vector<float> refusing = {0.6F, 0.5F, 0.6F, 0, 0.4F, 0.5F, 0.3F, 0};
  Environment singles(plan_of(one), 1), pooled(plan_of(all), 1);
  RunningMoments single, pool;
  for (int i = 0; i < 40 * kReplications; ++i) {
    if (i % 5 == 0) singles.reset();
    singles.step(refusing);
    single.add(singles.reward().unserved);
    if (i >= 40) continue;
    if (i % 5 == 0) pooled.reset();
    pooled.step(refusing);
    pool.add(pooled.reward().unserved);
  }
  ASSERT_GT(*single.mean(), 0.05);
  // a ratio of sums differs from the mean of ratios by little beside the error, since windows have some 700 requests
  EXPECT_NEAR(*pool.mean(), *single.mean(), 4 * std::hypot(*single.standard_error(), *pool.standard_error()));
  EXPECT_LT(*pool.variance(), 0.5 * *single.variance());
}

TEST(Environment, SeesTheFirstOfTheReplications) {
  EnvironmentSpec once = risky(1);
  EnvironmentSpec often = risky(4);
  once.common_random_numbers = often.common_random_numbers = true;
  Environment first(plan_of(once), 1);
  Environment all(plan_of(often), 1);
  for (Environment* environment : {&first, &all}) {
    environment->reset();
    environment->step(kSmall);
  }
  EXPECT_EQ(all.window(), first.window());
  EXPECT_TRUE(std::ranges::equal(all.observation(), first.observation()));
}

TEST(Environment, MeetsTheSameLuckAtTheSameLoadUnderCommonRandomNumbers) {
  EnvironmentSpec spec = two_steps();
  spec.common_random_numbers = true;
  spec.replications = 3;
  Environment environment(plan_of(spec), 1);
  std::map<double, std::vector<float>> seen;
  for (int episode = 0; episode < 6; ++episode) {
    environment.reset();
    while (!environment.truncated()) {
      environment.step(kMiddle);
      const std::vector<float> now(environment.observation().begin(), environment.observation().end());
      const auto [before, is_new] = seen.emplace(environment.load(), now);
      EXPECT_EQ(before->second, now);
    }
  }
  EXPECT_EQ(seen.size(), 2U);
}

TEST(Environment, GoesOnBitForBitWhereItWasSaved) {
  EnvironmentSpec repeated = periodic(LoadForecasting::seasonal);
  repeated.replications = 2;
  repeated.common_random_numbers = true;
  EnvironmentSpec strict = two_steps(false);
  strict.scenario.workflow.promise = strict_promise(strict.scenario.workflow.qos);
  for (const EnvironmentSpec& spec : {two_steps(), two_steps(false), repeated, strict}) {
    const auto plan = plan_of(spec);
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
  EXPECT_THAT(message([](auto& spec) { spec.scenario.workload.source = ArrivalList{}; }),
              HasSubstr("closed or an open loop"));
  EXPECT_THAT(message([](auto& spec) { spec.load.levels = {2.5}; }), HasSubstr("whole numbers of users"));
  EXPECT_THAT(message([](auto& spec) { spec.episode_windows = 0; }), HasSubstr("at least one window"));
  EXPECT_THAT(message([](auto& spec) { spec.load = {}; }), HasSubstr("levels or series"));
  EXPECT_THAT(message([](auto& spec) { spec.load.levels = {-1}; }), HasSubstr("-1"));
  EXPECT_THAT(message([](auto& spec) { spec.smoothing_weight = 0; }), HasSubstr("smoothing"));
  EXPECT_THAT(message([](auto& spec) { spec.upper_quantile = 1; }), HasSubstr("upper quantile"));
  EXPECT_THAT(message([](auto& spec) { spec.season_windows = 0; }), HasSubstr("season of at least one"));
  EXPECT_THAT(message([](auto& spec) { spec = periodic(LoadForecasting::seasonal), spec.season_windows = 120; }),
              HasSubstr("shorter than every series"));
  EXPECT_THAT(message([](auto& spec) { spec.replications = 0; }), HasSubstr("1 to 256"));
  EXPECT_THAT(message([](auto& spec) { spec.scenario.redeploy = false, spec.replications = 2; }),
              HasSubstr("carries over"));
  EXPECT_THAT(message([](auto& spec) { spec.scenario.redeploy = false, spec.common_random_numbers = true; }),
              HasSubstr("carries over"));
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
  const auto value = [&window](const RewardSpec& spec) {
    return with_promise(before_promise(window, spec), spec).value;
  };
  EXPECT_DOUBLE_EQ(value({}), 0.1);
  EXPECT_DOUBLE_EQ(value({.kind = RewardKind::cost}), 0.3);
  EXPECT_DOUBLE_EQ(value({.kind = RewardKind::constrained}), -0.4);
  window.qos_met = false;
  EXPECT_DOUBLE_EQ(value({}), -0.4);
  EXPECT_EQ(before_promise(window, {.kind = RewardKind::constrained}).violation, 1);
}

}  // namespace
}  // namespace faasconf::sim
