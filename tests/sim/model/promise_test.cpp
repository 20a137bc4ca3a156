#include "sim/model/promise.hpp"

#include <chrono>

#include <gtest/gtest.h>

#include "sim/core/error.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

TEST(Promise, RisksWhatItsPeriodsMayBreak) {
  Promise promise = strict_promise({.latency = 2s});
  promise.periods = 0.9;
  EXPECT_DOUBLE_EQ(promise.risk(), 1 - 0.9);
  promise.over = 720h;
  EXPECT_DOUBLE_EQ(promise.risk(), 1 - 0.95);
}

TEST(Promise, PublishedIsTheTargetOfEachWindow) {
  const Promise promise = published_promise({.latency = 13s, .successes = 20});
  EXPECT_EQ(promise.kind, PromiseKind::published);
  EXPECT_EQ(promise.mean, Duration(13s));
  EXPECT_EQ(promise.successes, (CountTerm{.count = 20, .per = 30s}));
  EXPECT_EQ(promise.period_requests, 0);
}

TEST(Promise, StrictServesNinetyFivePercentWithinTheLatency) {
  const Promise promise = strict_promise({.latency = 13s, .successes = 20});
  EXPECT_EQ(promise.deadline, Duration(13s));
  EXPECT_EQ(promise.served_share, 0.95);
  EXPECT_EQ(promise.period_requests, 200);
  EXPECT_EQ(promise.longest_period, Duration(10min));
  EXPECT_DOUBLE_EQ(promise.periods, 0.95);
  EXPECT_FALSE(promise.mean || promise.successes);
}

TEST(Promise, NamedOnesNeedATarget) {
  EXPECT_THROW(published_promise({}), Error);
  EXPECT_THROW(strict_promise({.successes = 20}), Error);
}

TEST(Promise, RefusesAMeanWithoutAServedShare) {
  EXPECT_THROW(check(Promise{.mean = 2s}), Error);
  EXPECT_NO_THROW(check(Promise{.mean = 2s, .served_share = 0.95}));
  EXPECT_NO_THROW(check(published_promise({.latency = 2s})));
}

TEST(Promise, RefusesALatencyBeyondTheDeadline) {
  EXPECT_THROW(check(Promise{.percentiles = {{0.95, 5s}}, .deadline = 2s}), Error);
  EXPECT_NO_THROW(check(Promise{.percentiles = {{0.95, 2s}}, .deadline = 2s}));
}

TEST(Promise, RefusesImpossibleNumbers) {
  EXPECT_THROW(check(Promise{.served_share = 1.5}), Error);
  EXPECT_THROW(check(Promise{.served_share = 0.0}), Error);
  EXPECT_THROW(check(Promise{.successes = CountTerm{.count = 0}}), Error);
  EXPECT_THROW(check(Promise{.served_share = 0.95, .periods = 1}), Error);
  EXPECT_THROW(check(Promise{.served_share = 0.95, .period_requests = -1}), Error);
  EXPECT_THROW(check(Promise{.served_share = 0.95, .deadline = 0s}), Error);
  EXPECT_THROW(check(Promise{.over = 720h}), Error);
}

}  // namespace
}  // namespace faasconf::sim
