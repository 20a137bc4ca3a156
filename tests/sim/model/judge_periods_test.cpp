#include "sim/model/judge_periods.hpp"

#include <chrono>
#include <cstdint>

#include <gtest/gtest.h>

#include "tests/sim/model/requests_at.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

// A window of 30 s in which so many requests became due and were served, each in a second.
CountedWindow window_of(std::int64_t due, std::int64_t served) {
  CountedWindow window(1);
  window.length_s = 30;
  window.due = {.due = due, .served = served, .served_ns = 1e9 * static_cast<double>(served)};
  for (std::int64_t i = 0; i < due; ++i) window.requests.add(i < served ? Outcome::success : Outcome::failed, 1s);
  return window;
}

Promise served(double share, std::int64_t period_requests = 200) {
  return {.served_share = share, .period_requests = period_requests};
}

PromiseKept judge(const Promise& promise, std::initializer_list<CountedWindow> windows) {
  PeriodJudge judge(promise);
  for (const CountedWindow& window : windows) judge.add(window);
  return judge.kept();
}

TEST(PeriodJudge, EndsAPeriodWithTheWindowThatReachesItsRequests) {
  const Promise promise = served(0.95);
  PeriodJudge judge(promise);
  EXPECT_FALSE(judge.add(window_of(100, 100)));
  EXPECT_FALSE(judge.add(window_of(99, 99)));
  EXPECT_TRUE(judge.add(window_of(1, 1)));
  EXPECT_TRUE(judge.add(window_of(500, 500)));
  EXPECT_EQ(judge.kept().periods, 2);
  EXPECT_EQ(judge.kept().kept, 2);
}

TEST(PeriodJudge, EndsAPeriodAtItsLongestWhateverWasDue) {
  const Promise promise{.served_share = 0.95, .longest_period = 90s};
  const PromiseKept kept = judge(promise, {window_of(1, 1), window_of(0, 0), window_of(1, 0), window_of(1, 1)});
  EXPECT_EQ(kept.periods, 1);  // 2 due, 1 served
  EXPECT_EQ(kept.kept, 0);
  EXPECT_EQ(kept.open_windows, 1);
}

TEST(PeriodJudge, PoolsTheRequestsOfAPeriod) {
  EXPECT_EQ(judge(served(0.95), {window_of(100, 90), window_of(100, 100)}).kept, 1);
  EXPECT_EQ(judge(served(0.95), {window_of(100, 90), window_of(100, 99)}).kept, 0);
}

TEST(PeriodJudge, LeavesOutEmptyPeriodsAndCountsThem) {
  const PromiseKept kept = judge(served(0.95, 0), {window_of(0, 0), window_of(5, 5), window_of(0, 0)});
  EXPECT_EQ(kept.empty, 2);
  EXPECT_EQ(kept.periods, 1);
  EXPECT_EQ(kept.share(), 1.0);
}

TEST(PeriodJudge, BreaksAPeriodWithRequestsAndNoSuccess) {
  EXPECT_EQ(judge({.percentiles = {{0.5, 2s}}, .period_requests = 0}, {window_of(1, 0)}).broken_latency, 1);
  EXPECT_EQ(judge(published_promise({.latency = 2s}), {window_of(1, 0)}).broken_latency, 1);
}

TEST(PeriodJudge, SaysNothingOfTheWindowsAfterTheLastPeriod) {
  const PromiseKept kept = judge(served(0.95), {window_of(199, 0)});
  EXPECT_EQ(kept.share(), std::nullopt);
  EXPECT_EQ(kept.open_windows, 1);
  EXPECT_EQ(loss(served(0.95), kept), std::nullopt);
}

TEST(PeriodJudge, CountsByCauseAndTheLongestRun) {
  const Promise promise{.percentiles = {{0.5, 2s}},
                        .served_share = 0.95,
                        .successes = CountTerm{.count = 10, .per = 30s},
                        .period_requests = 0};
  CountedWindow good = window_of(20, 20);
  good.due.within[0] = 20;
  CountedWindow slow = window_of(20, 20);
  slow.due.within[0] = 9;
  CountedWindow few = window_of(5, 5);
  few.due.within[0] = 5;
  CountedWindow shedding = window_of(20, 12);
  shedding.due.within[0] = 12;
  const PromiseKept kept = judge(promise, {slow, good, few, shedding, slow, good});
  EXPECT_EQ(kept.periods, 6);
  EXPECT_EQ(kept.kept, 2);
  EXPECT_EQ(kept.broken_latency, 2);
  EXPECT_EQ(kept.broken_successes, 1);
  EXPECT_EQ(kept.broken_served_share, 1);
  EXPECT_EQ(kept.longest_broken, 3);
}

// What failed ranks last: to refuse the slow half does not better the median.
TEST(PeriodJudge, SheddingNeverImprovesAPercentile) {
  const Promise promise{.percentiles = {{0.9, 2s}}, .period_requests = 0};
  CountedWindow slow = window_of(10, 10);
  slow.due.within[0] = 8;
  CountedWindow shedding = window_of(10, 8);
  shedding.due.within[0] = 8;
  EXPECT_EQ(judge(promise, {slow}).kept, 0);
  EXPECT_EQ(judge(promise, {shedding}).kept, 0);
}

TEST(PeriodJudge, AcceptsASharePreciselyAtItsLimit) {
  for (const std::int64_t count : {20, 100, 220, 700, 1300}) {
    for (const double share : {0.95, 0.55, 0.9, 0.85}) {
      const auto least = static_cast<std::int64_t>(share * static_cast<double>(count) + 0.5);
      EXPECT_EQ(judge(served(share, 1), {window_of(count, least)}).kept, 1) << share << " of " << count;
      EXPECT_EQ(judge(served(share, 1), {window_of(count, least - 1)}).kept, 0) << share << " of " << count;
    }
  }
}

TEST(PeriodJudge, TheLossOfABudgetIsTheShareOfAllRequests) {
  const Promise budget{.served_share = 0.99, .over = 720h};
  const PromiseKept kept = judge(budget, {window_of(300, 300), window_of(100, 92)});
  EXPECT_DOUBLE_EQ(*loss(budget, kept), 8.0 / 400);
}

TEST(PromiseKept, AddsUpRuns) {
  PromiseKept both = judge(served(0.95), {window_of(200, 200), window_of(200, 0)});
  both.merge(judge(served(0.95), {window_of(200, 200)}));
  EXPECT_EQ(both.periods, 3);
  EXPECT_EQ(both.kept, 2);
  EXPECT_EQ(both.due.due, 600);
}

// --- the published promise

bool met(ScenarioSpec spec, const QosTarget& target) {
  spec.workflow.promise = published_promise(target);
  return run_for(spec, spec.window).windows[0].qos_met;
}

// 2 successes in 15 s are 4 in 30 s.
TEST(PublishedPromise, IsKeptExactlyAtItsLimits) {
  const ScenarioSpec spec = requests_at({1s, 2s}, 4s, 15s);
  EXPECT_TRUE(met(spec, {.latency = 4s, .successes = 4}));
  EXPECT_FALSE(met(spec, {.latency = 4s - 1ns, .successes = 4}));
  EXPECT_FALSE(met(spec, {.latency = 4s, .successes = 4.001}));
}

TEST(PublishedPromise, IsBrokenByAWindowOfWaiting) { EXPECT_FALSE(met(requests_at({1s}, 50s, 30s), {.latency = 13s})); }

TEST(PublishedPromise, ShareIsOfTheWindowsAfterTheWarmUp) {
  ScenarioSpec spec = requests_at({1s, 11s, 12s, 31s}, 4s, 10s);
  spec.workflow.promise = published_promise({.latency = 5s, .successes = 3});
  const PromiseKept all = run_for(spec, 40s).promise;
  EXPECT_EQ(all.kept, 3);  // nothing happens in the third window
  EXPECT_EQ(all.periods, 3);
  EXPECT_EQ(all.empty, 1);
  EXPECT_EQ(run_for(spec, 40s, 20s).promise.periods, 1);
}

// --- what becomes due in a simulation

DueRequests due_in(const ScenarioSpec& spec, Duration length) { return run_for(spec, length).promise.due; }

ScenarioSpec within(ScenarioSpec spec, Duration deadline) {
  spec.workflow.promise = {.served_share = 0.95, .deadline = deadline, .period_requests = 0};
  return spec;
}

TEST(DueRequests, ARequestIsDueOnceWhenItPassesItsDeadline) {
  // served after 25 s: overdue at 11 s, in the second window; its end in the third counts no more
  const DueRequests due = due_in(within(requests_at({1s}, 25s, 10s), 10s), 40s);
  EXPECT_EQ(due.due, 1);
  EXPECT_EQ(due.served, 0);
  EXPECT_EQ(due.overdue, 1);
}

TEST(DueRequests, ARequestThatEndsAtItsDeadlineIsServed) {
  const DueRequests due = due_in(within(requests_at({1s}, 9s, 10s), 9s), 20s);
  EXPECT_EQ(due.due, 1);
  EXPECT_EQ(due.served, 1);
  EXPECT_EQ(due.overdue, 0);
  EXPECT_DOUBLE_EQ(due.served_ns, 9e9);
}

TEST(DueRequests, ARequestThatEndsLateInItsWindowIsNotServed) {
  const DueRequests due = due_in(within(requests_at({1s}, 8s, 10s), 5s), 10s);
  EXPECT_EQ(due.due, 1);
  EXPECT_EQ(due.overdue, 1);
  EXPECT_EQ(due.served, 0);
}

TEST(DueRequests, OneInFlightWithinItsDeadlineIsNotDue) {
  EXPECT_EQ(due_in(within(requests_at({1s}, 50s, 10s), 30s), 20s).due, 0);
}

}  // namespace
}  // namespace faasconf::sim
