// Instances that crash, nodes that fail, instances that the kernel kills. Runs worked out by hand.

#include <chrono>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/model/trial.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::ThrowsMessage;

constexpr FunctionId kA{0};
constexpr FunctionId kB{1};

// Takes calls for 5 s, is down for 2 s.
FunctionSpec crashing(FunctionSpec function) {
  function.time_to_failure = Deterministic{5};
  function.start_up = Deterministic{2};
  return function;
}

// --- instances

TEST(Crash, LosesWhatIsInsideAndTheInstanceStartsUpAgain) {
  Trial trial(scenario(crashing(waits(1s)), {}, arrivals({1s, 4500ms, 6s, 7s})));
  EXPECT_THAT(trial.until(5s).requests(), ElementsAre(Pair(kSuccess, Time(2s)), Pair(Outcome::failed, Time(5s))));
  EXPECT_EQ(trial.simulation->starting_instances(kA), 1);
  trial.until(10s);
  EXPECT_THAT(trial.requests().at(2), Pair(Outcome::failed, Time(6s)));  // nobody is there
  EXPECT_THAT(trial.requests().at(3), Pair(kSuccess, Time(8s)));
  EXPECT_EQ(trial.simulation->usage(kA).crashes, 1);
  EXPECT_EQ(trial.until(12s).simulation->usage(kA).crashes, 2);
  EXPECT_DOUBLE_EQ(trial.simulation->usage(kA).instance_s, 12);
}

TEST(Crash, CountsTheWorkThatWasDone) {
  Trial trial(scenario(crashing(works(1)), {}, arrivals({4s, 4500ms})));
  trial.until(6s);
  ASSERT_EQ(trial.executions().size(), 2U);
  EXPECT_DOUBLE_EQ(trial.executions()[0].work_s, 0.75);
  EXPECT_DOUBLE_EQ(trial.executions()[1].work_s, 0.25);
  EXPECT_DOUBLE_EQ(trial.simulation->usage(kA).work_s, 1);
  EXPECT_DOUBLE_EQ(trial.simulation->usage(kA).admitted_work_s, 1);
}

TEST(Crash, LosesTheQueueToo) {
  Trial trial(scenario(crashing(waits(1s, Overflow::queue)), {}, arrivals({4500ms, 4600ms})));
  EXPECT_THAT(trial.until(6s).requests(),
              ElementsAre(Pair(Outcome::failed, Time(5s)), Pair(Outcome::failed, Time(5s))));
  EXPECT_EQ(trial.executions().size(), 1U);
}

TEST(Crash, FreesTheMemory) {
  FunctionSpec function = crashing(waits(10s));
  function.process_memory = Deterministic{600};
  Trial trial(scenario(function, {}, arrivals({4s, 8s})));
  EXPECT_THAT(trial.until(11s).requests(), ElementsAre(Pair(Outcome::failed, Time(5s))));
  EXPECT_DOUBLE_EQ(trial.simulation->usage(kA).memory_mib_s, 600 * (1 + 3));
}

TEST(Crash, OfADrainingInstanceIsItsEnd) {
  ScenarioSpec spec = scenario(crashing(waits(10s)), {.replicas = 2}, arrivals({4s, 4s}));
  spec.workflow.gateway.routing = Routing::round_robin;
  Trial trial(spec);
  trial.until(4500ms).apply({.replicas = 1});
  EXPECT_EQ(trial.simulation->instances(kA), 2);
  trial.until(5s);
  EXPECT_EQ(trial.simulation->instances(kA), 1);
  EXPECT_EQ(trial.simulation->starting_instances(kA), 1);
  EXPECT_THAT(trial.requests(), ElementsAre(Pair(Outcome::failed, Time(5s)), Pair(Outcome::failed, Time(5s))));
}

// The caller is gone when its first call comes back: it makes no second one.
TEST(Crash, OfACallerEndsItsCalls) {
  FunctionSpec a = crashing(slot_station("a", kNothing, Overflow::none));
  a.calls = sequence({call("b"), call("c")});
  const ScenarioSpec spec = scenario({a, slot_station("b", Deterministic{2}), slot_station("c", Deterministic{2})},
                                     {{}, {}, {}}, call("a"), arrivals({4s}));
  Trial trial(spec);
  EXPECT_THAT(trial.until(10s).requests(), ElementsAre(Pair(Outcome::failed, Time(5s))));
  EXPECT_EQ(trial.calls(1).at(0).finished, Time(6s));
  EXPECT_THAT(trial.calls(2), IsEmpty());
}

TEST(Crash, OfACallerEndsTheCallsOfItsBranches) {
  FunctionSpec a = crashing(slot_station("a", kNothing, Overflow::none));
  a.calls = parallel({sequence({call("b"), call("c")}), call("b")});
  const ScenarioSpec spec =
      scenario({a, slot_station("b", Deterministic{2}, Overflow::none), slot_station("c", Deterministic{2})},
               {{}, {}, {}}, call("a"), arrivals({4s}));
  Trial trial(spec);
  EXPECT_THAT(trial.until(10s).requests(), ElementsAre(Pair(Outcome::failed, Time(5s))));
  EXPECT_EQ(trial.calls(1).size(), 2U);
  EXPECT_THAT(trial.calls(2), IsEmpty());
}

TEST(Crash, OfACalleeFailsItsCaller) {
  FunctionSpec a = slot_station("a", kNothing, Overflow::none);
  a.calls = call("b");
  const ScenarioSpec spec =
      scenario({a, crashing(slot_station("b", Deterministic{2}))}, {{}, {}}, call("a"), arrivals({4s, 7s}));
  EXPECT_THAT(Trial(spec).until(11s).requests(),
              ElementsAre(Pair(Outcome::failed, Time(5s)), Pair(kSuccess, Time(9s))));
}

// Its caller calls again at once and meets other instances than before.
TEST(Crash, ToldToACallerWhoCallsAgainAtOnce) {
  FunctionSpec function = waits(1s, Overflow::reject);
  function.time_to_failure = Deterministic{0.5};
  function.start_up = Deterministic{0.25};
  function.keep_alive = 5s;
  const Block once = call("a", OnFailure::ignore);
  Trial trial(scenario({function}, {{.replicas = 100, .concurrency = 1}}, sequence({once, once, call("a")}),
                       arrivals(std::vector<Duration>(50, 0s))));
  trial.until(20s);
  EXPECT_EQ(trial.records().size(), 50U);
  EXPECT_EQ(trial.calls().size(), 150U);
  for (const CallRecord& record : trial.calls()) EXPECT_EQ(record.outcome, Outcome::failed);
}

TEST(Crash, OfAnIdleInstanceOnDemandBeginsItsKeepAliveAnew) {
  FunctionSpec function = crashing(waits(1s));
  function.keep_alive = 3s;
  Trial trial(scenario(function, {}, arrivals({0s})));
  // ready at 2 s, idle from 3 s, down from 7 s unless it goes before
  trial.until(7s);
  EXPECT_EQ(trial.simulation->instances(kA), 0);
  function.keep_alive = 6s;
  Trial longer(scenario(function, {}, arrivals({0s, 8s})));
  EXPECT_EQ(longer.until(8s).simulation->starting_instances(kA), 1);
  // ready again at 9 s
  EXPECT_THAT(longer.until(13s).requests().back(), Pair(kSuccess, Time(10s)));
  EXPECT_TRUE(longer.calls()[1].cold);
}

// --- out of memory

TEST(OutOfMemory, OfTheInstanceKillsAllThatItServes) {
  FunctionSpec function = waits(3s);
  function.process_memory = Deterministic{600};
  function.oom_kills = OomKills::instance;
  function.start_up = Deterministic{2};
  Trial trial(scenario(function, {.memory = Mebibytes{1000}}, arrivals({0s, 1s, 2s, 3s})));
  EXPECT_THAT(trial.until(2500ms).requests(),
              ElementsAre(Pair(Outcome::out_of_memory, Time(1s)), Pair(Outcome::out_of_memory, Time(1s)),
                          Pair(Outcome::failed, Time(2s))));
  EXPECT_EQ(trial.simulation->starting_instances(kA), 1);
  EXPECT_THAT(trial.all().requests().back(), Pair(kSuccess, Time(6s)));
  EXPECT_EQ(trial.simulation->usage(kA).crashes, 1);
}

TEST(OutOfMemory, OfTheParallelPhaseKillsTheInstanceToo) {
  FunctionSpec function = works(1);
  function.parallel_work = Deterministic{1};
  function.process_memory = Deterministic{300};
  function.parallel_memory = Deterministic{600};
  function.oom_kills = OomKills::instance;
  Trial trial(scenario(function, {.cpu = Millicores{2000}, .memory = Mebibytes{1000}}, arrivals({0s, 500ms})));
  // the first wants its 600 MiB when the second holds 300 too
  EXPECT_THAT(trial.until(5s).requests(),
              ElementsAre(Pair(Outcome::out_of_memory, Time(1s)), Pair(Outcome::out_of_memory, Time(1s))));
  EXPECT_EQ(trial.simulation->usage(kA).crashes, 1);
  EXPECT_EQ(trial.simulation->ready_instances(kA), 1);
}

// Each second call kills the instance, which is back at once, as the users are: without an end.
TEST(OutOfMemory, ThatTakesNoTimeIsAnErrorAndNotARunWithoutEnd) {
  FunctionSpec function = waits(1s);
  function.process_memory = Deterministic{600};
  function.oom_kills = OomKills::instance;
  const Scenario stuck(scenario(function, {.memory = Mebibytes{1000}}, closed_loop(2, kNothing)));
  Simulation simulation(stuck, RngStreams(1));
  EXPECT_THAT([&] { simulation.run_until(Time(10s)); },
              ThrowsMessage<Error>(AllOf(HasSubstr("time stands still at 0s"), HasSubstr("start_up"))));
}

// --- nodes

NodeSpec lasting_node(double cores) {
  NodeSpec node;
  node.cores = cores;
  return node;
}
NodeSpec failing_node(double cores = 1) {
  return {.cores = cores, .time_to_failure = Deterministic{10}, .repair = Deterministic{5}};
}

TEST(NodeFailure, ItsInstancesStartAnewOnAnotherNode) {
  FunctionSpec function = waits(1s);
  function.start_up = Deterministic{1};
  ScenarioSpec spec = scenario(function, {}, arrivals({9500ms, 10500ms, 11s}));
  spec.workflow.cluster.nodes = {failing_node(), lasting_node(1)};
  Trial trial(spec);
  EXPECT_THAT(
      trial.until(14s).requests(),
      ElementsAre(Pair(Outcome::failed, Time(10s)), Pair(Outcome::failed, Time(10500ms)), Pair(kSuccess, Time(12s))));
  EXPECT_EQ(trial.calls().back().instance, 1);
  EXPECT_EQ(trial.simulation->usage(kA).crashes, 1);
  // it stays there when the first is back
  EXPECT_EQ(trial.all().simulation->usage(kA).crashes, 1);
}

TEST(NodeFailure, WithoutRoomElsewhereTheyWaitForTheRepair) {
  FunctionSpec function = waits(1s);
  function.start_up = Deterministic{1};
  ScenarioSpec spec = scenario(function, {.replicas = 3}, arrivals({}));
  spec.workflow.cluster.nodes = {failing_node(2), lasting_node(2)};  // one each, then one more on the first
  Trial trial(spec);
  EXPECT_EQ(trial.until(10s).simulation->instances(kA), 2);
  EXPECT_EQ(trial.simulation->pending_instances(kA), 1);
  EXPECT_EQ(trial.until(15s).simulation->pending_instances(kA), 0);
  EXPECT_EQ(trial.until(16s).simulation->ready_instances(kA), 3);
}

// The caller leaves because its call fails, and its node fails too.
TEST(NodeFailure, OfCallerAndCalleeAtOnce) {
  FunctionSpec a = slot_station("a", kNothing, Overflow::none);
  a.calls = call("b");
  a.start_up = Deterministic{1};
  FunctionSpec b = slot_station("b", Deterministic{3}, Overflow::none);
  b.start_up = Deterministic{1};
  for (const bool callee_first : {false, true}) {
    ScenarioSpec spec = callee_first ? scenario({b, a}, {{}, {}}, call("a"), arrivals({8s, 9s, 17s}))
                                     : scenario({a, b}, {{}, {}}, call("a"), arrivals({8s, 9s, 17s}));
    spec.workflow.cluster.nodes = {failing_node(2)};
    Trial trial(spec);
    EXPECT_THAT(trial.until(10s).requests(),
                ElementsAre(Pair(Outcome::failed, Time(10s)), Pair(Outcome::failed, Time(10s))));
    EXPECT_EQ(trial.simulation->instances(kA), 0);
    EXPECT_EQ(trial.simulation->pending_instances(kA), 1);
    EXPECT_EQ(trial.simulation->pending_instances(kB), 1);
    EXPECT_EQ(trial.simulation->usage(kA).crashes + trial.simulation->usage(kB).crashes, 2);
    EXPECT_THAT(trial.until(20s).requests().back(), Pair(kSuccess, Time(20s)));
  }
}

TEST(NodeFailure, OnDemandCallsStartInstancesElsewhere) {
  FunctionSpec function = waits(1s, Overflow::reject);
  function.keep_alive = 60s;
  ScenarioSpec spec = scenario(function, {.replicas = 3}, arrivals({9500ms, 10500ms}));
  spec.workflow.cluster.nodes = {failing_node(), lasting_node(1)};
  Trial trial(spec);
  EXPECT_THAT(trial.until(12s).requests(),
              ElementsAre(Pair(Outcome::failed, Time(10s)), Pair(kSuccess, Time(11500ms))));
  EXPECT_TRUE(trial.calls()[1].cold);
  EXPECT_EQ(trial.simulation->instances(kA), 1);
}

TEST(NodeFailure, TheOthersHaveTheCoresOfTheirNodesStill) {
  // b alone has the core of the second node; a's work is lost with the first
  const ScenarioSpec base = scenario({cpu_station("a", Deterministic{20}), cpu_station("b", Deterministic{20})},
                                     {{}, {}}, parallel({call("a", OnFailure::ignore), call("b")}), arrivals({0s}));
  ScenarioSpec spec = base;
  spec.workflow.cluster.nodes = {failing_node(), lasting_node(1)};
  Trial trial(spec);
  EXPECT_THAT(trial.until(30s).requests(), ElementsAre(Pair(kSuccess, Time(20s))));
  EXPECT_DOUBLE_EQ(trial.simulation->usage(kA).cpu_s, 10);
}

TEST(NodeFailure, ARedeploymentFindsAllNodesInService) {
  ScenarioSpec spec = scenario(waits(1s), {}, arrivals({}));
  spec.workflow.cluster.nodes = {failing_node()};
  Trial trial(spec);
  EXPECT_EQ(trial.until(11s).simulation->ready_instances(kA), 0);
  trial.redeploy(12s);
  EXPECT_EQ(trial.simulation->ready_instances(kA), 1);
  EXPECT_EQ(trial.until(21s).simulation->ready_instances(kA), 1);
  EXPECT_EQ(trial.until(22s).simulation->ready_instances(kA), 0);
}

}  // namespace
}  // namespace faasconf::sim
