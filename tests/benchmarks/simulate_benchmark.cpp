// Requests per second of CPU time, beside the fastest loop that we can write for the same model by hand.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "sim/core/random.hpp"
#include "sim/model/simulation.hpp"
#include "sim/model/window_counter.hpp"
#include "tests/benchmarks/bare_heap.hpp"

namespace faasconf::benchmarks {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint64_t kSeed = 1;
constexpr double kLoad = 0.8;
constexpr double kWarmUpRequests = 50'000;
constexpr double kBatchRequests = 10'000;  // between two looks at the clock

// One function without calls of its own, mean service 1 s, behind an open loop of Poisson arrivals.
sim::Scenario one_function(const sim::FunctionSpec& function, const sim::FunctionConfiguration& knobs,
                           double rate_per_s, sim::CpuSharing sharing = sim::CpuSharing::fluid) {
  sim::ScenarioSpec spec;
  spec.workflow.name = "one";
  spec.workflow.functions = {function};
  spec.workflow.cpu_sharing.mode = sharing;
  spec.workflow.entry = {sim::Call{.function = function.name}};
  spec.workflow.promise = sim::published_promise({.latency = std::chrono::seconds(10)});
  spec.configuration.functions = {knobs};
  spec.workload.source = sim::OpenLoop{.rate_per_s = rate_per_s, .process = sim::PoissonArrivals{}};
  return sim::Scenario(std::move(spec));
}

// An item is a request: there are as many as arrive in the simulated span, in the mean.
void advance(benchmark::State& state, sim::Simulation& simulation, double rate_per_s) {
  const std::uint64_t events = simulation.events_handled();
  for ([[maybe_unused]] auto _ : state) {
    simulation.run_until(simulation.now() + sim::from_seconds(kBatchRequests / rate_per_s));
  }
  const double requests = static_cast<double>(state.iterations()) * kBatchRequests;
  state.SetItemsProcessed(static_cast<std::int64_t>(requests));
  const auto handled = static_cast<double>(simulation.events_handled() - events);
  state.counters["event"] = benchmark::Counter(handled, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["events/request"] = handled / requests;
}

// --- M/M/c: a server is a slot of the only instance, and service needs no CPU.

sim::Scenario mmc(int servers) {
  sim::FunctionSpec function;
  function.name = "wait";
  function.off_cpu = sim::Exponential{.mean = 1.0};
  function.overflow = sim::Overflow::queue;
  return one_function(function, {.concurrency = servers}, kLoad * servers);
}

void Simulate_MMc(benchmark::State& state) {
  const auto servers = static_cast<int>(state.range(0));
  const sim::Scenario scenario = mmc(servers);
  sim::Simulation simulation(scenario, sim::RngStreams(kSeed));
  simulation.run_until(sim::Time(sim::from_seconds(kWarmUpRequests / (kLoad * servers))));
  advance(state, simulation, kLoad * servers);
}

// The same with all statistics of a window.
void Simulate_MMc_Recorded(benchmark::State& state) {
  const auto servers = static_cast<int>(state.range(0));
  const sim::Scenario scenario = mmc(servers);
  sim::WindowCounter counter(scenario);
  sim::Simulation simulation(scenario, sim::RngStreams(kSeed), {&counter});
  counter.begin_window(simulation);
  simulation.run_until(sim::Time(sim::from_seconds(kWarmUpRequests / (kLoad * servers))));
  advance(state, simulation, kLoad * servers);
}

// Response times are summed, so that no work can be left out. The next arrival waits beside the heap.
void BareLoop_MMc(benchmark::State& state) {
  constexpr std::size_t kMostWaiting = 1U << 12;
  constexpr double kNanoseconds = 1e9;
  const auto servers = static_cast<std::uint32_t>(state.range(0));
  const double mean_gap_ns = kNanoseconds / (kLoad * servers);
  sim::Rng arrivals = sim::RngStreams(kSeed).stream("arrivals");
  sim::Rng services = sim::RngStreams(kSeed).stream("services");
  BareHeap departures(servers);
  std::vector<std::int64_t> waiting(kMostWaiting);  // arrival times, a ring
  std::size_t first = 0;
  std::size_t end = 0;
  std::vector<std::int64_t> arrived(servers);  // of who is served
  std::vector<std::uint32_t> idle;
  for (std::uint32_t server = 0; server < servers; ++server) idle.push_back(server);
  std::int64_t next_arrival = 0;
  std::int64_t response_ns = 0;

  const auto serve = [&](std::uint32_t server, std::int64_t since, std::int64_t now) {
    arrived[server] = since;
    departures.push(now + static_cast<std::int64_t>(services.exponential() * kNanoseconds), server);
  };
  const auto run = [&](std::int64_t requests) {
    while (requests > 0) {
      if (departures.size() == 0 || next_arrival <= departures.least_time()) {
        --requests;
        const std::int64_t now = next_arrival;
        next_arrival = now + static_cast<std::int64_t>(arrivals.exponential() * mean_gap_ns);
        if (idle.empty()) {
          waiting[end++ % kMostWaiting] = now;
        } else {
          const std::uint32_t server = idle.back();
          idle.pop_back();
          serve(server, now, now);
        }
      } else {
        const BareHeap::Key departure = departures.pop();
        const std::int64_t now = BareHeap::time_of(departure);
        const std::uint32_t server = BareHeap::id_of(departure);
        response_ns += now - arrived[server];
        if (first == end) {
          idle.push_back(server);
        } else {
          serve(server, waiting[first++ % kMostWaiting], now);
        }
      }
    }
  };
  run(static_cast<std::int64_t>(kWarmUpRequests));
  for ([[maybe_unused]] auto _ : state) run(static_cast<std::int64_t>(kBatchRequests));
  benchmark::DoNotOptimize(response_ns);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatchRequests));
}

// --- Instances of one core that four requests at most share; more wait before them.

constexpr int kConcurrency = 4;

sim::Scenario shared_cpu(int instances, sim::CpuSharing sharing = sim::CpuSharing::fluid) {
  sim::FunctionSpec function;
  function.name = "work";
  function.serial_work = sim::Exponential{.mean = 1.0};
  function.overflow = sim::Overflow::queue;
  return one_function(function, {.replicas = instances, .concurrency = kConcurrency}, kLoad * instances, sharing);
}

void simulate_shared_cpu(benchmark::State& state, sim::CpuSharing sharing) {
  constexpr int kInstances = 4;
  const sim::Scenario scenario = shared_cpu(kInstances, sharing);
  sim::Simulation simulation(scenario, sim::RngStreams(kSeed));
  simulation.run_until(sim::Time(sim::from_seconds(kWarmUpRequests / (kLoad * kInstances))));
  advance(state, simulation, kLoad * kInstances);
}

void Simulate_SharedCpu(benchmark::State& state) { simulate_shared_cpu(state, sim::CpuSharing::fluid); }
void Simulate_SharedCpu_Cfs(benchmark::State& state) { simulate_shared_cpu(state, sim::CpuSharing::cfs); }

// Virtual time per instance: the work that each of its requests has been served. Few instances: the next event is
// found by looking at all of them.
void BareLoop_SharedCpu(benchmark::State& state) {
  constexpr std::uint32_t kInstances = 4;
  constexpr std::size_t kMostWaiting = 1U << 12;
  constexpr double kNever_s = std::numeric_limits<double>::infinity();
  struct Job {
    double finish_virtual_s;
    double arrived_s;
  };
  struct Instance {
    std::array<Job, kConcurrency> jobs;
    int count = 0;
    int next = 0;  // of the jobs, the first to finish
    double virtual_s = 0;
    double updated_s = 0;
    double completion_s = kNever_s;
    std::size_t first = 0;
    std::size_t end = 0;
    std::vector<double> waiting = std::vector<double>(kMostWaiting);
  };
  sim::Rng arrivals = sim::RngStreams(kSeed).stream("arrivals");
  sim::Rng services = sim::RngStreams(kSeed).stream("services");
  sim::Rng routes = sim::RngStreams(kSeed).stream("routes");
  std::array<Instance, kInstances> instances;
  double next_arrival_s = 0;
  double response_s = 0;

  const auto advance_to = [](Instance& instance, double now_s) {
    if (instance.count > 0) instance.virtual_s += (now_s - instance.updated_s) / instance.count;
    instance.updated_s = now_s;
  };
  const auto start = [&](Instance& instance, double arrived_s) {
    const double finish_virtual_s = instance.virtual_s + services.exponential();
    instance.jobs[static_cast<std::size_t>(instance.count)] = {finish_virtual_s, arrived_s};
    ++instance.count;
  };
  const auto plan = [&](Instance& instance) {
    if (instance.count == 0) {
      instance.completion_s = kNever_s;
      return;
    }
    instance.next = 0;
    for (int i = 1; i < instance.count; ++i) {
      if (instance.jobs[static_cast<std::size_t>(i)].finish_virtual_s <
          instance.jobs[static_cast<std::size_t>(instance.next)].finish_virtual_s) {
        instance.next = i;
      }
    }
    const double lacking_s =
        instance.jobs[static_cast<std::size_t>(instance.next)].finish_virtual_s - instance.virtual_s;
    instance.completion_s = instance.updated_s + lacking_s * instance.count;
  };
  const auto run = [&](std::int64_t requests) {
    while (requests > 0) {
      std::uint32_t soonest = 0;
      for (std::uint32_t i = 1; i < kInstances; ++i) {
        if (instances[i].completion_s < instances[soonest].completion_s) soonest = i;
      }
      if (next_arrival_s <= instances[soonest].completion_s) {
        --requests;
        const double now_s = next_arrival_s;
        next_arrival_s += arrivals.exponential() / (kLoad * kInstances);
        Instance& instance = instances[routes.below(kInstances)];
        if (instance.count == kConcurrency) {
          instance.waiting[instance.end++ % kMostWaiting] = now_s;
          continue;
        }
        advance_to(instance, now_s);
        start(instance, now_s);
        plan(instance);
      } else {
        Instance& instance = instances[soonest];
        advance_to(instance, instance.completion_s);
        response_s += instance.updated_s - instance.jobs[static_cast<std::size_t>(instance.next)].arrived_s;
        --instance.count;
        instance.jobs[static_cast<std::size_t>(instance.next)] =
            instance.jobs[static_cast<std::size_t>(instance.count)];
        if (instance.first != instance.end) start(instance, instance.waiting[instance.first++ % kMostWaiting]);
        plan(instance);
      }
    }
  };
  run(static_cast<std::int64_t>(kWarmUpRequests));
  for ([[maybe_unused]] auto _ : state) run(static_cast<std::int64_t>(kBatchRequests));
  benchmark::DoNotOptimize(response_s);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatchRequests));
}

// Ever more of these instances in one run: what cache misses and deeper heaps cost.
void Simulate_Scale(benchmark::State& state) {
  const auto instances = static_cast<int>(state.range(0));
  const sim::Scenario scenario = shared_cpu(instances);
  sim::Simulation simulation(scenario, sim::RngStreams(kSeed));
  simulation.run_until(sim::Time(std::chrono::seconds(20)));
  advance(state, simulation, kLoad * instances);
}

// --- Instances that calls start and that expire: Poisson arrivals of 10/s, keep-alive 60 s, start-up 0.5 s, execution
// 1 s in the mean.

constexpr double kOnDemandRate_per_s = 10;
constexpr double kStartUp_s = 0.5;
constexpr std::chrono::seconds kKeepAlive{60};

void Simulate_KeepAlive(benchmark::State& state) {
  sim::FunctionSpec function;
  function.name = "work";
  function.off_cpu = sim::Exponential{.mean = 1.0};
  function.start_up = sim::Deterministic{kStartUp_s};
  function.keep_alive = kKeepAlive;
  const sim::Scenario scenario = one_function(function, {.replicas = 100'000}, kOnDemandRate_per_s);
  sim::Simulation simulation(scenario, sim::RngStreams(kSeed));
  simulation.run_until(sim::Time(sim::from_seconds(kWarmUpRequests / kOnDemandRate_per_s)));
  advance(state, simulation, kOnDemandRate_per_s);
}

// Idle instances lie in a stack, the one that has been idle longest at its bottom.
void BareLoop_KeepAlive(benchmark::State& state) {
  constexpr std::size_t kMostInstances = 1U << 12;
  constexpr double kNanoseconds = 1e9;
  const std::int64_t keep_alive_ns = nanoseconds(kKeepAlive).count();
  sim::Rng arrivals = sim::RngStreams(kSeed).stream("arrivals");
  sim::Rng services = sim::RngStreams(kSeed).stream("services");
  BareHeap departures(kMostInstances);
  std::vector<std::int64_t> idle_since(kMostInstances);  // a ring, so that it can shrink at the bottom
  std::size_t bottom = 0;
  std::size_t top = 0;
  std::int64_t next_arrival = 0;
  std::int64_t cold_starts = 0;

  const auto run = [&](std::int64_t requests) {
    while (requests > 0) {
      if (departures.size() == 0 || next_arrival <= departures.least_time()) {
        --requests;
        const std::int64_t now = next_arrival;
        next_arrival = now + static_cast<std::int64_t>(arrivals.exponential() * (kNanoseconds / kOnDemandRate_per_s));
        while (bottom != top && idle_since[bottom % kMostInstances] + keep_alive_ns <= now) ++bottom;
        std::int64_t ready = now;
        if (bottom == top) {
          ready += static_cast<std::int64_t>(kStartUp_s * kNanoseconds);
          ++cold_starts;
        } else {
          --top;
        }
        departures.push(ready + static_cast<std::int64_t>(services.exponential() * kNanoseconds), 0);
      } else {
        idle_since[top++ % kMostInstances] = BareHeap::time_of(departures.pop());
      }
    }
  };
  run(static_cast<std::int64_t>(kWarmUpRequests));
  for ([[maybe_unused]] auto _ : state) run(static_cast<std::int64_t>(kBatchRequests));
  benchmark::DoNotOptimize(cold_starts);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatchRequests));
}

BENCHMARK(Simulate_MMc)->Arg(8)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(BareLoop_MMc)->Arg(8)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(Simulate_MMc_Recorded)->Arg(8)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(Simulate_SharedCpu)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(Simulate_SharedCpu_Cfs)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(BareLoop_SharedCpu)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(Simulate_KeepAlive)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(BareLoop_KeepAlive)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(Simulate_Scale)
    ->Arg(1'000)
    ->Arg(10'000)
    ->Arg(100'000)
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace faasconf::benchmarks
