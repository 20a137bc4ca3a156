#include "sim/policy/openfaas_alerts.hpp"

#include <gmock/gmock.h>

#include "tests/sim/policy/observing.hpp"

namespace faasconf::sim {
namespace {

// What the policy makes of so many successes in each of the seconds that follow.
class Gateway {
 public:
  explicit Gateway(ReplicaRange range) : policy_({range}), replicas_(range.min) {}
  int after(int seconds, int successes_per_s) {
    for (int i = 0; i < seconds; ++i) {
      replicas_ = decide(policy_, {.end_s = ++now_s_, .replicas = replicas_, .completions = successes_per_s});
    }
    return replicas_;
  }

 private:
  OpenFaasAlerts policy_;
  int replicas_;
  int now_s_ = 0;
};

// Above the threshold from 1 s on: fires at 6 s, is repeated at 16, 26 ...; each time 20 % of 20 replicas more.
TEST(OpenFaasAlerts, AddAStepWhenTheyFireAndAtEachRepetition) {
  Gateway gateway({.min = 1, .max = 20});
  EXPECT_EQ(gateway.after(5, 6), 1);
  EXPECT_EQ(gateway.after(1, 6), 5);
  EXPECT_EQ(gateway.after(9, 6), 5);
  EXPECT_EQ(gateway.after(1, 6), 9);
  EXPECT_EQ(gateway.after(10, 6), 13);
  EXPECT_EQ(gateway.after(10, 6), 17);
  EXPECT_EQ(gateway.after(10, 6), 20);
  EXPECT_EQ(gateway.after(60, 6), 20);
}

TEST(OpenFaasAlerts, AStepIsRoundedUp) { EXPECT_EQ(Gateway({.min = 1, .max = 8}).after(6, 6), 1 + 2); }

// The rate over 10 s is 5.4 after a second without a call and 4.8 after two.
TEST(OpenFaasAlerts, WhenResolvedReturnToTheFewest) {
  Gateway gateway({.min = 2, .max = 20});
  EXPECT_EQ(gateway.after(16, 6), 10);
  EXPECT_EQ(gateway.after(1, 0), 10);
  EXPECT_EQ(gateway.after(1, 0), 2);
}

TEST(OpenFaasAlerts, AtTheThresholdNothingFires) { EXPECT_EQ(Gateway({.min = 1, .max = 20}).after(60, 5), 1); }

// 30 successes in one second keep the rate above 5 until 5 s: one second too short.
TEST(OpenFaasAlerts, AShortBurstFiresNothing) {
  Gateway gateway({.min = 1, .max = 20});
  EXPECT_EQ(gateway.after(1, 30), 1);
  EXPECT_EQ(gateway.after(30, 0), 1);
}

// What a team set by hand stays until an alert is resolved.
TEST(OpenFaasAlerts, WithoutAnAlertReplicasStay) {
  OpenFaasAlerts policy({ReplicaRange{1, 20}});
  EXPECT_EQ(decide(policy, {.end_s = 1, .replicas = 7, .completions = 1}), 7);
}

}  // namespace
}  // namespace faasconf::sim
