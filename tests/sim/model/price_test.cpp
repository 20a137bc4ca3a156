#include "sim/model/price.hpp"

#include <chrono>

#include <gtest/gtest.h>

#include "sim/model/observe.hpp"
#include "sim/model/window_counter.hpp"
#include "tests/sim/model/requests_at.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

// 500m and 256Mi at 1.73e-4 and 1.2e-5: 0.089572 per replica.
TEST(Price, PriceIsThePapers) {
  ScenarioSpec spec = requests_at({}, 1s, 30s);
  spec.configuration.functions[0] = {.cpu = Millicores{500}, .memory = Mebibytes{256}, .replicas = 2};
  EXPECT_NEAR(run_for(spec, 30s).windows[0].price, 2 * 0.089572, 1e-12);
}

// A window of 30 s that begins with 2 replicas of 500m and 256Mi and has others from a time on.
Observation rescaled(ScenarioSpec spec, Duration at, int replicas) {
  FunctionConfiguration knobs{.cpu = Millicores{500}, .memory = Mebibytes{256}, .replicas = 2};
  spec.configuration.functions[0] = knobs;
  const Scenario scenario(spec);
  WindowCounter counter(scenario);
  Simulation simulation(scenario, RngStreams(1), {&counter});
  counter.begin_window(simulation);
  simulation.run_until(Time(at));
  knobs.replicas = replicas;
  simulation.apply({{knobs}});
  simulation.run_until(Time(30s));
  counter.end_window(simulation);
  return observe(counter.latest(), scenario.workflow());
}

// 2 replicas for 10 s, then 5 for 20 s.
TEST(Price, PriceIsAveragedOverTime) {
  const ScenarioSpec spec = requests_at({}, 1s, 30s);
  const Observation window = rescaled(spec, 10s, 5);
  EXPECT_NEAR(window.price, 4 * 0.089572, 1e-12);
  EXPECT_DOUBLE_EQ(window.functions[0].instances, 4);
  EXPECT_EQ(window.configuration.functions[0].replicas, 5);
}

// A draining instance is paid for: 2 replicas until the request ends at 20 s.
TEST(Price, DrainingInstancesCount) {
  ScenarioSpec spec = requests_at({0s, 0s}, 20s, 30s);
  spec.workflow.gateway.routing = Routing::round_robin;
  EXPECT_NEAR(rescaled(spec, 5s, 1).price, (2 * 20 + 1 * 10) / 30.0 * 0.089572, 1e-12);
}

// Two vCPU and 1 GiB in each of 3 replicas: 3 (2 alpha + beta) = 1.0749 USD an hour. Three executions of 4 s.
TEST(Price, CostsAreByWindowByExecutionAndByUse) {
  ScenarioSpec spec = requests_at({0s, 1s, 12s}, 4s, 30s);
  spec.configuration.functions[0] = {.cpu = Millicores{2000}, .memory = Mebibytes{1024}, .replicas = 3};
  const Observation window = run_for(spec, 30s).windows[0];
  EXPECT_NEAR(window.cost_window_usd, 1.0749 / 3600 * 30, 1e-12);
  EXPECT_NEAR(window.cost_execution_usd, 1.0749 / 3600 * 4, 1e-12);
  EXPECT_NEAR(window.used_gib_s, 3 * 4 * 1, 1e-9);
  EXPECT_NEAR(window.used_vcpu_s, 3 * 4 * 2, 1e-9);
}

TEST(Price, AnOrchestratorWithLimitsOfItsOwnIsNotPriced) {
  ScenarioSpec spec = requests_at({0s, 1s}, 4s, 30s);
  spec.workflow.functions[0].fixed = spec.configuration.functions[0];
  const Observation window = run_for(spec, 30s).windows[0];
  EXPECT_EQ(window.price, 0);
  EXPECT_EQ(window.cost_window_usd, 0);
  EXPECT_EQ(window.cost_execution_usd, 0);
  EXPECT_EQ(window.used_gib_s, 0);
  EXPECT_EQ(window.used_vcpu_s, 0);
  EXPECT_DOUBLE_EQ(window.functions[0].instances, 1);
}

// Two vCPU and 1 GiB in each of 3 replicas for half an hour; one execution of 4 s, without a simulation.
TEST(Price, IsOfCountsAlone) {
  WorkflowSpec workflow;
  workflow.functions.resize(1);
  CountedWindow window(1);
  window.length_s = 1800;
  window.functions[0].usage.cpu_limit_millicore_s = 3 * 2000 * window.length_s;
  window.functions[0].usage.memory_limit_mib_s = 3 * 1024 * window.length_s;
  window.functions[0].execution.add(4s);
  const WindowCost cost = cost_of(window, workflow);
  EXPECT_NEAR(cost.price, 3 * (2000 * 1.73e-4 + 1024 * 1.2e-5), 1e-12);
  EXPECT_NEAR(cost.cost_window_usd, 1.0749 / 2, 1e-12);
  EXPECT_NEAR(cost.cost_execution_usd, 1.0749 / 3600 * 4, 1e-12);
  workflow.functions[0].fixed = FunctionConfiguration{};
  EXPECT_EQ(cost_of(window, workflow).price, 0);
}

}  // namespace
}  // namespace faasconf::sim
