// A decision of an exported policy, all agents of a workflow, on the public path: what a window told -> features ->
// network -> configuration.

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "learner/serving/learned_policy.hpp"
#include "sim/model/scenario.hpp"
#include "tests/learner/bundle/policies.hpp"

namespace faasconf::benchmarks {
namespace {

// So many functions, each of which calls the next one and the one after.
sim::Scenario ladder(std::int64_t functions) {
  sim::ScenarioSpec spec;
  const auto name = [](std::int64_t i) { return "f" + std::to_string(i); };
  for (std::int64_t i = 0; i < functions; ++i) {
    sim::FunctionSpec& function = spec.workflow.functions.emplace_back();
    function.name = name(i);
    std::vector<sim::Block> calls;
    for (std::int64_t next = i + 1; next <= i + 2 && next < functions; ++next) {
      calls.push_back({sim::Call{.function = name(next)}});
    }
    if (!calls.empty()) function.calls = sim::Block{sim::Sequence{std::move(calls)}};
  }
  spec.workflow.name = "ladder";
  spec.workflow.entry = {sim::Call{.function = name(0)}};
  spec.configuration = sim::uniform_configuration(spec.workflow, {.replicas = 2, .concurrency = 4});
  spec.workload.source = sim::ClosedLoop{};
  return sim::Scenario(std::move(spec));
}

sim::Observation window_of(const sim::Scenario& scenario) {
  sim::Observation window;
  window.length = scenario.spec().window;
  window.users = 20;
  window.configuration = scenario.spec().configuration;
  for (std::size_t i = 0; i < scenario.function_count(); ++i) {
    sim::FunctionObservation& function = window.functions.emplace_back();
    function.latency = sim::Latency{.mean_s = 0.5, .p50_s = 0.4, .p75_s = 0.6, .p95_s = 1.1, .p99_s = 2};
    function.cpu_percent = 40;
    function.memory_share = 0.3;
    function.received_bytes_per_s = 1e4;
    function.instances = 2;
  }
  return window;
}

// An item is a decision; the configuration it gave is the next window's.
void decide(benchmark::State& state, learner::bundle::NetworkSpec network) {
  const sim::Scenario scenario = ladder(state.range(0));
  learner::serving::LearnedPolicy policy(learner::bundle::random_policy(scenario, std::move(network)), scenario);
  sim::Observation window = window_of(scenario);
  for (auto _ : state) {
    window.configuration = policy.decide(window);
    ++window.window;
  }
  state.SetItemsProcessed(state.iterations());
}

// AttMF's actor: 64-64, batch normalisation, squared attention, the extended features.
void Policy_Decide(benchmark::State& state) { decide(state, learner::bundle::NeighbourhoodSpec{}); }
BENCHMARK(Policy_Decide)->Arg(6)->Arg(12)->Unit(benchmark::kMicrosecond);

void Policy_DecideTransformer(benchmark::State& state) { decide(state, learner::bundle::TransformerSpec{}); }
BENCHMARK(Policy_DecideTransformer)->Arg(6)->Arg(12)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace faasconf::benchmarks
