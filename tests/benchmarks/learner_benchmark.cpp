// Learning: an update by itself, and all of training together.

#include <cstdint>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "learner/marl/trainer.hpp"
#include "tests/benchmarks/parallel_workflow.hpp"

namespace faasconf::benchmarks {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr int kUsers = 10;
constexpr std::size_t kEnvironments = 64;

std::shared_ptr<const sim::EnvironmentPlan> plan() {
  sim::EnvironmentSpec spec;
  spec.scenario = parallel_workflow(0);
  spec.load.levels = {kUsers};
  spec.features = sim::FeatureSet::extended;
  return std::make_shared<const sim::EnvironmentPlan>(std::move(spec));
}

// An item is an update of critic and actor on so many transitions of Parallel's six agents.
void AttMF_Update(benchmark::State& state) {
  const auto parallel = plan();
  const std::size_t features = parallel->features().size(), agents = parallel->agents(), batch = 1024;
  learner::marl::OffPolicySpec spec = learner::marl::off_policy_preset("attmf");
  spec.batch = static_cast<std::size_t>(state.range(0));
  learner::marl::OffPolicyLearner attmf(spec, parallel->graph(), features, 1, kSeed, sim::Rng(kSeed));

  // experience of no meaning: an update costs the same
  sim::Rng rng(kSeed);
  const auto draw = [&rng](std::size_t count) {
    std::vector<float> numbers(count);
    for (float& number : numbers) number = static_cast<float>(rng.uniform());
    return numbers;
  };
  const std::vector<float> rows = draw(batch * agents * features), next_rows = draw(batch * agents * features);
  const std::vector<float> actions = draw(batch * agents * sim::kKnobs);
  const std::vector<double> rewards(batch, 0.5), violations(batch, 0), unserved(batch, 0);
  const std::vector<std::uint8_t> truncated(batch, 0);
  const std::vector<double> loads(batch, kUsers);
  attmf.observe({rows, actions, next_rows, rewards, violations, unserved, truncated, loads});

  for (auto _ : state) {
    for (std::size_t phase = 0; phase < attmf.phases(); ++phase) attmf.apply(phase, attmf.compute(phase));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(AttMF_Update)->Arg(64)->Arg(1024)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);

// An item is a step of one environment, a window with all agents; acting and learning included.
void train(benchmark::State& state, const learner::marl::MethodSpec& method, std::size_t steps_per_iteration) {
  learner::marl::TrainerSpec spec;
  spec.plans = learner::marl::Plans(kEnvironments, plan());
  spec.method = method;
  spec.shards = 1;
  spec.steps_per_iteration = steps_per_iteration;
  spec.seed = kSeed;
  learner::marl::Communicator alone;
  learner::marl::Trainer trainer(std::move(spec), alone, 1);
  trainer.iterate(0);
  for (auto _ : state) trainer.iterate(0);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(trainer.steps_per_iteration()));
}

void Train_Throughput_MAPPO(benchmark::State& state) { train(state, learner::marl::OnPolicySpec{}, 32); }
BENCHMARK(Train_Throughput_MAPPO)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);

// One update of 1,024 transitions per 1,024 steps.
void Train_Throughput_AttMF(benchmark::State& state) {
  learner::marl::OffPolicySpec spec = learner::marl::off_policy_preset("attmf");
  spec.batch = 1024;
  train(state, spec, 1024 / kEnvironments);
}
BENCHMARK(Train_Throughput_AttMF)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace faasconf::benchmarks
