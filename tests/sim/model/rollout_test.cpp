// How new limits reach instances by a rolling update. Runs worked out by hand.

#include <chrono>
#include <ostream>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/model/trial.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Pair;

constexpr FunctionConfiguration kOld{.cpu = {1000}, .replicas = 2, .concurrency = 1};
constexpr FunctionConfiguration kNew{.cpu = {2000}, .replicas = 2, .concurrency = 1};

ScenarioSpec rolling(FunctionSpec function, std::vector<Duration> times, double start_up_s = 1) {
  function.start_up = Deterministic{start_up_s};
  ScenarioSpec spec = scenario(std::move(function), kOld, arrivals(std::move(times)));
  spec.workflow.rollout = Rollout::rolling;
  spec.workflow.gateway.routing = Routing::round_robin;
  return spec;
}

struct Numbers {
  int ready = 0;
  int starting = 0;
  int all = 0;
  friend bool operator==(const Numbers&, const Numbers&) = default;
  friend void PrintTo(const Numbers& numbers, std::ostream* out) {
    *out << numbers.ready << " ready, " << numbers.starting << " starting, " << numbers.all << " in all";
  }
};
Numbers numbers(const Trial& trial) {
  const Simulation& simulation = *trial.simulation;
  return {simulation.ready_instances(kFirst), simulation.starting_instances(kFirst), simulation.instances(kFirst)};
}

TEST(Rolling, OneNewInstanceIsReadyBeforeAnOldOneGoes) {
  Trial trial(rolling(waits(1s), {10400ms, 10400ms, 11500ms, 11600ms, 12500ms}));
  trial.until(10s).apply(kNew);
  EXPECT_EQ(numbers(trial), (Numbers{2, 1, 3}));
  trial.until(11s - 1ns);
  EXPECT_EQ(numbers(trial), (Numbers{2, 1, 3}));
  trial.until(11s);
  EXPECT_EQ(numbers(trial), (Numbers{2, 1, 4}));  // the old one serves a call of 10.4 s
  trial.until(12s);
  EXPECT_EQ(numbers(trial).ready, 2);
  EXPECT_EQ(numbers(trial).starting, 0);
  trial.until(13s);
  EXPECT_EQ(numbers(trial), (Numbers{2, 0, 2}));
  EXPECT_EQ(trial.all().outcomes().size(), 5U);
  EXPECT_EQ(trial.executions()[0].cpu_limit, Millicores{1000});
  EXPECT_EQ(trial.executions().back().cpu_limit, Millicores{2000});
}

TEST(Rolling, WithoutStartUpTheUpdateIsOverAtOnce) {
  Trial trial(rolling(waits(1s), {11s, 11s}, 0));
  trial.until(10s).apply(kNew);
  trial.until(10s);
  EXPECT_EQ(numbers(trial), (Numbers{2, 0, 2}));
  trial.all();
  for (const ExecutionRecord& execution : trial.executions()) EXPECT_EQ(execution.cpu_limit, Millicores{2000});
}

TEST(Rolling, NeverAreFewerReadyThanWantedAndNeverMoreThanOneTooMuch) {
  ScenarioSpec spec = rolling(waits(2s), {});
  spec.configuration.functions[0].replicas = 4;
  Trial trial(spec);
  FunctionConfiguration wanted = kNew;
  wanted.replicas = 4;
  trial.until(10s).apply(wanted);
  for (Duration time = 10s; time < 20s; time += 100ms) {
    const Numbers now = numbers(trial.until(time));
    EXPECT_GE(now.ready, 4);
    EXPECT_LE(now.ready + now.starting, 5);
  }
  EXPECT_EQ(numbers(trial), (Numbers{4, 0, 4}));
  // four starts of a second each, one after the other
  EXPECT_DOUBLE_EQ(trial.until(20s).simulation->usage(kFirst).instance_s, 4 * 20 + 4);
}

TEST(Rolling, AnOldInstanceServesItsRequestsUnderItsOldLimits) {
  Trial trial(rolling(works(2), {9s, 9s}));
  trial.until(10s).apply(kNew);
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(11s)), Pair(kSuccess, Time(11s))));
  EXPECT_EQ(trial.executions()[0].cpu_limit, Millicores{1000});
}

TEST(Rolling, AnotherNumberOfReplicasNeedsNoRollout) {
  Trial trial(rolling(waits(1s), {}));
  FunctionConfiguration more = kOld;
  more.replicas = 4;
  trial.until(10s).apply(more);
  EXPECT_EQ(numbers(trial), (Numbers{2, 2, 4}));
  more.replicas = 1;
  trial.until(20s).apply(more);
  EXPECT_EQ(numbers(trial), (Numbers{1, 0, 1}));
}

TEST(Rolling, WithFewerReplicasTheOldOnesGo) {
  Trial trial(rolling(waits(1s), {15s}));
  FunctionConfiguration fewer = kNew;
  fewer.replicas = 1;
  trial.until(10s).apply(fewer);
  EXPECT_EQ(numbers(trial), (Numbers{1, 1, 2}));
  trial.until(11s);
  EXPECT_EQ(numbers(trial), (Numbers{1, 0, 1}));
  trial.all();
  EXPECT_EQ(trial.executions()[0].cpu_limit, Millicores{2000});
}

TEST(Rolling, WithoutRoomForOneMoreTheUpdateIsPending) {
  ScenarioSpec spec = rolling(waits(1s), {});
  spec.workflow.cluster.nodes.emplace_back().cores = 2;
  Trial trial(spec);
  FunctionConfiguration wanted = kOld;
  wanted.memory = Mebibytes{2048};
  trial.until(10s).apply(wanted);
  trial.until(20s);
  EXPECT_EQ(numbers(trial), (Numbers{2, 0, 2}));
  EXPECT_EQ(trial.simulation->pending_instances(kFirst), 1);
  // and goes on when it is taken back
  trial.apply(kOld);
  EXPECT_EQ(trial.simulation->pending_instances(kFirst), 0);
  EXPECT_EQ(numbers(trial.until(30s)), (Numbers{2, 0, 2}));
}

// 0.25 core-seconds under half a core with exponent 2: a quarter of a core serves it in a second, before and after the
// crash at 10 s, while the new instance of one core has no place.
TEST(Rolling, AnOldInstanceThatRestartsKeepsItsLimits) {
  FunctionSpec function = works(0.25);
  function.time_to_failure = Deterministic{10};
  ScenarioSpec spec = rolling(function, {0s, 10100ms}, 0);
  spec.configuration.functions[0] = {.cpu = Millicores{500}, .replicas = 1};
  spec.workflow.cpu_sharing.quota_exponent = 2;
  spec.workflow.cluster.nodes.emplace_back().cores = 1;
  Trial trial(spec);
  trial.until(9s).apply({.cpu = Millicores{1000}, .replicas = 1});  // no room for one more
  EXPECT_THAT(trial.until(15s).requests(), ElementsAre(Pair(kSuccess, Time(1s)), Pair(kSuccess, Time(11100ms))));
  EXPECT_EQ(trial.simulation->usage(kFirst).crashes, 1);
}

TEST(Rolling, FailuresMeanwhileDoNotStopIt) {
  FunctionSpec function = waits(100ms);
  function.time_to_failure = Exponential{1.5};
  ScenarioSpec spec = rolling(function, {});
  Trial trial(spec);
  for (int step = 1; step <= 40; ++step) {
    trial.until(step * 5s).apply(step % 2 == 0 ? kOld : kNew);
    EXPECT_LE(numbers(trial).ready + numbers(trial).starting, 3);
  }
  EXPECT_GT(trial.simulation->usage(kFirst).crashes, 50);
}

}  // namespace
}  // namespace faasconf::sim
