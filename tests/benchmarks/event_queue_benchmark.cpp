// The hold model: take the next event out, put one in at an exponential time after it; the number pending stays.

#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include "sim/core/event_queue.hpp"
#include "sim/core/random.hpp"
#include "tests/benchmarks/bare_heap.hpp"

namespace faasconf::benchmarks {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr std::size_t kIncrements = 1U << 14;  // drawn beforehand and used in turn

std::vector<std::int64_t> draw_increments_ns() {
  sim::Rng rng = sim::RngStreams(kSeed).stream("increments");
  std::vector<std::int64_t> increments_ns;
  for (std::size_t i = 0; i < kIncrements; ++i) {
    increments_ns.push_back(sim::from_seconds(rng.exponential()).count());
  }
  return increments_ns;
}

// hold(increment): one pop and one push. `push(time, id)` fills.
template <class Push, class Hold>
void hold_model(benchmark::State& state, Push push, Hold hold) {
  const std::vector<std::int64_t> increments_ns = draw_increments_ns();
  const auto pending = static_cast<std::uint32_t>(state.range(0));

  // the equilibrium: residual times of a distribution without memory; then some turns of each event
  sim::Rng rng = sim::RngStreams(kSeed).stream("fill");
  for (std::uint32_t id = 0; id < pending; ++id) push(sim::from_seconds(rng.exponential()).count(), id);
  std::size_t turn = 0;
  for (std::uint32_t i = 0; i < 4 * pending; ++i) hold(increments_ns[turn++ % kIncrements]);

  constexpr std::int64_t kBatch = 1000;
  for ([[maybe_unused]] auto _ : state) {
    for (std::int64_t i = 0; i < kBatch; ++i) hold(increments_ns[turn++ % kIncrements]);
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}

void EventQueue_Hold(benchmark::State& state) {
  sim::EventQueue queue;
  hold_model(
      state,
      [&](std::int64_t time_ns, std::uint32_t id) {
        queue.push(sim::Time(sim::Duration(time_ns)), sim::EventTag(0, id));
      },
      [&](std::int64_t increment_ns) {
        const sim::Event event = queue.pop();
        queue.push(event.time + sim::Duration(increment_ns), event.tag);
      });
  benchmark::DoNotOptimize(queue.next_time());
}

void BareHeap_Hold(benchmark::State& state) {
  BareHeap heap(static_cast<std::size_t>(state.range(0)));
  hold_model(
      state, [&](std::int64_t time_ns, std::uint32_t id) { heap.push(time_ns, id); },
      [&](std::int64_t increment_ns) {
        const BareHeap::Key key = heap.pop();
        heap.push(BareHeap::time_of(key) + increment_ns, BareHeap::id_of(key));
      });
  benchmark::DoNotOptimize(heap.least_time());
}

// each pair side by side, so that both meet the machine in the same mood
[[maybe_unused]] const bool registered = [] {
  for (const std::int64_t pending : {10, 100, 1'000, 10'000, 1'000'000}) {
    benchmark::RegisterBenchmark("EventQueue_Hold", EventQueue_Hold)->Arg(pending)->MeasureProcessCPUTime();
    benchmark::RegisterBenchmark("BareHeap_Hold", BareHeap_Hold)->Arg(pending)->MeasureProcessCPUTime();
  }
  return true;
}();

}  // namespace
}  // namespace faasconf::benchmarks
