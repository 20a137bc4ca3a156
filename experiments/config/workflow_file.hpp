#pragma once

#include "experiments/config/yaml_reader.hpp"
#include "sim/model/workflow.hpp"

namespace faasconf::experiments::config {

// Whether the keys of a file, in whatever order, are a workflow's: name or entry, and not workflow, which an experiment
// has.
bool is_workflow_tree(const YamlNode& tree);

// A workflow that can be simulated: calls lead to functions of it, without a cycle.
sim::WorkflowSpec read_workflow(const YamlValue& value);

}  // namespace faasconf::experiments::config
