#include "experiments/jobs/calibrate.hpp"

#include <filesystem>
#include <iomanip>
#include <sstream>
#include <system_error>

#include "experiments/calibration/calibration_files.hpp"
#include "experiments/config/distribution_text.hpp"
#include "experiments/config/yaml_writer.hpp"
#include "experiments/results/record.hpp"
#include "sim/core/error.hpp"
#include "traces/files/part_file.hpp"

namespace faasconf::experiments::jobs {
namespace {

constexpr results::FileFormat kCalibratedFormat{"faasconf-workflow", 1};
constexpr results::FileFormat kFitFormat{"faasconf-fit", 1};
constexpr results::FileFormat kCheckpointFormat{"faasconf-calibration-checkpoint", 2};

void check(const calibration::CalibrationOptions& options) {
  const auto expect = [](bool holds, const char* what) {
    if (!holds) throw sim::Error(std::string("expected ") + what);
  };
  expect(options.holdout >= 0 && options.holdout < 1, "a held-out share from 0 to below 1");
  expect(options.windows_per_half >= 1, "at least one window for each row and half of the loss");
  expect(options.members >= 1, "at least one member of the ensemble");
  expect(options.replications >= 2, "at least two windows for a prediction");
}

Step step_of(const calibration::FitProgress& now) {
  std::ostringstream note;
  note << "loss " << std::fixed << std::setprecision(4) << now.best_loss;
  return {.label = "evaluations", .done = now.evaluations, .total = now.total, .note = note.str()};
}

results::Record record_of(const CalibrateJob& job, const calibration::CalibrationInputs& inputs,
                          const results::FileFormat& format) {
  const calibration::CalibrationOptions& options = job.options;
  const auto whole = [](std::uint64_t number) { return config::yaml_scalar(std::to_string(number)); };
  const std::uint64_t evaluations = calibration::evaluations_of(inputs, options);
  return {.format = format,
          .job = {.verb = "calibrate",
                  .options = {{"holdout", config::yaml_scalar(config::format_number(options.holdout))},
                              {"budget", whole(evaluations)},
                              {"windows", whole(options.windows_per_half)},
                              {"members", whole(options.members)},
                              {"replications", whole(options.replications)}}},
          .seed = options.seed,
          .inputs = inputs.sources};
}

}  // namespace

CalibrateResult run(const CalibrateJob& job, const Progress& progress) {
  check(job.options);
  calibration::CalibrationOptions options = job.options;
  options.go_on = progress.go_on;
  CalibrateResult result{.inputs = {job.measurements, job.mapping, job.workflow, options}};
  if (!options.checkpoint.empty()) result.lock = std::make_unique<files::LockFile>(options.checkpoint + ".lock");
  options.record = results::to_json(record_of(job, result.inputs, kCheckpointFormat));
  try {
    result.calibration = calibration::calibrate(
        result.inputs, options, [&](const calibration::FitProgress& now) { progress.report(step_of(now)); },
        [&](std::size_t done, std::size_t total) {
          progress.report({.label = "predicting", .done = done, .total = total});
        });
  } catch (const sim::Cancelled&) {
    result.lock.reset();  // the checkpoint keeps what is complete
  }
  return result;
}

void write(const std::string& path, const CalibrateJob& job, const CalibrateResult& result) {
  files::write_aside(path, calibration::calibrated_yaml(result.inputs, *result.calibration) +
                               results::to_yaml(record_of(job, result.inputs, kCalibratedFormat)));
  std::error_code ignored;
  std::filesystem::remove(job.options.checkpoint, ignored);  // nothing is left to go on from
}

void write_predictions(const std::string& path, const CalibrateJob& job, const CalibrateResult& result) {
  files::write_aside(path, results::csv_comment(record_of(job, result.inputs, kFitFormat)) +
                               calibration::predictions_csv(result.inputs, *result.calibration));
}

}  // namespace faasconf::experiments::jobs
