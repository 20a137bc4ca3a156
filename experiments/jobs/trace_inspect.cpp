#include "experiments/jobs/trace_inspect.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/core/error.hpp"

namespace faasconf::experiments::jobs {
namespace {

constexpr std::size_t kCurvePoints = 400;

}  // namespace

Curve thinned(const std::vector<double>& values) {
  Curve points;
  double next = 1;
  const double factor = std::pow(static_cast<double>(std::max<std::size_t>(values.size(), 2)), 1.0 / kCurvePoints);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto place = static_cast<double>(i + 1);
    if (place < next && i + 1 < values.size()) continue;
    points.emplace_back(place, values[i]);
    next = std::max(place + 1, next * factor);
  }
  return points;
}

Curve quantiles_of(const std::vector<double>& rising) {
  Curve points;
  for (std::size_t i = 0; i <= kCurvePoints && !rising.empty(); ++i) {
    const std::size_t place = i * (rising.size() - 1) / kCurvePoints;
    points.emplace_back(static_cast<double>(i) / kCurvePoints, rising[place]);
  }
  return points;
}

TraceInspectResult run(const TraceInspectJob& job, const Progress& progress) {
  const auto source = open_trace(job.trace);
  try {
    traces::InspectedTrace found = source->inspect(read_policy(job.trace, *source, progress, "inspect"));
    return {.statistics = std::move(found.statistics), .read = std::move(found.report)};
  } catch (const sim::Cancelled&) {
    return {.statistics = {}, .interrupted = true};
  }
}

}  // namespace faasconf::experiments::jobs
