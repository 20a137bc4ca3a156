// One queue before all instances, worked out by hand.

#include <chrono>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/sim/model/trial.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::ThrowsMessage;

FunctionSpec waits_centrally(Duration service_time = 1s) { return waits(service_time, Overflow::central_queue); }

// Two of one slot, unless said otherwise.
ScenarioSpec station(const FunctionSpec& function, std::vector<Duration> times,
                     FunctionConfiguration knobs = {.replicas = 2}) {
  return scenario(function, knobs, arrivals(std::move(times)));
}

std::vector<int> instances(const Trial& trial) {
  std::vector<int> instances;
  for (const CallRecord& call : trial.calls()) instances.push_back(call.instance);
  return instances;
}
std::vector<bool> cold(const Trial& trial) {
  std::vector<bool> cold;
  for (const CallRecord& call : trial.calls()) cold.push_back(call.cold);
  return cold;
}

TEST(CentralQueue, TheNextFreeSlotOfAnyInstanceTakesTheCallThatHasWaitedLongest) {
  Trial trial(station(waits_centrally(), {0s, 400ms, 500ms, 600ms}));
  EXPECT_THAT(trial.all().starts(), ElementsAre(Time(0s), Time(400ms), Time(1s), Time(1400ms)));
  const std::vector<int> of = instances(trial);
  EXPECT_EQ(of[0], of[2]);
  EXPECT_EQ(of[1], of[3]);
  EXPECT_NE(of[0], of[1]);
}

TEST(CentralQueue, AnyRoutingFindsTheFreeInstance) {
  for (const Routing routing : {Routing::random, Routing::round_robin, Routing::least_connection}) {
    ScenarioSpec spec = station(waits_centrally(), {0s, 100ms, 200ms, 1050ms, 1150ms}, {.replicas = 3});
    spec.workflow.gateway.routing = routing;
    Trial trial(spec);
    EXPECT_THAT(trial.all().starts(), ElementsAre(Time(0s), Time(100ms), Time(200ms), Time(1050ms), Time(1150ms)));
  }
}

TEST(CentralQueue, RoutingChoosesAmongThoseWithAFreeSlot) {
  ScenarioSpec spec = station(waits_centrally(), {0s, 1ms, 2ms, 3ms}, {.replicas = 2, .concurrency = 2});
  spec.workflow.gateway.routing = Routing::least_connection;
  EXPECT_THAT(instances(Trial(spec).all()), ElementsAre(0, 1, 0, 1));
  spec.workflow.gateway.routing = Routing::round_robin;
  EXPECT_THAT(instances(Trial(spec).all()), ElementsAre(0, 1, 0, 1));
}

TEST(CentralQueue, RefusesCallsBeyondItsCapacity) {
  FunctionSpec function = waits_centrally();
  function.queue_capacity = 1;
  Trial trial(station(function, {0s, 0s, 100ms, 200ms, 1100ms}));
  EXPECT_THAT(trial.all().requests(),
              ElementsAre(Pair(Outcome::rejected, Time(200ms)), Pair(kSuccess, Time(1s)), Pair(kSuccess, Time(1s)),
                          Pair(kSuccess, Time(2s)), Pair(kSuccess, Time(2100ms))));
  EXPECT_EQ(trial.calls()[0].instance, -1);
}

TEST(CentralQueue, ACallThatTimesOutLeavesIt) {
  ScenarioSpec spec = station(waits_centrally(2s), {0s, 0s, 500ms, 1700ms});
  spec.workflow.gateway.timeout = 1s;
  Trial trial(spec);
  EXPECT_THAT(trial.until(1600ms).outcomes(), ElementsAre(Outcome::timed_out, Outcome::timed_out, Outcome::timed_out));
  EXPECT_EQ(trial.simulation->waiting_calls(kFirst), 0);
  EXPECT_THAT(trial.all().starts(), ElementsAre(Time(0s), Time(0s), Time(2s)));
}

TEST(CentralQueue, ANewInstanceTakesFromIt) {
  FunctionSpec function = waits_centrally(10s);
  function.start_up = Deterministic{1};
  Trial trial(station(function, {0s, 0s, 100ms}));
  trial.until(200ms).apply({.replicas = 3});
  EXPECT_THAT(trial.all().starts(), ElementsAre(Time(0s), Time(0s), Time(1200ms)));
  EXPECT_THAT(cold(trial), ElementsAre(false, false, true));
}

TEST(CentralQueue, ADrainingInstanceTakesNoMoreFromIt) {
  Trial trial(station(waits_centrally(), {0s, 0s, 100ms, 100ms}));
  trial.until(200ms).apply({.replicas = 1});
  EXPECT_THAT(trial.all().starts(), ElementsAre(Time(0s), Time(0s), Time(1s), Time(2s)));
}

TEST(CentralQueue, MoreConcurrencyTakesFromItAtOnce) {
  Trial trial(station(waits_centrally(), {0s, 100ms, 100ms}, {}));
  trial.until(200ms).apply({.concurrency = 2});
  EXPECT_THAT(trial.all().starts(), ElementsAre(Time(0s), Time(200ms), Time(1s)));
}

TEST(CentralQueue, ARollingUpdateServesIt) {
  FunctionSpec function = waits_centrally();
  function.start_up = Deterministic{0.5};
  ScenarioSpec spec = station(function, {0s, 0s, 100ms, 100ms}, {.cpu = Millicores{500}, .replicas = 2});
  spec.workflow.rollout = Rollout::rolling;
  Trial trial(spec);
  trial.until(200ms).apply({.cpu = Millicores{1000}, .replicas = 2});
  EXPECT_THAT(trial.all().outcomes(), ElementsAre(kSuccess, kSuccess, kSuccess, kSuccess));
  EXPECT_THAT(trial.starts(), ElementsAre(Time(0s), Time(0s), Time(700ms), Time(1s)));
}

TEST(CentralQueue, SurvivesTheCrashOfAnInstance) {
  FunctionSpec function = waits_centrally();
  function.time_to_failure = Deterministic{0.5};
  function.start_up = Deterministic{0.2};
  Trial trial(scenario(function, {}, arrivals({0s, 100ms})));
  trial.until(600ms);
  EXPECT_THAT(trial.outcomes(), ElementsAre(Outcome::failed));
  EXPECT_EQ(trial.simulation->waiting_calls(kFirst), 1);
  trial.until(800ms);
  EXPECT_EQ(trial.simulation->waiting_calls(kFirst), 0);
}

TEST(CentralQueue, ACallWithoutAnyInstanceFails) {
  FunctionSpec function = waits_centrally();
  ScenarioSpec spec = station(function, {0s}, {.cpu = Millicores{2000}});
  spec.workflow.cluster.nodes.emplace_back().cores = 1;
  EXPECT_THAT(Trial(spec).all().outcomes(), ElementsAre(Outcome::failed));
}

TEST(CentralQueue, CountsItsLength) {
  Trial trial(station(waits_centrally(), {0s, 0s, 100ms, 200ms}));
  trial.until(300ms);
  EXPECT_EQ(trial.simulation->waiting_calls(kFirst), 2);
  EXPECT_DOUBLE_EQ(trial.simulation->usage(kFirst).waiting_s, 0.3);
  EXPECT_DOUBLE_EQ(trial.all().simulation->usage(kFirst).waiting_s, 0.9 + 0.8);
}

TEST(CentralQueue, ARedeploymentEmptiesIt) {
  Trial trial(station(waits_centrally(), {0s, 0s, 100ms}));
  trial.until(300ms).redeploy(1s);
  EXPECT_EQ(trial.simulation->waiting_calls(kFirst), 0);
  EXPECT_DOUBLE_EQ(trial.all().simulation->usage(kFirst).waiting_s, 0.2);
}

// --- on demand

FunctionSpec on_demand() {
  FunctionSpec function = waits_centrally();
  function.start_up = Deterministic{2};
  function.keep_alive = 10s;
  return function;
}

NodeSpec fails_after_a_second() {
  NodeSpec node;
  node.time_to_failure = Deterministic{1};
  node.repair = Deterministic{1000};
  return node;
}

// The instance that the second call starts is up when the first one has served it.
TEST(CentralQueue, OnDemandABusyInstanceMayBeFasterThanTheOneThatStarts) {
  Trial trial(station(on_demand(), {0s, 2500ms}));
  trial.until(2600ms);
  EXPECT_EQ(trial.simulation->starting_instances(kFirst), 1);
  EXPECT_THAT(trial.all().starts(), ElementsAre(Time(2s), Time(3s)));
  EXPECT_THAT(cold(trial), ElementsAre(true, false));
}

TEST(CentralQueue, OnDemandAsManyInstancesStartAsCallsNeed) {
  Trial trial(station(on_demand(), {0s, 0s, 0s}, {.replicas = 5, .concurrency = 2}));
  trial.until(1s);
  EXPECT_EQ(trial.simulation->starting_instances(kFirst), 2);
  EXPECT_THAT(trial.all().starts(), ElementsAre(Time(2s), Time(2s), Time(2s)));
}

TEST(CentralQueue, OnDemandACallThatStartsItsInstanceNeedsNoCapacity) {
  FunctionSpec function = on_demand();
  function.queue_capacity = 0;
  Trial trial(station(function, {0s, 100ms, 200ms}));
  EXPECT_THAT(trial.all().outcomes(), ElementsAre(Outcome::rejected, kSuccess, kSuccess));
}

TEST(CentralQueue, OnDemandCallsThatWaitHaveAnotherInstanceStartedWhenANodeFails) {
  ScenarioSpec spec = station(on_demand(), {0s}, {});
  spec.workflow.cluster.nodes = {fails_after_a_second(), NodeSpec()};
  Trial trial(spec);
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(4s))));
}

TEST(CentralQueue, OnDemandCallsAreRefusedWhenNoInstanceIsLeft) {
  ScenarioSpec spec = station(on_demand(), {0s}, {});
  spec.workflow.cluster.nodes = {fails_after_a_second()};
  Trial trial(spec);
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::rejected, Time(1s))));
}

// --- from zero

FunctionSpec from_zero() {
  FunctionSpec function = waits_centrally();
  function.start_up = Deterministic{2};
  function.ranges.replicas_min = 0;
  return function;
}

TEST(CentralQueue, FromZeroACallScalesToOneAndWaits) {
  Trial trial(station(from_zero(), {1s, 2s}, {.replicas = 0}));
  EXPECT_THAT(trial.all().starts(), ElementsAre(Time(3s), Time(4s)));
  EXPECT_THAT(cold(trial), ElementsAre(true, false));
}

TEST(CentralQueue, ToZeroCallsThatWaitScaleToOneAgain) {
  Trial trial(station(from_zero(), {0s, 100ms}, {}));
  trial.until(500ms).apply({.replicas = 0});
  EXPECT_EQ(trial.simulation->configuration().functions[0].replicas, 1);
  EXPECT_THAT(trial.all().starts(), ElementsAre(Time(0s), Time(2500ms)));
}

// --- what it does not go with

TEST(CentralQueue, TakesNoWorkOfInstancesForItsRefusals) {
  FunctionSpec function = waits_centrally();
  function.rejection_work = Deterministic{0.1};
  EXPECT_THAT([&] { Scenario(station(function, {})); }, ThrowsMessage<Error>(HasSubstr("rejection_work")));
}

}  // namespace
}  // namespace faasconf::sim
