#pragma once
// A workflow file for predictions: the workflow and, under the key `calibration`, its calibration.

#include <optional>

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

}  // namespace faasconf::experiments::prediction
