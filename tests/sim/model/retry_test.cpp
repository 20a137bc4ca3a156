// A client that sends failed requests again.

#include <chrono>
#include <cmath>

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

FunctionSpec always_fails(Duration service) {
  FunctionSpec function = waits(service);
  function.failure_probability = 1;
  return function;
}

ScenarioSpec with_retry(FunctionSpec function, std::vector<Duration> times, const Retry& retry) {
  ScenarioSpec spec = scenario(std::move(function), {}, arrivals(std::move(times)));
  spec.workload.retry = retry;
  return spec;
}

// Down from 5 s to 7 s: attempts at 5.5, 6 and 7 s.
TEST(Retry, GoesOutAgainUntilItSucceeds) {
  FunctionSpec function = waits(1s);
  function.time_to_failure = Deterministic{5};
  function.start_up = Deterministic{2};
  Trial trial(with_retry(function, {5500ms}, {.attempts = 5, .back_off = Deterministic{0.5}, .factor = 2}));
  EXPECT_THAT(trial.until(9s).requests(), ElementsAre(Pair(kSuccess, Time(8s))));
  EXPECT_EQ(trial.records()[0].attempts, 3);
  EXPECT_EQ(trial.records()[0].arrived, Time(5500ms));
}

// Served for a second each from 0, 2 and 6 s on.
TEST(Retry, GivesUpAfterItsLastAttempt) {
  Trial trial(with_retry(always_fails(1s), {0s}, {.attempts = 3, .back_off = Deterministic{1}, .factor = 3}));
  EXPECT_EQ(trial.until(6500ms).simulation->requests_in_flight(), 1);
  EXPECT_EQ(trial.simulation->calls_in_flight(kFirst), 1);
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::failed, Time(7s))));
  EXPECT_EQ(trial.records()[0].attempts, 3);
  EXPECT_EQ(trial.calls().size(), 3U);
}

TEST(Retry, OneAttemptIsNoRetry) {
  Trial trial(with_retry(always_fails(1s), {0s}, {.attempts = 1, .back_off = Deterministic{1}}));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::failed, Time(1s))));
  EXPECT_EQ(trial.records()[0].attempts, 1);
}

TEST(Retry, ARejectedRequestComesAgain) {
  Trial trial(with_retry(waits(1s, Overflow::reject), {0s, 500ms}, {.attempts = 2, .back_off = Deterministic{1}}));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(kSuccess, Time(1s)), Pair(kSuccess, Time(2500ms))));
}

TEST(Retry, TheWholeWorkflowRunsAgain) {
  FunctionSpec first = slot_station("first", Deterministic{1}, Overflow::none);
  FunctionSpec second = slot_station("second", Deterministic{1}, Overflow::none);
  second.failure_probability = 1;
  ScenarioSpec spec = scenario({first, second}, {{}, {}}, sequence({call("first"), call("second")}), arrivals({0s}));
  spec.workload.retry = Retry{.attempts = 2, .back_off = Deterministic{0.5}};
  Trial trial(spec);
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::failed, Time(4500ms))));
  EXPECT_EQ(trial.calls(0).size(), 2U);
  EXPECT_EQ(trial.calls(1).size(), 2U);
}

TEST(Retry, AUserWaitsForTheLastAttempt) {
  ScenarioSpec spec = scenario(always_fails(1s), {}, closed_loop(1, Deterministic{1}));
  std::get<ClosedLoop>(spec.workload.source).back_off = Deterministic{2};
  spec.workload.retry = Retry{.attempts = 2, .back_off = Deterministic{0.5}};
  Trial trial(spec);
  // 1 + 0.5 + 1, then 2 + 1 until the next
  EXPECT_THAT(trial.until(8s).requests(),
              ElementsAre(Pair(Outcome::failed, Time(2500ms)), Pair(Outcome::failed, Time(8s))));
}

TEST(Retry, WithoutBackOffAnyNumberOfAttemptsTakesNoPause) {
  Trial trial(with_retry(always_fails(1ms), {0s}, {.attempts = 3000, .back_off = {}, .factor = 2}));
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::failed, Time(3s))));
}

TEST(Retry, StoppedArrivalsLetItGoOn) {
  Trial trial(with_retry(always_fails(1s), {0s}, {.attempts = 3, .back_off = Deterministic{1}, .factor = 1}));
  trial.until(1500ms).simulation->stop_arrivals();
  EXPECT_THAT(trial.all().requests(), ElementsAre(Pair(Outcome::failed, Time(5s))));
}

TEST(Retry, ARedeploymentForgetsIt) {
  Trial trial(with_retry(always_fails(1s), {0s}, {.attempts = 3, .back_off = Deterministic{1}}));
  trial.until(1500ms).redeploy(2s);
  EXPECT_EQ(trial.simulation->requests_in_flight(), 0);
  EXPECT_TRUE(trial.all().requests().empty());
}

TEST(Retry, RefusesLessThanOneAttemptAndANegativeFactor) {
  EXPECT_THAT([] { Scenario(with_retry(waits(1s), {}, {.attempts = 0, .back_off = {}})); },
              ThrowsMessage<Error>(HasSubstr("retry needs at least one attempt")));
  EXPECT_THAT([] { Scenario(with_retry(waits(1s), {}, {.back_off = {}, .factor = -1})); },
              ThrowsMessage<Error>(HasSubstr("the factor of retry must not be negative")));
}

// Oracle: attempts fail with chance p each, so k of them succeed with 1 - p^k and take (1 - p^k) / (1 - p) on average.
// A request that succeeds with its j-th, chance p^(j - 1) (1 - p) / (1 - p^k), has taken j services and the back-offs
// b (1 + f + ... + f^(j - 2)), here exponential with that mean.
TEST(Retry, SucceedsAsTheGeometricDistributionSays) {
  constexpr double kFails = 0.4;
  constexpr int kAttempts = 4;
  FunctionSpec function = slot_station("a", Exponential{1}, Overflow::none);
  function.failure_probability = kFails;
  ScenarioSpec spec = scenario(function, {}, open_loop(1));
  spec.workload.retry = Retry{.attempts = kAttempts, .back_off = Exponential{0.5}, .factor = 3};
  const auto [succeeded, attempts, latency_s] = replicate(
      spec, {.warm_up_s = 200, .length_s = 10'000}, success_share(),
      [](const Sample& sample) {
        return static_cast<double>(sample.functions[0].arrivals) / static_cast<double>(sample.requests.arrivals);
      },
      mean_latency_s());
  const double all = 1 - std::pow(kFails, kAttempts);
  double exact_latency_s = 0;
  double back_offs_s = 0;
  for (int j = 1; j <= kAttempts; ++j) {
    exact_latency_s += std::pow(kFails, j - 1) * (1 - kFails) / all * (j + back_offs_s);
    back_offs_s += 0.5 * std::pow(3, j - 1);
  }
  EXPECT_THAT(succeeded, Estimates(all));
  EXPECT_THAT(attempts, Estimates(all / (1 - kFails)));
  EXPECT_THAT(latency_s, Estimates(exact_latency_s));
}

}  // namespace
}  // namespace faasconf::sim
