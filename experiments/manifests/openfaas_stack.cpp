#include "experiments/manifests/openfaas_stack.hpp"

#include <utility>

#include "experiments/config/yaml_writer.hpp"
#include "experiments/manifests/documents.hpp"
#include "sim/policy/openfaas_autoscaler.hpp"

namespace faasconf::experiments::manifests {

namespace {

using config::YamlNode;
using config::YamlValue;

constexpr std::string_view kScale = "com.openfaas.scale.";

bool is_true(const std::optional<YamlValue>& value) {
  return value && value->is_scalar() && value->node().scalar == "true";
}

// Alerts, by a share of the most replicas.
YamlNode alerts(const YamlValue& labels) {
  const auto factor = look_up(labels, {"com.openfaas.scale.factor"});
  if (!factor) return config::yaml_scalar("openfaas");
  const std::string share = factor->text("a percentage") + "%";
  return config::yaml_map({{"openfaas", config::yaml_map({{"step_share", config::yaml_scalar(share)}})}});
}

// Alerts, unless a label sets up the later autoscaler.
YamlNode autoscaler_of(const YamlValue& labels) {
  const bool to_zero = is_true(look_up(labels, {"com.openfaas.scale.zero"}));
  std::vector<std::pair<std::string, YamlNode>> words;
  for (const char* word : {"type", "target", "target-proportion", "zero", "zero-duration"}) {
    const auto label = look_up(labels, {std::string(kScale) + word});
    if (!label || (std::string_view(word) == "zero-duration" && !to_zero)) continue;
    words.emplace_back(std::string(kScale) + word, config::yaml_scalar(label->text("the value of a label")));
  }
  if (words.empty()) return alerts(labels);
  // bounds are the function's ranges; only one above the autoscaler's default has to be told
  const std::optional<int> most = read_replicas(labels, {std::string(kScale) + "max"});
  if (most && *most > sim::OpenFaasAutoscalerParameters{}.max_scale) {
    words.emplace_back(std::string(kScale) + "max", config::yaml_scalar(std::to_string(*most)));
  }
  return config::yaml_map({{"openfaas-autoscaler", config::yaml_map(std::move(words))}});
}

void read_labels(const YamlValue& labels, DeployedFunction& function) {
  function.replicas_min = read_replicas(labels, {"com.openfaas.scale.min"});
  function.replicas_max = read_replicas(labels, {"com.openfaas.scale.max"});
  if (is_true(look_up(labels, {"com.openfaas.scale.zero"}))) function.replicas_min = 0;
  function.autoscaler = autoscaler_of(labels);
}

// What bears on a call and is not simulated.
void leave_out(const YamlValue& value, const DeployedFunction& function, Deployed& deployed) {
  const std::vector<std::vector<std::string>> paths = {{"environment", "exec_timeout"},
                                                       {"environment", "read_timeout"},
                                                       {"environment", "write_timeout"},
                                                       {"environment_file"},
                                                       {"annotations"}};
  for (const std::vector<std::string>& path : paths) {
    const auto found = look_up(value, path);
    if (!found) continue;
    deployed.left_out.push_back(path.back() + " of " + function.name + " (" + found->node().place.text() + ")");
  }
}

}  // namespace

DeployedFunction read_openfaas_function(const YamlValue& value, const std::string& name, Deployed& deployed) {
  DeployedFunction function{.name = name, .platform = Platform::openfaas, .place = value.node().place.text()};
  read_resources(value, function);
  if (const auto most = look_up(value, {"environment", "max_inflight"})) function.concurrency = read_concurrency(*most);
  leave_out(value, function, deployed);
  function.autoscaler = config::yaml_scalar("openfaas");
  if (const auto labels = look_up(value, {"labels"})) read_labels(*labels, function);
  return function;
}

void read_stack(const YamlValue& document, Deployed& deployed) {
  const auto functions = look_up(document, {"functions"});
  if (!functions->is_map()) functions->refuse("the functions of a stack, by name");
  for (const YamlNode::Entry& entry : functions->node().entries) {
    deployed.functions.push_back(read_openfaas_function(functions->child(entry), entry.key, deployed));
  }
}

}  // namespace faasconf::experiments::manifests
