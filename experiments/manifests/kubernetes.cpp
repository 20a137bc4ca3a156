#include "experiments/manifests/kubernetes.hpp"

#include <algorithm>
#include <utility>

#include "experiments/config/yaml_writer.hpp"
#include "experiments/manifests/documents.hpp"

namespace faasconf::experiments::manifests {

namespace {

using config::YamlNode;
using config::YamlValue;

constexpr std::string_view kAutoscaling = "autoscaling.knative.dev/";

YamlValue require(const YamlValue& value, const std::vector<std::string>& path) {
  const auto found = look_up(value, path);
  std::string name;
  for (const std::string& key : path) name += (name.empty() ? "" : ".") + key;
  if (!found) value.fail("expected " + name + ", got nothing");
  return *found;
}

// Resources, and max_inflight where it is set for OpenFaaS's watchdog.
void read_container(const YamlValue& container, DeployedFunction& function) {
  if (const auto resources = look_up(container, {"resources"})) read_resources(*resources, function);
  const auto environment = look_up(container, {"env"});
  if (!environment) return;
  for (const YamlValue& variable : environment->items("a list of variables")) {
    const YamlNode* const name = variable.node().find("name");
    const auto value = look_up(variable, {"value"});
    if (name != nullptr && name->scalar == "max_inflight" && value) function.concurrency = read_concurrency(*value);
  }
}

// The first container does the work; what stands beside it is said to be left out.
void read_pod(const YamlValue& pod, DeployedFunction& function, Deployed& deployed) {
  const std::vector<YamlValue> containers = require(pod, {"containers"}).items("a list of containers");
  if (containers.empty()) pod.fail("expected a container, got none");
  read_container(containers.front(), function);
  for (std::size_t i = 1; i < containers.size(); ++i) {
    const YamlNode* const name = containers[i].node().find("name");
    deployed.left_out.push_back("container " + (name == nullptr ? "" : name->scalar + " ") + "of " + function.name +
                                " (" + containers[i].node().place.text() + ")");
  }
}

constexpr std::string_view kKpaWords[] = {"metric",           "target",           "target-utilization-percentage",
                                          "window",           "initial-scale",    "panic-threshold-percentage",
                                          "activation-scale", "scale-down-delay", "panic-window-percentage"};

std::optional<YamlValue> annotation(const YamlValue& annotations, const std::string& name) {
  return look_up(annotations, {std::string(kAutoscaling) + name});
}

std::string annotated(const YamlValue& annotations, const std::string& name) {
  const auto value = annotation(annotations, name);
  return value ? value->text("the value of an annotation") : "";
}

// Of class hpa.autoscaling.knative.dev, which goes by CPU use: `target` is its percentage.
YamlNode read_hpa_annotations(const YamlValue& annotations) {
  const auto metric = annotation(annotations, "metric");
  if (metric && metric->text("a metric") != "cpu") metric->refuse("cpu, the metric of an HPA that is simulated");
  const std::string target = annotated(annotations, "target");
  if (target.empty()) return config::yaml_scalar("hpa");
  return config::yaml_map({{"hpa", config::yaml_map({{"averageUtilization", config::yaml_scalar(target)}})}});
}

// Scales are in the ranges of the function.
YamlNode read_kpa_annotations(const YamlValue& annotations) {
  std::vector<std::pair<std::string, YamlNode>> words;
  for (const std::string_view word : kKpaWords) {
    const std::string value = annotated(annotations, std::string(word));
    if (!value.empty()) words.emplace_back(word, config::yaml_scalar(value));
  }
  if (words.empty()) return config::yaml_scalar("kpa");
  return config::yaml_map({{"kpa", config::yaml_map(std::move(words))}});
}

void leave_out_annotations(const YamlValue& annotations, Deployed& deployed) {
  for (const YamlNode::Entry& one : annotations.node().entries) {
    if (!std::string_view(one.key).starts_with(kAutoscaling)) continue;
    const std::string word = one.key.substr(kAutoscaling.size());
    const bool is_taken = word == "class" || word == "min-scale" || word == "max-scale" ||
                          std::ranges::find(kKpaWords, word) != std::end(kKpaWords);
    if (!is_taken) deployed.left_out.push_back("annotation " + one.key + " (" + one.place.text() + ")");
  }
}

void read_annotations(const YamlValue& annotations, DeployedFunction& function, Deployed& deployed) {
  const bool is_hpa = annotated(annotations, "class").starts_with("hpa.");
  function.autoscaler = is_hpa ? read_hpa_annotations(annotations) : read_kpa_annotations(annotations);
  function.replicas_min = read_replicas(annotations, {std::string(kAutoscaling) + "min-scale"});
  function.replicas_max = read_replicas(annotations, {std::string(kAutoscaling) + "max-scale"});
  if (function.replicas_max == 0) function.replicas_max.reset();  // no bound
  leave_out_annotations(annotations, deployed);
}

// CPU use beside the request; of other metrics it is said that they are left out.
std::vector<std::pair<std::string, YamlNode>> read_metrics(const YamlValue& object, const std::string& name,
                                                           Deployed& deployed) {
  std::vector<std::pair<std::string, YamlNode>> words;
  if (const auto target = look_up(object, {"spec", "targetCPUUtilizationPercentage"})) {  // autoscaling/v1
    words.emplace_back("averageUtilization", config::yaml_scalar(target->text("a percentage")));
  }
  const auto metrics = look_up(object, {"spec", "metrics"});
  if (!metrics) return words;
  for (const YamlValue& metric : metrics->items("a list of metrics")) {
    const auto resource = look_up(metric, {"resource", "name"});
    const auto utilization = look_up(metric, {"resource", "target", "averageUtilization"});
    if (resource && resource->is_scalar() && resource->node().scalar == "cpu" && utilization) {
      if (!words.empty()) utilization->fail("expected one target of CPU use, got a second one");
      words.emplace_back("averageUtilization", config::yaml_scalar(utilization->text("a percentage")));
    } else {
      deployed.left_out.push_back("a metric of the autoscaler " + name + " (" + metric.node().place.text() + ")");
    }
  }
  return words;
}

}  // namespace

std::string name_of(const YamlValue& object) { return require(object, {"metadata", "name"}).text("a name"); }

DeployedFunction read_deployment(const YamlValue& object, Deployed& deployed) {
  DeployedFunction function{
      .name = name_of(object), .platform = Platform::kubernetes, .place = object.node().place.text()};
  function.replicas = read_replicas(object, {"spec", "replicas"});
  read_pod(require(object, {"spec", "template", "spec"}), function, deployed);
  return function;
}

DeployedFunction read_knative_service(const YamlValue& object, Deployed& deployed) {
  DeployedFunction function{
      .name = name_of(object), .platform = Platform::knative, .place = object.node().place.text()};
  const YamlValue pod = require(object, {"spec", "template", "spec"});
  read_pod(pod, function, deployed);
  if (const auto most = look_up(pod, {"containerConcurrency"})) function.concurrency = read_concurrency(*most);
  function.autoscaler = config::yaml_scalar("kpa");
  if (const auto timeout = look_up(pod, {"timeoutSeconds"})) {
    deployed.left_out.push_back("timeoutSeconds of " + function.name + " (" + timeout->node().place.text() + ")");
  }
  if (const auto annotations = look_up(object, {"spec", "template", "metadata", "annotations"})) {
    read_annotations(*annotations, function, deployed);
  }
  if (!function.replicas_min) function.replicas_min = 0;  // Knative's default
  return function;
}

void add_autoscaler(const YamlValue& object, Deployed& deployed) {
  const std::string name = name_of(object);
  const auto kind = look_up(object, {"spec", "scaleTargetRef", "kind"});
  if (kind && kind->text("a kind") != "Deployment") {
    deployed.left_out.push_back("the autoscaler " + name + ", which scales a " + kind->node().scalar + " (" +
                                object.node().place.text() + ")");
    return;
  }
  const YamlValue target = require(object, {"spec", "scaleTargetRef", "name"});
  const std::string& scaled = target.text("the name of what it scales");
  const auto function = std::ranges::find(deployed.functions, scaled, &DeployedFunction::name);
  if (function == deployed.functions.end()) {
    target.fail("expected a function of the files given, got " + config::shown(scaled));
  }
  if (!function->autoscaler_place.empty()) {
    object.fail("expected one autoscaler of " + scaled + ", which " + function->autoscaler_place + " has too");
  }
  function->autoscaler_place = object.node().place.text();
  function->replicas_min = read_replicas(object, {"spec", "minReplicas"});
  function->replicas_max = read_replicas(object, {"spec", "maxReplicas"}, 1);
  std::vector<std::pair<std::string, YamlNode>> words = read_metrics(object, name, deployed);
  if (const auto behavior = look_up(object, {"spec", "behavior"})) words.emplace_back("behavior", behavior->node());
  function->autoscaler =
      words.empty() ? config::yaml_scalar("hpa") : config::yaml_map({{"hpa", config::yaml_map(std::move(words))}});
}

}  // namespace faasconf::experiments::manifests
