#pragma once
// Tables of configurations: what `faasconf predict` takes. Columns <function>.cpu (770m), <function>.memory (1536Mi),
// <function>.replicas, <function>.concurrency of every function that is tuned, and users, or rate (5/s); others are
// kept.

#include <string>
#include <vector>

#include "experiments/config/csv_table.hpp"
#include "experiments/prediction/window_sample.hpp"
#include "sim/model/workflow.hpp"

namespace faasconf::experiments::prediction {

// By row. Throws sim::Error: a column that is missing, a value without its unit, a knob that is not positive.
std::vector<AskedWindow> read_configurations(const config::CsvTable& table, const sim::WorkflowSpec& workflow);

}  // namespace faasconf::experiments::prediction
