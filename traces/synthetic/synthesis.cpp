#include "traces/synthetic/synthesis.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/core/error.hpp"
#include "traces/azure/published.hpp"
#include "traces/synthetic/synthetic_counts.hpp"

namespace faasconf::traces {
namespace {

constexpr std::uint32_t kMostFunctions = 10'000'000;
constexpr std::uint32_t kMostDays = 366;

// Standard normal quantiles, of DurationPercentiles::kProbabilities without the ends and of MemoryPercentiles' without
// its last.
constexpr std::array<double, 5> kDurationQuantiles = {-2.3263, -.6745, 0, .6745, 2.3263};
constexpr std::array<double, 7> kMemoryQuantiles = {-2.3263, -1.6449, -.6745, 0, .6745, 1.6449, 2.3263};

constexpr double kMemorySamplesPerDay = 288;
constexpr double kLeastMemorySpread = .02;  // of the logarithm
constexpr double kMostMemorySpread = .15;

constexpr double kBusyCalls = 1e5;       // a day
constexpr double kDurationSpread = .45;  // of the logarithm, its median over functions: half of the largest below 3 s
constexpr double kResolution_ms = .01;
constexpr double kResolution_mb = .01;

double rounded(double value, double resolution) {
  return std::max(1.0, std::round(value / resolution)) / std::round(1 / resolution);
}

std::string random_hash(sim::Rng rng) {
  std::string hash;
  for (int word = 0; word < 4; ++word) {
    const std::uint64_t bits = rng.next();
    for (int shift = 60; shift >= 0; shift -= 4) hash += "0123456789abcdef"[bits >> shift & 15];
  }
  return hash;
}

// Standard normal numbers and ln s that belong together; straight lines between, the fit's slope beyond.
double log_seconds(double z) {
  // of published::kDurationShares
  constexpr std::array<double, 4> normal = {-1.03643, 0, 1.03643, 1.75069};
  const auto& at_s = published::kDurations_s;
  if (z < normal.front()) return std::log(at_s.front()) + published::kDurationFitSigma * (z - normal.front());
  for (std::size_t i = 1; i < normal.size(); ++i) {
    if (z > normal[i]) continue;
    const double part = (z - normal[i - 1]) / (normal[i] - normal[i - 1]);
    return std::lerp(std::log(at_s[i - 1]), std::log(at_s[i]), part);
  }
  return std::log(at_s.back()) + published::kDurationFitSigma * (z - normal.back());
}

// The mean by the published quantiles; around it a log-normal distribution. The busiest functions run short, below the
// median: nothing is published about these.
DurationPercentiles draw_duration(const SyntheticFunction& function, double calls, sim::Rng rng) {
  const double z = rng.normal();
  const double average_ms = 1000 * std::exp(log_seconds(function.weekday_calls > kBusyCalls ? -std::abs(z) : z));
  const double spread = calls > 1 ? kDurationSpread * std::exp(.5 * rng.normal()) : 0;
  const double median_ms = average_ms * std::exp(-spread * spread / 2);
  const double extreme = std::max(2.4, std::sqrt(2 * std::log(calls)));  // about the largest of so many normal numbers

  DurationPercentiles duration;
  duration.count = calls;
  duration.average_ms = rounded(average_ms, kResolution_ms);
  const auto at = [&](double quantile) { return rounded(median_ms * std::exp(spread * quantile), kResolution_ms); };
  duration.minimum_ms = at(-extreme);
  duration.maximum_ms = at(extreme);
  duration.percentiles_ms.front() = duration.minimum_ms;
  duration.percentiles_ms.back() = duration.maximum_ms;
  for (std::size_t i = 0; i < kDurationQuantiles.size(); ++i)
    duration.percentiles_ms[i + 1] = at(kDurationQuantiles[i]);
  return duration;
}

// The mean by the published Burr distribution, by inversion; around it a log-normal distribution.
MemoryPercentiles draw_memory(std::uint32_t days, sim::Rng rng) {
  const double average_mb = published::memory_quantile_mb(rng.uniform());
  const double spread = kLeastMemorySpread + (kMostMemorySpread - kLeastMemorySpread) * rng.uniform();

  MemoryPercentiles memory;
  memory.samples = kMemorySamplesPerDay * days;
  memory.average_mb = rounded(average_mb, kResolution_mb);
  const auto at = [&](double quantile) { return rounded(average_mb * std::exp(spread * quantile), kResolution_mb); };
  for (std::size_t i = 0; i < kMemoryQuantiles.size(); ++i) memory.percentiles_mb[i] = at(kMemoryQuantiles[i]);
  memory.percentiles_mb.back() = at(3);
  return memory;
}

void check(const char* key, std::uint32_t value, std::uint32_t most) {
  if (value >= 1 && value <= most) return;
  throw sim::Error(std::string(key) + ": expected an integer from 1 to " + std::to_string(most) + ", got " +
                   std::to_string(value));
}

const SynthesisSpec& checked(const SynthesisSpec& spec) {
  check("functions", spec.functions, kMostFunctions);
  check("days", spec.days, kMostDays);
  return spec;
}

}  // namespace

SyntheticTrace::SyntheticTrace(const SynthesisSpec& spec)
    : spec_(checked(spec)), population_(make_population(spec.seed, spec.functions, spec.days, spec.go_on)) {}

std::string SyntheticTrace::origin() const {
  return "synthetic: statistics of Azure Functions 2019, seed " + std::to_string(spec_.seed) + ", " +
         std::to_string(spec_.functions) + " functions a weekday, " + std::to_string(spec_.days) +
         (spec_.days == 1 ? " day" : " days");
}

void SyntheticTrace::counts(std::size_t index, std::vector<MinuteCount>& counts) const {
  SyntheticCounts maker(spec_.seed);
  counts.clear();
  for (std::uint32_t day = 0; day < spec_.days; ++day) {
    if (population_.called[day][index]) maker.append(population_.functions[index], day, counts);
  }
}

TraceFunction SyntheticTrace::function(std::size_t index) const {
  const SyntheticFunction& made = population_.functions[index];
  const sim::RngStreams streams(spec_.seed);
  TraceFunction function;
  function.owner = random_hash(streams.stream("synthetic owner", population_.owners[made.app]));
  function.app = random_hash(streams.stream("synthetic app", made.app));
  function.function = random_hash(streams.stream("synthetic function", made.number));
  function.trigger = made.trigger;
  counts(index, function.counts);

  double calls = 0;
  for (const MinuteCount& count : function.counts) calls += count.count;
  function.duration = draw_duration(made, calls, streams.stream("synthetic duration", made.number));
  function.app_memory = draw_memory(spec_.days, streams.stream("synthetic memory", made.app));
  return function;
}

Trace SyntheticTrace::trace() const {
  Trace trace{.days = spec_.days, .functions = {}, .origin = origin()};
  trace.functions.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) {
    sim::throw_if_cancelled(spec_.go_on);
    trace.functions.push_back(function(i));
  }
  return trace;
}

}  // namespace faasconf::traces
