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
#include "experiments/train/method_keys.hpp"
#include "experiments/train/read_keys.hpp"
#include "learner/safety/feasibility.hpp"
#include "learner/safety/safe_exploration.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments {
namespace {

constexpr std::size_t kMostEnvironments = 65536;

std::vector<int> read_users(const YamlValue& value) {
  std::vector<int> users;
  for (const YamlValue& item : value.items("a list of numbers of users")) {
    users.push_back(static_cast<int>(read_count(item, 1, static_cast<std::int64_t>(kMostUsers))));
  }
  if (users.empty()) value.refuse("a list of numbers of users");
  return users;
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
    return read_word<sim::LoadForecasting>(value, {{"clairvoyant", sim::LoadForecasting::clairvoyant},
                                                   {"persistence", sim::LoadForecasting::persistence},
                                                   {"smoothing", sim::LoadForecasting::smoothing},
                                                   {"seasonal", sim::LoadForecasting::seasonal}});
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

class TrainingReader {
 public:
  TrainingReader(const std::string& text, const std::string& path) : files_(path, text), root_(parse_yaml(text, path)) {
    if (root_.find("workflow") == nullptr || root_.find("training") == nullptr) {
      YamlValue(root_, "").refuse("a training file, with the keys workflow and training");
    }
  }

  void apply(const Override& change) {
    if (change.keys.size() > 1 && change.keys.front() == "workflow") load_workflows();  // it has entries then
    apply_override(root_, change.keys, change);
  }

  Training read() {
    load_workflows();
    const YamlMap top({root_, ""}, {"workflow", "description", "seed", "training"});
    if (const auto description = top.get("description")) description->text("a text");
    const YamlMap map(top.require("training"), {kTrainingKeys.begin(), kTrainingKeys.end()});

    Training training;
    learner::TrainerSpec& trainer = training.trainer;
    training.method = map.require("method").text("a method");
    trainer.method = read_method(map.require("method"));
    const bool on_policy = std::holds_alternative<learner::OnPolicySpec>(trainer.method);
    const sim::EnvironmentSpec environment = read_environment(map, on_policy);
    read_learning(map, environment, trainer.method);
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
