#pragma once
// A whole calibration: from measurements to fitted values, their posterior and the accuracy of predictions.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "experiments/calibration/accuracy.hpp"
#include "experiments/calibration/fit.hpp"
#include "experiments/calibration/posterior.hpp"
#include "experiments/config/input_files.hpp"
#include "experiments/prediction/calibration_record.hpp"
#include "experiments/prediction/candidate.hpp"
#include "experiments/prediction/predictor.hpp"

namespace faasconf::experiments::calibration {

struct CalibrationOptions {
  double holdout = 0.3;                        // share of the rows, or of their groups
  std::optional<std::uint64_t> evaluations{};  // of the loss; absent: 100 per parameter; 0: the file's values are
                                               // judged as they are
  std::size_t windows_per_half = 2;
  std::size_t members = 16;
  std::size_t replications = prediction::PredictorOptions{}.replications;
  std::uint64_t seed = 1;
  int threads = 1;
  std::string checkpoint{};  // empty: none
  bool resume = false;
  sim::GoOn go_on{};  // no: the calibration ends with sim::Cancelled and leaves its checkpoint
};

// All that is read before anything is computed. Throws sim::Error.
struct CalibrationInputs {
  CalibrationInputs(const std::string& measurements_path, const std::string& mapping_path,
                    const std::string& workflow_path, const CalibrationOptions& options);

  std::string file;                        // of the measurements
  std::string sha256;                      // of the measurements
  std::vector<config::InputFile> sources;  // measurements, mapping and workflow
  std::string identity;                    // of all that the fit depends on
  config::YamlNode tree;                   // of the workflow
  sim::WorkflowSpec workflow;
  Mapping mapping;
  Measurements measurements;
  Split split;
};

// Of the loss, by the search.
std::uint64_t evaluations_of(const CalibrationInputs& inputs, const CalibrationOptions& options);

// How well one target is predicted, on the training or the held-out rows.
struct TargetReport {
  std::string target;
  bool held_out = false;
  Accuracy accuracy;
  double median_ratio = 1;     // predicted over measured
  sim::AsymmetricInterval r2;  // 95 %
  sim::AsymmetricInterval mape;
  double coverage = 0;  // of the 90 % intervals
  Accuracy ceiling;     // of the same predictions for windows that the model itself produced
};

// Of residuals with a knob, where Spearman's correlation is more than chance would have it.
struct ResidualTrend {
  std::string target;
  std::string knob;
  double correlation = 0;
};

struct RowPrediction {
  std::size_t row = 0;  // of the measurements
  bool held_out = false;
  std::vector<std::optional<prediction::Estimate>> targets;
};

struct Calibration {
  FitResult fit;
  Posterior posterior;
  prediction::CalibrationRecord record;
  std::vector<RowPrediction> predictions;
  std::vector<TargetReport> reports;
  std::vector<ResidualTrend> trends;
  double start_loss = 0;  // of what the file said, on the training rows
};

// So many of all rows are predicted; from one thread at a time.
using OnPredicted = std::function<void(std::size_t done, std::size_t total)>;

// Throws sim::Error as fit().
Calibration calibrate(const CalibrationInputs& inputs, const CalibrationOptions& options,
                      const OnProgress& on_progress = {}, const OnPredicted& on_predicted = {});

// The workflow with the fitted values in their places.
config::YamlNode calibrated_tree(const CalibrationInputs& inputs, const prediction::CalibrationRecord& record);

// Values of the knobs of a row, named: "rgb.cpu".
std::vector<std::pair<std::string, double>> knobs_of(const MeasuredRow& row, const sim::WorkflowSpec& workflow);

}  // namespace faasconf::experiments::calibration
