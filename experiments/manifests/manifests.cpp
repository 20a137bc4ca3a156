#include "experiments/manifests/manifests.hpp"

#include <algorithm>
#include <utility>

#include "experiments/config/input_files.hpp"
#include "experiments/config/yaml_reader.hpp"
#include "experiments/manifests/documents.hpp"
#include "experiments/manifests/kubernetes.hpp"
#include "experiments/manifests/openfaas_stack.hpp"

namespace faasconf::experiments::manifests {

namespace {

using config::YamlNode;
using config::YamlValue;

// "serving.knative.dev/v1 Service"; empty where it is no object of Kubernetes
std::string kind_of(const YamlNode& document) {
  const YamlNode* const kind = document.find("kind");
  const YamlNode* const version = document.find("apiVersion");
  return kind == nullptr || version == nullptr ? "" : version->scalar + " " + kind->scalar;
}

void read_document(const YamlNode& document, Deployed& deployed) {
  const YamlValue value(document, "");
  const std::string kind = kind_of(document);
  if (kind.empty()) {
    if (!look_up(value, {"functions"})) {
      value.fail("expected a stack with functions or an object of Kubernetes with apiVersion and kind, got neither");
    }
    return read_stack(value, deployed);
  }
  if (kind == "apps/v1 Deployment") {
    deployed.functions.push_back(read_deployment(value, deployed));
  } else if (kind.starts_with("serving.knative.dev/") && kind.ends_with(" Service")) {
    deployed.functions.push_back(read_knative_service(value, deployed));
  } else if (kind.starts_with("openfaas.com/") && kind.ends_with(" Function")) {
    const auto spec = look_up(value, {"spec"});
    if (!spec) value.fail("expected spec, got nothing");
    deployed.functions.push_back(read_openfaas_function(*spec, name_of(value), deployed));
  } else if (!kind.ends_with(" HorizontalPodAutoscaler")) {
    deployed.left_out.push_back(kind + " (" + document.place.text() + ")");
  }
}

void check_replicas(const Deployed& deployed) {
  for (const DeployedFunction& one : deployed.functions) {
    if (!one.replicas_min || !one.replicas_max || *one.replicas_min <= *one.replicas_max) continue;
    throw sim::Error(one.place + ": " + one.name + ": expected at least as many replicas at most as at least, got " +
                     std::to_string(*one.replicas_max) + " and " + std::to_string(*one.replicas_min));
  }
}

// A name that paths and options can be made of.
void check_names(const Deployed& deployed) {
  for (auto one = deployed.functions.begin(); one != deployed.functions.end(); ++one) {
    if (!config::is_name(one->name)) {
      throw sim::Error(one->place + ": expected a function's name of letters, digits, - and _, got " +
                       config::shown(one->name));
    }
    const auto twin = std::find_if(deployed.functions.begin(), one,
                                   [&](const DeployedFunction& before) { return before.name == one->name; });
    if (twin != one) throw sim::Error(one->place + ": function " + one->name + " is in " + twin->place + " too");
  }
}

}  // namespace

Deployed read_manifests(const std::vector<std::string>& paths) {
  std::vector<YamlNode> documents;
  for (const std::string& path : paths) {
    std::ranges::move(read_documents(config::read_text_file(path), path), std::back_inserter(documents));
  }
  Deployed deployed;
  for (const YamlNode& document : documents) read_document(document, deployed);
  check_names(deployed);
  if (deployed.functions.empty()) {
    throw sim::Error(paths.front() + ": expected a function: a stack, a Deployment or a Knative Service, got none");
  }
  for (const YamlNode& document : documents) {
    if (kind_of(document).ends_with(" HorizontalPodAutoscaler")) add_autoscaler({document, ""}, deployed);
  }
  check_replicas(deployed);
  return deployed;
}

}  // namespace faasconf::experiments::manifests
