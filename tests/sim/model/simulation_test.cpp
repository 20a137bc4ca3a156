// Runs worked out by hand. Times are exact to the nanosecond unless a comment says why not.

#include "sim/model/simulation.hpp"

#include <chrono>
#include <memory>
#include <utility>
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
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::ThrowsMessage;

// --- CPU

TEST(Simulation, TwoRequestsShareTheCpu) {
  Trial trial(scenario(works(1), {}, arrivals({0s, 500ms})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(1500ms)), Pair(kSuccess, Time(2s))));
  const Usage usage = trial.simulation->usage(kFirst);
  EXPECT_DOUBLE_EQ(usage.cpu_s, 2);
  EXPECT_DOUBLE_EQ(usage.throttled_s, 1);
}

TEST(Simulation, TwoCoresServeTwoRequestsAtFullSpeed) {
  Trial trial(scenario(works(1), {.cpu = Millicores{2000}}, arrivals({0s, 500ms})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(1s)), Pair(kSuccess, Time(1500ms))));
}

// 1 on one thread, then 2 on four threads with two cores, then 0.25 s without CPU.
TEST(Simulation, SerialWorkThenParallelWorkThenOffCpuTime) {
  FunctionSpec function = works(1);
  function.parallel_work = Deterministic{2};
  function.max_threads = 4;
  function.off_cpu = Deterministic{0.25};
  Trial trial(scenario(function, {.cpu = Millicores{2000}}, arrivals({0s})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(2250ms))));
  const Usage usage = trial.simulation->usage(kFirst);
  EXPECT_DOUBLE_EQ(usage.cpu_s, 3);
  EXPECT_DOUBLE_EQ(usage.throttled_s, 1);
  EXPECT_THAT(trial.executions(), ElementsAre(::testing::Field(&ExecutionRecord::work_s, 3)));
}

TEST(Simulation, HalfACoreTakesTwiceAsLong) {
  FunctionSpec function = works(1);
  function.parallel_work = Deterministic{2};
  function.max_threads = 4;
  Trial trial(scenario(function, {.cpu = Millicores{500}}, arrivals({0s})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(6s))));
}

TEST(Simulation, ParallelWorkAloneNeedsNoSerialPhase) {
  FunctionSpec function = works(0);
  function.parallel_work = Deterministic{2};
  function.max_threads = 2;
  Trial trial(scenario(function, {.cpu = Millicores{2000}}, arrivals({0s})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(1s))));
}

TEST(Simulation, ContentionAndExponentSlowDown) {
  // two threads at 1 / 1.25
  ScenarioSpec contended = scenario(works(1), {.cpu = Millicores{2000}}, arrivals({0s, 0s}));
  contended.workflow.cpu_sharing.contention = 0.25;
  EXPECT_THAT(Trial(contended).all().requests(),
              ElementsAre(Pair(kSuccess, Time(1250ms)), Pair(kSuccess, Time(1250ms))));
  // 0.5^2 cores
  ScenarioSpec throttled = scenario(works(1), {.cpu = Millicores{500}}, arrivals({0s}));
  throttled.workflow.cpu_sharing.quota_exponent = 2;
  EXPECT_THAT(Trial(throttled).all().requests(), ElementsAre(Pair(kSuccess, Time(4s))));
}

TEST(Simulation, AFunctionWithoutWorkAnswersAtOnce) {
  Trial trial(scenario(waits(0s), {}, arrivals({1s})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(1s))));
}

// --- memory

TEST(Simulation, TheRequestThatTakesTheMemoryOverTheLimitDies) {
  FunctionSpec function = works(1);
  function.process_memory = Deterministic{600};
  function.instance_memory = Mebibytes{100};
  Trial trial(scenario(function, {.cpu = Millicores{2000}, .memory = Mebibytes{1000}}, arrivals({0s, 100ms, 1500ms})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::out_of_memory, Time(100ms)), Pair(kSuccess, Time(1s)),
                                                  Pair(kSuccess, Time(2500ms))));
  EXPECT_EQ(trial.executions()[0].work_s, 0);
  // 100 MiB all the time, 600 for 2 s
  EXPECT_DOUBLE_EQ(trial.simulation->usage(kFirst).memory_mib_s, 100 * 1000 + 600 * 2);
}

TEST(Simulation, TheMemoryLimitItselfMayBeReached) {
  FunctionSpec function = works(1);
  function.process_memory = Deterministic{450};
  function.instance_memory = Mebibytes{100};
  Trial trial(scenario(function, {.cpu = Millicores{2000}, .memory = Mebibytes{1000}}, arrivals({0s, 0s})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(1s)), Pair(kSuccess, Time(1s))));
}

TEST(Simulation, ADeadRequestMakesRoomForTheNextInTheQueue) {
  FunctionSpec function = works(1, Overflow::queue);
  function.process_memory = Deterministic{2000};
  Trial trial(scenario(function, {}, arrivals({1s, 1s})));
  EXPECT_THAT(trial.all().requests(),
              ElementsAre(Pair(Outcome::out_of_memory, Time(1s)), Pair(Outcome::out_of_memory, Time(1s))));
}

// --- concurrency

TEST(Simulation, WhoFindsNoSlotIsRejected) {
  Trial trial(scenario(waits(1s, Overflow::reject), {.concurrency = 2}, arrivals({0s, 0s, 500ms, 1s})));
  EXPECT_THAT(trial.all().requests(),
              ElementsAre(Pair(Outcome::rejected, Time(500ms)), Pair(kSuccess, Time(1s)), Pair(kSuccess, Time(1s)),
                          // comes at 1 s before the others have left: arrivals were there first
                          Pair(kSuccess, Time(2s))));
}

TEST(Simulation, WhoFindsNoSlotWaits) {
  Trial trial(scenario(waits(1s, Overflow::queue), {.concurrency = 1}, arrivals({0s, 100ms, 200ms})));
  EXPECT_THAT(trial.all().requests(),
              ElementsAre(Pair(kSuccess, Time(1s)), Pair(kSuccess, Time(2s)), Pair(kSuccess, Time(3s))));
  EXPECT_THAT(trial.starts(), ElementsAre(Time(0s), Time(1s), Time(2s)));
  EXPECT_EQ(trial.calls()[2].called, Time(200ms));
}

TEST(Simulation, WhoFindsTheQueueFullIsRejected) {
  FunctionSpec function = waits(1s, Overflow::queue);
  function.queue_capacity = 1;
  Trial trial(scenario(function, {.concurrency = 1}, arrivals({0s, 100ms, 200ms, 1100ms})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::rejected, Time(200ms)), Pair(kSuccess, Time(1s)),
                                                  Pair(kSuccess, Time(2s)), Pair(kSuccess, Time(3s))));
}

TEST(Simulation, AQueueOfNoneRejects) {
  FunctionSpec function = waits(1s, Overflow::queue);
  function.queue_capacity = 0;
  Trial trial(scenario(function, {.concurrency = 1}, arrivals({0s, 100ms})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::rejected, Time(100ms)), Pair(kSuccess, Time(1s))));
}

// From 0.5 s on the 429 and the execution share one core.
TEST(Simulation, ARejectionIsWorkBesideTheExecutions) {
  FunctionSpec function = works(1, Overflow::reject);
  function.rejection_work = Deterministic{0.1};
  function.process_memory = Deterministic{100};
  Trial trial(scenario(function, {.cpu = {1000}, .concurrency = 1}, arrivals({0s, 500ms})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::rejected, Time(700ms)), Pair(kSuccess, Time(1100ms))));
  EXPECT_EQ(trial.calls()[0].started, kNever);
  EXPECT_EQ(trial.executions().size(), 1);
  const Usage usage = trial.simulation->usage(kFirst);
  EXPECT_NEAR(usage.cpu_s, 1.1, 1e-8);
  EXPECT_DOUBLE_EQ(usage.admitted_work_s, 1.1);
  EXPECT_NEAR(usage.memory_mib_s, 110, 1e-6);
}

// Rejections come all at once, and none takes the slot that is free at 1 s.
TEST(Simulation, RejectionsTakeNoSlot) {
  FunctionSpec function = waits(1s, Overflow::reject);
  function.rejection_work = Deterministic{2};
  Trial trial(scenario(function, {.cpu = {2000}, .concurrency = 1}, arrivals({0s, 100ms, 100ms, 1100ms})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(1s)), Pair(Outcome::rejected, Time(2100ms)),
                                                  Pair(Outcome::rejected, Time(2100ms)), Pair(kSuccess, Time(2100ms))));
}

TEST(Simulation, ADrainingInstanceFinishesItsRejections) {
  FunctionSpec function = waits(1s, Overflow::reject);
  function.rejection_work = Deterministic{0.5};
  ScenarioSpec spec = scenario(function, {.replicas = 2, .concurrency = 1}, arrivals({0s, 0s, 0s, 900ms}));
  spec.workflow.gateway.routing = Routing::round_robin;
  Trial trial(spec);
  trial.until(950ms).apply({.replicas = 1});
  trial.until(1390ms);
  EXPECT_EQ(trial.simulation->instances(kFirst), 2);
  EXPECT_NEAR(trial.simulation->unserved_work_s(kFirst), 0.01, 1e-9);
  trial.until(1400ms);
  EXPECT_EQ(trial.simulation->instances(kFirst), 1);
  EXPECT_NEAR(trial.simulation->usage(kFirst).work_s, 1, 1e-8);
}

TEST(Simulation, ARedeploymentForgetsRejectionsUnderWay) {
  FunctionSpec function = waits(1s, Overflow::reject);
  function.rejection_work = Deterministic{0.5};
  Trial trial(scenario(function, {.concurrency = 1}, arrivals({0s, 0s})));
  trial.until(200ms).redeploy(5s);
  trial.all();
  EXPECT_NEAR(trial.simulation->usage(kFirst).admitted_work_s, 0.2, 1e-9);
}

TEST(Simulation, WithoutALimitAllAreServedAtOnce) {
  for (const auto& [overflow, concurrency] : {std::pair(Overflow::none, 1), std::pair(Overflow::reject, 0)}) {
    Trial trial(scenario(waits(1s, overflow), {.concurrency = concurrency}, arrivals({0s, 0s, 0s})));
    EXPECT_THAT(trial.all().requests(),
                ElementsAre(Pair(kSuccess, Time(1s)), Pair(kSuccess, Time(1s)), Pair(kSuccess, Time(1s))));
  }
}

// --- failed calls

// a fails after 1 s, then b: 1 of serial work, 1 of parallel work, 1 s off the CPU.
ScenarioSpec two_steps(OnFailure on_failure, OnFailure on_failure_of_second = OnFailure::abort) {
  FunctionSpec first = works(1);
  first.failure_probability = 1;
  FunctionSpec second = cpu_station("b", Deterministic{1});
  second.parallel_work = Deterministic{1};
  second.off_cpu = Deterministic{1};
  second.failed_input_work_share = 0.7;
  return scenario({first, second}, {{}, {}}, sequence({call("a", on_failure), call("b", on_failure_of_second)}),
                  arrivals({0s}));
}

TEST(Simulation, AFailedCallAborts) {
  Trial trial(two_steps(OnFailure::abort));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::failed, Time(1s))));
  EXPECT_THAT(trial.calls(1), IsEmpty());
  EXPECT_EQ(trial.executions()[0].outcome, Outcome::failed);
}

TEST(Simulation, AFailedCallIsIgnored) {
  Trial trial(two_steps(OnFailure::ignore));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(4s))));
}

TEST(Simulation, AFailedAnswerIsPassedOnAndItsReaderDoesAShareOfItsSerialWork) {
  Trial trial(two_steps(OnFailure::pass_on));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::failed, Time(1700ms))));
  EXPECT_EQ(trial.executions(1)[0].outcome, Outcome::failed);
  EXPECT_DOUBLE_EQ(trial.executions(1)[0].work_s, 0.7);
}

// "Go on as if the call had not been made": the failed answer of the step before goes on.
TEST(Simulation, IgnoringAFailedReaderKeepsTheFailure) {
  Trial trial(two_steps(OnFailure::pass_on, OnFailure::ignore));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::failed, Time(1700ms))));
}

TEST(Simulation, AReaderWithoutShareFailsAtOnce) {
  ScenarioSpec spec = two_steps(OnFailure::pass_on);
  spec.workflow.functions[1].failed_input_work_share = 0;
  EXPECT_THAT(Trial(spec).all().requests(), ElementsAre(Pair(Outcome::failed, Time(1s))));
}

// The paper's benchmark (reference/calibration.md, Protocol): an orchestrator calls starter -> rgb -> resize -> update,
// then resnet and mobilenet in parallel; it ignores starter's reply and passes the others on.
ScenarioSpec benchmark(const std::vector<std::string>& failing) {
  std::vector<FunctionSpec> functions;
  for (const char* name : {"orchestrator", "starter", "rgb", "resize", "update", "resnet", "mobilenet"}) {
    functions.push_back(cpu_station(name, Deterministic{1}));
    for (const std::string& one : failing) functions.back().failure_probability += one == name ? 1 : 0;
  }
  functions[0].serial_work = {};
  functions[5].parallel_work = Deterministic{0.5};
  functions[0].calls =
      sequence({call("starter", OnFailure::ignore), call("rgb", OnFailure::pass_on), call("resize", OnFailure::pass_on),
                call("update", OnFailure::pass_on),
                parallel({call("resnet", OnFailure::pass_on), call("mobilenet", OnFailure::pass_on)})});
  return scenario(functions, std::vector<FunctionConfiguration>(7), call("orchestrator"), arrivals({0s}));
}

TEST(Simulation, TheBenchmarkSucceedsWhenBothLeavesAnswer) {
  EXPECT_THAT(Trial(benchmark({})).all().requests(), ElementsAre(Pair(kSuccess, Time(5500ms))));
}

TEST(Simulation, TheBenchmarkDoesNotMindAFailedStarter) {
  EXPECT_THAT(Trial(benchmark({"starter"})).all().requests(), ElementsAre(Pair(kSuccess, Time(5500ms))));
}

// starter and rgb 1 s each, then 0.7 s in resize, update and the leaves.
TEST(Simulation, TheBenchmarkPassesTheFailureOfRgbThroughAllThatFollow) {
  Trial trial(benchmark({"rgb"}));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::failed, Time(4100ms))));
  for (const std::uint32_t downstream : {3U, 4U, 5U, 6U}) {
    EXPECT_DOUBLE_EQ(trial.executions(downstream)[0].work_s, 0.7);
    EXPECT_EQ(trial.calls(downstream)[0].outcome, Outcome::failed);
  }
}

TEST(Simulation, TheBenchmarkFailsWithOneLeaf) {
  Trial trial(benchmark({"mobilenet"}));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::failed, Time(5500ms))));
  EXPECT_EQ(trial.calls(5)[0].outcome, kSuccess);
}

TEST(Simulation, ARequestIsCountedUnderWhatFailedFirst) {
  // b rejects, c reads what b did not answer
  FunctionSpec taken = slot_station("b", Deterministic{5}, Overflow::reject);
  ScenarioSpec spec = scenario({works(0), taken, cpu_station("c", Deterministic{1})}, {{}, {}, {}},
                               sequence({call("a"), call("b", OnFailure::pass_on), call("c")}), arrivals({0s, 1s}));
  Trial trial(spec);
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::rejected, Time(1700ms)), Pair(kSuccess, Time(6s))));
  EXPECT_EQ(trial.calls(2)[0].outcome, Outcome::failed);
}

TEST(Simulation, TheCallerOfARejectedCallFails) {
  FunctionSpec outer = works(1);
  outer.calls = call("b");
  ScenarioSpec spec = scenario({outer, slot_station("b", Deterministic{5}, Overflow::reject)},
                               {{.cpu = Millicores{2000}}, {}}, call("a"), arrivals({0s, 0s}));
  Trial trial(spec);
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::rejected, Time(1s)), Pair(kSuccess, Time(6s))));
  EXPECT_EQ(trial.calls(0)[0].outcome, Outcome::failed);
  EXPECT_EQ(trial.calls(1)[0].outcome, Outcome::rejected);
}

TEST(Simulation, AnAbortedBranchWaitsForTheOthers) {
  FunctionSpec failing = works(1);
  failing.failure_probability = 1;
  ScenarioSpec spec = scenario({failing, slot_station("b", Deterministic{3})}, {{}, {}},
                               sequence({parallel({call("a"), call("b")}), call("b")}), arrivals({0s}));
  Trial trial(spec);
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::failed, Time(3s))));
  EXPECT_EQ(trial.calls(1).size(), 1U);
}

// --- workflow

TEST(Simulation, TheCallerKeepsItsSlotAndMemoryButNoCpu) {
  FunctionSpec outer = works(1, Overflow::queue);
  outer.process_memory = Deterministic{100};
  outer.calls = call("b");
  Trial trial(scenario({outer, slot_station("b", Deterministic{2})}, {{}, {}}, call("a"), arrivals({0s, 0s})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(3s)), Pair(kSuccess, Time(6s))));
  const Usage usage = trial.simulation->usage(kFirst);
  EXPECT_DOUBLE_EQ(usage.cpu_s, 2);
  EXPECT_DOUBLE_EQ(usage.memory_mib_s, 600);
}

TEST(Simulation, AFanOutOfNoneIsSkippedAndOneOfThreeIsJoined) {
  for (const auto& [width, end, calls] : {std::tuple(0.4, 1s, 0U), std::tuple(2.6, 4s, 3U)}) {
    // one server for the three
    Trial trial(scenario({waits(1s), slot_station("b", Deterministic{1})}, {{}, {}},
                         sequence({call("a"), fan_out(Deterministic{width}, call("b"))}), arrivals({0s})));
    EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(end))));
    EXPECT_EQ(trial.calls(1).size(), calls);
  }
}

TEST(Simulation, RefusesAFanOutWithoutMeasure) {
  for (const double width : {1e8, 1e300}) {
    Trial trial(scenario({waits(1s)}, {{}}, fan_out(Deterministic{width}, call("a")), arrivals({0s})));
    EXPECT_THAT([&] { trial.simulation->run_until(Time(1s)); }, ThrowsMessage<Error>(HasSubstr("is too wide")));
  }
}

TEST(Simulation, AChoiceTakesExactlyOne) {
  std::vector<Duration> times(1000, 0s);
  Trial trial(scenario({waits(1s), slot_station("b", kNothing, Overflow::none), slot_station("c", kNothing)},
                       {{}, {}, {}}, choice({0.25, 0.75, 0}, {call("a"), call("b"), call("c")}), arrivals(times)));
  trial.all();
  EXPECT_EQ(trial.calls(0).size() + trial.calls(1).size(), 1000U);
  EXPECT_NEAR(static_cast<double>(trial.calls(0).size()), 250, 5 * std::sqrt(1000 * 0.25 * 0.75));
}

// --- gateway

TEST(Simulation, AHopTakesTimeBeforeTheInstance) {
  ScenarioSpec spec = scenario(waits(1s), {}, arrivals({0s}));
  spec.workflow.gateway.hop = Deterministic{0.25};
  Trial trial(spec);
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(1250ms))));
  EXPECT_EQ(trial.calls()[0].called, Time{});
  EXPECT_EQ(trial.calls()[0].started, Time(250ms));
}

TEST(Simulation, AFunctionMayHaveAHopOfItsOwn) {
  const FunctionSpec b = slot_station("b", Deterministic{1}, Overflow::none);
  ScenarioSpec spec = scenario({waits(1s), b}, {{}, {}}, sequence({call("a"), call("b")}), arrivals({0s}));
  spec.workflow.functions[1].hop = Deterministic{0.25};
  EXPECT_THAT(Trial(spec).all().requests(), ElementsAre(Pair(kSuccess, Time(2250ms))));
  spec.workflow.gateway.hop = Deterministic{0.5};
  spec.workflow.functions[0].hop = Distribution();
  EXPECT_THAT(Trial(spec).all().requests(), ElementsAre(Pair(kSuccess, Time(2250ms))));
}

std::vector<std::int32_t> instances_in_order(Routing routing, std::vector<Duration> times) {
  ScenarioSpec spec = scenario(waits(1s), {.replicas = 3}, arrivals(std::move(times)));
  spec.workflow.gateway.routing = routing;
  Trial trial(spec);
  std::vector<std::int32_t> numbers;
  for (const CallRecord& record : trial.all().calls()) numbers.push_back(record.instance);
  return numbers;
}

TEST(Simulation, RoundRobinTakesTurns) {
  EXPECT_THAT(instances_in_order(Routing::round_robin, {0s, 1s, 2s, 3s, 3s}), ElementsAre(0, 1, 2, 0, 1));
}

TEST(Simulation, LeastConnectionTakesTheEmptiest) {
  EXPECT_THAT(instances_in_order(Routing::least_connection, {0s, 100ms, 200ms, 300ms, 1050ms, 1250ms}),
              ElementsAre(0, 1, 2, 0, 0, 1));
}

TEST(Simulation, RandomRoutingReachesAll) {
  const auto numbers = instances_in_order(Routing::random, std::vector<Duration>(900, 0s));
  for (const std::int32_t number : {0, 1, 2}) {
    EXPECT_NEAR(static_cast<double>(std::count(numbers.begin(), numbers.end(), number)), 300, 5 * std::sqrt(200));
  }
}

TEST(Simulation, CountsPayloads) {
  FunctionSpec function = waits(1s, Overflow::reject);
  function.request_bytes = 10;
  function.response_bytes = 3;
  Trial trial(scenario(function, {}, arrivals({0s, 0s})));
  trial.all();
  EXPECT_EQ(trial.simulation->usage(kFirst).received_bytes, 20);
  EXPECT_EQ(trial.simulation->usage(kFirst).transmitted_bytes, 3);  // of good answers
}

// --- timeouts

ScenarioSpec with_timeout(ScenarioSpec spec, Duration timeout) {
  spec.workflow.gateway.timeout = timeout;
  return spec;
}

TEST(Simulation, ACallerGivesUpWhileTheInstanceGoesOn) {
  Trial trial(with_timeout(scenario(works(1), {}, arrivals({0s})), 600ms));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::timed_out, Time(600ms))));
  EXPECT_EQ(trial.calls()[0].started, Time{});
  EXPECT_EQ(trial.executions()[0].finished, Time(1s));
  EXPECT_EQ(trial.executions()[0].outcome, kSuccess);
}

TEST(Simulation, ACallerMayGiveUpBeforeTheRejection) {
  FunctionSpec function = waits(1s, Overflow::reject);
  function.rejection_work = Deterministic{0.5};
  Trial trial(with_timeout(scenario(function, {.concurrency = 1}, arrivals({0s, 900ms, 1100ms})), 400ms));
  EXPECT_THAT(trial.all().requests(),
              ElementsAre(Pair(Outcome::timed_out, Time(400ms)), Pair(Outcome::timed_out, Time(1300ms)),
                          Pair(Outcome::timed_out, Time(1500ms))));
  EXPECT_NEAR(trial.simulation->usage(kFirst).work_s, 0.5, 1e-9);
}

TEST(Simulation, ACallThatIsAnsweredInTimeIsNotTimedOut) {
  Trial trial(with_timeout(scenario(waits(1s), {}, arrivals({0s, 2s})), 1001ms));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(1s)), Pair(kSuccess, Time(3s))));
}

// The second and the third leave the queue at 1.5 s and 1.7 s, the fourth is next.
TEST(Simulation, WhoWaitsTooLongLeavesTheQueueWhereverItStands) {
  Trial trial(
      with_timeout(scenario(waits(2s, Overflow::queue), {}, arrivals({0s, 100ms, 200ms, 1200ms, 1300ms})), 1500ms));
  EXPECT_THAT(trial.all().requests(),
              ElementsAre(Pair(Outcome::timed_out, Time(1500ms)), Pair(Outcome::timed_out, Time(1600ms)),
                          Pair(Outcome::timed_out, Time(1700ms)), Pair(Outcome::timed_out, Time(2700ms)),
                          Pair(Outcome::timed_out, Time(2800ms))));
  EXPECT_THAT(trial.starts(), ElementsAre(Time{}, Time(2s)));  // the last left before its turn
  EXPECT_EQ(trial.calls()[1].started, kNever);
}

TEST(Simulation, LeavingTheQueueMakesRoomInIt) {
  FunctionSpec function = waits(2s, Overflow::queue);
  function.queue_capacity = 1;
  Trial trial(with_timeout(scenario(function, {}, arrivals({0s, 500ms, 1400ms, 1600ms})), 1s));
  EXPECT_THAT(trial.all().requests(),
              ElementsAre(Pair(Outcome::timed_out, Time(1s)), Pair(Outcome::rejected, Time(1400ms)),
                          Pair(Outcome::timed_out, Time(1500ms)), Pair(Outcome::timed_out, Time(2600ms))));
}

TEST(Simulation, ACallThatIsGivenUpOnTheWayNeverReachesAnInstance) {
  ScenarioSpec spec = with_timeout(scenario(works(1), {}, arrivals({0s})), 500ms);
  spec.workflow.gateway.hop = Deterministic{2};
  Trial trial(spec);
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::timed_out, Time(500ms))));
  EXPECT_THAT(trial.executions(), IsEmpty());
  EXPECT_EQ(trial.calls()[0].instance, -1);
  EXPECT_EQ(trial.simulation->usage(kFirst).received_bytes, 0);
}

TEST(Simulation, OnlyTheLateCallIsGivenUpAndTheWorkflowGoesOn) {
  ScenarioSpec spec = scenario({waits(3s), slot_station("b", Deterministic{0.5})}, {{}, {}},
                               sequence({call("a", OnFailure::ignore), call("b")}), arrivals({0s}));
  EXPECT_THAT(Trial(with_timeout(spec, 1s)).all().requests(), ElementsAre(Pair(kSuccess, Time(1500ms))));
}

// The outer call of 1 s gives up first; the inner one was called 0.4 s later.
TEST(Simulation, AnAbandonedCallerStillWaitsForItsOwnCalls) {
  FunctionSpec outer = works(0.4);
  outer.calls = call("b");
  ScenarioSpec spec = scenario({outer, slot_station("b", Deterministic{5})}, {{}, {}}, call("a"), arrivals({0s}));
  Trial trial(with_timeout(spec, 1s));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::timed_out, Time(1s))));
  EXPECT_EQ(trial.calls(1)[0].finished, Time(1400ms));
  EXPECT_EQ(trial.executions(0)[0].finished, Time(1400ms));
  EXPECT_EQ(trial.executions(0)[0].outcome, Outcome::failed);
  EXPECT_EQ(trial.executions(1)[0].finished, Time(5400ms));
}

// One event watches all deadlines, however many steps time out one after another.
TEST(Simulation, TimeoutsDoNotPileUpEvents) {
  ScenarioSpec spec =
      scenario({waits(10s)}, {{}}, sequence({call("a", OnFailure::ignore), call("a", OnFailure::ignore)}),
               closed_loop(10, Deterministic{0.01}));
  std::get<ClosedLoop>(spec.workload.source).spawn_rate_per_s = 7;
  spec.workflow.gateway.timeout = 1s;
  Trial trial(spec);
  trial.until(100s);
  const std::uint64_t before = trial.simulation->events_handled();
  trial.until(200s);
  // per request of 2.01 s: a wake, and for each of two calls a timeout and the end of the execution
  const double requests = 10 * 100 / 2.01;
  EXPECT_LT(static_cast<double>(trial.simulation->events_handled() - before), 5.2 * requests);
}

// --- configurations

// 0.5 of 2 is done in the first second, the rest at full speed; and the other way round.
TEST(Simulation, NewLimitsHoldForWorkUnderWay) {
  Trial faster(scenario(works(2), {.cpu = Millicores{500}}, arrivals({0s})));
  faster.until(1s).apply({.cpu = Millicores{1000}});
  EXPECT_THAT(faster.all().requests(), ElementsAre(Pair(kSuccess, Time(2500ms))));
  Trial slower(scenario(works(2), {.cpu = Millicores{1000}}, arrivals({0s})));
  slower.until(1s).apply({.cpu = Millicores{500}});
  EXPECT_THAT(slower.all().requests(), ElementsAre(Pair(kSuccess, Time(3s))));
  EXPECT_DOUBLE_EQ(slower.simulation->usage(kFirst).cpu_limit_millicore_s, 1000 + 500 * 999);
}

TEST(Simulation, MoreConcurrencyAdmitsThoseWhoWait) {
  Trial trial(scenario(waits(2s, Overflow::queue), {.concurrency = 1}, arrivals({0s, 0s, 0s, 0s})));
  trial.until(1s).apply({.concurrency = 3});
  trial.all();
  EXPECT_THAT(trial.starts(), ElementsAre(Time{}, Time(1s), Time(1s), Time(2s)));
}

TEST(Simulation, LessConcurrencyLetsThoseInsideFinish) {
  Trial trial(scenario(waits(2s, Overflow::queue), {.concurrency = 3}, arrivals({0s, 0s, 0s, 0s, 0s})));
  trial.until(1s).apply({.concurrency = 1});
  trial.all();
  EXPECT_THAT(trial.starts(), ElementsAre(Time{}, Time{}, Time{}, Time(2s), Time(4s)));
}

TEST(Simulation, LessMemoryKillsOnlyThoseWhoCome) {
  FunctionSpec function = waits(2s);
  function.process_memory = Deterministic{400};
  Trial trial(scenario(function, {}, arrivals({0s, 0s, 1500ms})));
  trial.until(1s).apply({.memory = Mebibytes{500}});
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::out_of_memory, Time(1500ms)), Pair(kSuccess, Time(2s)),
                                                  Pair(kSuccess, Time(2s))));
}

// Two instances; the second drains from 1 s to 4 s with one request in it and one before it, and takes no more.
TEST(Simulation, SurplusInstancesDrain) {
  ScenarioSpec spec =
      scenario(waits(2s, Overflow::queue), {.replicas = 2}, arrivals({0s, 0s, 500ms, 500ms, 1500ms, 1500ms}));
  spec.workflow.gateway.routing = Routing::round_robin;
  Trial trial(spec);
  trial.until(1s).apply({.replicas = 1});
  EXPECT_EQ(trial.simulation->instances(kFirst), 2);
  trial.until(3999ms);
  EXPECT_EQ(trial.simulation->instances(kFirst), 2);
  trial.until(4s);
  EXPECT_EQ(trial.simulation->instances(kFirst), 1);
  trial.all();
  std::vector<std::int32_t> numbers;
  for (const ExecutionRecord& record : trial.executions()) numbers.push_back(record.instance);
  EXPECT_THAT(numbers, ElementsAre(0, 1, 0, 1, 0, 0));
  EXPECT_DOUBLE_EQ(trial.simulation->usage(kFirst).instance_s, 1000 + 4);
}

TEST(Simulation, IdleSurplusInstancesGoAtOnceAndNewOnesHaveNewNumbers) {
  ScenarioSpec spec = scenario(waits(1s), {.replicas = 3}, arrivals({5s, 5s}));
  spec.workflow.gateway.routing = Routing::round_robin;
  Trial trial(spec);
  trial.until(1s).apply({.replicas = 1});
  EXPECT_EQ(trial.simulation->instances(kFirst), 1);
  trial.until(2s).apply({.replicas = 2});
  EXPECT_EQ(trial.simulation->instances(kFirst), 2);
  trial.all();
  EXPECT_EQ(trial.calls()[0].instance, 0);
  EXPECT_EQ(trial.calls()[1].instance, 3);
}

TEST(Simulation, TimeoutsInTheQueueOfADrainingInstanceEndIt) {
  ScenarioSpec spec =
      with_timeout(scenario(waits(1s, Overflow::queue), {.replicas = 2}, arrivals({0s, 0s, 100ms, 200ms})), 900ms);
  spec.workflow.gateway.routing = Routing::round_robin;
  Trial trial(spec);
  trial.until(500ms).apply({.replicas = 1});
  trial.until(999ms);
  EXPECT_EQ(trial.simulation->instances(kFirst), 2);
  trial.until(1s);
  EXPECT_EQ(trial.simulation->instances(kFirst), 2);  // serves the one who waits until 1.1 s
  trial.until(2s);
  EXPECT_EQ(trial.simulation->instances(kFirst), 1);
}

// Instance 1 takes calls from 3 s on; it exists, and is paid for, from 1 s on.
TEST(Simulation, InstancesThatAreAddedStartUpFirst) {
  ScenarioSpec spec = scenario(waits(1s), {.replicas = 1}, arrivals({0s, 2999ms, 2999ms, 4s, 4s}));
  spec.workflow.functions[0].start_up = Deterministic{2};
  spec.workflow.gateway.routing = Routing::round_robin;
  Trial trial(spec);
  trial.until(1s).apply({.replicas = 2});
  EXPECT_EQ(trial.simulation->instances(kFirst), 2);
  EXPECT_EQ(trial.simulation->ready_instances(kFirst), 1);
  trial.until(3s);
  EXPECT_EQ(trial.simulation->ready_instances(kFirst), 2);
  EXPECT_DOUBLE_EQ(trial.simulation->usage(kFirst).instance_s, 3 + 2);
  trial.all();
  std::vector<std::int32_t> numbers;
  for (const ExecutionRecord& record : trial.executions()) numbers.push_back(record.instance);
  EXPECT_THAT(numbers, ElementsAre(0, 0, 0, 0, 1));
}

TEST(Simulation, ScalingDownTakesStartingInstancesFirstAndForgetsTheirStart) {
  ScenarioSpec spec = scenario(waits(1s), {.replicas = 2}, arrivals({}));
  spec.workflow.functions[0].start_up = Deterministic{2};
  Trial trial(spec);
  trial.until(1s).apply({.replicas = 4});
  trial.until(2s).apply({.replicas = 3});
  EXPECT_EQ(trial.simulation->instances(kFirst), 3);
  EXPECT_EQ(trial.simulation->ready_instances(kFirst), 2);
  trial.apply({.replicas = 1});
  EXPECT_EQ(trial.simulation->instances(kFirst), 1);
  EXPECT_EQ(trial.simulation->ready_instances(kFirst), 1);
  // the places of those that went are taken again: their events make nobody ready
  trial.until(2500ms).apply({.replicas = 3});
  trial.until(4499ms);
  EXPECT_EQ(trial.simulation->ready_instances(kFirst), 1);
  trial.until(4500ms);
  EXPECT_EQ(trial.simulation->ready_instances(kFirst), 3);
}

TEST(Simulation, ARedeploymentIsReadyAtOnce) {
  ScenarioSpec spec = scenario(waits(1s), {.replicas = 2}, arrivals({}));
  spec.workflow.functions[0].start_up = Deterministic{2};
  Trial trial(spec);
  EXPECT_EQ(trial.simulation->ready_instances(kFirst), 2);
  trial.until(1s).apply({.replicas = 3});
  trial.simulation->redeploy(Time(2s), RngStreams(1));
  EXPECT_EQ(trial.simulation->ready_instances(kFirst), 3);
  trial.until(10s);
  EXPECT_EQ(trial.simulation->instances(kFirst), 3);
}

TEST(Simulation, RefusesAConfigurationThatDoesNotFitAndKeepsTheOld) {
  Trial trial(scenario(waits(1s), {.replicas = 2}, arrivals({0s})));
  EXPECT_THROW(trial.simulation->apply({}), Error);
  EXPECT_THROW(trial.apply({.replicas = 0}), Error);
  EXPECT_EQ(trial.simulation->configuration().functions[0].replicas, 2);
}

// --- workload

// Users who need half a second for a request and half a second to think.
ScenarioSpec one_second_cycle(int users) { return scenario(waits(500ms), {}, closed_loop(users, Deterministic{0.5})); }

TEST(Simulation, UsersThinkBetweenRequests) {
  Trial trial(one_second_cycle(1));
  trial.until(2600ms);
  EXPECT_THAT(trial.arrivals_of_requests(), ElementsAre(Time{}, Time(1s), Time(2s)));
}

TEST(Simulation, UsersAppearAtTheSpawnRate) {
  ScenarioSpec spec = one_second_cycle(3);
  std::get<ClosedLoop>(spec.workload.source).spawn_rate_per_s = 2.5;
  Trial trial(spec);
  trial.until(0s);
  EXPECT_EQ(trial.simulation->users(), 1);
  trial.until(500ms);
  EXPECT_EQ(trial.simulation->users(), 2);
  trial.until(1400ms);
  EXPECT_THAT(trial.arrivals_of_requests(), ElementsAre(Time{}, Time(400ms), Time(800ms)));
  EXPECT_DOUBLE_EQ(trial.simulation->user_s(), 0.4 * 1 + 0.4 * 2 + 0.6 * 3);
}

TEST(Simulation, UsersFollowAProfileUpAndDown) {
  ScenarioSpec spec = one_second_cycle(99);  // the profile takes its place
  std::get<ClosedLoop>(spec.workload.source).spawn_rate_per_s = 1;
  spec.workload.profile =
      Profile{.steps = {{Time(1s), 1}, {Time(3s), 3}, {Time(5250ms), 1}, {Time(7s), 0}, {Time(9s), 1}}, .origin = ""};
  Trial trial(spec);
  const auto users_at = [&](Duration time) { return trial.until(time).simulation->users(); };
  EXPECT_EQ(users_at(0s), 0);
  EXPECT_EQ(users_at(1s), 1);
  EXPECT_EQ(users_at(3s), 2);  // the second at once, the third a second later
  EXPECT_EQ(users_at(3999ms), 2);
  EXPECT_EQ(users_at(4s), 3);
  EXPECT_EQ(users_at(5499ms), 3);  // all are served from 5 s to 5.5 s; two leave with their answers
  EXPECT_EQ(users_at(5500ms), 1);
  EXPECT_EQ(users_at(7s), 0);  // thinks from 6.5 s to 7 s, and wakes to leave
  EXPECT_EQ(users_at(9s), 1);
  EXPECT_DOUBLE_EQ(trial.simulation->user_s(), 2 * 1 + 1 * 2 + 1.5 * 3 + 1.5 * 1);
}

TEST(Simulation, AFailedRequestCostsItsUserABackOff) {
  FunctionSpec function = waits(1s);
  function.failure_probability = 1;
  ScenarioSpec spec = scenario(function, {}, closed_loop(1, Deterministic{1}));
  std::get<ClosedLoop>(spec.workload.source).back_off = Deterministic{3};
  Trial trial(spec);
  trial.until(7s);
  EXPECT_THAT(trial.arrivals_of_requests(), ElementsAre(Time{}, Time(5s)));
}

TEST(Simulation, AListOfArrivalsIsKeptToTheNanosecond) {
  Trial trial(scenario(waits(1s), {}, arrivals({0ns, 1ns, 1ns, 5s})));
  EXPECT_THAT(trial.all().arrivals_of_requests(), ElementsAre(Time{}, Time(1ns), Time(1ns), Time(5s)));
}

TEST(Simulation, RequestsMayBeInjected) {
  Trial trial(scenario(waits(1s), {}, arrivals({2s})));
  trial.until(500ms).simulation->inject();
  EXPECT_EQ(trial.simulation->requests_in_flight(), 1);
  EXPECT_EQ(trial.simulation->calls_in_flight(kFirst), 1);
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(1500ms)), Pair(kSuccess, Time(3s))));
}

TEST(Simulation, RequestsMayBeInjectedByAnOptionOfTheEntry) {
  FunctionSpec other = waits(2s);
  other.name = "b";
  const Block entry = choice({1, 0}, {call("a"), call("b")});
  ScenarioSpec spec = scenario({waits(1s), other}, {{}, {}}, entry, arrivals({}));
  Trial trial(spec);
  trial.until(500ms).simulation->inject(1);
  EXPECT_EQ(trial.simulation->calls_in_flight(kSecond), 1);
  trial.until(600ms).simulation->inject(0);
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(1600ms)), Pair(kSuccess, Time(2500ms))));
  EXPECT_THAT([&] { trial.simulation->inject(2); }, ThrowsMessage<Error>(HasSubstr("needs a choice")));
  spec.workload.retry = Retry{};
  EXPECT_THAT([&] { Trial(spec).simulation->inject(1); }, ThrowsMessage<Error>(HasSubstr("expected no retry")));
  Trial plain(scenario(waits(1s), {}, arrivals({})));
  EXPECT_THAT([&] { plain.simulation->inject(0); }, ThrowsMessage<Error>(HasSubstr("needs a choice")));
}

// Two seconds of work on one core and one without CPU where a second without CPU would have been drawn; the next one
// draws.
TEST(Simulation, RequestsMayBeInjectedWithTheirDemand) {
  const Block entry = choice({1}, {call("a")});
  Trial trial(scenario({waits(1s)}, {{}}, entry, arrivals({})));
  trial.simulation->inject(0, {.work_s = 2, .off_cpu_s = 1});
  trial.until(5s).simulation->inject(0);
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(3s)), Pair(kSuccess, Time(6s))));
  EXPECT_DOUBLE_EQ(trial.simulation->usage(kFirst).work_s, 2);
  EXPECT_THAT([&] { trial.simulation->inject(0, {.work_s = -1}); },
              ThrowsMessage<Error>(HasSubstr("less than nothing")));
  EXPECT_THAT([&] { trial.simulation->inject(1, {}); }, ThrowsMessage<Error>(HasSubstr("needs a choice")));
  const Block nested = choice({1}, {sequence({call("a")})});
  Trial other(scenario({waits(1s)}, {{}}, nested, arrivals({})));
  EXPECT_THAT([&] { other.simulation->inject(0, {}); }, ThrowsMessage<Error>(HasSubstr("needs a call")));
}

// The demand is kept while the call waits for an instance to start.
TEST(Simulation, ADemandWaitsWithItsCall) {
  FunctionSpec function = waits(1s);
  function.start_up = Deterministic{2};
  function.keep_alive = 1s;
  Trial trial(scenario({function}, {{}}, choice({1}, {call("a")}), arrivals({})));
  trial.simulation->inject(0, {.off_cpu_s = 5});
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(7s))));
}

TEST(Simulation, CallsSayWhichOfTheWorkflowTheyAre) {
  const Block entry = choice({0.5, 0.5}, {call("a"), call("a")});
  Trial trial(scenario({waits(1s)}, {{}}, entry, arrivals({})));
  trial.simulation->inject(1);
  trial.until(2s).simulation->inject(0);
  trial.all();
  const Scenario same(scenario({waits(1s)}, {{}}, entry, arrivals({})));
  const auto options = same.graph().children(same.graph().step(same.graph().root()));
  EXPECT_EQ(trial.calls().at(0).step, options[1]);
  EXPECT_EQ(trial.calls().at(1).step, options[0]);
}

TEST(Simulation, StoppedArrivalsLeaveWhatIsInFlight) {
  Trial open(scenario(waits(1s), {}, arrivals({0s, 500ms, 2s})));
  open.until(700ms).simulation->stop_arrivals();
  EXPECT_THAT(open.all().requests(), ElementsAre(Pair(kSuccess, Time(1s)), Pair(kSuccess, Time(1500ms))));
  Trial closed(one_second_cycle(2));
  closed.until(1700ms).simulation->stop_arrivals();
  closed.all();
  EXPECT_EQ(closed.requests().size(), 4U);
  EXPECT_EQ(closed.simulation->users(), 0);
}

// --- time

TEST(Simulation, DoesNotRunIntoThePast) {
  Trial trial(scenario(waits(1s), {}, arrivals({0s})));
  trial.until(2s);
  EXPECT_EQ(trial.simulation->now(), Time(2s));
  EXPECT_THROW(trial.simulation->run_until(Time(1s)), Error);
}

TEST(Simulation, HandlesEventsAtTheHorizonItself) {
  Trial trial(scenario(waits(1s), {}, arrivals({0s})));
  EXPECT_THAT(trial.until(1s - 1ns).requests(), IsEmpty());
  EXPECT_THAT(trial.until(1s).requests(), ElementsAre(Pair(kSuccess, Time(1s))));
}

TEST(Simulation, SaysWhenTimeStandsStill) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "twenty million events take long under a sanitizer";
#endif
  // a is taken; the other user is turned away at once, for ever
  const Scenario stuck(scenario(waits(1s, Overflow::reject), {}, closed_loop(2, kNothing)));
  Simulation simulation(stuck, RngStreams(1));
  EXPECT_THAT([&] { simulation.run_until(Time(10s)); },
              ThrowsMessage<Error>(::testing::AllOf(HasSubstr("time stands still at 0s"), HasSubstr("back_off"))));
}

TEST(Simulation, SaysWhenTimeHardlyPasses) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "twenty million events take long under a sanitizer";
#endif
  const Scenario crawling(scenario(waits(1ns), {}, closed_loop(1, kNothing)));
  Simulation simulation(crawling, RngStreams(1));
  EXPECT_THAT([&] { simulation.run_until(Time(10s)); },
              ThrowsMessage<Error>(::testing::AllOf(HasSubstr("time hardly passes at"), HasSubstr("think_time"))));
}

// --- redeployment

TEST(Simulation, ARedeploymentForgetsRequestsAndKeepsCounting) {
  Trial trial(scenario(works(10), {}, arrivals({0s, 1s, 2s, 3s})));
  trial.until(2s);
  trial.redeploy(2s);
  EXPECT_EQ(trial.simulation->requests_in_flight(), 0);
  EXPECT_EQ(trial.simulation->calls_in_flight(kFirst), 0);
  EXPECT_DOUBLE_EQ(trial.simulation->usage(kFirst).cpu_s, 2);
  EXPECT_DOUBLE_EQ(trial.simulation->usage(kFirst).admitted_work_s, 2);
  EXPECT_DOUBLE_EQ(trial.simulation->usage(kFirst).instance_s, 2);
  // the request at 2 s came before; the one at 3 s has the instance for itself
  EXPECT_THAT(trial.until(100s).requests(), ElementsAre(Pair(kSuccess, Time(13s))));
}

TEST(Simulation, ARedeploymentMayGoBackInTheProfile) {
  ScenarioSpec spec = one_second_cycle(1);
  spec.workload.profile = Profile{.steps = {{Time(0s), 1}, {Time(10s), 4}}, .origin = ""};
  Trial trial(spec);
  trial.until(30s);
  EXPECT_EQ(trial.simulation->users(), 4);
  trial.redeploy(5s);
  EXPECT_EQ(trial.simulation->now(), Time(5s));
  EXPECT_EQ(trial.until(9s).simulation->users(), 1);
  EXPECT_EQ(trial.until(10s).simulation->users(), 4);
  EXPECT_DOUBLE_EQ(trial.simulation->user_s(), 10 * 1 + 20 * 4 + 5 * 1);
}

}  // namespace
}  // namespace faasconf::sim
