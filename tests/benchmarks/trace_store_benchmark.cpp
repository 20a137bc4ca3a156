// A made-up day of full size: 46,412 functions, 0.9 billion calls, 10 million minutes with calls.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "traces/azure/azure2019_writer.hpp"
#include "traces/store/store.hpp"
#include "traces/synthetic/synthesis.hpp"
#include "traces/synthetic/write_azure2019.hpp"

namespace faasconf::benchmarks {
namespace {

namespace fs = std::filesystem;

const traces::SynthesisSpec kDay{.seed = 1};
constexpr std::size_t kThreads = 2;
constexpr std::size_t kSelected = 100;

// Written as three CSV files, on two threads. An item is a function.
void Synthesize_Day(benchmark::State& state) {
  const fs::path folder = fs::temp_directory_path() / "faasconf-benchmark-synthesize";
  fs::create_directory(folder);
  for ([[maybe_unused]] auto _ : state) {
    traces::write_azure2019(folder.string(), traces::SyntheticTrace(kDay), kThreads);
  }
  state.SetItemsProcessed(state.iterations() * kDay.functions);
  fs::remove_all(folder);
}
BENCHMARK(Synthesize_Day)->UseRealTime()->Unit(benchmark::kMillisecond);

// Made once; it stays in the directory for temporary files.
const std::string& day_store() {
  static const std::string path = [] {
    const fs::path file = fs::temp_directory_path() / "faasconf-benchmark-day-1.h5";
    if (fs::exists(file)) return file.string();
    const traces::SyntheticTrace trace(kDay);
    traces::TraceStoreWriter writer(file.string(), {.days = 1, .origin = trace.origin(), .creator = "benchmark"});
    for (std::size_t i = 0; i < trace.size(); ++i) writer.append(trace.function(i));
    writer.commit();
    return file.string();
  }();
  return path;
}

// Opened, and a hundred functions from all over it read with all that is known of them. An item is a function.
void Store_Open_Select100(benchmark::State& state) {
  const std::string& path = day_store();
  std::size_t offset = 0;
  for ([[maybe_unused]] auto _ : state) {
    const traces::TraceStore store(path);
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < kSelected; ++i) indices.push_back((offset + i * 7919) % store.size());
    std::sort(indices.begin(), indices.end());
    benchmark::DoNotOptimize(store.functions(indices));
    ++offset;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kSelected));
}
BENCHMARK(Store_Open_Select100)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace faasconf::benchmarks
