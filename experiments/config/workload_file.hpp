#pragma once

#include "experiments/config/input_files.hpp"
#include "experiments/config/yaml_reader.hpp"
#include "sim/model/workload.hpp"

namespace faasconf::experiments::config {

// Keys of `workload:` that say who sends requests, and again; `window` stands beside them.
sim::Workload read_workload(const YamlMap& map, InputFiles& files);

}  // namespace faasconf::experiments::config
