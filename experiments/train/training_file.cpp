#include "experiments/train/training_file.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "experiments/calibration/candidate.hpp"
#include "experiments/calibration/record.hpp"
#include "experiments/config/configuration_file.hpp"
#include "experiments/config/input_files.hpp"
#include "experiments/config/overrides.hpp"
#include "experiments/config/profile_file.hpp"
#include "experiments/config/workflow_file.hpp"
#include "experiments/config/yaml_writer.hpp"
#include "learner/safety/feasibility.hpp"
#include "learner/safety/safe_exploration.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments {
namespace {

constexpr std::int64_t kMost = 1'000'000'000'000;
constexpr std::size_t kMostEnvironments = 65536;

std::size_t read_size(const YamlValue& value, std::int64_t least = 1, std::int64_t most = kMost) {
  return static_cast<std::size_t>(read_count(value, least, most));
}

// A key that may be there, read into what has its default.
template <class T, class Read>
void read_into(const YamlMap& map, std::string_view key, T& to, Read read) {
  if (const auto value = map.get(key)) to = read(*value);
}

double read_at_least_zero(const YamlValue& value) { return read_number(value); }
double read_positive(const YamlValue& value) { return read_number(value, kAboveZero, 1e9, "a number above 0"); }

std::vector<int> read_users(const YamlValue& value) {
  std::vector<int> users;
  for (const YamlValue& item : value.items("a list of numbers of users")) {
    users.push_back(static_cast<int>(read_count(item, 1, static_cast<std::int64_t>(kMostUsers))));
  }
  if (users.empty()) value.refuse("a list of numbers of users");
  return users;
}

std::vector<std::size_t> read_widths(const YamlValue& value) {
  std::vector<std::size_t> widths;
  for (const YamlValue& item : value.items("a list of widths")) widths.push_back(read_size(item, 1, 4096));
  return widths;
}

constexpr std::array<std::string_view, 23> kTrainingKeys = {"method",
                                                            "users",
                                                            "profiles",
                                                            "redeploy",
                                                            "episode",
                                                            "steps",
                                                            "environments",
                                                            "shards",
                                                            "steps_per_iteration",
                                                            "features",
                                                            "load_knowledge",
                                                            "season_windows",
                                                            "reward",
                                                            "price_weight",
                                                            "qos_weight",
                                                            "qos",
                                                            "replications",
                                                            "common_random_numbers",
                                                            "integers",
                                                            "calibration_draws",
                                                            "safety",
                                                            "learning",
                                                            "selection"};

// What all environments have in common, but for workflow and load.
sim::EnvironmentSpec read_environment(const YamlMap& map, bool on_policy) {
  sim::EnvironmentSpec spec;
  spec.scenario.redeploy = true;
  spec.scenario.attribution = sim::Attribution::completed;
  spec.scenario.workload.source = sim::ClosedLoop{};
  read_into(map, "redeploy", spec.scenario.redeploy, read_flag);
  read_into(map, "episode", spec.episode_windows, [](const YamlValue& value) { return read_size(value); });
  spec.features = sim::FeatureSet::extended;
  read_into(map, "features", spec.features, [](const YamlValue& value) {
    return read_word<sim::FeatureSet>(value,
                                      {{"paper", sim::FeatureSet::paper}, {"extended", sim::FeatureSet::extended}});
  });
  read_into(map, "load_knowledge", spec.load_knowledge, [](const YamlValue& value) {
    return read_word<sim::LoadKnowledge>(value, {{"clairvoyant", sim::LoadKnowledge::clairvoyant},
                                                 {"persistence", sim::LoadKnowledge::persistence},
                                                 {"smoothing", sim::LoadKnowledge::smoothing},
                                                 {"seasonal", sim::LoadKnowledge::seasonal}});
  });
  read_into(map, "season_windows", spec.season_windows, [](const YamlValue& value) { return read_size(value); });
  spec.reward.kind = on_policy ? sim::RewardKind::constrained : sim::RewardKind::price;
  read_into(map, "reward", spec.reward.kind, [](const YamlValue& value) {
    return read_word<sim::RewardKind>(value, {{"price", sim::RewardKind::price},
                                              {"cost", sim::RewardKind::cost},
                                              {"constrained", sim::RewardKind::constrained}});
  });
  read_into(map, "price_weight", spec.reward.price_weight, read_at_least_zero);
  read_into(map, "qos_weight", spec.reward.qos_weight, read_at_least_zero);
  read_into(map, "qos", spec.reward.qos, [](const YamlValue& value) {
    return read_word<sim::QosKind>(value, {{"published", sim::QosKind::published}, {"strict", sim::QosKind::strict}});
  });
  read_into(map, "replications", spec.replications, [](const YamlValue& value) { return read_size(value, 1, 1000); });
  read_into(map, "common_random_numbers", spec.common_random_numbers, read_flag);
  spec.rounding.integers = sim::IntegerKnob::equal_bins;
  read_into(map, "integers", spec.rounding.integers, [](const YamlValue& value) {
    return read_word<sim::IntegerKnob>(
        value, {{"paper", sim::IntegerKnob::paper}, {"equal_bins", sim::IntegerKnob::equal_bins}});
  });
  return spec;
}

// A workflow and draws of its calibration.
std::vector<sim::WorkflowSpec> read_draws(const YamlValue& tree, std::size_t draws) {
  const sim::WorkflowSpec workflow = read_workflow(tree);
  if (draws == 0) return {workflow};
  const YamlNode* const written = tree.node().find("calibration");
  if (written == nullptr) {
    tree.fail("calibration_draws: expected a workflow with a calibration, got \"" + workflow.name + "\" without");
  }
  const CalibrationRecord record = read_record({*written, "calibration"}, workflow);
  const CandidateWorkflow candidate(tree.node(), record.parameters);
  std::vector<sim::WorkflowSpec> all;
  for (std::size_t i = 0; i < draws; ++i) {
    all.push_back(candidate.workflow(record.members[i % record.members.size()]));
  }
  return all;
}

using Network = learner::NetworkSpec;

void read_network(const YamlMap& map, Network& network) {
  std::visit(
      [&map](auto& spec) {
        using Spec = std::decay_t<decltype(spec)>;
        const auto size = [](const YamlValue& value) { return read_size(value, 1, 4096); };
        if constexpr (std::is_same_v<Spec, learner::TransformerSpec>) {
          read_into(map, "width", spec.width, size);
          read_into(map, "heads", spec.heads, size);
          read_into(map, "layers", spec.layers, size);
          if (spec.width % spec.heads != 0) map.value().fail("width: expected a multiple of heads");
        } else {
          read_into(map, "hidden", spec.hidden, read_widths);
        }
        if constexpr (std::is_same_v<Spec, learner::NeighbourhoodSpec>) {
          read_into(map, "shared_attention", spec.shared_attention, read_flag);
        }
      },
      network);
}

std::vector<std::string_view> network_keys(const Network& network) {
  if (std::holds_alternative<learner::TransformerSpec>(network)) return {"width", "heads", "layers"};
  if (std::holds_alternative<learner::JointSpec>(network)) return {"hidden"};
  return {"hidden", "shared_attention"};
}

YamlMap learning_map(const YamlMap& map, const YamlNode& nothing, std::vector<std::string_view> keys,
                     const Network& network) {
  for (const std::string_view key : network_keys(network)) keys.push_back(key);
  return {map.get("learning").value_or(YamlValue(nothing, "training.learning")), keys};
}

void read_off_policy(const YamlMap& map, const YamlNode& nothing, bool redeploy, learner::OffPolicySpec& spec) {
  if (redeploy) spec.gamma = 0;  // nothing of a window outlives it
  const YamlMap keys = learning_map(map, nothing,
                                    {"actor_rate", "critic_rate", "gamma", "tau", "gradient_limit", "noise", "batch",
                                     "updates", "warm_up", "buffer", "offline"},
                                    spec.actor);
  read_into(keys, "actor_rate", spec.actor_rate, read_positive);
  read_into(keys, "critic_rate", spec.critic_rate, read_positive);
  read_into(keys, "gamma", spec.gamma, read_probability);
  read_into(keys, "tau", spec.tau, read_probability);
  read_into(keys, "gradient_limit", spec.gradient_limit, read_at_least_zero);
  read_into(keys, "noise", spec.noise, read_at_least_zero);
  read_into(keys, "batch", spec.batch, [](const YamlValue& value) { return read_size(value, 1, 1'000'000); });
  read_into(keys, "updates", spec.updates, [](const YamlValue& value) { return read_size(value, 1, 1'000'000); });
  read_into(keys, "warm_up", spec.warm_up, [](const YamlValue& value) { return read_size(value, 0); });
  read_into(keys, "buffer", spec.buffer, [](const YamlValue& value) { return read_size(value, 1, 1'000'000'000); });
  read_into(keys, "offline", spec.offline, read_flag);
  read_network(keys, spec.actor);
  if (const auto* const actor = std::get_if<learner::NeighbourhoodSpec>(&spec.actor)) {
    spec.critic.shared_attention = actor->shared_attention;
  }
}

void read_on_policy(const YamlMap& map, const YamlNode& nothing, sim::RewardKind reward, learner::OnPolicySpec& spec) {
  const YamlMap keys =
      learning_map(map, nothing,
                   {"rate", "final_rate", "gamma", "gae_lambda", "clip", "entropy", "spread", "gradient_limit",
                    "epochs", "minibatches", "value_width", "violation_limit", "multiplier", "multiplier_proportional",
                    "multiplier_integral", "multiplier_derivative", "multiplier_most"},
                   spec.actor);
  read_into(keys, "rate", spec.rate, read_positive);
  read_into(keys, "final_rate", spec.final_rate, read_positive);
  read_into(keys, "gamma", spec.gamma, read_probability);
  read_into(keys, "gae_lambda", spec.gae_lambda, read_probability);
  read_into(keys, "clip", spec.clip, read_positive);
  read_into(keys, "entropy", spec.entropy, read_at_least_zero);
  read_into(keys, "spread", spec.initial_spread, read_positive);
  read_into(keys, "gradient_limit", spec.gradient_limit, read_at_least_zero);
  read_into(keys, "epochs", spec.epochs, [](const YamlValue& value) { return read_size(value, 1, 1000); });
  read_into(keys, "minibatches", spec.minibatches, [](const YamlValue& value) { return read_size(value, 1, 10'000); });
  read_into(keys, "value_width", spec.value_width, [](const YamlValue& value) { return read_size(value, 1, 4096); });
  read_network(keys, spec.actor);
  learner::LagrangianSpec lagrangian;
  read_into(keys, "violation_limit", lagrangian.limit, read_probability);
  read_into(keys, "multiplier", lagrangian.initial, read_at_least_zero);
  read_into(keys, "multiplier_proportional", lagrangian.proportional, read_at_least_zero);
  read_into(keys, "multiplier_integral", lagrangian.integral, read_at_least_zero);
  read_into(keys, "multiplier_derivative", lagrangian.derivative, read_at_least_zero);
  read_into(keys, "multiplier_most", lagrangian.most, read_positive);
  spec.lagrangian.reset();
  if (reward == sim::RewardKind::constrained) spec.lagrangian = lagrangian;
}

// A method by name. Off-policy ones are those of off_policy_preset().
learner::MethodSpec method_named(const YamlValue& value) {
  constexpr std::array<std::string_view, 10> kNames = {
      "mappo", "mappo-no-attention", "ppo", "attmf", "attmf-softmax", "attmf-modern", "mf", "maddpg", "ddpg", "firm"};
  const std::string name = value.text("a method");
  if (std::ranges::find(kNames, name) == kNames.end()) value.refuse("one of " + join({kNames.begin(), kNames.end()}));
  learner::OnPolicySpec on_policy;
  if (name == "mappo") return on_policy;
  if (name == "mappo-no-attention") {
    on_policy.actor = learner::TransformerSpec{.attention = false};
    return on_policy;
  }
  if (name == "ppo") {
    on_policy.actor = learner::JointSpec{.normalisation = learner::Normalisation::none};
    on_policy.joint_ratio = true;
    return on_policy;
  }
  return learner::off_policy_preset(name);
}

class TrainingReader {
 public:
  TrainingReader(const std::string& text, const std::string& path) : files_(path, text), root_(parse_yaml(text, path)) {
    if (root_.find("workflow") == nullptr || root_.find("training") == nullptr) {
      YamlValue(root_, "").refuse("a training file, with the keys workflow and training");
    }
  }

  void apply(const Override& change) { apply_override(root_, change.keys, change); }

  Training read() {
    load_workflows();
    const YamlMap top({root_, ""}, {"workflow", "description", "seed", "training"});
    if (const auto description = top.get("description")) description->text("a text");
    const YamlMap map(top.require("training"), {kTrainingKeys.begin(), kTrainingKeys.end()});

    Training training;
    learner::TrainerSpec& trainer = training.trainer;
    training.method = map.require("method").text("a method");
    trainer.method = method_named(map.require("method"));
    const bool on_policy = std::holds_alternative<learner::OnPolicySpec>(trainer.method);
    const sim::EnvironmentSpec environment = read_environment(map, on_policy);
    if (auto* const spec = std::get_if<learner::OffPolicySpec>(&trainer.method)) {
      read_off_policy(map, nothing_, environment.scenario.redeploy, *spec);
    } else {
      read_on_policy(map, nothing_, environment.reward.kind, std::get<learner::OnPolicySpec>(trainer.method));
    }
    training.steps = read_size(map.require("steps"));
    read_into(map, "shards", trainer.shards, [](const YamlValue& value) { return read_size(value, 1, 4096); });
    read_into(map, "steps_per_iteration", trainer.steps_per_iteration,
              [](const YamlValue& value) { return read_size(value, 1, 1'000'000); });
    if (const auto seed = top.get("seed")) trainer.seed = read_seed(*seed);
    std::size_t environments = 64;
    read_into(map, "environments", environments,
              [](const YamlValue& value) { return read_size(value, 1, static_cast<std::int64_t>(kMostEnvironments)); });
    trainer.plans = read_plans(map, environment, environments);
    read_selection(map, environment, training);
    read_safety(map, environment, trainer);
    training.inputs = files_.take();
    training.resolved = write_yaml(root_);
    return training;
  }

 private:
  // Puts workflow files in the place of their names.
  void load_workflows() {
    YamlNode& node = *root_.find("workflow");
    const auto load = [this](YamlNode& workflow) {
      if (workflow.kind != YamlNode::Kind::scalar) return;
      const InputFiles::Text file = files_.read({workflow, "workflow"});
      workflow = parse_yaml(file.content, file.path);
    };
    if (node.kind == YamlNode::Kind::list) {
      for (YamlNode& workflow : node.items) load(workflow);
    } else {
      load(node);
    }
  }

  std::vector<YamlValue> workflows() const {
    const YamlNode& node = *root_.find("workflow");
    if (node.kind != YamlNode::Kind::list) return {{node, ""}};
    std::vector<YamlValue> all;
    for (const YamlNode& workflow : node.items) all.push_back({workflow, ""});
    if (all.empty()) YamlValue(node, "workflow").refuse("at least one workflow");
    return all;
  }

  sim::LoadSpec read_load(const YamlMap& map, sim::Duration window) {
    const auto users = map.get("users"), profiles = map.get("profiles");
    if (users.has_value() == profiles.has_value()) {
      map.value().fail("expected either users or profiles, got " + std::string(users ? "both" : "none"));
    }
    if (users) return {.levels = read_users(*users), .series = {}};
    sim::LoadSpec load;
    for (const YamlValue& item : profiles->items("a list of profiles")) {
      const InputFiles::Text file = files_.read(item);
      load.series.push_back(users_by_window(parse_profile(file.content, file.path), window, file.path));
    }
    if (load.series.empty()) profiles->refuse("a list of profiles");
    return load;
  }

  // `count` environments, as many of each workflow, and these over the draws of its calibration in turn.
  learner::Plans read_plans(const YamlMap& map, const sim::EnvironmentSpec& common, std::size_t count) {
    std::size_t draws = 0;
    read_into(map, "calibration_draws", draws, [](const YamlValue& value) { return read_size(value, 0, 10'000); });
    const sim::LoadSpec load = read_load(map, common.scenario.window);
    const std::vector<YamlValue> all = workflows();
    if (count % all.size() != 0) map.value().fail("environments: expected a multiple of the number of workflows");
    learner::Plans plans;
    for (const YamlValue& workflow : all) {
      learner::Plans of_workflow;
      for (const sim::WorkflowSpec& draw : read_draws(workflow, draws)) {
        of_workflow.push_back(plan(workflow, common, draw, load));
      }
      for (std::size_t i = 0; i < count / all.size(); ++i) plans.push_back(of_workflow[i % of_workflow.size()]);
    }
    return plans;
  }

  static std::shared_ptr<const sim::EnvironmentPlan> plan(const YamlValue& place, sim::EnvironmentSpec spec,
                                                          const sim::WorkflowSpec& workflow,
                                                          const sim::LoadSpec& load) {
    spec.scenario.workflow = workflow;
    spec.scenario.configuration = middle_of_ranges(workflow);
    spec.load = load;
    try {
      return std::make_shared<const sim::EnvironmentPlan>(std::move(spec));
    } catch (const sim::Error& error) {
      place.fail(error.what());
    }
  }

  // An episode of each load, as often as it takes for the wanted number of windows.
  void read_selection(const YamlMap& map, sim::EnvironmentSpec common, Training& training) {
    Selection& selection = training.selection;
    const YamlMap keys(map.get("selection").value_or(YamlValue(nothing_, "training.selection")),
                       {"every", "users", "profiles", "windows"});
    selection.every_steps = std::max<std::uint64_t>(1, training.steps / 20);
    read_into(keys, "every", selection.every_steps, [](const YamlValue& value) { return read_size(value); });
    std::size_t windows = 120;
    read_into(keys, "windows", windows, [](const YamlValue& value) { return read_size(value, 1, 1'000'000); });
    sim::LoadSpec load{.levels = {11, 16, 21, 26, 29}, .series = {}};
    if (keys.get("users") || keys.get("profiles")) load = read_load(keys, common.scenario.window);
    std::vector<sim::LoadSpec> loads;
    for (const int users : load.levels) loads.push_back({.levels = {users}, .series = {}});
    for (const std::vector<int>& series : load.series) loads.push_back({.levels = {}, .series = {series}});
    common.replications = 1;
    const std::size_t episodes = (windows + common.episode_windows - 1) / common.episode_windows;
    for (const YamlValue& workflow : workflows()) {
      for (const sim::LoadSpec& one : loads) {
        const auto shared = plan(workflow, common, read_workflow(workflow), one);
        selection.plans.insert(selection.plans.end(), episodes, shared);
      }
    }
    selection.constrained = common.reward.kind == sim::RewardKind::constrained;
    if (const auto* const spec = std::get_if<learner::OnPolicySpec>(&training.trainer.method)) {
      if (spec->lagrangian) selection.violation_limit = spec->lagrangian->limit;
    }
  }

  void read_safety(const YamlMap& map, const sim::EnvironmentSpec& environment, learner::TrainerSpec& trainer) {
    const auto value = map.get("safety");
    if (!value) return;
    enum class Filter { none, ses, feasibility };
    const auto filter =
        read_word<Filter>(*value, {{"none", Filter::none}, {"ses", Filter::ses}, {"feasibility", Filter::feasibility}});
    const learner::ActionPrice price(trainer.plans.front()->scenario().workflow(), environment.rounding);
    if (filter == Filter::ses) {
      trainer.safety = [price] { return std::make_unique<learner::SafeExploration>(price); };
    } else if (filter == Filter::feasibility) {
      trainer.safety = [price] { return std::make_unique<learner::FeasibilityFilter>(price); };
    }
    if (filter != Filter::none && std::holds_alternative<learner::OnPolicySpec>(trainer.method)) {
      value->fail("expected none for a method of PPO, whose ratios need the actions that it proposed");
    }
  }

  InputFiles files_;
  YamlNode root_;
  YamlNode nothing_{YamlNode::Kind::map, {}, {}, {}, {}};
};

}  // namespace

Training parse_training(const std::string& text, const std::string& path, const Overrides& overrides) {
  TrainingReader reader(text, path);
  for (const std::string& change : overrides) reader.apply(parse_override(change));
  return reader.read();
}

Training read_training(const std::string& path, const Overrides& overrides) {
  const std::string shipped = std::filesystem::exists(path) ? path : find_shipped(path);
  const std::string file = shipped.empty() ? path : shipped;
  return parse_training(read_text_file(file), file, overrides);
}

}  // namespace faasconf::experiments
