// The loop takes no memory once it has what it needs, and a run's memory does not grow with its requests. A program of
// its own, since it counts what everybody in it allocates.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/env/vector_env.hpp"
#include "sim/model/simulation.hpp"
#include "sim/model/window_counter.hpp"
#include "tests/sim/env/workflows.hpp"

namespace {

std::atomic<std::int64_t> allocations = 0;
std::atomic<std::int64_t> live_bytes = 0;

// In front of what is handed out lies its size, in a block as large as the alignment.
constexpr std::size_t kDefaultAlignment = __STDCPP_DEFAULT_NEW_ALIGNMENT__;
void* allocate(std::size_t size, std::size_t alignment = kDefaultAlignment) {
  const std::size_t blocks = (size + alignment - 1) / alignment + 1;
  auto* const block = static_cast<std::byte*>(std::aligned_alloc(alignment, blocks * alignment));
  if (block == nullptr) throw std::bad_alloc();
  ++allocations;
  live_bytes += static_cast<std::int64_t>(size);
  std::memcpy(block, &size, sizeof(size));
  return block + alignment;
}
void release(void* memory, std::size_t alignment = kDefaultAlignment) {
  if (memory == nullptr) return;
  std::byte* const block = static_cast<std::byte*>(memory) - alignment;
  std::size_t size = 0;
  std::memcpy(&size, block, sizeof(size));
  live_bytes -= static_cast<std::int64_t>(size);
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t alignment) noexcept {
  release(memory, static_cast<std::size_t>(alignment));
}
void operator delete[](void* memory, std::align_val_t alignment) noexcept {
  release(memory, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory, std::size_t, std::align_val_t alignment) noexcept {
  release(memory, static_cast<std::size_t>(alignment));
}
void operator delete[](void* memory, std::size_t, std::align_val_t alignment) noexcept {
  release(memory, static_cast<std::size_t>(alignment));
}

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

#ifdef NDEBUG
constexpr double kWarmUpRequests = 200'000;
constexpr double kManyRequests = 10'000'000;
#else
constexpr double kWarmUpRequests = 50'000;
constexpr double kManyRequests = 500'000;
#endif

ScenarioSpec one_function(FunctionSpec function, const FunctionConfiguration& knobs, double rate_per_s) {
  ScenarioSpec spec;
  spec.workflow.name = "test";
  function.name = "function";
  spec.workflow.functions = {std::move(function)};
  spec.workflow.entry = {Call{.function = "function"}};
  spec.configuration.functions = {knobs};
  spec.workload.source = OpenLoop{.rate_per_s = rate_per_s, .process = PoissonArrivals{}};
  return spec;
}

// M/M/8 at a load of 0.8.
constexpr double kQueueRate_per_s = 6.4;
ScenarioSpec queue_of_eight_servers() {
  FunctionSpec function;
  function.off_cpu = Exponential{1};
  function.overflow = Overflow::queue;
  return one_function(function, {.concurrency = 8}, kQueueRate_per_s);
}

ScenarioSpec shared_cpu(CpuSharing sharing) {
  FunctionSpec function;
  function.serial_work = Exponential{1};
  function.overflow = Overflow::queue;
  ScenarioSpec spec = one_function(function, {.replicas = 4, .concurrency = 4}, 3.2);
  spec.workflow.cpu_sharing.mode = sharing;
  return spec;
}

constexpr double kOnDemandRate_per_s = 10;
ScenarioSpec on_demand() {
  FunctionSpec function;
  function.off_cpu = Exponential{1};
  function.start_up = Exponential{1};
  function.keep_alive = 1s;
  return one_function(function, {.replicas = 1'000'000, .concurrency = 1}, kOnDemandRate_per_s);
}

ScenarioSpec contended_node() {
  FunctionSpec function;
  function.serial_work = Exponential{0.1};
  function.keep_alive = 1s;
  function.cpu_request = Millicores{10};
  function.memory_request = Mebibytes{0};
  ScenarioSpec spec = one_function(function, {.replicas = 1'000'000, .concurrency = 1}, 14);
  spec.workflow.cluster.nodes.emplace_back().cores = 2;
  return spec;
}

// Allocations in so many more requests.
std::int64_t allocations_of(const ScenarioSpec& spec, double rate_per_s, double warm_up, double requests) {
  const Scenario scenario(spec);
  Simulation simulation(scenario, RngStreams(1));
  simulation.run_until(Time(from_seconds(warm_up / rate_per_s)));
  const std::int64_t before = allocations;
  simulation.run_until(simulation.now() + from_seconds(requests / rate_per_s));
  return allocations - before;
}

TEST(Allocation, IsCounted) {
  const std::int64_t before = allocations;
  const std::int64_t bytes_before = live_bytes;
  {
    const std::vector<int> numbers(1000);
    EXPECT_EQ(allocations, before + 1);
    EXPECT_GE(live_bytes, bytes_before + 4000);
  }
  EXPECT_EQ(live_bytes, bytes_before);
}

TEST(Allocation, NoneInTheSteadyStateOfAQueue) {
  EXPECT_EQ(allocations_of(queue_of_eight_servers(), kQueueRate_per_s, kWarmUpRequests, kWarmUpRequests), 0);
}

TEST(Allocation, NoneInTheSteadyStateOfASharedCpu) {
  EXPECT_EQ(allocations_of(shared_cpu(CpuSharing::fluid), 3.2, kWarmUpRequests, kWarmUpRequests), 0);
  EXPECT_EQ(allocations_of(shared_cpu(CpuSharing::cfs), 3.2, kWarmUpRequests, kWarmUpRequests), 0);
}

TEST(Allocation, NoneInTheSteadyStateOfInstancesOnDemand) {
  EXPECT_EQ(allocations_of(on_demand(), kOnDemandRate_per_s, kWarmUpRequests, kWarmUpRequests), 0);
}

TEST(Allocation, NoneInTheSteadyStateOfAContendedNode) {
  EXPECT_EQ(allocations_of(contended_node(), 14, kWarmUpRequests / 4, kWarmUpRequests / 4), 0);
}

// Under actions all over their ranges, with redeployment and resets.
TEST(Allocation, NoneInTheStepsOfEnvironments) {
  EnvironmentSpec repeated = two_steps();
  repeated.replications = 2;
  repeated.load_knowledge = LoadForecasting::seasonal;
  repeated.features = FeatureSet::extended;
  EnvironmentSpec strict = two_steps(false);
  strict.scenario.workflow.promise = strict_promise(strict.scenario.workflow.qos);
  for (const EnvironmentSpec& spec : {two_steps(), two_steps(false), repeated, strict}) {
    const auto plan = std::make_shared<const EnvironmentPlan>(spec);
    VectorEnv environments({3, plan}, 1, 2);
    environments.reset();
    Rng rng(1);
    std::vector<float> actions(environments.agents() * kKnobs);
    std::int64_t counted = 0;
    for (int step = 0; step < 1200; ++step) {
      for (float& action : actions) action = static_cast<float>(rng.uniform());
      const std::int64_t before = allocations;
      environments.step(actions);
      if (step >= 1000) counted += allocations - before;
    }
    EXPECT_EQ(counted, 0);
  }
}

// Branches, calls of calls, timeouts and all statistics of a window, once windows like it have been seen.
TEST(Allocation, NoneWithinTheWindowsOfAWorkflow) {
  const auto function = [](const char* name, Distribution work_s) {
    FunctionSpec spec;
    spec.name = name;
    spec.serial_work = std::move(work_s);
    spec.off_cpu = Exponential{0.01};
    spec.overflow = Overflow::queue;
    return spec;
  };
  FunctionSpec caller = function("caller", Exponential{0.02});
  caller.calls = Block{Call{.function = "callee"}};
  ScenarioSpec spec;
  spec.workflow.name = "test";
  spec.workflow.functions = {caller, function("callee", Exponential{0.05}), function("left", Exponential{0.1}),
                             function("right", LogNormal::of(0.1, 1))};
  const Block branches{Parallel{.branches = {Block{Call{.function = "left"}}, Block{Call{.function = "right"}}}}};
  spec.workflow.entry = {Sequence{.steps = {Block{Call{.function = "caller"}}, branches}}};
  spec.workflow.gateway.hop = Exponential{0.01};
  spec.workflow.gateway.timeout = 30s;
  spec.configuration.functions.assign(4, {.cpu = Millicores{1000}, .replicas = 2, .concurrency = 4});
  spec.workload.source = ClosedLoop{.users = 10, .think_time = Exponential{0.5}};
  const Scenario scenario(spec);
  WindowCounter counter(scenario);
  Simulation simulation(scenario, RngStreams(1), {&counter});
  std::int64_t counted = 0;
  for (int window = 0; window < 40; ++window) {
    counter.begin_window(simulation);
    const std::int64_t before = allocations;
    simulation.run_until(simulation.now() + 30s);
    if (window >= 20) counted += allocations - before;
    counter.end_window(simulation);
    int final_windows = 0;
    counter.take_final(simulation.now(), false, [&](const CountedWindow&) { ++final_windows; });
    EXPECT_EQ(final_windows, 1);
  }
  EXPECT_EQ(counted, 0);
}

// Room for a queue that was longer than any before; a byte for every request would be megabytes.
constexpr std::int64_t kSlack_bytes = 100'000;

void expect_no_growth(const ScenarioSpec& spec, double rate_per_s, double requests) {
  const Scenario scenario(spec);
  WindowCounter counter(scenario);
  Simulation simulation(scenario, RngStreams(2), {&counter});
  counter.begin_window(simulation);
  simulation.run_until(Time(from_seconds(kWarmUpRequests / rate_per_s)));
  const std::int64_t before = live_bytes;
  simulation.run_until(Time(from_seconds(requests / rate_per_s)));
  EXPECT_LE(live_bytes, before + kSlack_bytes);
}

TEST(Memory, DoesNotGrowWithTheRequests) {
  expect_no_growth(queue_of_eight_servers(), kQueueRate_per_s, kManyRequests);
  expect_no_growth(on_demand(), kOnDemandRate_per_s, kManyRequests / 4);
}

}  // namespace
}  // namespace faasconf::sim
