#include "experiments/prediction/calibrated_workflow.hpp"

#include <utility>

#include "experiments/config/workflow_file.hpp"
#include "experiments/prediction/candidate.hpp"

namespace faasconf::experiments::prediction {

CalibratedWorkflow read_calibrated(config::YamlNode tree) {
  CalibratedWorkflow read{.tree = std::move(tree), .workflow = {}};
  read.workflow = config::read_workflow({read.tree, ""});
  if (const config::YamlNode* const written = read.tree.find("calibration")) {
    read.record = read_record({*written, "calibration"}, read.workflow);
  }
  return read;
}

std::vector<sim::WorkflowSpec> ensemble_of(const config::YamlNode& tree, const CalibrationRecord& record) {
  const CandidateWorkflow candidate(tree, record.parameters);
  std::vector<sim::WorkflowSpec> members{candidate.workflow(record.values)};
  for (std::size_t m = 1; m < record.members.size(); ++m) members.push_back(candidate.workflow(record.members[m]));
  return members;
}

}  // namespace faasconf::experiments::prediction
