#include "experiments/prediction/calibrated_workflow.hpp"

#include <utility>

#include "experiments/config/workflow_file.hpp"

namespace faasconf::experiments::prediction {

CalibratedWorkflow read_calibrated(config::YamlNode tree) {
  CalibratedWorkflow read{.tree = std::move(tree), .workflow = {}};
  read.workflow = config::read_workflow({read.tree, ""});
  if (const config::YamlNode* const written = read.tree.find("calibration")) {
    read.record = read_record({*written, "calibration"}, read.workflow);
  }
  return read;
}

}  // namespace faasconf::experiments::prediction
