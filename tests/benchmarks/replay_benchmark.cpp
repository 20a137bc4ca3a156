// Replayed invocations per second of CPU time, beside the fastest loop that we can write for the same model by hand.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "sim/core/random.hpp"
#include "tests/benchmarks/bare_heap.hpp"
#include "traces/replay/cluster_replay.hpp"
#include "traces/replay/tenant_replay.hpp"

namespace faasconf::benchmarks {
namespace {

using std::chrono::nanoseconds;

constexpr std::chrono::minutes kKeepAlive{10};
constexpr double kStartUp_s = .5;

// Durations as the 2019 data set tells them, mean 0.9 s.
const traces::DurationPercentiles& durations() {
  static const traces::DurationPercentiles durations{.average_ms = 900,
                                                     .count = 1,
                                                     .minimum_ms = 50,
                                                     .maximum_ms = 10'000,
                                                     .percentiles_ms = {50, 100, 400, 700, 1200, 5000, 10'000}};
  return durations;
}

// A day, or of a busy one the first million calls.
std::int64_t minutes_of(const benchmark::State& state) {
  return std::min<std::int64_t>(traces::kMinutesPerDay, 1 + 1'000'000 / state.range(0));
}
std::int64_t calls_of(const benchmark::State& state) { return state.range(0) * minutes_of(state); }

// One function with the same number of calls in each minute: arrivals, durations, instances, latencies.
void Replay_Invocations(benchmark::State& state) {
  traces::TraceFunction function{.owner = "o", .app = "a", .function = "f", .trigger = traces::Trigger::http};
  const auto count = static_cast<std::uint32_t>(state.range(0));
  for (std::uint32_t minute = 0; minute < minutes_of(state); ++minute) function.counts.push_back({minute, count});
  const traces::FunctionModel model{
      .duration_s = traces::duration_distribution(durations(), traces::DistributionKind::percentiles),
      .start_up_s = sim::Deterministic{kStartUp_s},
      .memory = sim::Mebibytes{128}};
  const std::vector<traces::ReplayedFunction> functions{{.function = &function, .model = &model}};
  traces::TenantReplayer replayer({.policy = traces::FixedKeepAlive{kKeepAlive}}, std::chrono::hours(24));
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(replayer.replay(functions));
  state.SetItemsProcessed(state.iterations() * calls_of(state));
}

// An hour of 40 functions with a call a second each on 8 nodes of 8 cores, by an instance's CPU request in millicores:
// with 1000, its limit, no node can be contended; with 250 every change of a node's work divides its cores anew.
void Replay_Cluster(benchmark::State& state) {
  constexpr std::size_t kFunctions = 40;
  constexpr std::uint32_t kMinutes = 60;
  traces::Trace trace;
  for (std::size_t i = 0; i < kFunctions; ++i) {
    traces::TraceFunction function{.owner = "o", .app = "a", .function = std::to_string(i)};
    for (std::uint32_t minute = 0; minute < kMinutes; ++minute) function.counts.push_back({minute, 60});
    trace.functions.push_back(function);
  }
  const std::vector<traces::FunctionModel> models(
      kFunctions, {.duration_s = traces::duration_distribution(durations(), traces::DistributionKind::percentiles),
                   .start_up_s = sim::Deterministic{kStartUp_s},
                   .memory = sim::Mebibytes{256}});
  traces::ClusterRequest cluster;
  cluster.cluster.nodes.emplace_back().count = 8;
  cluster.cpu_request = sim::Millicores{static_cast<double>(state.range(0))};
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(traces::replay_on_cluster({.trace = trace, .models = models}, {}, cluster, 1));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kFunctions * kMinutes * 60));
}

// Poisson arrivals at the same rate; the duration by its inverse CDF; idle instances in a stack, the one that has been
// idle longest at its bottom. It counts cold starts and sums idle times and latencies.
void BareLoop_Replay(benchmark::State& state) {
  constexpr std::size_t kMostInstances = 1U << 14;
  constexpr double kNanoseconds = 1e9;
  const std::int64_t keep_alive_ns = nanoseconds(kKeepAlive).count();
  const double mean_gap_ns = 60 * kNanoseconds / static_cast<double>(state.range(0));
  const auto& probabilities = traces::DurationPercentiles::kProbabilities;
  const auto& values_ms = durations().percentiles_ms;
  sim::Rng arrivals = sim::RngStreams(1).stream("arrivals");
  sim::Rng services = sim::RngStreams(1).stream("services");
  BareHeap ends(kMostInstances);
  std::vector<std::int64_t> idle_since(kMostInstances);  // a ring, so that it can shrink at the bottom
  std::size_t bottom = 0;
  std::size_t top = 0;
  std::int64_t next_arrival = 0;
  std::int64_t cold = 0;
  std::int64_t idle_ns = 0;
  std::int64_t latency_ns = 0;

  const auto duration_ns = [&] {
    const double draw = services.uniform();
    std::size_t i = 1;
    while (draw >= probabilities[i]) ++i;
    const double part = (draw - probabilities[i - 1]) / (probabilities[i] - probabilities[i - 1]);
    return static_cast<std::int64_t>((values_ms[i - 1] + part * (values_ms[i] - values_ms[i - 1])) * 1e6);
  };
  const auto run = [&](std::int64_t calls) {
    while (calls > 0) {
      if (ends.size() == 0 || next_arrival <= ends.least_time()) {
        --calls;
        const std::int64_t now = next_arrival;
        next_arrival = now + static_cast<std::int64_t>(arrivals.exponential() * mean_gap_ns);
        for (; bottom != top && idle_since[bottom % kMostInstances] + keep_alive_ns <= now; ++bottom) {
          idle_ns += keep_alive_ns;
        }
        std::int64_t ready = now;
        if (bottom == top) {
          ready += static_cast<std::int64_t>(kStartUp_s * kNanoseconds);
          ++cold;
        } else {
          idle_ns += now - idle_since[--top % kMostInstances];
        }
        const std::int64_t end = ready + duration_ns();
        latency_ns += end - now;
        ends.push(end, 0);
      } else {
        idle_since[top++ % kMostInstances] = BareHeap::time_of(ends.pop());
      }
    }
  };
  for ([[maybe_unused]] auto _ : state) run(calls_of(state));
  benchmark::DoNotOptimize(cold);
  benchmark::DoNotOptimize(idle_ns);
  benchmark::DoNotOptimize(latency_ns);
  state.SetItemsProcessed(state.iterations() * calls_of(state));
}

// Calls a minute: seldom, often, and as often as the most called function of the released data.
BENCHMARK(Replay_Invocations)->Arg(1)->Arg(600)->Arg(84'000)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(BareLoop_Replay)->Arg(1)->Arg(600)->Arg(84'000)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(Replay_Cluster)->Arg(1000)->Arg(250)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace faasconf::benchmarks
