#pragma once
// What `faasconf calibrate` prints.

#include <iosfwd>
#include <vector>

#include "experiments/calibration/calibration.hpp"
#include "experiments/calibration/next_windows.hpp"

namespace faasconf::experiments::cli {

// The fitted values, and how well they predict.
void print_tables(std::ostream& out, const calibration::CalibrationInputs& inputs,
                  const calibration::Calibration& calibration);
void print_json(std::ostream& out, const calibration::Calibration& calibration);

// A unit that is wrong in the mapping shows as predictions that are far from all that was measured.
void warn_of_units(std::ostream& err, const calibration::Calibration& calibration);
// Fits that cannot be trusted, or not be judged.
void warn_of_accuracy(std::ostream& err, const calibration::Calibration& calibration);

// Windows to measure next, as the CSV that `faasconf predict` takes.
void print_next(std::ostream& out, const std::vector<calibration::NextWindow>& windows,
                const sim::WorkflowSpec& workflow);

}  // namespace faasconf::experiments::cli
