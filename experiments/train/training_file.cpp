#include "experiments/train/training_file.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "experiments/config/configuration_file.hpp"
#include "experiments/config/input_files.hpp"
#include "experiments/config/overrides.hpp"
#include "experiments/config/profile_file.hpp"
#include "experiments/config/promise_file.hpp"
#include "experiments/config/workflow_file.hpp"
#include "experiments/config/workload_file.hpp"
#include "experiments/config/yaml_writer.hpp"
#include "experiments/jobs/explain_promise.hpp"
#include "experiments/prediction/calibration_record.hpp"
#include "experiments/prediction/ensemble.hpp"
#include "experiments/prediction/measured_loads.hpp"
#include "experiments/train/method_keys.hpp"
#include "experiments/train/read_keys.hpp"
#include "learner/bundle/metadata.hpp"
#include "learner/safety/qos_probability.hpp"
#include "learner/safety/safe_exploration.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::train {
namespace {

constexpr std::size_t kMostEnvironments = 65536;

std::vector<double> read_users(const config::YamlValue& value) {
  std::vector<double> users;
  for (const config::YamlValue& item : value.items("a list of numbers of users")) {
    users.push_back(static_cast<double>(config::read_count(item, 1, static_cast<std::int64_t>(config::kMostUsers))));
  }
  if (users.empty()) value.refuse("a list of numbers of users");
  return users;
}

std::vector<double> read_rates(const config::YamlValue& value) {
  std::vector<double> rates;
  for (const config::YamlValue& item : value.items("a list of rates such as 5/s")) rates.push_back(read_rate(item));
  if (rates.empty()) value.refuse("a list of rates such as 5/s");
  return rates;
}

// What episodes are run under.
struct EpisodeLoads {
  sim::LoadSpec spec;
  bool open = false;  // rates of an open loop; otherwise users of a closed one
};

// A key of which nothing is made beside another one's value.
void refuse_beside(const config::YamlMap& map, std::string_view key, const std::string& expected) {
  if (const auto value = map.get(key)) value->fail("expected " + expected + " beside it, or no " + std::string(key));
}

// What all environments have in common, but for workflow and load.
sim::EnvironmentSpec read_environment(const config::YamlMap& map, bool on_policy) {
  sim::EnvironmentSpec spec;
  spec.scenario.attribution = sim::Attribution::completed;
  spec.scenario.redeploy = config::read_instances(map);
  read_into(map, "episode", spec.episode_windows, [](const config::YamlValue& value) { return read_size(value); });
  spec.features = sim::FeatureSet::extended;
  read_into(map, "features", spec.features, [](const config::YamlValue& value) {
    return read_word<sim::FeatureSet>(value,
                                      {{"paper", sim::FeatureSet::paper}, {"extended", sim::FeatureSet::extended}});
  });
  read_into(map, "load_knowledge", spec.load_knowledge, [](const config::YamlValue& value) {
    return read_word<sim::LoadForecasting>(value, {{"clairvoyant", sim::LoadForecasting::clairvoyant},
                                                   {"persistence", sim::LoadForecasting::persistence},
                                                   {"smoothing", sim::LoadForecasting::smoothing},
                                                   {"seasonal", sim::LoadForecasting::seasonal}});
  });
  if (spec.load_knowledge != sim::LoadForecasting::seasonal) {
    refuse_beside(map, "season_windows", "load_knowledge: seasonal");
  }
  read_into(map, "season_windows", spec.season_windows,
            [](const config::YamlValue& value) { return read_size(value, 1, learner::bundle::kMostSeasonWindows); });
  spec.reward.kind = on_policy ? sim::RewardKind::constrained : sim::RewardKind::price;
  read_into(map, "reward", spec.reward.kind, [](const config::YamlValue& value) {
    return read_word<sim::RewardKind>(value, {{"price", sim::RewardKind::price},
                                              {"cost", sim::RewardKind::cost},
                                              {"constrained", sim::RewardKind::constrained}});
  });
  if (spec.reward.kind == sim::RewardKind::constrained) refuse_beside(map, "qos_weight", "reward: price or cost");
  read_into(map, "price_weight", spec.reward.price_weight, read_at_least_zero);
  read_into(map, "qos_weight", spec.reward.qos_weight, read_at_least_zero);
  read_into(map, "replications", spec.replications,
            [](const config::YamlValue& value) { return read_size(value, 1, 1000); });
  read_into(map, "common_random_numbers", spec.common_random_numbers, config::read_flag);
  spec.rounding.integers = sim::IntegerKnob::equal_bins;
  read_into(map, "integers", spec.rounding.integers, [](const config::YamlValue& value) {
    return read_word<sim::IntegerKnob>(
        value, {{"paper", sim::IntegerKnob::paper}, {"equal_bins", sim::IntegerKnob::equal_bins}});
  });
  return spec;
}

// A workflow and draws of its calibration.
std::vector<sim::WorkflowSpec> read_draws(const config::YamlValue& tree, const sim::WorkflowSpec& workflow,
                                          std::size_t draws) {
  if (draws == 0) return {workflow};
  const config::YamlNode* const written = tree.node().find("calibration");
  if (written == nullptr) {
    tree.fail("calibration_draws: expected a workflow with a calibration, got \"" + workflow.name + "\" without");
  }
  const prediction::CalibrationRecord record = prediction::read_record({*written, "calibration"}, workflow);
  if (record.members.empty()) tree.fail("calibration_draws: expected a calibration with an ensemble, got one without");
  const std::vector<sim::WorkflowSpec> members = prediction::ensemble_of(tree.node(), record);
  std::vector<sim::WorkflowSpec> all;
  for (std::size_t i = 0; i < draws; ++i) {
    all.push_back(members[i % members.size()]);
    all.back().promise = workflow.promise;
  }
  return all;
}

class TrainingReader {
 public:
  TrainingReader(const std::string& text, const std::string& path)
      : files_(path, text), root_(config::parse_yaml_file(text, path)) {
    if (root_.find("workflow") == nullptr || root_.find("training") == nullptr) {
      config::YamlValue(root_, "").refuse("a training file, with the keys workflow and training");
    }
  }

  void apply(const config::Override& change) {
    if (change.keys.size() > 1 && change.keys.front() == "workflow") load_workflows();  // it has entries then
    apply_override(root_, change.keys, change);
  }

  Training read() {
    load_workflows();
    if (config::YamlNode* const promise = root_.find("promise")) config::load_promise_file(*promise, files_);
    const config::YamlMap top({root_, ""}, config::section("training file"));
    read_promise(top);
    if (const auto description = top.get("description")) description->text("a text");
    const config::YamlMap map(top.require("training"), config::section("training"));

    Training training;
    learner::marl::TrainerSpec& trainer = training.trainer;
    training.method = map.require("method").text("a method");
    trainer.method = read_method(map.require("method"));
    const bool on_policy = std::holds_alternative<learner::marl::OnPolicySpec>(trainer.method);
    sim::EnvironmentSpec environment = read_environment(map, on_policy);
    const EpisodeLoads loads = read_load(map, window_of(top));
    read_workload(top, loads.open, environment.scenario);
    environment.load = loads.spec;
    read_learning(map, environment, trainer.method);
    training.steps = read_size(map.require("steps"));
    read_into(map, "shards", trainer.shards, [](const config::YamlValue& value) { return read_size(value, 1, 4096); });
    read_into(map, "steps_per_iteration", trainer.steps_per_iteration,
              [](const config::YamlValue& value) { return read_size(value, 1, 1'000'000); });
    if (const auto seed = top.get("seed")) trainer.seed = config::read_seed(*seed);
    std::size_t environments = 64;
    read_into(map, "environments", environments, [](const config::YamlValue& value) {
      return read_size(value, 1, static_cast<std::int64_t>(kMostEnvironments));
    });
    trainer.plans = read_plans(map, environment, environments);
    training.warnings = warnings(loads, environment.scenario);
    read_selection(map, environment, training);
    read_safety(map, environment, trainer);
    training.inputs = files_.take();
    training.resolved = config::write_yaml(root_);
    return training;
  }

 private:
  // Puts workflow files in the place of their names.
  void load_workflows() {
    config::YamlNode& node = *root_.find("workflow");
    const auto load = [this](config::YamlNode& workflow) {
      if (workflow.kind != config::YamlNode::Kind::scalar) return;
      const config::InputFiles::Text file = files_.read({workflow, "workflow"});
      workflow = config::parse_yaml_file(file.content, file.path);
    };
    if (node.kind == config::YamlNode::Kind::list) {
      for (config::YamlNode& workflow : node.items) load(workflow);
    } else {
      load(node);
    }
  }

  static sim::Duration window_of(const config::YamlMap& top) {
    const auto workload = top.get("workload");
    const config::YamlNode* const window = workload ? workload->node().find("window") : nullptr;
    return window == nullptr ? sim::ScenarioSpec{}.window
                             : config::read_positive_duration({*window, "workload.window"});
  }

  // What the clients do but for the level of the load, which training.users, rates or profiles give.
  void read_workload(const config::YamlMap& top, bool open, sim::ScenarioSpec& scenario) {
    scenario.window = window_of(top);
    scenario.workload.source = sim::ClosedLoop{};
    if (open) scenario.workload.source = sim::OpenLoop{};
    const auto workload = top.get("workload");
    if (!workload) return;
    const std::string_view loop = open ? "open_loop" : "closed_loop", level = open ? "rate" : "users";
    const config::YamlMap keys(*workload, config::section("workload"), {"closed_loop", "open_loop", "retry", "window"});
    if (const auto other = keys.get(open ? "closed_loop" : "open_loop")) {
      other->fail("expected " + std::string(loop) + ", since training gives " + (open ? "rates" : "users"));
    }
    if (const auto own = keys.get(loop); own && own->node().find(level) != nullptr) {
      own->fail("expected no " + std::string(level) +
                " here; training.users, training.rates or training.profiles give it");
    }
    scenario.workload.retry = config::read_workload(keys, files_, /*level_is_elsewhere=*/true).retry;
    if (keys.get(loop)) scenario.workload.source = config::read_workload(keys, files_, true).source;
  }

  // The promise of all workflows, where the file has one; formerly training.qos named it.
  void read_promise(const config::YamlMap& top) {
    const config::YamlValue training = top.require("training");
    const config::YamlNode* const former = training.node().find("qos");
    promise_ = top.get("promise");
    if (former == nullptr) return;
    const config::YamlValue named(*former, "training.qos");
    if (promise_) named.fail("it is the former name of promise; expected one of the two");
    read_word<bool>(named, {{"published", false}, {"strict", true}});
    promise_ = named;
  }

  sim::WorkflowSpec workflow_at(const config::YamlValue& place) const {
    sim::WorkflowSpec workflow = config::read_workflow(place);
    if (promise_) workflow.promise = config::read_promise(*promise_, workflow.qos, config::patience_of(workflow));
    if (workflow.promise.has_terms()) return workflow;
    place.fail("a training needs a promise to keep, and workflow '" + workflow.name +
               "' makes none: add promise to its file or to the training");
  }

  std::vector<config::YamlValue> workflows() const {
    const config::YamlNode& node = *root_.find("workflow");
    if (node.kind != config::YamlNode::Kind::list) return {{node, ""}};
    std::vector<config::YamlValue> all;
    for (const config::YamlNode& workflow : node.items) all.push_back({workflow, ""});
    if (all.empty()) config::YamlValue(node, "workflow").refuse("at least one workflow");
    return all;
  }

  EpisodeLoads read_load(const config::YamlMap& map, sim::Duration window) {
    const auto users = map.get("users"), rates = map.get("rates"), profiles = map.get("profiles");
    if (users.has_value() + rates.has_value() + profiles.has_value() != 1) {
      map.value().fail("expected one of users, rates and profiles, got " +
                       std::string(users || rates || profiles ? "several" : "none"));
    }
    if (users) return {.spec = {.levels = read_users(*users), .series = {}}};
    if (rates) return {.spec = {.levels = read_rates(*rates), .series = {}}, .open = true};
    EpisodeLoads loads;
    for (const config::YamlValue& item : profiles->items("a list of profiles")) {
      const config::InputFiles::Text text = files_.read(item);
      const config::ProfileFile file = config::parse_profile(text.content, text.path);
      if (loads.spec.series.empty()) loads.open = !file.users;
      loads.spec.series.push_back(series_of(file, loads.open, window, text.path));
    }
    if (loads.spec.series.empty()) profiles->refuse("a list of profiles");
    return loads;
  }

  static std::vector<double> series_of(const config::ProfileFile& file, bool open, sim::Duration window,
                                       const std::string& path) {
    if (open) return config::rates_by_window(file, window, path);
    const std::vector<int> users = config::users_by_window(file, window, path);
    return {users.begin(), users.end()};
  }

  // Each level or series as a load over time.
  static std::vector<sim::Workload> workloads_of(const EpisodeLoads& loads, const sim::Workload& like) {
    std::vector<std::vector<double>> all = loads.spec.series;
    for (const double level : loads.spec.levels) all.push_back({level});
    std::vector<sim::Workload> workloads(all.size(), like);
    for (std::size_t i = 0; i < all.size(); ++i) {
      workloads[i].profile = sim::stretched({.levels = all[i], .series = {}}, std::chrono::seconds(1), 0);
    }
    return workloads;
  }

  std::vector<std::string> warnings(const EpisodeLoads& loads, const sim::ScenarioSpec& common) const {
    const std::vector<sim::Workload> workloads = workloads_of(loads, common.workload);
    std::vector<std::string> sentences;
    for (const config::YamlValue& place : workflows()) {
      sim::ScenarioSpec scenario = common;
      scenario.workflow = workflow_at(place);
      const config::YamlNode* const calibration = place.node().find("calibration");
      const std::string text = calibration == nullptr ? "" : prediction::extrapolated_loads(*calibration, workloads);
      if (!text.empty()) sentences.push_back(scenario.workflow.name + ": " + text);
      for (const sim::Workload& workload : workloads) {
        scenario.workload = workload;
        for (const std::string& term : jobs::impossible_terms(scenario)) {
          sentences.push_back(scenario.workflow.name + ": the promise cannot hold: " + term);
        }
      }
    }
    return sentences;
  }

  // `count` environments, as many of each workflow, and these over the draws of its calibration in turn.
  learner::marl::Plans read_plans(const config::YamlMap& map, const sim::EnvironmentSpec& common, std::size_t count) {
    std::size_t draws = 0;
    read_into(map, "calibration_draws", draws,
              [](const config::YamlValue& value) { return read_size(value, 0, 10'000); });
    const std::vector<config::YamlValue> all = workflows();
    if (count % all.size() != 0) map.value().fail("environments: expected a multiple of the number of workflows");
    learner::marl::Plans plans;
    for (const config::YamlValue& workflow : all) {
      learner::marl::Plans of_workflow;
      for (const sim::WorkflowSpec& draw : read_draws(workflow, workflow_at(workflow), draws)) {
        of_workflow.push_back(plan(workflow, common, draw, common.load));
      }
      for (std::size_t i = 0; i < count / all.size(); ++i) plans.push_back(of_workflow[i % of_workflow.size()]);
    }
    return plans;
  }

  static std::shared_ptr<const sim::EnvironmentPlan> plan(const config::YamlValue& place, sim::EnvironmentSpec spec,
                                                          const sim::WorkflowSpec& workflow,
                                                          const sim::LoadSpec& load) {
    spec.scenario.workflow = workflow;
    spec.scenario.configuration = config::middle_of_ranges(workflow);
    spec.load = load;
    try {
      return std::make_shared<const sim::EnvironmentPlan>(std::move(spec));
    } catch (const sim::Error& error) {
      place.fail(error.what());
    }
  }

  // Of the kind that the training has; of users there are usual ones.
  sim::LoadSpec selection_load(const config::YamlMap& keys, const sim::EnvironmentSpec& common) {
    const bool open = std::holds_alternative<sim::OpenLoop>(common.scenario.workload.source);
    const bool given = keys.get("users") || keys.get("rates") || keys.get("profiles");
    if (!given && !open) return {.levels = {11, 16, 21, 26, 29}, .series = {}};
    if (!given)
      keys.value().fail("expected rates or profiles to select at, since the training goes by rates; got none");
    const EpisodeLoads loads = read_load(keys, common.scenario.window);
    if (loads.open != open) {
      keys.value().fail("expected the kind of load of the training, " + std::string(open ? "rates" : "users") +
                        ", got " + (loads.open ? "rates" : "users"));
    }
    return loads.spec;
  }

  // An episode of each load, as often as it takes for the wanted number of windows.
  void read_selection(const config::YamlMap& map, sim::EnvironmentSpec common, Training& training) {
    Selection& selection = training.selection;
    const config::YamlMap keys(map.get("selection").value_or(config::YamlValue(nothing_, "training.selection")),
                               config::section("selection"));
    selection.every_steps = std::max<std::uint64_t>(1, training.steps / 20);
    read_into(keys, "every", selection.every_steps, [](const config::YamlValue& value) { return read_size(value); });
    std::size_t windows = 120;
    read_into(keys, "windows", windows, [](const config::YamlValue& value) { return read_size(value, 1, 1'000'000); });
    const sim::LoadSpec load = selection_load(keys, common);
    std::vector<sim::LoadSpec> loads;
    for (const double level : load.levels) loads.push_back({.levels = {level}, .series = {}});
    for (const std::vector<double>& series : load.series) loads.push_back({.levels = {}, .series = {series}});
    common.replications = 1;
    const std::size_t episodes = (windows + common.episode_windows - 1) / common.episode_windows;
    for (const config::YamlValue& workflow : workflows()) {
      for (const sim::LoadSpec& one : loads) {
        const auto shared = plan(workflow, common, workflow_at(workflow), one);
        selection.plans.insert(selection.plans.end(), episodes, shared);
      }
    }
    selection.constrained = common.reward.kind == sim::RewardKind::constrained;
    if (const auto* const spec = std::get_if<learner::marl::OnPolicySpec>(&training.trainer.method)) {
      if (spec->lagrangian) selection.feasibility.limit = spec->lagrangian->limit;
    }
  }

  void read_safety(const config::YamlMap& map, const sim::EnvironmentSpec& environment,
                   learner::marl::TrainerSpec& trainer) {
    const auto value = map.get("safety");
    if (!value) return;
    enum class Filter { none, ses, feasibility };
    const auto filter =
        read_word<Filter>(*value, {{"none", Filter::none}, {"ses", Filter::ses}, {"feasibility", Filter::feasibility}});
    const learner::safety::ActionPrice price(trainer.plans.front()->scenario().workflow(), environment.rounding);
    if (filter == Filter::ses) {
      trainer.safety = [price] { return std::make_unique<learner::safety::SafeExploration>(price); };
    } else if (filter == Filter::feasibility) {
      trainer.safety = [price] { return std::make_unique<learner::safety::QosProbabilityFilter>(price); };
    }
    if (filter == Filter::ses && trainer.plans.front()->is_open()) {
      value->fail(
          "expected none or feasibility, since ses keeps a band for each whole number of users, and the "
          "training goes by rates");
    }
    if (filter != Filter::none && std::holds_alternative<learner::marl::OnPolicySpec>(trainer.method)) {
      value->fail("expected none for a method of PPO, whose ratios need the actions that it proposed");
    }
  }

  config::InputFiles files_;
  config::YamlNode root_;
  std::optional<config::YamlValue> promise_;
  config::YamlNode nothing_{config::YamlNode::Kind::map, {}, {}, {}, {}};
};

}  // namespace

Training parse_training(const std::string& text, const std::string& path, const config::Overrides& overrides) {
  TrainingReader reader(text, path);
  for (const std::string& change : overrides) reader.apply(config::parse_override(change));
  return reader.read();
}

Training read_training(const std::string& path, const config::Overrides& overrides) {
  const std::string shipped = std::filesystem::exists(path) ? path : config::find_shipped(path);
  const std::string file = shipped.empty() ? path : shipped;
  return parse_training(config::read_text_file(file), file, overrides);
}

}  // namespace faasconf::experiments::train
