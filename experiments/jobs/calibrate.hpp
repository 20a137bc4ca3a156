#pragma once
// Fits a workflow's values to measurements, and measures how well they predict held-out rows.

#include <memory>
#include <optional>
#include <string>

#include "experiments/calibration/calibration.hpp"
#include "experiments/jobs/progress.hpp"
#include "traces/files/lock_file.hpp"

namespace faasconf::experiments::jobs {

struct CalibrateJob {
  std::string measurements;                   // CSV
  std::string mapping;                        // what its columns mean, YAML; or the name of one that ships
  std::string workflow;                       // where to start from, YAML; or the name of one that ships
  calibration::CalibrationOptions options{};  // with the checkpoint; go_on comes from Progress
};

struct CalibrateResult {
  calibration::CalibrationInputs inputs;
  std::unique_ptr<files::LockFile> lock{};  // of the checkpoint and what it leads to; none: no checkpoint, or cancelled
  std::optional<calibration::Calibration> calibration{};  // absent: cancelled

  bool interrupted() const { return !calibration; }  // a job with options.resume goes on from the checkpoint
};

// Writes the checkpoint, where the options name one, after each generation of the search. Throws sim::Error: inputs
// that cannot be read, options out of their range, a checkpoint of another fit or that
// another process goes on from.
CalibrateResult run(const CalibrateJob& job, const Progress& progress = {});

// The calibrated workflow, and what it predicts for the rows as calibration/calibration_files.hpp has it, each with a
// record of where it is from. Of a result that has a calibration; written aside and renamed. With the workflow written,
// the checkpoint is removed.
void write(const std::string& path, const CalibrateJob& job, const CalibrateResult& result);
void write_predictions(const std::string& path, const CalibrateJob& job, const CalibrateResult& result);

}  // namespace faasconf::experiments::jobs
