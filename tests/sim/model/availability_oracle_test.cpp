// Failures and repairs against exact availabilities.

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

constexpr double kUp_s = 10;
constexpr double kDown_s = 2;
constexpr double kAvailability = kUp_s / (kUp_s + kDown_s);

FunctionSpec failing(Distribution service_s, Distribution start_up_s) {
  FunctionSpec function = slot_station("function", std::move(service_s), Overflow::none);
  function.time_to_failure = Exponential{kUp_s};
  function.start_up = std::move(start_up_s);
  return function;
}
const std::vector<Distribution>& start_ups() {
  static const std::vector<Distribution> distributions{Exponential{kDown_s}, Deterministic{kDown_s}};
  return distributions;
}

// Oracle: an alternating renewal process; Poisson arrivals see time averages (Wolff, 1982): MTTF / (MTTF + MTTR).
TEST(Availability, OfAnInstanceIsItsShareOfTimeUp) {
  for (const Distribution& start_up_s : start_ups()) {
    const auto [succeeded, crashes_per_s] = replicate(
        scenario(failing(kNothing, start_up_s), {}, open_loop(1)), {.warm_up_s = 200, .length_s = 20'000},
        success_share(),
        [](const Sample& sample) { return static_cast<double>(sample.functions[0].usage.crashes) / sample.length_s; });
    EXPECT_THAT(succeeded, Estimates(kAvailability));
    EXPECT_THAT(crashes_per_s, Estimates(1 / (kUp_s + kDown_s)));
  }
}

// Oracle: who is served for an exponential time of mean 1 survives with chance 1 / (1 + 1 / MTTF), and has then taken
// as long as the shorter of service and time to failure: exponential of the sum of the rates.
TEST(Availability, OfAServiceIsThatOfTheInstanceUntilItsEnd) {
  const auto [succeeded, response_s] =
      replicate(scenario(failing(Exponential{1}, Deterministic{kDown_s}), {}, open_loop(1)),
                {.warm_up_s = 200, .length_s = 20'000}, success_share(), mean_latency_s());
  EXPECT_THAT(succeeded, Estimates(kAvailability / (1 + 1 / kUp_s)));
  EXPECT_THAT(response_s, Estimates(1 / (1 + 1 / kUp_s)));
}

// Oracle: independent replicas; none of n is up with chance (1 - A)^n.
TEST(Availability, OfReplicasIsThatOneIsUp) {
  for (const int replicas : {2, 3}) {
    const auto [succeeded] =
        replicate(scenario(failing(kNothing, Exponential{kDown_s}), {.replicas = replicas}, open_loop(1)),
                  {.warm_up_s = 200, .length_s = 20'000}, success_share());
    EXPECT_THAT(succeeded, Estimates(1 - std::pow(1 - kAvailability, replicas))) << replicas;
  }
}

// Oracle: one instance that is placed anew at once is gone only when all of k nodes are.
TEST(Availability, OfNodesIsThatOneIsInService) {
  for (const int nodes : {1, 2, 3}) {
    for (const Distribution& repair_s : start_ups()) {
      ScenarioSpec spec = scenario(slot_station("function", kNothing, Overflow::none), {}, open_loop(1));
      spec.workflow.cluster.nodes = {
          {.count = nodes, .cores = 2, .time_to_failure = Exponential{kUp_s}, .repair = repair_s}};
      const auto [succeeded, instances] =
          replicate(spec, {.warm_up_s = 200, .length_s = 15'000}, success_share(), mean_instances());
      const double exact = 1 - std::pow(1 - kAvailability, nodes);
      EXPECT_THAT(succeeded, Estimates(exact)) << nodes;
      EXPECT_THAT(instances, Estimates(exact)) << nodes;
    }
  }
}

// Oracle: each of two instances with a node of its own is there while its node is; on three nodes for two instances it
// is a birth-death chain of the nodes in service, n = min(nodes, 2) instances.
TEST(Availability, OfInstancesWithSpareNodes) {
  ScenarioSpec spec = scenario(slot_station("function", kNothing, Overflow::none), {.replicas = 2}, open_loop(1));
  spec.workflow.cluster.nodes = {
      {.count = 3, .cores = 1, .time_to_failure = Exponential{kUp_s}, .repair = Exponential{kDown_s}}};
  const auto [instances] = replicate(spec, {.warm_up_s = 200, .length_s = 15'000}, mean_instances());
  const double down = 1 - kAvailability;
  const double one = 3 * kAvailability * down * down;
  EXPECT_THAT(instances, Estimates(one + 2 * (1 - one - down * down * down)));
}

}  // namespace
}  // namespace faasconf::sim
