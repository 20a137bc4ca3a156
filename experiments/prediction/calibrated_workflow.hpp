#pragma once
// A workflow file as predictions take it: what runs and, under the key `calibration`, what measurements say of it.

#include <optional>

#include "experiments/config/yaml_tree.hpp"
#include "experiments/prediction/record.hpp"
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
