#pragma once
// OpenFaaS's stack.yml, and Functions of openfaas.com/v1.
// Source: https://docs.openfaas.com/reference/yaml/

#include "experiments/config/yaml_reader.hpp"
#include "experiments/manifests/manifests.hpp"

namespace faasconf::experiments::manifests {

void read_stack(const config::YamlValue& document, Deployed& deployed);

// One function of a stack, or the `spec` of a Function.
DeployedFunction read_openfaas_function(const config::YamlValue& value, const std::string& name, Deployed& deployed);

}  // namespace faasconf::experiments::manifests
