#include "sim/policy/hpa.hpp"

#include <gtest/gtest.h>

#include "sim/model/run.hpp"
#include "tests/sim/model/scenarios.hpp"
#include "tests/sim/policy/observing.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

const ReplicaRanges kWide{ReplicaRange{1, 100}};

// The first decision, at a mean CPU use of each pod in percent of its request.
int first_decision(int replicas, double percent) {
  Hpa hpa(kWide);
  return decide(hpa, {.end_s = 15, .interval_s = 15, .replicas = replicas, .cpu_cores = replicas * percent / 100});
}

// ceil(current x metric / target), target 80 %
TEST(Hpa, AsksForReplicasInProportionToTheirUse) {
  EXPECT_EQ(first_decision(3, 160), 6);
  EXPECT_EQ(first_decision(4, 100), 5);
  EXPECT_EQ(first_decision(5, 100), 7);  // 6.25
  EXPECT_EQ(first_decision(5, 80), 5);
}

TEST(Hpa, LeavesTenPercentAlone) {
  EXPECT_EQ(first_decision(10, 88), 10);
  EXPECT_EQ(first_decision(10, 89), 12);  // 11.125
  EXPECT_EQ(first_decision(10, 72), 10);
}

TEST(Hpa, AddsAtMostFourPodsOrAsManyAsThereAre) {
  EXPECT_EQ(first_decision(2, 500), 2 + 4);
  EXPECT_EQ(first_decision(10, 400), 2 * 10);
}

TEST(Hpa, StaysWithinItsRange) {
  Hpa hpa({ReplicaRange{2, 5}});
  EXPECT_EQ(decide(hpa, {.end_s = 15, .interval_s = 15, .replicas = 4, .cpu_cores = 8}), 5);
}

// 3 of 6 pods are ready and fully used: were the others as well, 3.75 would do.
TEST(Hpa, WaitsForPodsThatStart) {
  Hpa hpa(kWide);
  EXPECT_EQ(decide(hpa, {.end_s = 15, .interval_s = 15, .replicas = 6, .ready = 3, .cpu_cores = 3}), 6);
  EXPECT_EQ(decide(hpa, {.end_s = 30, .interval_s = 15, .replicas = 6, .ready = 3, .cpu_cores = 6}), 8);
}

// Down to the highest recommendation of the last 5 minutes: 8 until 15 s, then 2, 4 once at 150 s, then 2.
TEST(Hpa, GoesDownToTheHighestRecommendationOfFiveMinutes) {
  Hpa hpa(kWide);
  int replicas = 8;
  for (int now_s = 15; now_s <= 600; now_s += 15) {
    const double wanted = now_s == 15 ? 8 : now_s == 150 ? 4 : 2;
    replicas = decide(hpa, {.end_s = now_s, .interval_s = 15, .replicas = replicas, .cpu_cores = 0.8 * wanted});
    EXPECT_EQ(replicas, now_s < 315 ? 8 : now_s < 450 ? 4 : 2) << now_s << " s";
  }
}

// 8 requests/s x 0.46 core-seconds at 80 % of a core each: 4.6, so 5 replicas, whatever the backlog asked for before.
TEST(Hpa, AfterAStepOfLoadEndsAtTheReplicasThatItNeeds) {
  ScenarioSpec spec =
      scenario(cpu_station("a", Deterministic{0.46}), {.replicas = 1}, open_loop(1, DeterministicArrivals{}));
  spec.workflow.gateway.routing = Routing::round_robin;
  spec.workflow.functions[0].start_up = Deterministic{2};
  spec.workflow.functions[0].ranges.replicas_max = 20;
  spec.workload.profile = Profile{.steps = {{Time(0s), 1}, {Time(60s), 8}}, .origin = "a step"};
  const Scenario scenario(spec);
  Hpa hpa(replica_ranges(scenario.workflow()));
  const auto result = run(scenario, hpa, {.duration = 20min}, 1);
  EXPECT_EQ(result.windows[1].configuration.functions[0].replicas, 1);
  EXPECT_GT(result.windows[4].configuration.functions[0].replicas, 4);
  EXPECT_EQ(result.windows.back().configuration.functions[0].replicas, 5);
  EXPECT_NEAR(*result.windows.back().functions[0].cpu_cores, 8 * 0.46, 0.1);
}

}  // namespace
}  // namespace faasconf::sim
