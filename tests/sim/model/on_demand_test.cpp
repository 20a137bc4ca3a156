// Instances that calls start: on demand with a keep-alive, and from zero. Runs worked out by hand.

#include <chrono>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "sim/model/run.hpp"
#include "sim/policy/kpa.hpp"
#include "tests/sim/model/trial.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::ThrowsMessage;

// One second of service, two of start-up, ten of keep-alive.
FunctionSpec on_demand(Overflow overflow = Overflow::reject) {
  FunctionSpec function = waits(1s, overflow);
  function.start_up = Deterministic{2};
  function.keep_alive = 10s;
  return function;
}

std::vector<bool> cold(const Trial& trial) {
  std::vector<bool> cold;
  for (const CallRecord& call : trial.calls()) cold.push_back(call.cold);
  return cold;
}
std::vector<int> instances(const Trial& trial) {
  std::vector<int> instances;
  for (const CallRecord& call : trial.calls()) instances.push_back(call.instance);
  return instances;
}

TEST(OnDemand, ACallThatFindsNoInstanceStartsOneAndWaitsForIt) {
  Trial trial(scenario(on_demand(), {}, arrivals({0s, 5s})));
  EXPECT_EQ(trial.simulation->instances(kFirst), 0);
  trial.until(1s);
  EXPECT_EQ(trial.simulation->starting_instances(kFirst), 1);
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(3s)), Pair(kSuccess, Time(6s))));
  EXPECT_THAT(cold(trial), ElementsAre(true, false));
}

TEST(OnDemand, AnInstanceGoesWhenItHasBeenIdleForItsKeepAlive) {
  Trial trial(scenario(on_demand(), {}, arrivals({0s})));
  trial.until(13s - 1ns);
  EXPECT_EQ(trial.simulation->ready_instances(kFirst), 1);
  trial.until(13s);
  EXPECT_EQ(trial.simulation->instances(kFirst), 0);
  EXPECT_DOUBLE_EQ(trial.all().simulation->usage(kFirst).instance_s, 13);
}

// Start-up until 2 s, service until 3 s; idle until the call of 12 s, and from 13 s on.
TEST(OnDemand, StartUpAndIdleTimesAreKnown) {
  Trial trial(scenario(on_demand(), {}, arrivals({0s, 12s})));
  const auto usage_at = [&](Duration time) { return trial.until(time).simulation->usage(kFirst); };
  EXPECT_DOUBLE_EQ(usage_at(1500ms).starting_s, 1.5);
  EXPECT_DOUBLE_EQ(usage_at(1500ms).idle_s, 0);
  EXPECT_DOUBLE_EQ(usage_at(8s).idle_s, 5);
  EXPECT_DOUBLE_EQ(usage_at(12500ms).idle_s, 9);
  EXPECT_DOUBLE_EQ(usage_at(15s).idle_s, 9 + 2);
  EXPECT_DOUBLE_EQ(usage_at(100s).idle_s, 9 + 10);
  EXPECT_DOUBLE_EQ(usage_at(100s).starting_s, 2);
  EXPECT_DOUBLE_EQ(usage_at(100s).instance_s, 23);
}

TEST(OnDemand, ACallBeginsTheKeepAliveAnew) {
  Trial trial(scenario(on_demand(), {}, arrivals({0s, 12s})));
  trial.until(23s - 1ns);
  EXPECT_EQ(trial.simulation->instances(kFirst), 1);
  trial.until(23s);
  EXPECT_EQ(trial.simulation->instances(kFirst), 0);
  EXPECT_THAT(cold(trial), ElementsAre(true, false));
}

TEST(OnDemand, WithoutKeepAliveEveryCallIsCold) {
  FunctionSpec function = on_demand();
  function.keep_alive = 0s;
  Trial trial(scenario(function, {}, arrivals({0s, 5s})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(3s)), Pair(kSuccess, Time(8s))));
  EXPECT_THAT(cold(trial), ElementsAre(true, true));
  EXPECT_THAT(instances(trial), ElementsAre(0, 1));
}

TEST(OnDemand, AStartWithoutStartUpTimeIsColdToo) {
  FunctionSpec function = on_demand();
  function.start_up = kNothing;
  Trial trial(scenario(function, {}, arrivals({0s, 5s})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(1s)), Pair(kSuccess, Time(6s))));
  EXPECT_THAT(cold(trial), ElementsAre(true, false));
}

TEST(OnDemand, CallsWaitForAStartingInstanceAsFarAsItHasSlots) {
  Trial trial(scenario(on_demand(), {.replicas = 5, .concurrency = 2}, arrivals({0s, 1s, 1s})));
  EXPECT_THAT(trial.all().requests(),
              ElementsAre(Pair(kSuccess, Time(3s)), Pair(kSuccess, Time(3s)), Pair(kSuccess, Time(4s))));
  EXPECT_THAT(instances(trial), ElementsAre(0, 0, 1));
  EXPECT_THAT(cold(trial), ElementsAre(true, true, true));
}

TEST(OnDemand, AnInstanceWithAFreeSlotIsTakenBeforeAnIdleOne) {
  // the last call finds a slot of #1 taken and #0 idle
  FunctionSpec function = on_demand();
  function.start_up = kNothing;
  Trial trial(scenario(function, {.replicas = 5, .concurrency = 2}, arrivals({0s, 0s, 0s, 3s, 3500ms})));
  trial.all();
  EXPECT_THAT(instances(trial), ElementsAre(0, 0, 1, 1, 1));
}

// Both are idle from 1 s on, #1 the last: it takes the call at 2 s, so that #0 goes at 11 s and #1 at 13 s.
TEST(OnDemand, TheInstanceThatWasFreeLastIsTakenAndTheOthersExpire) {
  FunctionSpec function = on_demand();
  function.start_up = kNothing;
  Trial trial(scenario(function, {.replicas = 5}, arrivals({0s, 0s, 2s})));
  trial.until(11s - 1ns);
  EXPECT_THAT(instances(trial), ElementsAre(0, 1, 1));
  EXPECT_EQ(trial.simulation->instances(kFirst), 2);
  trial.until(11s);
  EXPECT_EQ(trial.simulation->instances(kFirst), 1);
  trial.until(13s);
  EXPECT_EQ(trial.simulation->instances(kFirst), 0);
}

TEST(OnDemand, AtTheirLimitTheNextCallIsRejected) {
  Trial trial(scenario(on_demand(), {}, arrivals({0s, 1s, 2500ms})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::rejected, Time(1s)),
                                                  Pair(Outcome::rejected, Time(2500ms)), Pair(kSuccess, Time(3s))));
}

TEST(OnDemand, AtTheirLimitTheNextCallWaitsWhereItMay) {
  FunctionSpec function = on_demand(Overflow::queue);
  function.queue_capacity = 2;
  Trial trial(scenario(function, {}, arrivals({0s, 1s, 2500ms, 2600ms})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::rejected, Time(2600ms)), Pair(kSuccess, Time(3s)),
                                                  Pair(kSuccess, Time(4s)), Pair(kSuccess, Time(5s))));
  EXPECT_THAT(cold(trial), ElementsAre(false, true, true, false));
}

TEST(OnDemand, AQueueBeforeAStartingInstanceHasItsCapacityToo) {
  FunctionSpec function = on_demand(Overflow::queue);
  function.queue_capacity = 1;
  Trial trial(scenario(function, {}, arrivals({0s, 1s, 1s})));
  EXPECT_THAT(trial.all().requests(),
              ElementsAre(Pair(Outcome::rejected, Time(1s)), Pair(kSuccess, Time(3s)), Pair(kSuccess, Time(4s))));
}

TEST(OnDemand, WithFewerAllowedTheBusyOnesDrain) {
  FunctionSpec function = on_demand();
  function.start_up = kNothing;
  function.off_cpu = Deterministic{3};
  Trial trial(scenario(function, {.replicas = 2}, arrivals({0s, 0s, 4s, 4s})));
  trial.until(1s).apply({.replicas = 1});
  EXPECT_EQ(trial.simulation->ready_instances(kFirst), 1);
  EXPECT_EQ(trial.simulation->instances(kFirst), 2);
  trial.until(3s);
  EXPECT_EQ(trial.simulation->instances(kFirst), 1);
  EXPECT_THAT(trial.all().outcomes(), ElementsAre(kSuccess, kSuccess, Outcome::rejected, kSuccess));
  EXPECT_EQ(trial.calls()[3].instance, 0);
}

TEST(OnDemand, OfSurplusInstancesTheIdleOnesGoFirst) {
  FunctionSpec function = on_demand();
  function.start_up = kNothing;
  Trial trial(scenario(function, {.replicas = 3}, arrivals({0s, 0s, 0s, 2s})));
  trial.until(2500ms).apply({.replicas = 1});  // #2 serves
  EXPECT_EQ(trial.simulation->instances(kFirst), 1);
  EXPECT_THAT(trial.all().requests().back(), Pair(kSuccess, Time(3s)));
}

TEST(OnDemand, WhoGivesUpOnAStartLeavesTheInstanceToTheNext) {
  ScenarioSpec spec = scenario(on_demand(), {}, arrivals({0s, 4s}));
  spec.workflow.gateway.timeout = 1500ms;
  Trial trial(spec);
  EXPECT_THAT(trial.until(12s - 1ns).requests(),
              ElementsAre(Pair(Outcome::timed_out, Time(1500ms)), Pair(kSuccess, Time(5s))));
  EXPECT_EQ(trial.simulation->instances(kFirst), 1);
  EXPECT_EQ(trial.until(15s).simulation->instances(kFirst), 0);
}

TEST(OnDemand, ARedeploymentBeginsWithoutInstances) {
  FunctionSpec function = on_demand();
  Trial trial(scenario(function, {}, arrivals({0s, 5s, 8s})));
  trial.until(7s);
  EXPECT_EQ(trial.simulation->instances(kFirst), 1);
  trial.redeploy(7s);
  EXPECT_EQ(trial.simulation->instances(kFirst), 0);
  EXPECT_THAT(trial.all().requests().back(), Pair(kSuccess, Time(11s)));
  EXPECT_EQ(trial.simulation->instances(kFirst), 0);
}

TEST(OnDemand, NewLimitsReachIdleAndOpenInstances) {
  FunctionSpec function = on_demand();
  function.start_up = kNothing;
  function.off_cpu = Deterministic{3};
  Trial trial(scenario(function, {.replicas = 5}, arrivals({0s, 2s})));
  trial.until(1s).apply({.replicas = 5, .concurrency = 2});
  trial.all();
  EXPECT_THAT(instances(trial), ElementsAre(0, 0));
}

// --- idle windows

// One second of service, two of start-up. Idle at 3 s: unloaded then, started again at 8 s, ready at 10 s, gone at 14
// s.
TEST(IdleWindows, UnloadAtOnceAndLoadAgain) {
  Trial trial(scenario(on_demand(), {}, arrivals({0s})));
  trial.simulation->set_idle_windows(kFirst, {.pre_warm = 5s, .keep_alive = 4s});
  const auto instances_at = [&](Duration time) { return trial.until(time).simulation->instances(kFirst); };
  EXPECT_EQ(instances_at(3s - 1ns), 1);
  EXPECT_EQ(instances_at(3s), 0);
  EXPECT_EQ(instances_at(8s - 1ns), 0);
  EXPECT_EQ(instances_at(8s), 1);
  EXPECT_EQ(trial.simulation->starting_instances(kFirst), 1);
  EXPECT_EQ(trial.until(10s).simulation->ready_instances(kFirst), 1);
  EXPECT_EQ(instances_at(14s - 1ns), 1);
  EXPECT_EQ(instances_at(14s), 0);
  const Usage usage = trial.all().simulation->usage(kFirst);
  EXPECT_EQ(usage.started, 2);
  EXPECT_EQ(usage.pre_warmed, 1);
  EXPECT_DOUBLE_EQ(usage.idle_s, 4);
  EXPECT_DOUBLE_EQ(usage.starting_s, 4);
}

// Before its instance is started again a call starts one itself, and the pre-warming is off; one that comes while it
// starts waits for it; one that finds it is warm.
TEST(IdleWindows, ACallComesBeforeDuringOrAfterTheStart) {
  const auto second_call = [](Duration time) {
    Trial trial(scenario(on_demand(), {}, arrivals({0s, time})));
    trial.simulation->set_idle_windows(kFirst, {.pre_warm = 5s, .keep_alive = 4s});
    trial.until(17s);
    return std::tuple(trial.calls().at(1).finished, trial.calls().at(1).cold,
                      trial.simulation->usage(kFirst).pre_warmed);
  };
  EXPECT_EQ(second_call(7s), std::tuple(Time(10s), true, 1));  // for the third, at 15 s
  EXPECT_EQ(second_call(9s), std::tuple(Time(11s), true, 2));
  EXPECT_EQ(second_call(10s + 1ns), std::tuple(Time(11s + 1ns), false, 2));
}

// Without start-up; #0 and #1 are idle from 1 s on, until when the keep-alive of 10 s holds. Then that of 2 s.
TEST(IdleWindows, HoldFromTheNextTimeOnThatTheFunctionFallsIdle) {
  FunctionSpec function = on_demand();
  function.start_up = kNothing;
  Trial trial(scenario(function, {.replicas = 5}, arrivals({0s, 0s, 5s})));
  trial.until(2s).simulation->set_idle_windows(kFirst, {.keep_alive = 2s});
  EXPECT_EQ(trial.until(6s - 1ns).simulation->instances(kFirst), 2);
  // #0 has been idle for 5 s when #1, which serves the last call, falls idle: the keep-alive is over at once
  EXPECT_EQ(trial.until(6s).simulation->instances(kFirst), 1);
  EXPECT_EQ(trial.until(8s - 1ns).simulation->instances(kFirst), 1);
  EXPECT_EQ(trial.until(8s).simulation->instances(kFirst), 0);
}

// A function is idle when all of its instances are. #0 is from 1 s on, #1 from 4 s.
TEST(IdleWindows, WaitForTheLastCallOfTheFunction) {
  FunctionSpec function = on_demand();
  function.start_up = kNothing;
  Trial trial(scenario({function}, {{.replicas = 5}}, choice({1}, {call("a")}), arrivals({})));
  trial.simulation->set_idle_windows(kFirst, {.pre_warm = 1s, .keep_alive = 1s});
  trial.simulation->inject(0, {.off_cpu_s = 1});
  trial.simulation->inject(0, {.off_cpu_s = 4});
  EXPECT_EQ(trial.until(4s - 1ns).simulation->instances(kFirst), 2);
  EXPECT_EQ(trial.until(4s).simulation->instances(kFirst), 0);
  EXPECT_EQ(trial.until(5s).simulation->instances(kFirst), 1);
  EXPECT_EQ(trial.until(6s).simulation->instances(kFirst), 0);
}

TEST(IdleWindows, StayAfterARedeployment) {
  FunctionSpec function = on_demand();
  function.start_up = kNothing;
  Trial trial(scenario(function, {}, arrivals({0s, 5s})));
  trial.simulation->set_idle_windows(kFirst, {.keep_alive = 2s});
  trial.until(2s);
  trial.redeploy(2s);
  EXPECT_EQ(trial.until(8s - 1ns).simulation->instances(kFirst), 1);
  EXPECT_EQ(trial.until(8s).simulation->instances(kFirst), 0);
}

TEST(IdleWindows, AreOfFunctionsOnDemandAndNotNegative) {
  Trial trial(scenario(waits(1s), {}, arrivals({})));
  EXPECT_THAT([&] { trial.simulation->set_idle_windows(kFirst, {}); }, ThrowsMessage<Error>(HasSubstr("on demand")));
  Trial other(scenario(on_demand(), {}, arrivals({})));
  EXPECT_THAT([&] { other.simulation->set_idle_windows(kFirst, {.keep_alive = -1s}); },
              ThrowsMessage<Error>(HasSubstr("not negative")));
}

// --- scale from zero

FunctionSpec from_zero(Overflow overflow = Overflow::none) {
  FunctionSpec function = waits(1s, overflow);
  function.start_up = Deterministic{2};
  function.ranges.replicas_min = 0;
  return function;
}

TEST(FromZero, ACallScalesToOneAndWaits) {
  Trial trial(scenario(from_zero(), {.replicas = 0}, arrivals({1s, 2s, 5s})));
  EXPECT_EQ(trial.simulation->instances(kFirst), 0);
  trial.until(1s);
  EXPECT_EQ(trial.simulation->configuration().functions[0].replicas, 1);
  EXPECT_THAT(trial.all().requests(),
              ElementsAre(Pair(kSuccess, Time(4s)), Pair(kSuccess, Time(4s)), Pair(kSuccess, Time(6s))));
  EXPECT_THAT(cold(trial), ElementsAre(true, true, false));
  EXPECT_EQ(trial.simulation->instances(kFirst), 1);  // it stays
}

TEST(FromZero, AllWaitForTheStartBeyondItsSlotsToo) {
  Trial trial(scenario(from_zero(Overflow::reject), {.replicas = 0}, arrivals({0s, 1s, 2500ms})));
  EXPECT_THAT(trial.all().requests(),
              ElementsAre(Pair(Outcome::rejected, Time(2500ms)), Pair(kSuccess, Time(3s)), Pair(kSuccess, Time(4s))));
}

TEST(FromZero, ToZeroServesWhoIsInside) {
  Trial trial(scenario(from_zero(), {}, arrivals({0s, 5s})));
  trial.until(500ms).apply({.replicas = 0});
  EXPECT_EQ(trial.simulation->ready_instances(kFirst), 0);
  EXPECT_EQ(trial.simulation->instances(kFirst), 1);
  trial.until(1s);
  EXPECT_EQ(trial.simulation->instances(kFirst), 0);
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(1s)), Pair(kSuccess, Time(8s))));
}

TEST(FromZero, WithoutStartUpTheFirstCallIsServedAtOnce) {
  FunctionSpec function = from_zero();
  function.start_up = kNothing;
  Trial trial(scenario(function, {.replicas = 0}, arrivals({1s})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(2s))));
  EXPECT_THAT(cold(trial), ElementsAre(true));
}

// Ticks of 2 s. The call of 10 s is seen until 12 s: the instance goes at 102 s. The one of 301 s starts it again for 2
// s, is answered at 304 s, and the instance goes at 394 s.
TEST(FromZero, UnderKnativesAutoscaler) {
  ScenarioSpec spec = scenario(from_zero(), {}, arrivals({10s, 301s}));
  spec.window = 10s;
  const Scenario scenario(spec);
  Kpa kpa(replica_ranges(scenario.workflow()));
  const auto result = run(scenario, kpa, {.duration = 400s}, 1);
  double instance_s = 0;
  for (const Observation& window : result.windows) {
    const Duration end = window.start.time_since_epoch() + window.length;
    const bool zero = (end > 102s && end < 301s) || end >= 394s;
    EXPECT_EQ(window.configuration.functions[0].replicas, zero ? 0 : 1) << to_seconds(end);
    instance_s += window.functions[0].instances * 10;
  }
  EXPECT_NEAR(instance_s, 102 + (394 - 301), 1e-9);
  EXPECT_EQ(result.total.functions[0].cold_starts, 1);
  EXPECT_DOUBLE_EQ(result.total.latency->mean_s, (1 + 3) / 2.0);
}

TEST(FromZero, OnlyWhereTheRangeBeginsAtZero) {
  FunctionSpec function = from_zero();
  function.ranges.replicas_min = 1;
  EXPECT_THAT([&] { Scenario(scenario(function, {.replicas = 0}, arrivals({}))); },
              ThrowsMessage<Error>(HasSubstr("replicas must be at least 1")));
}

}  // namespace
}  // namespace faasconf::sim
