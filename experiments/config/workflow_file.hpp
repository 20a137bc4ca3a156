#pragma once

#include "experiments/config/yaml_reader.hpp"
#include "sim/model/workflow.hpp"

namespace faasconf::experiments::config {

// A workflow that can be simulated: calls lead to functions of it, without a cycle.
sim::WorkflowSpec read_workflow(const YamlValue& value);

}  // namespace faasconf::experiments::config
