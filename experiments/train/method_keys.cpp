#include "experiments/train/method_keys.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "experiments/train/read_keys.hpp"

namespace faasconf::experiments::train {
namespace {

std::vector<std::size_t> read_widths(const config::YamlValue& value) {
  std::vector<std::size_t> widths;
  for (const config::YamlValue& item : value.items("a list of widths")) widths.push_back(read_size(item, 1, 4096));
  return widths;
}

void read_network(const config::YamlMap& map, learner::bundle::NetworkSpec& network) {
  std::visit(
      [&map](auto& spec) {
        using Spec = std::decay_t<decltype(spec)>;
        const auto size = [](const config::YamlValue& value) { return read_size(value, 1, 4096); };
        if constexpr (std::is_same_v<Spec, learner::bundle::TransformerSpec>) {
          read_into(map, "width", spec.width, size);
          read_into(map, "heads", spec.heads, size);
          read_into(map, "layers", spec.layers, size);
          if (spec.width % spec.heads != 0) map.value().fail("width: expected a multiple of heads");
        } else {
          read_into(map, "hidden", spec.hidden, read_widths);
        }
        if constexpr (std::is_same_v<Spec, learner::bundle::NeighbourhoodSpec>) {
          read_into(map, "shared_attention", spec.shared_attention, config::read_flag);
        }
      },
      network);
}

std::vector<std::string_view> network_keys(const learner::bundle::NetworkSpec& network) {
  if (std::holds_alternative<learner::bundle::TransformerSpec>(network)) return {"width", "heads", "layers"};
  if (std::holds_alternative<learner::bundle::JointSpec>(network)) return {"hidden"};
  return {"hidden", "shared_attention"};
}

config::YamlMap with_network(const config::YamlValue& learning, std::vector<std::string_view> keys,
                             const learner::bundle::NetworkSpec& network) {
  for (const std::string_view key : network_keys(network)) keys.push_back(key);
  return {learning, config::section("learning"), std::move(keys)};
}

void read_off_policy(const config::YamlValue& learning, bool redeploy, learner::marl::OffPolicySpec& spec) {
  if (redeploy) spec.gamma = 0;
  const config::YamlMap keys = with_network(learning,
                                            {"actor_rate", "critic_rate", "gamma", "tau", "gradient_limit", "noise",
                                             "batch", "updates", "warm_up", "buffer", "offline"},
                                            spec.actor);
  read_into(keys, "actor_rate", spec.actor_rate, read_positive);
  read_into(keys, "critic_rate", spec.critic_rate, read_positive);
  read_into(keys, "gamma", spec.gamma, config::read_probability);
  read_into(keys, "tau", spec.tau, config::read_probability);
  read_into(keys, "gradient_limit", spec.gradient_limit, read_at_least_zero);
  read_into(keys, "noise", spec.noise, read_at_least_zero);
  read_into(keys, "batch", spec.batch, [](const config::YamlValue& value) { return read_size(value, 1, 1'000'000); });
  read_into(keys, "updates", spec.updates,
            [](const config::YamlValue& value) { return read_size(value, 1, 1'000'000); });
  read_into(keys, "warm_up", spec.warm_up, [](const config::YamlValue& value) { return read_size(value, 0); });
  read_into(keys, "buffer", spec.buffer,
            [](const config::YamlValue& value) { return read_size(value, 1, 1'000'000'000); });
  read_into(keys, "offline", spec.offline, config::read_flag);
  read_network(keys, spec.actor);
  if (const auto* const actor = std::get_if<learner::bundle::NeighbourhoodSpec>(&spec.actor)) {
    spec.critic.shared_attention = actor->shared_attention;
  }
}

// There are none without a constraint.
void refuse_multipliers(const config::YamlMap& keys) {
  for (const char* const key : {"violation_limit", "multiplier", "multiplier_proportional", "multiplier_integral",
                                "multiplier_derivative", "multiplier_most"}) {
    if (const auto value = keys.get(key)) value->fail("expected reward: constrained beside it");
  }
}

void read_on_policy(const config::YamlValue& learning, sim::RewardKind reward, learner::marl::OnPolicySpec& spec) {
  const config::YamlMap keys =
      with_network(learning,
                   {"rate", "final_rate", "gamma", "gae_lambda", "clip", "entropy", "spread", "gradient_limit",
                    "epochs", "minibatches", "value_width", "violation_limit", "multiplier", "multiplier_proportional",
                    "multiplier_integral", "multiplier_derivative", "multiplier_most"},
                   spec.actor);
  read_into(keys, "rate", spec.rate, read_positive);
  read_into(keys, "final_rate", spec.final_rate, read_positive);
  read_into(keys, "gamma", spec.gamma, config::read_probability);
  read_into(keys, "gae_lambda", spec.gae_lambda, config::read_probability);
  read_into(keys, "clip", spec.clip, read_positive);
  read_into(keys, "entropy", spec.entropy, read_at_least_zero);
  read_into(keys, "spread", spec.initial_spread, read_positive);
  read_into(keys, "gradient_limit", spec.gradient_limit, read_at_least_zero);
  read_into(keys, "epochs", spec.epochs, [](const config::YamlValue& value) { return read_size(value, 1, 1000); });
  read_into(keys, "minibatches", spec.minibatches,
            [](const config::YamlValue& value) { return read_size(value, 1, 10'000); });
  read_into(keys, "value_width", spec.value_width,
            [](const config::YamlValue& value) { return read_size(value, 1, 4096); });
  read_network(keys, spec.actor);
  if (reward != sim::RewardKind::constrained) refuse_multipliers(keys);
  learner::marl::LagrangianSpec lagrangian;
  read_into(keys, "violation_limit", lagrangian.limit, config::read_probability);
  read_into(keys, "multiplier", lagrangian.initial, read_at_least_zero);
  read_into(keys, "multiplier_proportional", lagrangian.proportional, read_at_least_zero);
  read_into(keys, "multiplier_integral", lagrangian.integral, read_at_least_zero);
  read_into(keys, "multiplier_derivative", lagrangian.derivative, read_at_least_zero);
  read_into(keys, "multiplier_most", lagrangian.most, read_positive);
  spec.lagrangian.reset();
  if (reward == sim::RewardKind::constrained) spec.lagrangian = lagrangian;
}

}  // namespace

learner::marl::MethodSpec read_method(const config::YamlValue& value) {
  const std::vector<std::string>& names = config::section("training").find("method")->takes.kinds.front().words;
  const std::string name = value.text("a method");
  if (std::ranges::find(names, name) == names.end())
    value.refuse("one of " + config::join({names.begin(), names.end()}));
  learner::marl::OnPolicySpec on_policy;
  if (name == "mappo") return on_policy;
  if (name == "mappo-no-attention") {
    on_policy.actor = learner::bundle::TransformerSpec{.attention = false};
    return on_policy;
  }
  if (name == "ppo") {
    on_policy.actor = learner::bundle::JointSpec{.normalisation = learner::bundle::Normalisation::none};
    on_policy.joint_ratio = true;
    return on_policy;
  }
  return learner::marl::off_policy_preset(name);
}

void read_learning(const config::YamlMap& training, const sim::EnvironmentSpec& environment,
                   learner::marl::MethodSpec& method) {
  const config::YamlNode nothing{config::YamlNode::Kind::map, {}, {}, {}, {}};
  const config::YamlValue learning = training.get("learning").value_or(config::YamlValue(nothing, "training.learning"));
  if (auto* const spec = std::get_if<learner::marl::OffPolicySpec>(&method)) {
    read_off_policy(learning, environment.scenario.redeploy, *spec);
  } else {
    read_on_policy(learning, environment.reward.kind, std::get<learner::marl::OnPolicySpec>(method));
  }
}

}  // namespace faasconf::experiments::train
