#pragma once
// The ensemble of a calibration around what the workflow file says today: each member is as far from the file's values
// as it was from the calibrated ones. So a value that was edited, or set by --set, counts in every member.

#include <string>
#include <vector>

#include "experiments/config/yaml_tree.hpp"
#include "experiments/prediction/calibration_record.hpp"
#include "sim/model/workflow.hpp"

namespace faasconf::experiments::prediction {

// The workflow as the file says, then the other members: factors of parameters on a logarithmic scale, differences of
// others. Bounds hold for a member as far as they hold for the file. Throws sim::Error where the file says no amount
// for what was calibrated: it names the key and says how to drop the ensemble.
std::vector<sim::WorkflowSpec> ensemble_of(const config::YamlNode& tree, const CalibrationRecord& record);

// "functions.rgb.serial: 3s, calibrated as 820ms" for each value that is not as it was calibrated.
std::vector<std::string> edited_values(const config::YamlNode& tree, const CalibrationRecord& record);

}  // namespace faasconf::experiments::prediction
