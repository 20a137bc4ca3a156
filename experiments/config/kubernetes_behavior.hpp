#pragma once
// `behavior` of a HorizontalPodAutoscaler, as manifests of autoscaling/v2 write it.

#include <vector>

#include "experiments/config/keys/key.hpp"
#include "experiments/config/yaml_reader.hpp"
#include "sim/policy/hpa.hpp"

namespace faasconf::experiments::config {

// {scaleUp: {stabilizationWindowSeconds: 0, selectPolicy: Max, policies: [{type: Pods, value: 4, periodSeconds: 15}]},
// scaleDown: ...}; what is not given has Kubernetes' defaults. Throws sim::Error on anything else, and on two policies
// of one type, since one of each is what the simulated autoscaler has.
sim::HpaBehavior read_behavior(const YamlValue& value);

std::vector<Section> behavior_sections();  // its keys

}  // namespace faasconf::experiments::config
