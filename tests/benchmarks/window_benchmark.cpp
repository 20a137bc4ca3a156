// What a learner or a search asks for a million times: one window of a workflow, redeployed before and observed after.

#include <cstdint>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "sim/core/random.hpp"
#include "sim/model/simulation.hpp"
#include "sim/model/window_recorder.hpp"

namespace faasconf::benchmarks {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSeed = 1;

sim::FunctionSpec function(const char* name, double serial_s, double off_cpu_s, double process_mib) {
  sim::FunctionSpec function;
  function.name = name;
  function.serial_work = sim::Deterministic{serial_s};
  function.off_cpu = sim::Deterministic{off_cpu_s};
  function.process_memory = sim::Deterministic{process_mib};
  function.instance_memory = {6};
  function.request_bytes = 100e3;
  function.response_bytes = 80e3;
  return function;
}

sim::FunctionSpec step(const char* name, double serial_s, double parallel_s, double process_mib) {
  sim::FunctionSpec step = function(name, serial_s, 0.044, process_mib);
  step.parallel_work = sim::Deterministic{parallel_s};
  step.max_threads = parallel_s > 0 ? 4.8 : 1.0;
  step.failure_probability = 0.002;
  return step;
}

// The workflow of experiments/configs/parallel.yaml in the middle of its measured configurations.
sim::Scenario parallel_workflow(int users) {
  const auto call = [](const char* name, sim::OnFailure on_failure) {
    return sim::Block{sim::Call{.function = name, .on_failure = on_failure}};
  };
  sim::ScenarioSpec spec;
  sim::WorkflowSpec& workflow = spec.workflow;
  workflow.name = "parallel";
  workflow.functions = {function("orchestrator", 0.34, 0.58, 40),
                        step("starter", 0.86, 0, 40),
                        step("rgb", 0.82, 0, 60),
                        step("resize", 0.77, 0, 60),
                        step("update", 0.78, 0, 60),
                        step("resnet", 0.79, 1.44, 380),
                        step("mobilenet", 0.59, 0.76, 60)};
  workflow.functions.front().fixed = sim::FunctionConfiguration{{4000}, {4096}, 8, 0};
  workflow.functions.front().calls = sim::Block{sim::Sequence{
      {call("starter", sim::OnFailure::ignore),
       call("rgb", sim::OnFailure::pass_on),
       call("resize", sim::OnFailure::pass_on),
       call("update", sim::OnFailure::pass_on),
       {sim::Parallel{{call("resnet", sim::OnFailure::abort), call("mobilenet", sim::OnFailure::abort)}}}}}};
  workflow.entry = call("orchestrator", sim::OnFailure::abort);
  workflow.qos = {.latency = 13s, .successes = 20};
  workflow.gateway.hop = sim::Deterministic{0.02};
  workflow.cpu_sharing = {.contention = 0.16, .quota_exponent = 1.36, .speed_spread = 0.08};
  spec.configuration =
      sim::uniform_configuration(workflow, {.cpu = {1300}, .memory = {1331}, .replicas = 5, .concurrency = 6});
  sim::ClosedLoop closed_loop;
  closed_loop.users = users;
  spec.workload.source = std::move(closed_loop);
  spec.redeploy = true;
  return sim::Scenario(std::move(spec));
}

// As sim::run does it, one window after the other. An item is an invocation.
void Simulate_Window_Parallel(benchmark::State& state) {
  const sim::Scenario scenario = parallel_workflow(static_cast<int>(state.range(0)));
  sim::WindowRecorder recorder(scenario);
  sim::Simulation simulation(scenario, sim::RngStreams(kSeed), {&recorder});
  std::uint64_t window = 0;
  std::int64_t invocations = 0;
  const auto simulate_window = [&] {
    simulation.redeploy(simulation.now(), sim::RngStreams(kSeed, ++window));
    recorder.begin_window(simulation);
    simulation.run_until(simulation.now() + scenario.spec().window);
    recorder.end_window(simulation);
    for (const sim::Observation& observation : recorder.take_final(simulation.now(), true)) {
      for (const sim::FunctionObservation& function : observation.functions) invocations += function.calls.arrivals;
    }
  };
  constexpr int kWarmUpWindows = 100;
  for (int i = 0; i < kWarmUpWindows; ++i) simulate_window();
  invocations = 0;
  const std::uint64_t events = simulation.events_handled();

  for ([[maybe_unused]] auto _ : state) simulate_window();
  state.SetItemsProcessed(invocations);
  const auto handled = static_cast<double>(simulation.events_handled() - events);
  state.counters["event"] = benchmark::Counter(handled, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["events/window"] = benchmark::Counter(handled, benchmark::Counter::kAvgIterations);
  state.counters["invocations/window"] =
      benchmark::Counter(static_cast<double>(invocations), benchmark::Counter::kAvgIterations);
}
BENCHMARK(Simulate_Window_Parallel)->Arg(10)->Arg(30)->MeasureProcessCPUTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace faasconf::benchmarks
