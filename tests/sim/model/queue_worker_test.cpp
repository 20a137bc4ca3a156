// Asynchronous calls, worked out by hand.

#include <chrono>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "sim/model/critical_path.hpp"
#include "sim/model/run.hpp"
#include "sim/policy/policy.hpp"
#include "tests/sim/model/trial.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::ThrowsMessage;

FunctionSpec asynchronous(FunctionSpec function, const QueueWorkerSpec& worker = {}) {
  function.queue_worker = worker;
  return function;
}

std::vector<std::pair<Outcome, Time>> ends(const Trial& trial) {
  std::vector<std::pair<Outcome, Time>> ends;
  for (const CallRecord& call : trial.calls()) ends.emplace_back(call.outcome, call.finished);
  return ends;
}

TEST(QueueWorker, TheCallerGoesOnWhenTheCallIsInTheQueue) {
  ScenarioSpec spec = scenario(asynchronous(waits(1s)), {}, arrivals({0s}));
  spec.workflow.gateway.hop = Deterministic{0.1};
  Trial trial(spec);
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(100ms))));
  EXPECT_THAT(ends(trial), ElementsAre(Pair(kSuccess, Time(1200ms))));  // the worker's call has a hop of its own
  EXPECT_EQ(trial.calls()[0].called, Time(0s));
}

TEST(QueueWorker, TheNextStepDoesNotWaitForIt) {
  const FunctionSpec next = slot_station("b", Deterministic{0.5}, Overflow::none);
  Trial trial(scenario({asynchronous(waits(1s)), next}, {{}, {}}, sequence({call("a"), call("b")}), arrivals({0s})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(500ms))));
  EXPECT_THAT(trial.starts(1), ElementsAre(Time(0s)));
}

TEST(QueueWorker, ItsResultIsNotTheCallers) {
  FunctionSpec function = waits(1s);
  function.failure_probability = 1;
  Trial trial(scenario(asynchronous(function, {.attempts = 1}), {}, arrivals({0s})));
  EXPECT_THAT(trial.all().outcomes(), ElementsAre(kSuccess));
  EXPECT_THAT(ends(trial), ElementsAre(Pair(Outcome::failed, Time(1s))));
}

TEST(QueueWorker, EachBranchOfAFanOutIsAMessage) {
  Trial trial(scenario({asynchronous(waits(1s), {.max_inflight = 2})}, {{}}, fan_out(Deterministic{3}, call("a")),
                       arrivals({0s})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(0s))));
  EXPECT_THAT(trial.starts(), ElementsAre(Time(0s), Time(0s), Time(1s)));
}

TEST(QueueWorker, WorkersMakeSoManyCallsAtOnceFirstInFirstOut) {
  Trial trial(
      scenario(asynchronous(waits(1s), {.workers = 2, .max_inflight = 1}), {}, arrivals({0s, 100ms, 200ms, 300ms})));
  trial.until(500ms);
  EXPECT_EQ(trial.simulation->waiting_calls(kFirst), 2);
  EXPECT_EQ(trial.simulation->calls_in_flight(kFirst), 4);
  EXPECT_THAT(trial.all().starts(), ElementsAre(Time(0s), Time(100ms), Time(1s), Time(1100ms)));
}

// Refused at 0 s, 0.4 s and 1.2 s, when the first call is in service until 1.5 s; then the back-off is at most 1 s.
TEST(QueueWorker, TriesA429AgainAfterBackOffsThatGrow) {
  const QueueWorkerSpec worker{.max_inflight = 2, .back_off = 400ms, .factor = 2, .max_back_off = 1s};
  Trial trial(scenario(asynchronous(waits(1500ms, Overflow::reject), worker), {}, arrivals({0s, 0s})));
  EXPECT_THAT(ends(trial.all()), ElementsAre(Pair(kSuccess, Time(1500ms)), Pair(kSuccess, Time(2200ms + 1500ms))));
}

TEST(QueueWorker, MakesOtherCallsDuringABackOff) {
  const QueueWorkerSpec worker{.max_inflight = 2, .back_off = 10s};
  Trial trial(scenario(asynchronous(waits(1s, Overflow::reject), worker), {}, arrivals({0s, 0s, 1500ms})));
  EXPECT_THAT(ends(trial.all()),
              ElementsAre(Pair(kSuccess, Time(1s)), Pair(kSuccess, Time(2500ms)), Pair(kSuccess, Time(11s))));
  EXPECT_DOUBLE_EQ(trial.simulation->usage(kFirst).waiting_s, 10);
}

TEST(QueueWorker, GivesUpAfterSoManyAttempts) {
  const QueueWorkerSpec worker{.max_inflight = 2, .attempts = 3, .back_off = 1s};
  Trial trial(scenario(asynchronous(waits(100s, Overflow::reject), worker), {}, arrivals({0s, 0s})));
  EXPECT_THAT(ends(trial.all()), ElementsAre(Pair(Outcome::rejected, Time(3s)), Pair(kSuccess, Time(100s))));
}

TEST(QueueWorker, TriesFailuresAgainUnlessOnlyRejectionsAre) {
  FunctionSpec function = waits(1s);
  function.failure_probability = 1;
  const auto executions = [&](RetryOn retry_on) {
    const QueueWorkerSpec worker{.attempts = 4, .back_off = 1s, .factor = 1, .retry_on = retry_on};
    return Trial(scenario(asynchronous(function, worker), {}, arrivals({0s}))).all().executions().size();
  };
  EXPECT_EQ(executions(RetryOn::failures), 4);
  EXPECT_EQ(executions(RetryOn::rejections), 1);
}

TEST(QueueWorker, TriesAgainWhatACrashLost) {
  FunctionSpec function = waits(1s);
  function.time_to_failure = Deterministic{1.5};
  function.start_up = Deterministic{1};
  Trial trial(scenario(asynchronous(function, {.max_inflight = 2, .back_off = 1s}), {}, arrivals({0s, 1s})));
  EXPECT_THAT(ends(trial.until(4s)), ElementsAre(Pair(kSuccess, Time(1s)), Pair(kSuccess, Time(3500ms))));
}

// The execution goes on, and its answer is nobody's.
TEST(QueueWorker, GivesUpOnACallAfterTheGatewaysTimeout) {
  ScenarioSpec spec =
      scenario(asynchronous(waits(2s), {.attempts = 2, .back_off = 500ms}), {.concurrency = 0}, arrivals({0s}));
  spec.workflow.gateway.timeout = 1s;
  Trial trial(spec);
  EXPECT_THAT(ends(trial.all()), ElementsAre(Pair(Outcome::timed_out, Time(2500ms))));
  EXPECT_THAT(trial.starts(), ElementsAre(Time(0s), Time(1500ms)));
  EXPECT_THAT(trial.outcomes(), ElementsAre(kSuccess));
  EXPECT_EQ(trial.simulation->calls_in_flight(kFirst), 0);
}

TEST(QueueWorker, TimesOutACallThatWaitsBeforeAnInstance) {
  ScenarioSpec spec =
      scenario(asynchronous(waits(5s, Overflow::queue), {.max_inflight = 2, .attempts = 1}), {}, arrivals({0s, 0s}));
  spec.workflow.gateway.timeout = 1s;
  Trial trial(spec);
  EXPECT_THAT(ends(trial.all()), ElementsAre(Pair(Outcome::timed_out, Time(1s)), Pair(Outcome::timed_out, Time(1s))));
  EXPECT_THAT(trial.starts(), ElementsAre(Time(0s)));
}

TEST(QueueWorker, AFunctionMakesItsOwnCallsAsynchronously) {
  FunctionSpec outer = slot_station("b", Deterministic{1}, Overflow::none);
  outer.calls = call("a");
  Trial trial(scenario({asynchronous(waits(3s)), outer}, {{}, {}}, call("b"), arrivals({0s})));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(1s))));
  EXPECT_THAT(ends(trial), ElementsAre(Pair(kSuccess, Time(4s))));
}

TEST(QueueWorker, ARedeploymentEmptiesTheQueue) {
  Trial trial(scenario(asynchronous(waits(1s)), {}, arrivals({0s, 0s, 0s})));
  trial.until(500ms).redeploy(1s);
  EXPECT_EQ(trial.simulation->waiting_calls(kFirst), 0);
  EXPECT_EQ(trial.simulation->asynchronous_calls(), 0);
  EXPECT_DOUBLE_EQ(trial.all().simulation->usage(kFirst).waiting_s, 1);
}

TEST(QueueWorker, TheCriticalPathIsThatOfTheCaller) {
  FunctionSpec function = asynchronous(waits(3s));
  function.hop = Deterministic{0.25};
  const Scenario scenario_of(scenario(function, {}, arrivals({})));
  EXPECT_DOUBLE_EQ(critical_path(scenario_of.workflow(), scenario_of.graph()).seconds, 0.25);
}

// One call is made, from 0 s to 10 s; two wait until then, and one of them until 20 s.
TEST(QueueWorker, CallsThatWaitForAWorkerAreNotInFlight) {
  ScenarioSpec spec = scenario(asynchronous(waits(10s)), {}, arrivals({0s, 0s, 0s}));
  spec.window = 10s;
  const Scenario scenario_of(spec);
  FixedPolicy fixed(scenario_of.spec().configuration);
  const auto result = run(scenario_of, fixed, {.duration = 20s}, 1);
  EXPECT_DOUBLE_EQ(*result.windows[0].functions[0].queue_length_mean, 2);
  EXPECT_DOUBLE_EQ(*result.windows[0].functions[0].concurrency_mean, 1);
  EXPECT_EQ(result.windows[0].functions[0].calls.in_flight, 2);
  EXPECT_DOUBLE_EQ(*result.windows[1].functions[0].queue_length_mean, 1);
}

TEST(QueueWorker, AWindowByStartWaitsForAsynchronousCalls) {
  ScenarioSpec spec = scenario(asynchronous(waits(4s)), {}, arrivals({1s, 2s}));
  spec.window = 3s;
  spec.attribution = Attribution::started;
  const Scenario scenario_of(spec);
  FixedPolicy fixed(scenario_of.spec().configuration);
  const auto result = run(scenario_of, fixed, {.duration = 3s}, 1);
  EXPECT_EQ(result.windows[0].functions[0].calls.completions, 2);
}

// --- what it does not go with

TEST(QueueWorker, IsTheOnlyQueueBeforeAllInstances) {
  const FunctionSpec function = asynchronous(waits(1s, Overflow::central_queue));
  EXPECT_THAT([&] { Scenario(scenario(function, {}, arrivals({}))); }, ThrowsMessage<Error>(HasSubstr("queue_worker")));
}

TEST(QueueWorker, MakesACallAtLeast) {
  const FunctionSpec function = asynchronous(waits(1s), {.max_inflight = 0});
  EXPECT_THAT([&] { Scenario(scenario(function, {}, arrivals({}))); }, ThrowsMessage<Error>(HasSubstr("at least one")));
}

TEST(QueueWorker, TakesNoRequestOfKnownDemand) {
  Trial trial(scenario({asynchronous(waits(1s))}, {{}}, choice({1}, {call("a")}), arrivals({})));
  EXPECT_THAT([&] { trial.simulation->inject(0, {.work_s = 1}); }, ThrowsMessage<Error>(HasSubstr("queue_worker")));
}

}  // namespace
}  // namespace faasconf::sim
