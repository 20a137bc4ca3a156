#include "experiments/config/kubernetes_behavior.hpp"

namespace faasconf::experiments::config {

namespace {

constexpr std::int64_t kLongestPeriod_s = 1800;  // as the API checks it
constexpr std::int64_t kLongestStabilization_s = 3600;
constexpr std::int64_t kMostPerPolicy = 1'000'000;

void read_policies(const YamlValue& policies, sim::ScalingRules& rules) {
  rules.pods.reset();
  rules.share.reset();
  for (const YamlValue& policy : policies.items("a list of policies")) {
    const YamlMap map(policy, section("scaling policy"));
    const bool is_pods = read_word<bool>(map.require("type"), {{"Pods", true}, {"Percent", false}});
    if (is_pods ? rules.pods.has_value() : rules.share.has_value()) {
      policy.fail("expected one policy of each type, got a second one of this type");
    }
    const std::int64_t value = read_count(map.require("value"), 1, kMostPerPolicy);
    const auto period = std::chrono::seconds(read_count(map.require("periodSeconds"), 1, kLongestPeriod_s));
    if (is_pods) {
      rules.pods = static_cast<int>(value);
      rules.pods_period = period;
    } else {
      rules.share = static_cast<double>(value) / 100;
      rules.share_period = period;
    }
  }
  if (!rules.pods && !rules.share) policies.fail("expected a policy, got none; selectPolicy: Disabled forbids changes");
}

sim::ScalingRules read_rules(const YamlValue& value, sim::ScalingRules rules) {
  const YamlMap map(value, section("scaling rules"));
  if (const auto window = map.get("stabilizationWindowSeconds")) {
    rules.stabilization = std::chrono::seconds(read_count(*window, 0, kLongestStabilization_s));
  }
  if (const auto select = map.get("selectPolicy")) {
    rules.select = read_word<sim::ScalingSelect>(*select, {{"Max", sim::ScalingSelect::max},
                                                           {"Min", sim::ScalingSelect::min},
                                                           {"Disabled", sim::ScalingSelect::disabled}});
  }
  if (const auto policies = map.get("policies")) read_policies(*policies, rules);
  return rules;
}

}  // namespace

sim::HpaBehavior read_behavior(const YamlValue& value) {
  const YamlMap map(value, section("behavior"));
  sim::HpaBehavior behavior;
  if (const auto up = map.get("scaleUp")) behavior.up = read_rules(*up, behavior.up);
  if (const auto down = map.get("scaleDown")) behavior.down = read_rules(*down, behavior.down);
  return behavior;
}

std::vector<Section> behavior_sections() {
  const std::string required(kRequired);
  return {
      {"behavior",
       "`behavior` of hpa, as manifests write it.",
       {},
       {
           {"scaleUp", takes::map_of("scaling rules"), "", "{stabilizationWindowSeconds: 60}", "for more pods"},
           {"scaleDown", takes::map_of("scaling rules"), "", "{selectPolicy: Min}", "for fewer pods"},
       }},
      {"scaling rules",
       "`scaleUp` and `scaleDown` of `behavior`; what is not given has Kubernetes' defaults.",
       {},
       {
           {"stabilizationWindowSeconds", takes::count(0, kLongestStabilization_s), "", "60",
            "seconds over which the most cautious recommendation holds"},
           {"selectPolicy", takes::words({"Max", "Min", "Disabled"}), "Max", "Min", "which policy counts"},
           {"policies", takes::list_of(takes::map_of("scaling policy")), "",
            "[{type: Pods, value: 2, periodSeconds: 60}]", "one of each type"},
       }},
      {"scaling policy",
       "Each of `policies` of `behavior`.",
       {},
       {
           {"type", takes::words({"Pods", "Percent"}), required, "Pods", "what value counts"},
           {"value", takes::count(1, kMostPerPolicy), required, "2", "the most that a period changes"},
           {"periodSeconds", takes::count(1, kLongestPeriod_s), required, "60", "the period"},
       }},
  };
}

}  // namespace faasconf::experiments::config
