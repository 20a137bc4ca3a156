#pragma once
// What is kept of a calibration.

#include <string>

#include "experiments/calibration/calibration.hpp"

namespace faasconf::experiments::calibration {

// The workflow file with the fitted values in their places and the record; comments say which they are.
std::string calibrated_yaml(const CalibrationInputs& inputs, const Calibration& calibration);

// A row of measured and predicted values for each row and target, with the knobs: what baselines and figures need.
std::string predictions_csv(const CalibrationInputs& inputs, const Calibration& calibration);

}  // namespace faasconf::experiments::calibration
