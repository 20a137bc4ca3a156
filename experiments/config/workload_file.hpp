#pragma once

#include <variant>

#include "experiments/config/input_files.hpp"
#include "experiments/config/yaml_reader.hpp"
#include "sim/model/workload.hpp"

namespace faasconf::experiments::config {

// Keys of `workload:` that say who sends requests, and again; `window` stands beside them. An open loop needs its rate
// here, unless something else gives the level of the load.
sim::Workload read_workload(const YamlMap& map, InputFiles& files, bool level_is_elsewhere = false);

// `instances: kept|fresh`, formerly `redeploy: false|true`: whether every window begins with fresh ones.
bool read_instances(const YamlMap& map);

// Makes it a workload of this kind of source, which is kept where it is there: think time or arrival process.
template <class Source>
Source& become(sim::Workload& workload) {
  workload.profile.reset();
  if (!std::holds_alternative<Source>(workload.source)) workload.source = Source{};
  return std::get<Source>(workload.source);
}

}  // namespace faasconf::experiments::config
