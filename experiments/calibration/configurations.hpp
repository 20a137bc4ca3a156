#pragma once
// Tables of configurations: what `faasconf predict` takes. Columns <function>.cpu (770m), <function>.memory (1536Mi),
// <function>.replicas, <function>.concurrency of every function that is tuned, and users, or rate (5/s); others are
// kept.

#include <string>
#include <vector>

#include "experiments/calibration/measurements.hpp"
#include "experiments/calibration/table.hpp"
#include "sim/model/workflow.hpp"

namespace faasconf::experiments {

struct AskedWindow {
  sim::Configuration configuration;
  Load load;  // its window and warm-up are not the table's
};

// By row. Throws sim::Error: a column that is missing, a value without its unit, a knob that is not positive.
std::vector<AskedWindow> read_configurations(const Table& table, const sim::WorkflowSpec& workflow);

}  // namespace faasconf::experiments
