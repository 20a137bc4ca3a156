// What a change of the configuration takes: starts, drains, the order of the Deployment controller. Runs worked out by
// hand.

#include <chrono>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/model/simulated_platform.hpp"
#include "tests/sim/model/trial.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Pair;

constexpr Outcome kFailed = Outcome::failed;

FunctionConfiguration knobs(double millicores, int replicas) {
  return {.cpu = {millicores}, .replicas = replicas, .concurrency = 0};
}

ScenarioSpec kubernetes(FunctionSpec function, const FunctionConfiguration& first, std::vector<Duration> times = {}) {
  ScenarioSpec spec = scenario(std::move(function), first, arrivals(std::move(times)));
  spec.workflow.rollout = Rollout::rolling;
  spec.workflow.gateway.routing = Routing::round_robin;
  return spec;
}

FunctionSpec drains(FunctionSpec function, double drain_s, double start_up_s = 1) {
  function.start_up = Deterministic{start_up_s};
  function.drain = Deterministic{drain_s};
  return function;
}

int all(const Trial& trial) { return trial.simulation->instances(kFirst); }

// --- the end of an instance

TEST(Drain, TakesItsTimeThoughNothingIsInFlight) {
  Trial trial(kubernetes(drains(waits(1s), 2), knobs(200, 2)));
  trial.until(10s).apply(knobs(200, 1));
  EXPECT_EQ(trial.simulation->ready_instances(kFirst), 1);
  EXPECT_EQ(trial.simulation->draining_instances(kFirst), 1);
  EXPECT_EQ(all(trial.until(12s - 1ns)), 2);
  EXPECT_EQ(all(trial.until(12s)), 1);
  const Usage usage = trial.until(20s).simulation->usage(kFirst);
  EXPECT_DOUBLE_EQ(usage.draining_s, 2);
  EXPECT_DOUBLE_EQ(usage.cpu_limit_millicore_s, 200 * (20 + 12));
  EXPECT_DOUBLE_EQ(usage.wanted_millicore_s, 200 * (20 + 10));
}

TEST(Drain, IsLongerForACallThatTakesLonger) {
  Trial trial(kubernetes(drains(waits(5s), 2), knobs(200, 2), {9s, 9s}));
  trial.until(10s).apply(knobs(200, 1));
  EXPECT_EQ(all(trial.until(14s - 1ns)), 2);
  EXPECT_EQ(all(trial.until(14s)), 1);
  EXPECT_THAT(trial.requests(), ElementsAre(Pair(kSuccess, Time(14s)), Pair(kSuccess, Time(14s))));
}

TEST(Drain, OfAnInstanceThatStillStartsBeginsWhenItRuns) {
  Trial trial(kubernetes(drains(waits(1s), 2, 3), knobs(200, 1)));
  trial.until(10s).apply(knobs(200, 2));
  trial.until(11s).apply(knobs(200, 1));
  EXPECT_EQ(all(trial.until(15s - 1ns)), 2);  // it would have run at 13 s
  EXPECT_EQ(all(trial.until(15s)), 1);
}

TEST(Drain, OfAnInstanceThatHasJustStartedWaitsUntilItHasSettled) {
  ScenarioSpec spec = kubernetes(drains(waits(1s), 2), knobs(200, 1));
  spec.workflow.cluster.settle = 2500ms;
  Trial trial(spec);
  trial.until(10s).apply(knobs(200, 2));
  trial.until(12s).apply(knobs(200, 1));  // ready since 11 s
  EXPECT_EQ(all(trial.until(15500ms - 1ns)), 2);
  EXPECT_EQ(all(trial.until(15500ms)), 1);
}

TEST(Drain, KeepsTheRoomOnItsNode) {
  ScenarioSpec spec = kubernetes(drains(waits(1s), 3), knobs(1000, 2));
  spec.workflow.rollout = Rollout::in_place;
  spec.workflow.cluster.nodes.emplace_back().cores = 2;
  Trial trial(spec);
  trial.until(10s).apply(knobs(1000, 1));
  trial.until(11s).apply(knobs(1000, 2));
  EXPECT_EQ(trial.simulation->pending_instances(kFirst), 1);
  trial.until(13s);
  EXPECT_EQ(trial.simulation->pending_instances(kFirst), 0);
  EXPECT_EQ(trial.simulation->starting_instances(kFirst), 1);
}

TEST(Drain, LosesWhatIsInFlightWhereTheFunctionDies) {
  FunctionSpec function = drains(waits(5s), 2);
  function.on_end = OnEnd::fail;
  Trial trial(kubernetes(function, knobs(200, 2), {8s, 9s}));
  trial.until(10s).apply(knobs(200, 1));
  EXPECT_EQ(all(trial.until(12s - 1ns)), 2);
  trial.until(30s);
  EXPECT_THAT(trial.requests(), ::testing::Contains(Pair(kFailed, Time(10s))));
  EXPECT_EQ(all(trial), 1);
}

// The windows meet at 10 s, where the configuration changes between them.
TEST(Drain, LosesCallsInTheWindowThatItBegins) {
  FunctionSpec function = drains(waits(5s), 2);
  function.on_end = OnEnd::fail;
  const Scenario scenario(kubernetes(function, knobs(200, 2), {8s, 9s}));
  SimulatedPlatform platform(scenario, RngStreams(1));
  std::vector<std::int64_t> failures;
  for (const int replicas : {2, 1}) {
    platform.apply({{knobs(200, replicas)}});
    platform.begin(Measurement::window);
    platform.run_until(platform.now() + 10s);
    failures.push_back(platform.end(Measurement::window)->requests.failures);
  }
  EXPECT_THAT(failures, ElementsAre(0, 1));
}

// --- the order of the Deployment controller

// Three starts of a second, one after the other, and three drains of two seconds.
TEST(Deployment, RollsOneByOneAndPaysForBoth) {
  Trial trial(kubernetes(drains(waits(1s), 2), knobs(200, 3)));
  trial.until(10s).apply(knobs(300, 3));
  EXPECT_EQ(trial.simulation->outdated_instances(kFirst), 3);
  EXPECT_EQ(trial.until(11s).simulation->outdated_instances(kFirst), 2);
  EXPECT_EQ(trial.until(13s).simulation->outdated_instances(kFirst), 0);
  const Usage usage = trial.until(20s).simulation->usage(kFirst);
  EXPECT_DOUBLE_EQ(usage.instance_s, 3 * 20 + 3 * 1 + 3 * 2);
  EXPECT_DOUBLE_EQ(usage.outdated_s, 3 + 2 + 1);
  EXPECT_DOUBLE_EQ(usage.starting_s, 3);
  EXPECT_DOUBLE_EQ(usage.draining_s, 6);
}

// Two more under the old limit of 300m from 10 s on; these three are gone at 13, 14 and 15 s. Under the new one from
// 10, 11 and 12 s on.
TEST(Deployment, StartsExtraInstancesUnderTheOldLimits) {
  Trial trial(kubernetes(drains(waits(1s), 2), knobs(300, 1)));
  trial.until(10s).apply(knobs(150, 3));
  EXPECT_EQ(trial.simulation->starting_instances(kFirst), 3);
  const Usage usage = trial.until(20s).simulation->usage(kFirst);
  EXPECT_DOUBLE_EQ(usage.cpu_limit_millicore_s, 300 * (10 + 3 + 4 + 5) + 150 * (10 + 9 + 8));
  EXPECT_EQ(all(trial), 3);
}

TEST(Deployment, RemovesSurplusInstancesBeforeItRolls) {
  Trial trial(kubernetes(drains(waits(1s), 2), knobs(200, 3)));
  trial.until(10s).apply(knobs(300, 1));
  EXPECT_EQ(trial.simulation->ready_instances(kFirst), 1);
  EXPECT_EQ(trial.simulation->starting_instances(kFirst), 1);
  EXPECT_EQ(trial.simulation->draining_instances(kFirst), 2);
  EXPECT_EQ(all(trial.until(13s)), 1);
}

// Two of four have been replaced, a third new one starts, when two replicas are wanted: 4 x 3 / 5 of old and new each.
TEST(Deployment, ShrinksInProportionInTheMidstOfARollout) {
  Trial trial(kubernetes(drains(waits(1s), 0), knobs(200, 4)));
  trial.until(10s).apply(knobs(300, 4));
  trial.until(12500ms);
  EXPECT_EQ(trial.simulation->outdated_instances(kFirst), 2);
  trial.apply(knobs(300, 2));
  EXPECT_EQ(trial.simulation->outdated_instances(kFirst), 0);
  EXPECT_EQ(trial.simulation->ready_instances(kFirst), 2);
  EXPECT_EQ(all(trial.until(20s)), 2);
}

TEST(Deployment, RemovesTheYoungestByTheLogarithmOfTheirAge) {
  Trial trial(kubernetes(drains(waits(100ms), 2), knobs(200, 1), {25s, 26s}));
  trial.until(10s).apply(knobs(200, 2));
  trial.until(18s).apply(knobs(200, 1));  // of 18 and 7 s
  trial.until(30s);
  for (const CallRecord& record : trial.calls()) EXPECT_EQ(record.instance, 0);
}

TEST(Deployment, ChoosesAmongInstancesOfAboutOneAgeAtRandom) {
  std::set<std::int32_t> left;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const ScenarioSpec spec = kubernetes(drains(waits(100ms), 2), knobs(200, 2), {25s});
    const Scenario scenario(spec);
    EventLog log(scenario);
    Simulation simulation(scenario, RngStreams(seed), {&log});
    simulation.run_until(Time(10s));
    simulation.apply({{knobs(200, 1)}});
    simulation.run_until(Time(30s));
    left.insert(log.calls.front().instance);
  }
  EXPECT_THAT(left, ElementsAre(0, 1));
}

// --- the start of an instance

// A second of the platform, then 0.3 core-seconds under 200m.
FunctionSpec with_start_work(Readiness ready, Overflow overflow = Overflow::reject) {
  FunctionSpec function = waits(10ms, overflow);
  function.start_up = Deterministic{1};
  function.start_work = Deterministic{0.3};
  function.ready = ready;
  return function;
}

TEST(StartWork, RunsUnderTheLimitOfTheInstance) {
  Trial trial(kubernetes(with_start_work(Readiness::after_work), knobs(200, 1)));
  trial.until(10s).apply(knobs(200, 2));
  EXPECT_EQ(trial.until(12500ms - 1ns).simulation->ready_instances(kFirst), 1);
  EXPECT_EQ(trial.until(12500ms).simulation->ready_instances(kFirst), 2);
  EXPECT_DOUBLE_EQ(trial.simulation->usage(kFirst).cpu_s, 0.3);
}

TEST(StartWork, OfAnInstanceThatIsReadyBeforeMakesCallsFail) {
  Trial trial(kubernetes(with_start_work(Readiness::before_work), knobs(200, 1), {11500ms, 11600ms, 12600ms, 12700ms}));
  trial.until(10s).apply(knobs(200, 2));
  EXPECT_EQ(trial.until(11s).simulation->ready_instances(kFirst), 2);
  trial.until(20s);
  EXPECT_THAT(trial.outcomes(), ::testing::UnorderedElementsAre(kSuccess, kFailed, kSuccess, kSuccess));
}

TEST(StartWork, LetsCallsWaitWhereTheyMayQueue) {
  Trial trial(kubernetes(with_start_work(Readiness::before_work, Overflow::queue), knobs(200, 1), {11500ms, 11600ms}));
  trial.until(10s).apply(knobs(200, 2));
  trial.until(20s);
  EXPECT_THAT(trial.requests(), ElementsAre(Pair(kSuccess, ::testing::_), Pair(kSuccess, Time(12510ms))));
}

TEST(StartWork, EndsWithItsInstance) {
  Trial trial(kubernetes(with_start_work(Readiness::before_work), knobs(200, 1)));
  trial.until(10s).apply(knobs(200, 2));
  trial.until(11500ms).apply(knobs(200, 1));
  EXPECT_EQ(all(trial), 1);
  EXPECT_DOUBLE_EQ(trial.until(20s).simulation->usage(kFirst).cpu_s, 0.1);
}

TEST(Relist, EndsStartsAndDrainsWhenTheNodeLooks) {
  ScenarioSpec spec = kubernetes(drains(waits(1s), 1.65, 0.75), knobs(200, 3));
  spec.workflow.cluster.relist = 1s;
  Trial trial(spec);
  trial.until(10s).apply(knobs(300, 3));
  Duration first = 10s;
  while (trial.until(first).simulation->outdated_instances(kFirst) == 3) first += 10ms;
  EXPECT_GT(first, 10750ms);
  EXPECT_LE(first, 11760ms);
  // the first look finds the next start 0.75 s old, and so on; drains take two looks
  EXPECT_EQ(trial.until(first + 1s).simulation->outdated_instances(kFirst), 1);
  EXPECT_EQ(trial.until(first + 2s).simulation->outdated_instances(kFirst), 0);
  EXPECT_EQ(trial.simulation->draining_instances(kFirst), 2);
  EXPECT_EQ(trial.until(first + 4s).simulation->draining_instances(kFirst), 0);
}

// --- the platform's own CPU

TEST(PlatformWork, IsCountedByStartsAndEnds) {
  ScenarioSpec spec = kubernetes(drains(waits(1s), 2), knobs(200, 3));
  spec.workflow.cluster.start_work_s = 0.37;
  spec.workflow.cluster.end_work_s = 0.17;
  Trial trial(spec);
  trial.until(10s).apply(knobs(300, 3));
  EXPECT_DOUBLE_EQ(trial.until(20s).simulation->usage(kFirst).platform_s, 3 * (0.37 + 0.17));
}

// The platform weighs as a request of one core, the instance a tenth of that: it gets 1 / 11 of the node for 0.55 s.
TEST(PlatformWork, TakesACoreOfItsNode) {
  FunctionSpec function = works(1);
  function.cpu_request = Millicores{100};
  function.start_up = Deterministic{100};
  ScenarioSpec spec = kubernetes(function, knobs(1000, 1), {10s});
  spec.workflow.cluster.start_work_s = 0.55;
  spec.workflow.cluster.nodes.emplace_back().cores = 1;
  Trial trial(spec);
  trial.until(10s).apply(knobs(1000, 2));
  trial.until(20s);
  ASSERT_EQ(trial.requests().size(), 1U);
  EXPECT_NEAR(to_seconds(trial.requests().front().second), 11 + 0.5, 1e-6);
}

// --- what is seen of it

TEST(Transition, IsMarkedInTheWindowsThatItTouches) {
  ScenarioSpec spec = kubernetes(drains(waits(1s), 2), knobs(200, 2));
  const Scenario scenario(spec);
  SimulatedPlatform platform(scenario, RngStreams(1));
  std::vector<bool> marked;
  for (int window = 0; window < 3; ++window) {
    if (window == 1) platform.apply({{knobs(300, 2)}});
    platform.begin(Measurement::window);
    platform.run_until(platform.now() + 10s);
    const std::optional<Observation> seen = platform.end(Measurement::window);
    marked.push_back(*seen->in_transition);
    if (window != 1) continue;
    const FunctionObservation& function = seen->functions[0];
    EXPECT_DOUBLE_EQ(*function.starting_mean, 0.2);
    EXPECT_DOUBLE_EQ(*function.outdated_mean, 0.3);
    EXPECT_DOUBLE_EQ(*function.draining_mean, 0.4);
    EXPECT_DOUBLE_EQ(seen->wanted_core_s, 6);
    EXPECT_NEAR(seen->reserved_core_s, 0.3 * (10 + 9) + 0.2 * (3 + 4), 1e-9);
  }
  EXPECT_THAT(marked, ElementsAre(false, true, false));
}

// For 10 s one of 300m, of which the first is its start, and for 2 s one of 200m, of which the second is its drain.
TEST(Transition, IsPaidForByAllInstancesThatExist) {
  ScenarioSpec spec = kubernetes(drains(waits(1s), 1), knobs(200, 1));
  spec.workflow.prices = {.price_per_millicore = 1, .price_per_mebibyte = 0};
  spec.workflow.cluster.start_work_s = 0.4;
  spec.workflow.cluster.end_work_s = 0.2;
  for (const bool platform_cpu : {false, true}) {
    spec.workflow.prices.platform_cpu = platform_cpu;
    const Scenario scenario(spec);
    SimulatedPlatform platform(scenario, RngStreams(1));
    platform.run_until(Time(10s));
    platform.apply({{knobs(300, 1)}});
    platform.begin(Measurement::window);
    platform.run_until(Time(20s));
    const double price = platform.end(Measurement::window)->price;
    EXPECT_NEAR(price, (300 * 10 + 200 * 2 + (platform_cpu ? 600 : 0)) / 10.0, 1e-9);
  }
}

}  // namespace
}  // namespace faasconf::sim
