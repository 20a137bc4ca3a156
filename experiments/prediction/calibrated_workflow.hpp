#pragma once
// A workflow file as predictions take it: what runs and, under the key `calibration`, what measurements say of it.

#include <optional>
#include <vector>

#include "experiments/config/yaml_tree.hpp"
#include "experiments/prediction/calibration_record.hpp"
#include "sim/model/workflow.hpp"

namespace faasconf::experiments::prediction {

struct CalibratedWorkflow {
  config::YamlNode tree;
  sim::WorkflowSpec workflow;
  std::optional<CalibrationRecord> record{};  // absent: nothing was measured
};

// From the tree of a workflow file. Throws sim::Error.
CalibratedWorkflow read_calibrated(config::YamlNode tree);

// The workflow with the calibrated values, then those of its ensemble.
std::vector<sim::WorkflowSpec> ensemble_of(const config::YamlNode& tree, const CalibrationRecord& record);

}  // namespace faasconf::experiments::prediction
