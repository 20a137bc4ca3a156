#pragma once
// Loads under which a calibrated workflow was not measured: what is said of them is extrapolation.

#include <span>
#include <string>

#include "experiments/config/yaml_tree.hpp"
#include "sim/model/workload.hpp"

namespace faasconf::experiments::prediction {

// "extrapolation: measured under 10 users, asked under 12 to 28 users"; empty where the workflow was measured under all
// of the loads. calibration: the key of the workflow's file; nothing where it is not calibrated at all.
std::string extrapolated_loads(const config::YamlNode& calibration, std::span<const sim::Workload> loads);

}  // namespace faasconf::experiments::prediction
