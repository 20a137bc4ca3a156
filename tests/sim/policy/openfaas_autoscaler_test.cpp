#include "sim/policy/openfaas_autoscaler.hpp"

#include <gtest/gtest.h>

#include "tests/sim/policy/observing.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

const ReplicaRanges kWide{ReplicaRange{0, 100}};

int first_decision(const OpenFaasAutoscalerParameters& parameters, const Seen& seen) {
  OpenFaasAutoscaler autoscaler(kWide, parameters);
  return decide(autoscaler, seen);
}

// ceil(load / (target x proportion)): 45 calls/s in each replica
TEST(OpenFaasAutoscaler, AsksForReplicasInProportionToCallsPerSecond) {
  EXPECT_EQ(first_decision({}, {.end_s = 10, .interval_s = 10, .arrivals = 10 * 90}), 2);
  EXPECT_EQ(first_decision({}, {.end_s = 10, .interval_s = 10, .arrivals = 10 * 90 + 1}), 3);
  EXPECT_EQ(first_decision({}, {.end_s = 10, .interval_s = 10}), 1);
}

TEST(OpenFaasAutoscaler, AsksForReplicasInProportionToCallsInFlight) {
  EXPECT_EQ(first_decision({.type = OpenFaasScaleType::capacity, .target = 10, .target_share = 0.5},
                           {.end_s = 10, .interval_s = 10, .concurrency = 21}),
            5);
}

TEST(OpenFaasAutoscaler, AsksForReplicasInProportionToMillicores) {
  EXPECT_EQ(first_decision({.type = OpenFaasScaleType::cpu, .target = 500, .target_share = 1},
                           {.end_s = 10, .interval_s = 10, .cpu_cores = 1.6}),
            4);
}

TEST(OpenFaasAutoscaler, AsksForReplicasInProportionToCallsThatWait) {
  EXPECT_EQ(first_decision({.type = OpenFaasScaleType::queue, .target = 10, .target_share = 1},
                           {.end_s = 10, .interval_s = 10, .queue_length = 45}),
            5);
}

TEST(OpenFaasAutoscaler, StaysWithinItsScales) {
  EXPECT_EQ(first_decision({.min_scale = 3}, {.end_s = 10, .interval_s = 10}), 3);
  EXPECT_EQ(first_decision({.max_scale = 4}, {.end_s = 10, .interval_s = 10, .arrivals = 10'000}), 4);
}

TEST(OpenFaasAutoscaler, GoesToZeroWhenItWasIdleForLong) {
  OpenFaasAutoscaler autoscaler(kWide, {.to_zero = true, .zero_duration = 60s});
  EXPECT_EQ(decide(autoscaler, {.end_s = 10, .interval_s = 10, .arrivals = 1}), 1);
  for (int end_s = 20; end_s < 70; end_s += 10) {
    EXPECT_EQ(decide(autoscaler, {.end_s = end_s, .interval_s = 10}), 1) << end_s << " s";
  }
  EXPECT_EQ(decide(autoscaler, {.end_s = 70, .interval_s = 10}), 0);
}

}  // namespace
}  // namespace faasconf::sim
