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

// 0.408 cores used of a request of 0.1: ceil(4.08 / 0.8) pods, whatever the limit (a core) is.
TEST(Hpa, DividesByTheRequestOfItsPods) {
  Hpa hpa({ReplicaRange{1, 100, Millicores{100}}}, {.behavior = {.up = {.pods = 10}}});
  EXPECT_EQ(decide(hpa, {.end_s = 15, .interval_s = 15, .replicas = 1, .cpu_cores = 0.408}), 6);
}

// --- other metrics

TEST(Hpa, AsksForReplicasInProportionToCallsPerSecond) {
  Hpa hpa(kWide, {.target_utilization = 0, .target_rate_per_s = 10});
  EXPECT_EQ(decide(hpa, {.end_s = 15, .interval_s = 15, .replicas = 3, .arrivals = 15 * 45}), 5);
  EXPECT_EQ(decide(hpa, {.end_s = 30, .interval_s = 15, .replicas = 5, .arrivals = 15 * 54}), 5) << "within a tenth";
}

TEST(Hpa, AsksForReplicasInProportionToCallsInFlight) {
  Hpa hpa(kWide, {.target_utilization = 0, .target_in_flight = 4});
  EXPECT_EQ(decide(hpa, {.end_s = 15, .interval_s = 15, .replicas = 2, .concurrency = 21}), 6);
}

// 30 calls that wait, 10 for each pod.
TEST(Hpa, AsksForReplicasInProportionToCallsThatWait) {
  Hpa hpa(kWide, {.target_utilization = 0, .target_queue_length = 10});
  EXPECT_EQ(decide(hpa, {.end_s = 15, .interval_s = 15, .replicas = 1, .queue_length = 30}), 3);
  EXPECT_EQ(decide(hpa, {.end_s = 30, .interval_s = 15, .replicas = 3, .queue_length = 31}), 3) << "within a tenth";
}

TEST(Hpa, OfSeveralMetricsTakesTheLargestCount) {
  Hpa hpa(kWide, {.target_rate_per_s = 10});
  EXPECT_EQ(decide(hpa, {.end_s = 15, .interval_s = 15, .replicas = 4, .cpu_cores = 1.6, .arrivals = 15 * 60}), 6);
}

// Calls ask for 2 of 4 pods; that nobody knows of the CPU forbids to take any away.
TEST(Hpa, TakesNothingAwayWhileAMetricIsMissing) {
  Hpa hpa(kWide, {.target_rate_per_s = 10, .behavior = {.down = {.share = 1}}});
  Observation observation = observe({.end_s = 15, .interval_s = 15, .replicas = 4, .arrivals = 15 * 20});
  observation.functions[0].cpu_cores.reset();
  EXPECT_EQ(hpa.decide(observation).functions[0].replicas, 4);
  observation.functions[0].calls.arrivals = 15 * 60;
  EXPECT_EQ(hpa.decide(observation).functions[0].replicas, 6);
}

// --- behaviour

// The replicas after each minute, of pods that have nothing to do.
std::vector<int> minutes_down(const ScalingRules& rules, int replicas, int minutes) {
  Hpa hpa(kWide, {.interval = 15s, .behavior = {.down = rules}});
  std::vector<int> after;
  for (int tick = 1; tick <= 4 * minutes; ++tick) {
    replicas = decide(hpa, {.end_s = 15 * tick, .interval_s = 15, .replicas = replicas, .cpu_cores = 0});
    if (tick % 4 == 1) after.push_back(replicas);
  }
  return after;
}

// The example of https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#scaling-policies: 4 pods or
// 10 % in a minute. 8 of 80 go, 8 of 72 (7.2 rounded up), ... and 4 at a time below 40.
TEST(Hpa, TakesAwayWhatItsPoliciesAllowInAMinute) {
  EXPECT_EQ(minutes_down({.pods = 4, .pods_period = 60s, .share = 0.1, .share_period = 60s}, 80, 9),
            (std::vector{72, 64, 57, 51, 45, 40, 36, 32, 28}));
}

TEST(Hpa, SelectsThePolicyThatAllowsLess) {
  EXPECT_EQ(
      minutes_down({.pods = 4, .pods_period = 60s, .share = 0.1, .share_period = 60s, .select = ScalingSelect::min}, 80,
                   3),
      (std::vector{76, 72, 68}));
}

TEST(Hpa, MayBeForbiddenToTakeAnyAway) {
  EXPECT_EQ(minutes_down({.pods = 4, .select = ScalingSelect::disabled}, 80, 2), (std::vector{80, 80}));
}

// Up to the lowest recommendation of a minute: 2 until 60 s, then 5.
TEST(Hpa, GoesUpToTheLowestRecommendationOfItsWindow) {
  Hpa hpa(kWide, {.behavior = {.up = {.pods = 10, .stabilization = 60s}}});
  for (int now_s = 15; now_s <= 90; now_s += 15) {
    const double wanted = now_s == 15 ? 2 : 5;
    const int replicas = decide(hpa, {.end_s = now_s, .interval_s = 15, .replicas = 2, .cpu_cores = 0.8 * wanted});
    EXPECT_EQ(replicas, now_s < 75 ? 2 : 5) << now_s << " s";
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
