#include <algorithm>
#include <cmath>
#include <numeric>

#include "traces/azure/azure2021.hpp"
#include "traces/core/count_cell.hpp"

namespace faasconf::traces {
namespace {

constexpr std::uint64_t kRowsBetweenProgress = 4096;

// Linear between order statistics, of which there is at least one.
double quantile(const std::vector<double>& sorted, double probability) {
  const double place = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

DurationPercentiles percentiles_of(std::vector<double> durations_s) {
  std::ranges::sort(durations_s);
  const auto count = static_cast<double>(durations_s.size());
  DurationPercentiles result{.average_ms = 1000 * std::accumulate(durations_s.begin(), durations_s.end(), 0.0) / count,
                             .count = count,
                             .minimum_ms = 1000 * durations_s.front(),
                             .maximum_ms = 1000 * durations_s.back()};
  for (std::size_t i = 0; i < result.percentiles_ms.size(); ++i) {
    result.percentiles_ms[i] = 1000 * quantile(durations_s, DurationPercentiles::kProbabilities[i]);
  }
  return result;
}

}  // namespace

Azure2021Trace read_azure2021(Azure2021Reader& reader, const ReadPolicy& policy) {
  Azure2021Trace result;
  std::vector<TraceFunction>& functions = result.trace.functions;
  std::vector<std::vector<double>> durations_s;
  std::uint32_t last_minute = 0;
  std::uint64_t rows = 0;
  for (TraceInvocation call; reader.next(call);) {
    if (++rows % kRowsBetweenProgress == 0) {
      sim::throw_if_cancelled(policy.go_on);
      if (policy.progress) policy.progress(reader.bytes_consumed());
    }
    if (call.function >= functions.size()) {
      const Azure2021Function& name = reader.functions()[call.function];
      functions.push_back({.owner = "", .app = name.app, .function = name.func});
      durations_s.emplace_back();
    }
    const auto minute = static_cast<std::uint32_t>(call.start_s / 60);
    add_calls(functions[call.function].counts, minute, 1);
    durations_s[call.function].push_back(call.duration_s);
    last_minute = std::max(last_minute, minute);
  }
  for (std::size_t i = 0; i < functions.size(); ++i) {
    sim::throw_if_cancelled(policy.go_on);
    functions[i].duration = percentiles_of(std::move(durations_s[i]));
  }
  result.trace.days = last_minute / static_cast<std::uint32_t>(kMinutesPerDay) + 1;
  result.report = reader.report();
  return result;
}

}  // namespace faasconf::traces
