#pragma once
// Which windows to measure next, to reduce the uncertainty of a calibrated workflow.

#include <vector>

#include "experiments/calibration/next_windows.hpp"
#include "experiments/jobs/progress.hpp"
#include "experiments/prediction/calibrated_workflow.hpp"

namespace faasconf::experiments::jobs {

struct ProposeJob {
  prediction::CalibratedWorkflow workflow;  // with its record
  calibration::NextOptions options{};       // go_on comes from Progress
};

struct ProposeResult {
  std::vector<calibration::NextWindow> windows;  // the most informative one first
  bool interrupted = false;                      // there are none
};

// Throws sim::Error: a workflow that was not calibrated, an ensemble of one member.
ProposeResult run(const ProposeJob& job, const Progress& progress = {});

}  // namespace faasconf::experiments::jobs
