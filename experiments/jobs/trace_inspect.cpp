#include "experiments/jobs/trace_inspect.hpp"

#include <utility>

#include "sim/core/error.hpp"

namespace faasconf::experiments::jobs {

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
