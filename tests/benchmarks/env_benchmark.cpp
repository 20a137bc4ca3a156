// What training asks for: steps of environments under actions all over their ranges.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "sim/core/random.hpp"
#include "sim/env/vector_env.hpp"
#include "tests/benchmarks/parallel_workflow.hpp"

namespace faasconf::benchmarks {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr std::size_t kEnvironments = 32;

// An item is a step of one environment: a window with all agents, resets included. Uniformly random actions.
void VectorEnv_Step(benchmark::State& state) {
  sim::EnvironmentSpec spec;
  spec.scenario = parallel_workflow(0);
  spec.load.levels = {static_cast<double>(state.range(0))};
  const auto plan = std::make_shared<const sim::EnvironmentPlan>(std::move(spec));
  sim::VectorEnv environments({kEnvironments, plan}, kSeed, 1);
  environments.reset();
  sim::Rng rng(kSeed);
  std::vector<float> actions(environments.agents() * sim::kKnobs);
  for (auto _ : state) {
    for (float& action : actions) action = static_cast<float>(rng.uniform());
    environments.step(actions);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kEnvironments));
}
BENCHMARK(VectorEnv_Step)
    ->Name("VectorEnv_Step/parallel")
    ->Arg(10)
    ->Arg(30)
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace faasconf::benchmarks
