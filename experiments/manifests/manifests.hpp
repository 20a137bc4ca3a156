#pragma once
// What is deployed, from a platform's own files: OpenFaaS's stack.yml, Knative Services, Kubernetes Deployments with
// their HorizontalPodAutoscalers.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/config/yaml_tree.hpp"
#include "sim/core/quantity.hpp"

namespace faasconf::experiments::manifests {

enum class Platform : std::uint8_t { openfaas, knative, kubernetes };

// A function as it is deployed; what its files do not say is absent.
struct DeployedFunction {
  std::string name;
  Platform platform = Platform::kubernetes;
  std::string place{};  // "stack.yml:4"
  std::optional<sim::Millicores> cpu_limit{};
  std::optional<sim::Millicores> cpu_request{};
  std::optional<sim::Mebibytes> memory_limit{};
  std::optional<sim::Mebibytes> memory_request{};
  int concurrency = 0;  // calls that an instance takes at once: max_inflight, containerConcurrency; 0: any number
  std::optional<int> replicas{};
  std::optional<int> replicas_min{};
  std::optional<int> replicas_max{};
  std::string autoscaler_place{};                // of a HorizontalPodAutoscaler
  std::optional<config::YamlNode> autoscaler{};  // as a policy of an experiment: {kpa: {min-scale: 2}}
};

struct Deployed {
  std::vector<DeployedFunction> functions;
  std::vector<std::string> left_out{};  // what has no counterpart in a simulation, each a phrase with its place
};

// Each file may hold several documents. Throws sim::Error: file, line, what is wrong; two functions of one name; an
// autoscaler of something that is in none of the files; no function at all.
Deployed read_manifests(const std::vector<std::string>& paths);

}  // namespace faasconf::experiments::manifests
