#pragma once
// Measurements, read and checked: what was set, under which load, and what was observed.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "experiments/calibration/mapping.hpp"
#include "sim/policy/configuration.hpp"

namespace faasconf::experiments::calibration {

struct MeasuredRow {
  std::size_t line = 0;  // of the file
  std::string group;     // empty: a group of its own
  sim::Configuration configuration;
  prediction::Load load;
  std::vector<double> observed;  // by target
};

struct Measurements {
  std::vector<Target> targets;
  std::vector<MeasuredRow> rows;
  std::vector<double> spread;  // standard deviation of each target over the rows
};

// The rows that the mapping chooses. Throws sim::Error: a value that is no number, a knob outside the workflow's
// ranges, a column that never changes, no rows.
Measurements read_measurements(const config::CsvTable& table, const Mapping& mapping,
                               const sim::WorkflowSpec& workflow);

// What was set in each row, and under which load.
std::vector<prediction::AskedWindow> windows_of(const Measurements& measurements);

// Rows held out, by groups, drawn by the seed: about this share, at least one group on either side where it is above 0.
// Throws sim::Error when the other rows are too few for the parameters: fewer than 3 per parameter.
struct Split {
  std::vector<std::size_t> training;  // indices of rows, in order
  std::vector<std::size_t> held_out;
};
Split split_rows(const Measurements& measurements, double holdout, std::size_t parameters, std::uint64_t seed);

}  // namespace faasconf::experiments::calibration
