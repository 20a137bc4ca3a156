#include "experiments/jobs/propose.hpp"

#include "sim/core/error.hpp"

namespace faasconf::experiments::jobs {

ProposeResult run(const ProposeJob& job, const Progress& progress) {
  const auto& [tree, workflow, record] = job.workflow;
  if (!record) throw sim::Error(workflow.name + ": expected a calibrated workflow, got one without a calibration");
  calibration::NextOptions options = job.options;
  options.go_on = progress.go_on;
  try {
    return {.windows = calibration::next_windows(tree, *record, workflow, options)};
  } catch (const sim::Cancelled&) {
    return {.windows = {}, .interrupted = true};
  }
}

}  // namespace faasconf::experiments::jobs
