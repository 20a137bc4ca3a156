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
constexpr std::int64_t kMostReplicas = 100'000;

YamlValue require(const YamlValue& value, const std::vector<std::string>& path) {
  const auto found = look_up(value, path);
  std::string name;
  for (const std::string& key : path) name += (name.empty() ? "" : ".") + key;
  if (!found) value.fail("expected " + name + ", got nothing");
  return *found;
}

std::optional<int> replicas(const YamlValue& object, const std::vector<std::string>& path, std::int64_t least = 0) {
  const auto value = look_up(object, path);
  if (!value) return std::nullopt;
  return static_cast<int>(config::read_count(*value, least, kMostReplicas));
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

// The annotations that a KPA or an HPA knows, by the names that policies take; of others it is said that they are left
// out.
void read_annotations(const YamlValue& annotations, DeployedFunction& function, Deployed& deployed) {
  constexpr std::string_view kTaken[] = {"metric",          "target",        "target-utilization-percentage",
                                         "window",          "min-scale",     "panic-threshold-percentage",
                                         "max-scale",       "initial-scale", "activation-scale",
                                         "scale-down-delay"};
  std::vector<std::pair<std::string, YamlNode>> words;
  for (const YamlNode::Entry& annotation : annotations.node().entries) {
    if (!std::string_view(annotation.key).starts_with(kAutoscaling)) continue;
    const std::string word = annotation.key.substr(kAutoscaling.size());
    if (std::ranges::find(kTaken, word) != std::end(kTaken)) {
      words.emplace_back(word, config::yaml_scalar(annotation.value.scalar));
    } else {
      deployed.left_out.push_back("annotation " + annotation.key + " (" + annotation.place.text() + ")");
    }
  }
  if (!words.empty()) function.autoscaler = config::yaml_map({{"kpa", config::yaml_map(std::move(words))}});
  const auto scale = [&](const char* name) { return replicas(annotations, {std::string(kAutoscaling) + name}); };
  function.replicas_min = scale("min-scale");
  function.replicas_max = scale("max-scale");
  if (function.replicas_max == 0) function.replicas_max.reset();  // no bound
}

// CPU use beside the request; of other metrics it is said that they are left out.
std::vector<std::pair<std::string, YamlNode>> read_metrics(const YamlValue& object, const std::string& name,
                                                           Deployed& deployed) {
  std::vector<std::pair<std::string, YamlNode>> words;
  const auto metrics = look_up(object, {"spec", "metrics"});
  if (!metrics) return words;
  for (const YamlValue& metric : metrics->items("a list of metrics")) {
    const auto resource = look_up(metric, {"resource", "name"});
    const auto utilization = look_up(metric, {"resource", "target", "averageUtilization"});
    if (resource && resource->is_scalar() && resource->node().scalar == "cpu" && utilization) {
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
  function.replicas = replicas(object, {"spec", "replicas"});
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
  if (const auto annotations = look_up(object, {"spec", "template", "metadata", "annotations"})) {
    read_annotations(*annotations, function, deployed);
  }
  return function;
}

void add_autoscaler(const YamlValue& object, Deployed& deployed) {
  const std::string name = name_of(object);
  const YamlValue target = require(object, {"spec", "scaleTargetRef", "name"});
  const std::string& scaled = target.text("the name of what it scales");
  const auto function = std::ranges::find(deployed.functions, scaled, &DeployedFunction::name);
  if (function == deployed.functions.end()) {
    target.fail("expected a function of the files given, got " + config::shown(scaled));
  }
  function->replicas_min = replicas(object, {"spec", "minReplicas"});
  function->replicas_max = replicas(object, {"spec", "maxReplicas"}, 1);
  std::vector<std::pair<std::string, YamlNode>> words = read_metrics(object, name, deployed);
  if (const auto behavior = look_up(object, {"spec", "behavior"})) words.emplace_back("behavior", behavior->node());
  function->autoscaler =
      words.empty() ? config::yaml_scalar("hpa") : config::yaml_map({{"hpa", config::yaml_map(std::move(words))}});
}

}  // namespace faasconf::experiments::manifests
