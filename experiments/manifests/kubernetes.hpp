#pragma once
// Objects of Kubernetes: Deployments, HorizontalPodAutoscalers, Knative's Services.

#include "experiments/config/yaml_reader.hpp"
#include "experiments/manifests/manifests.hpp"

namespace faasconf::experiments::manifests {

DeployedFunction read_deployment(const config::YamlValue& object, Deployed& deployed);       // apps/v1
DeployedFunction read_knative_service(const config::YamlValue& object, Deployed& deployed);  // serving.knative.dev/v1

// An autoscaling/v2 HorizontalPodAutoscaler, added to the function that it scales; it comes after all of them.
void add_autoscaler(const config::YamlValue& object, Deployed& deployed);

std::string name_of(const config::YamlValue& object);  // metadata.name

}  // namespace faasconf::experiments::manifests
