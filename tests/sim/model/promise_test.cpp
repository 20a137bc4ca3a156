#include "sim/model/promise.hpp"

#include <chrono>

#include <gtest/gtest.h>

#include "tests/sim/model/requests_at.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

bool met(ScenarioSpec spec, Duration latency, double successes) {
  spec.workflow.qos = {.latency = latency, .successes = successes};
  return run_for(spec, spec.window).windows[0].qos_met;
}

// 2 successes in 15 s are 4 in 30 s.
TEST(Promise, QosIsMetExactlyAtItsLimits) {
  const ScenarioSpec spec = requests_at({1s, 2s}, 4s, 15s);
  EXPECT_TRUE(met(spec, 4s, 4));
  EXPECT_FALSE(met(spec, 4s - 1ns, 4));
  EXPECT_FALSE(met(spec, 4s, 4.001));
  EXPECT_TRUE(met(spec, kForever, 0));
}

TEST(Promise, QosIsMissedWithoutASuccess) {
  EXPECT_FALSE(met(requests_at({}, 1s, 30s), kForever, 0));
  EXPECT_FALSE(met(requests_at({1s}, 50s, 30s), kForever, 0));
}

TEST(Promise, ComplianceIsTheShareOfWindowsThatMeet) {
  ScenarioSpec spec = requests_at({1s, 11s, 12s, 31s}, 4s, 10s);
  spec.workflow.qos = {.latency = 5s, .successes = 3};
  EXPECT_DOUBLE_EQ(run_for(spec, 40s).qos_compliance, 0.75);
  EXPECT_DOUBLE_EQ(run_for(spec, 40s, 20s).qos_compliance, 0.5);
}

// The same of counts that nobody simulated.
TEST(Promise, IsKeptByCountsAlone) {
  CountedWindow window(1);
  window.length_s = 15;
  const QosTarget promise{.latency = 4s, .successes = 4};
  EXPECT_FALSE(keeps_promise(window, promise));
  window.requests.add(Outcome::success, 3s);
  window.requests.add(Outcome::success, 5s);
  window.requests.add(Outcome::failed, 100s);
  EXPECT_TRUE(keeps_promise(window, promise));
  window.length_s = 16;
  EXPECT_FALSE(keeps_promise(window, promise));
}

}  // namespace
}  // namespace faasconf::sim
