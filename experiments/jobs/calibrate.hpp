#pragma once
// Fits a workflow's values to measurements, and measures how well they predict held-out rows.

#include <optional>
#include <string>

#include "experiments/calibration/calibration.hpp"
#include "experiments/jobs/progress.hpp"
#include "experiments/results/record.hpp"

namespace faasconf::experiments::jobs {

struct CalibrateJob {
  std::string measurements;                   // CSV
  std::string mapping;                        // what its columns mean, YAML; or the name of one that ships
  std::string workflow;                       // where to start from, YAML; or the name of one that ships
  calibration::CalibrationOptions options{};  // with the checkpoint; go_on comes from Progress
};

struct CalibrateResult {
  calibration::CalibrationInputs inputs;
  std::optional<calibration::Calibration> calibration{};  // absent: cancelled

  bool interrupted() const { return !calibration; }  // a job with options.resume goes on from the checkpoint
};

// Writes the checkpoint, where the options name one, after each generation of the search; the caller may remove it once
// the result is stored. Throws sim::Error: inputs that cannot be read, options out of their range, a checkpoint of
// another fit.
CalibrateResult run(const CalibrateJob& job, const Progress& progress = {});

// Of the calibrated workflow, and of what it predicts for the rows.
inline constexpr results::FileFormat kCalibratedFormat{"faasconf-workflow", 1};
inline constexpr results::FileFormat kFitFormat{"faasconf-fit", 1};
results::Record record_of(const CalibrateJob& job, const CalibrateResult& result, const results::FileFormat& format);

}  // namespace faasconf::experiments::jobs
