#pragma once
// Configurations in a line, for people.

#include <string>

#include "sim/model/workflow.hpp"
#include "sim/policy/configuration.hpp"

namespace faasconf::experiments::config {

// "starter, rgb 770m, 512Mi, 2 replicas, concurrency 3; resnet 1500m, ...": functions of the same values together,
// those with values of their own left out.
std::string readable(const sim::Configuration& configuration, const sim::WorkflowSpec& workflow);

}  // namespace faasconf::experiments::config
