// Reading the Azure traces: a day of 46,412 functions x 1,444 columns as the 2019 data set has it, and calls as the
// 2021 trace has them. The files are made once and stay in the directory for temporary files. And placing calls in
// minutes.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "sim/core/random.hpp"
#include "traces/azure/azure2019_invocations.hpp"
#include "traces/azure/azure2021.hpp"
#include "traces/core/cell_streams.hpp"
#include "traces/files/byte_source.hpp"
#include "traces/replay/function_arrivals.hpp"

namespace faasconf::benchmarks {
namespace {

namespace fs = std::filesystem;
using traces::kMinutesPerDay;

constexpr std::uint64_t kSeed = 1;
constexpr std::size_t kFunctions = 46'412;
constexpr std::size_t kCalls = 400'000;

std::string random_hash(sim::Rng& rng) {
  std::string hash;
  for (int word = 0; word < 4; ++word) {
    const std::uint64_t bits = rng.next();
    for (int shift = 60; shift >= 0; shift -= 4) hash += "0123456789abcdef"[bits >> shift & 15];
  }
  return hash;
}

// Calls a day by popularity: 33 % of functions have at most one, 54 % ten, 62 % one an hour, 83 % one in five minutes,
// 93 % one a minute; the first has 123 million.
double calls_per_day(double share_below) {
  constexpr std::array<std::pair<double, double>, 9> points = {{{0, 1},
                                                                {.33, 1},
                                                                {.54, 10},
                                                                {.62, 24},
                                                                {.83, 288},
                                                                {.93, 1440},
                                                                {.99, 60'000},
                                                                {.999, 1'500'000},
                                                                {1, 123'000'000}}};
  const auto above = std::find_if(points.begin() + 1, points.end() - 1, [&](auto p) { return p.first >= share_below; });
  const auto below = above - 1;
  const double part = (share_below - below->first) / (above->first - below->first);
  return below->second * std::pow(above->second / below->second, part);
}

// A count of this mean; nearly Poisson is enough here.
std::uint32_t count_of_mean(double mean, sim::Rng& rng) {
  if (mean > 30) return static_cast<std::uint32_t>(std::max(0.0, mean + std::sqrt(mean) * rng.normal() + .5));
  std::uint32_t count = 0;
  for (double time = rng.exponential(); time < mean; time += rng.exponential()) ++count;
  return count;
}

void append_counts(std::string& line, std::size_t function, sim::Rng& rng) {
  constexpr std::array<std::size_t, 6> periods = {1, 5, 15, 30, 60, 1440};
  const bool timer = function % 10 < 3;
  const std::size_t period = periods[rng.below(periods.size())];
  const double mean = calls_per_day(rng.uniform()) / kMinutesPerDay;
  for (std::size_t minute = 0; minute < kMinutesPerDay; ++minute) {
    const double diurnal = .75 - .25 * std::cos(6.283185307 * static_cast<double>(minute) / kMinutesPerDay);
    const std::uint32_t count = timer ? (minute % period == 0 ? 1 : 0) : count_of_mean(mean * diurnal / .75, rng);
    line += ',';
    line += std::to_string(count);
  }
}

// Writes a file aside and renames it, unless it is there.
template <class Write>
std::string made_once(const std::string& name, const Write& write) {
  const fs::path path = fs::temp_directory_path() / name;
  if (fs::exists(path)) return path.string();
  const fs::path part = path.string() + ".part";
  {
    std::ofstream out(part, std::ios::binary);
    write(out);
  }
  fs::rename(part, path);
  return path.string();
}

const std::string& day_2019() {
  static const std::string path = made_once("faasconf-benchmark-azure2019-1.csv", [](std::ofstream& out) {
    out << "HashOwner,HashApp,HashFunction,Trigger";
    for (std::size_t minute = 1; minute <= kMinutesPerDay; ++minute) out << ',' << minute;
    out << '\n';
    sim::Rng rng = sim::RngStreams(kSeed).stream("day");
    for (std::size_t i = 0; i < kFunctions; ++i) {
      std::string line = random_hash(rng) + "," + random_hash(rng) + "," + random_hash(rng) + ",http";
      append_counts(line, i, rng);
      out << line << '\n';
    }
  });
  return path;
}

const std::string& calls_2021() {
  static const std::string path = made_once("faasconf-benchmark-azure2021-1.csv", [](std::ofstream& out) {
    out << "app,func,end_timestamp,duration\n";
    sim::Rng rng = sim::RngStreams(kSeed).stream("calls");
    std::vector<std::string> keys;
    for (int i = 0; i < 424; ++i) keys.push_back(random_hash(rng) + "," + random_hash(rng) + ",");
    out.precision(17);
    double start_s = 0;
    for (std::size_t i = 0; i < kCalls; ++i) {
      start_s += rng.exponential() * .6;
      const double duration_s = std::round(1000 * rng.exponential()) / 1000;
      out << keys[rng.below(424)] << start_s + duration_s << ',';
      out << static_cast<double>(static_cast<float>(duration_s)) << '\n';
    }
  });
  return path;
}

void set_bytes(benchmark::State& state, const std::string& path) {
  const auto bytes = static_cast<std::int64_t>(fs::file_size(path));
  state.SetBytesProcessed(state.iterations() * bytes);
  state.SetItemsProcessed(state.iterations() * bytes);  // for the table of ratios
}

void Azure2019_Parse(benchmark::State& state) {
  const std::string& path = day_2019();
  std::uint64_t calls = 0;
  std::uint64_t cells = 0;
  for ([[maybe_unused]] auto _ : state) {
    traces::Azure2019InvocationsReader reader(path);
    for (traces::TraceFunction row; reader.next(row);) {
      cells += row.counts.size();
      if (!row.counts.empty()) calls += row.counts.back().count;
    }
  }
  benchmark::DoNotOptimize(calls);
  set_bytes(state, path);
  state.counters["nonzero_share"] = static_cast<double>(cells) / static_cast<double>(state.iterations()) /
                                    static_cast<double>(kFunctions * kMinutesPerDay);
}

void Azure2021_Parse(benchmark::State& state) {
  const std::string& path = calls_2021();
  double seconds = 0;
  for ([[maybe_unused]] auto _ : state) {
    traces::Azure2021Reader reader(path);
    for (traces::TraceInvocation call; reader.next(call);) seconds += call.duration_s;
  }
  benchmark::DoNotOptimize(seconds);
  set_bytes(state, path);
}

void Read_NoParse(benchmark::State& state) {
  const std::string& path = day_2019();
  std::vector<char> block(std::size_t{1} << 20);
  for ([[maybe_unused]] auto _ : state) {
    const auto bytes = files::open_bytes(path);
    while (bytes->read(block) == block.size()) benchmark::DoNotOptimize(block.data());
  }
  set_bytes(state, path);
}

traces::TraceFunction steady_function(std::uint32_t count) {
  traces::TraceFunction function{.owner = std::string(64, 'a'), .app = std::string(64, 'b'), .function = "f"};
  for (std::uint32_t minute = 0; minute < kMinutesPerDay; ++minute) function.counts.push_back({minute, count});
  return function;
}

void CellStreams_Minute(benchmark::State& state) {
  const traces::CellStreams streams(kSeed, "arrivals", steady_function(1));
  std::uint64_t minute = 0;
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(streams.minute(minute++).next());
  state.SetItemsProcessed(state.iterations());
}

// By the calls of a minute and the pattern.
void FunctionArrivals_Next(benchmark::State& state) {
  const traces::TraceFunction function = steady_function(static_cast<std::uint32_t>(state.range(0)));
  const traces::ArrivalRequest request{.pattern = static_cast<traces::ArrivalPattern>(state.range(1))};
  std::int64_t arrivals = 0;
  for ([[maybe_unused]] auto _ : state) {
    traces::FunctionArrivals all(function, request);
    while (const auto time = all.next()) ++arrivals;
  }
  state.SetItemsProcessed(arrivals);
}

BENCHMARK(CellStreams_Minute)->MeasureProcessCPUTime();
BENCHMARK(FunctionArrivals_Next)->ArgsProduct({{1, 1000}, {0, 1, 2, 3, 4, 5}})->MeasureProcessCPUTime();
BENCHMARK(Azure2019_Parse)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(Read_NoParse)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
BENCHMARK(Azure2021_Parse)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace faasconf::benchmarks
