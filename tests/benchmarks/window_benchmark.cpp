// What a learner or a search asks for a million times: one window of a workflow, redeployed before and observed after.

#include <cstdint>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "sim/core/random.hpp"
#include "sim/model/observe.hpp"
#include "sim/model/promise_text.hpp"
#include "sim/model/simulation.hpp"
#include "sim/model/window_counter.hpp"
#include "tests/benchmarks/parallel_workflow.hpp"

namespace faasconf::benchmarks {
namespace {

constexpr std::uint64_t kSeed = 1;

// As sim::run does it, one window after the other. An item is an invocation.
void simulate_windows(benchmark::State& state, const sim::Scenario& scenario) {
  sim::WindowCounter counter(scenario);
  sim::Simulation simulation(scenario, sim::RngStreams(kSeed), {&counter});
  std::uint64_t window = 0;
  std::int64_t invocations = 0;
  const auto simulate_window = [&] {
    simulation.redeploy(simulation.now(), sim::RngStreams(kSeed, ++window));
    counter.begin_window(simulation);
    simulation.run_until(simulation.now() + scenario.spec().window);
    counter.end_window(simulation);
    counter.take_final(simulation.now(), true, [&](const sim::CountedWindow& counted) {
      const sim::Observation observation = sim::observe(counted, scenario.workflow());
      for (const sim::FunctionObservation& function : observation.functions) invocations += function.calls.arrivals;
    });
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

void Simulate_Window_Parallel(benchmark::State& state) {
  simulate_windows(state, sim::Scenario(parallel_workflow(static_cast<int>(state.range(0)))));
}
BENCHMARK(Simulate_Window_Parallel)->Arg(10)->Arg(30)->MeasureProcessCPUTime()->Unit(benchmark::kMicrosecond);

// The same windows under a promise of percentiles and a served share.
void Simulate_Window_Parallel_Percentiles(benchmark::State& state) {
  sim::ScenarioSpec spec = parallel_workflow(static_cast<int>(state.range(0)));
  spec.workflow.promise = sim::promise_from_text("p50<=8s, p95<=13s, p99<=13s, served_share>=95%, deadline=13s");
  simulate_windows(state, sim::Scenario(std::move(spec)));
}
BENCHMARK(Simulate_Window_Parallel_Percentiles)
    ->Arg(10)
    ->Arg(30)
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace faasconf::benchmarks
