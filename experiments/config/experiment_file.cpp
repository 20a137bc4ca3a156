#include "experiments/config/experiment_file.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/config/cases.hpp"
#include "experiments/config/configuration_file.hpp"
#include "experiments/config/input_files.hpp"
#include "experiments/config/overrides.hpp"
#include "experiments/config/policy_files.hpp"
#include "experiments/config/profile_file.hpp"
#include "experiments/config/promise_file.hpp"
#include "experiments/config/words.hpp"
#include "experiments/config/workflow_file.hpp"
#include "experiments/config/workload_file.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::config {
namespace {

// Whether it says how many users, requests or arrivals there are.
bool has_level(const YamlMap& workload) {
  if (workload.get("profile") || workload.get("arrivals") || workload.get("open_loop")) return true;
  const auto loop = workload.get("closed_loop");
  return loop && loop->is_map() && loop->node().find("users") != nullptr;
}

// An experiment's tree, whose workflow and configuration may stand in files of their own.
class ExperimentTree {
 public:
  ExperimentTree(const std::string& text, const std::string& path)
      : files_(path, text), root_(parse_yaml_file(text, path)) {
    constexpr std::string_view expected =
        "a workflow, which has the keys name, functions and entry, or an experiment, which has the key workflow";
    if (root_.kind != YamlNode::Kind::map || root_.entries.empty()) YamlValue(root_, "").refuse(expected);
    if (root_.find("workflow") != nullptr) return;
    if (!is_workflow_tree(root_)) {
      const YamlNode::Entry& first = root_.entries.front();
      throw sim::Error(first.place.text() + ": expected " + std::string(expected) + ", got the key " +
                       shown(first.key) + " and neither of these");
    }

    // a workflow alone is an experiment that sets nothing else
    is_workflow_file_ = true;
    workflow_path_ = "";
    YamlNode workflow = std::move(root_);
    root_ = YamlNode{YamlNode::Kind::map, workflow.place, {}, {}, {}};
    root_.entries.push_back({"workflow", workflow.place, std::move(workflow)});
  }

  void apply(const Override& change) {
    const std::string& first = change.keys.front();
    const bool is_experiment_key = section("experiment").find(first) != nullptr;
    if (is_workflow_file_ && !is_experiment_key) {
      apply_override(*root_.find("workflow"), change.keys, change);
      return;
    }
    if (first == "workflow") {
      if (change.value.kind == YamlNode::Kind::nothing && change.keys.size() == 1) {
        throw sim::Error(change.value.place.text() + ": expected a workflow, got nothing");
      }
      if (change.keys.size() > 1) load_workflow();
    }
    const bool own = change.keys.size() > 1 && first == "workflow" && root_.find(change.keys[1]) != nullptr;
    if (own && (change.keys[1] == "promise" || change.keys[1] == "rollout" || change.keys[1] == "drain")) {
      throw sim::Error(change.value.place.text() + ": the experiment has a " + change.keys[1] +
                       " of its own; override " + change.keys[1] + " in place of the workflow's");
    }
    if (first == "configuration" && change.keys.size() > 1) load_configuration();
    apply_override(root_, change.keys, change);
    if (first == "workflow" && change.keys.size() == 1) {
      is_workflow_file_ = false;
      workflow_path_ = "workflow";
    }
  }

  // Puts the workflow's file in the place of its name.
  void load_workflow() {
    YamlNode* const node = root_.find("workflow");
    if (node == nullptr || node->kind != YamlNode::Kind::scalar) return;
    const YamlValue reference(*node, "workflow");
    YamlNode tree = load(reference);
    if (!is_workflow_tree(tree)) reference.refuse("a workflow file, which has the keys name, functions and entry");
    *node = std::move(tree);
    workflow_path_ = "";
  }

  // Whether an override leaves the workflow as it is, with what an experiment says in its place.
  bool leaves_workflow(const Override& change) const {
    const std::string& first = change.keys.front();
    const bool is_experiment_key = section("experiment").find(first) != nullptr;
    const bool reaches_it = first == "workflow" || std::ranges::count(kMovedKeys, first) > 0;
    return !reaches_it && (is_experiment_key || !is_workflow_file_);
  }

  // Reads the workflow for good: overrides leave it as it is from now on.
  void settle_workflow() {
    const std::vector<GivenKey> given = given_keys();
    auto settled = std::make_shared<Settled>(Settled{.given = given, .workflow = take_workflow(), .calibration = {}});
    YamlNode& tree = *root_.find("workflow");
    if (const YamlNode* const calibration = tree.find("calibration")) settled->calibration = *calibration;
    tree.entries.clear();
    settled_ = std::move(settled);
  }

  Experiment read() {
    Experiment experiment;
    sim::ScenarioSpec& scenario = experiment.scenario;
    if (settled_) {
      experiment.keys = settled_->given;
      for (const GivenKey& key : given_keys()) {
        if (std::ranges::count(settled_->given, key.key, &GivenKey::key) == 0) experiment.keys.push_back(key);
      }
      scenario.workflow = settled_->workflow;
      experiment.calibration = settled_->calibration;
    } else {
      experiment.keys = given_keys();
      scenario.workflow = take_workflow();
      if (const YamlNode* const calibration = root_.find("workflow")->find("calibration")) {
        experiment.calibration = *calibration;
      }
    }
    const YamlMap map({root_, ""}, section("experiment"));
    if (const auto description = map.get("description")) description->text("a text");
    if (const auto workload = map.get("workload")) {
      const YamlMap keys(*workload, section("workload"));
      scenario.workload = read_workload(keys, files_);
      experiment.has_level = has_level(keys);
      if (const auto window = keys.get("window")) scenario.window = read_positive_duration(*window);
    }
    if (const auto loads = map.get("loads")) experiment.loads = read_loads(*loads);
    if (const auto knowledge = map.get("load_knowledge")) {
      experiment.causal = read_word<bool>(*knowledge, {{"any", false}, {"causal", true}});
    }
    if (const auto attribution = map.get("attribution")) {
      scenario.attribution = read_word<sim::Attribution>(*attribution, kWords<sim::Attribution>);
    }
    scenario.redeploy = read_instances(map);
    if (const auto mismatch = map.get("promise_mismatch")) {
      experiment.any_promise = read_word<bool>(*mismatch, {{"refuse", false}, {"allow", true}});
    }
    if (const auto duration = map.get("duration")) experiment.duration = read_positive_duration(*duration);
    if (const auto replications = map.get("replications")) {
      experiment.replications = static_cast<std::uint64_t>(read_count(*replications, 1, 1'000'000'000));
    }
    if (const auto seed = map.get("seed")) experiment.seed = read_seed(*seed);
    experiment.configurations = read_configurations(map, scenario.workflow);
    scenario.configuration = experiment.configurations.front().configuration;
    if (const auto policies = map.get("policies"))
      experiment.policies = read_policies(*policies, experiment.configurations);

    // what the simulator itself objects to
    try {
      static_cast<void>(sim::Scenario(scenario));
      static_cast<void>(cases_of(experiment));
    } catch (const sim::Error& error) {
      map.value().fail(error.what());
    }
    experiment.inputs = files_.take();
    experiment.resolved = to_yaml(experiment);
    return experiment;
  }

 private:
  // What an experiment may say in place of its workflow's file.
  static constexpr std::array<std::string_view, 3> kMovedKeys = {"promise", "rollout", "drain"};

  // A workflow that has been read.
  struct Settled {
    std::vector<GivenKey> given;
    sim::WorkflowSpec workflow;
    YamlNode calibration;
  };

  sim::WorkflowSpec take_workflow() {
    load_workflow();
    for (const std::string_view key : kMovedKeys) move_into_workflow(std::string(key));
    load_promise();
    const YamlMap map({root_, ""}, section("experiment"));
    return read_workflow({map.require("workflow").node(), workflow_path_});
  }

  std::vector<GivenKey> given_keys() const {
    std::vector<GivenKey> given;
    for (const YamlNode::Entry& entry : root_.entries) given.push_back({entry.key, entry.place.text()});
    return given;
  }

  // What an experiment says in place of its workflow's file.
  void move_into_workflow(const std::string& key) {
    YamlNode* const workflow = root_.find("workflow");
    const auto own = std::ranges::find(root_.entries, key, &YamlNode::Entry::key);
    if (own == root_.entries.end() || workflow == nullptr || workflow->kind != YamlNode::Kind::map) return;
    YamlNode::Entry entry = std::move(*own);
    root_.entries.erase(own);
    std::erase_if(root_.find("workflow")->entries, [&](const YamlNode::Entry& old) { return old.key == key; });
    root_.find("workflow")->entries.push_back(std::move(entry));
  }

  static Loads read_loads(const YamlValue& value) {
    const YamlMap map(value, section("loads"));
    Loads loads;
    if (const auto users = map.get("users")) {
      for (const YamlValue& item : users->items("a list of numbers of users")) {
        loads.users.push_back(static_cast<int>(read_count(item, 1, static_cast<std::int64_t>(kMostUsers))));
      }
    }
    if (const auto rates = map.get("rates")) {
      for (const YamlValue& item : rates->items("a list of rates such as 5/s")) {
        loads.rates_per_s.push_back(read_rate(item));
      }
    }
    if (loads.users.empty() == loads.rates_per_s.empty())
      value.fail("expected either users or rates, at least one load");
    return loads;
  }

  // The same for a promise in a file of its own.
  void load_promise() {
    YamlNode* const workflow = root_.find("workflow");
    YamlNode* const node = workflow == nullptr ? nullptr : workflow->find("promise");
    if (node != nullptr) load_promise_file(*node, files_);
  }

  void load_configuration() {
    YamlNode* const node = root_.find("configuration");
    if (node == nullptr || node->kind != YamlNode::Kind::scalar) return;
    configuration_name_ = name_of(*node);
    *node = load({*node, "configuration"});
  }

  YamlNode load(const YamlValue& reference) {
    const InputFiles::Text file = files_.read(reference);
    return parse_yaml_file(file.content, file.path);
  }

  static std::string name_of(const YamlNode& reference) {
    return std::filesystem::path(reference.scalar).stem().string();
  }

  sim::Configuration read_one(const YamlValue& value, const sim::WorkflowSpec& workflow) {
    if (!value.is_scalar()) return read_configuration_value(value, workflow);
    const YamlNode tree = load(value);
    return read_configuration_value({tree, ""}, workflow);
  }

  std::vector<NamedConfiguration> read_configurations(const YamlMap& map, const sim::WorkflowSpec& workflow) {
    const auto one = map.get("configuration");
    const auto several = map.get("configurations");
    if (one && several) several->fail("expected either configuration or configurations, got both");
    if (one) {
      const std::string name = one->is_scalar() ? name_of(one->node()) : configuration_name_;
      return {{name, read_one(*one, workflow)}};
    }
    if (!several) return {{"middle", middle_of_ranges(workflow)}};

    if (!several->is_map()) several->refuse("a map from names to configurations");
    std::vector<NamedConfiguration> configurations;
    for (const YamlNode::Entry& entry : several->node().entries) {
      const YamlNode name{YamlNode::Kind::scalar, entry.place, entry.key, {}, {}};
      configurations.push_back({read_label({name, several->path()}), read_one(several->child(entry), workflow)});
    }
    if (configurations.empty()) several->fail("expected at least one configuration, got none");
    return configurations;
  }

  std::vector<PolicySpec> read_policies(const YamlValue& value, const std::vector<NamedConfiguration>& configurations) {
    std::vector<PolicySpec> policies;
    for (const YamlValue& item : value.items("a list of policies such as [fixed, hpa]")) {
      find_files(policies.emplace_back(read_policy(item)), item, configurations, files_);
    }
    if (policies.empty()) value.fail("expected at least one policy, got none");
    return policies;
  }

  InputFiles files_;
  YamlNode root_;
  std::shared_ptr<const Settled> settled_;
  bool is_workflow_file_ = false;
  std::string workflow_path_ = "workflow";  // of its values; empty when they have a file of their own
  std::string configuration_name_ = "configuration";
};

// The file that a path or the name of something that ships leads to.
std::string locate(const std::string& path) {
  std::error_code unreadable;
  if (std::filesystem::is_regular_file(path, unreadable)) return path;
  const std::string shipped = find_shipped(path);
  if (!shipped.empty()) return shipped;
  const bool is_bare_name = is_name(path) && !std::filesystem::exists(path, unreadable);
  if (is_bare_name) {
    const std::vector<std::string> names = shipped_names();
    throw sim::Error(path + ": expected a file or one of " + join({names.begin(), names.end()}) + ", got neither" +
                     meant(path, {names.begin(), names.end()}));
  }
  return path;
}

}  // namespace

struct ExperimentSource::Trees {
  ExperimentTree as_written;
  ExperimentTree with_workflow;  // loaded
  ExperimentTree settled;        // with its workflow read
};

ExperimentSource::ExperimentSource(const std::string& path, std::span<const Override> overrides) {
  const std::string file = locate(path);
  ExperimentTree tree(read_text_file(file), file);
  for (const Override& change : overrides) tree.apply(change);
  ExperimentTree with_workflow = tree;
  with_workflow.load_workflow();
  ExperimentTree settled = with_workflow;
  settled.settle_workflow();
  trees_ = std::make_unique<const Trees>(Trees{std::move(tree), std::move(with_workflow), std::move(settled)});
}

ExperimentSource::~ExperimentSource() = default;
ExperimentSource::ExperimentSource(ExperimentSource&&) noexcept = default;
ExperimentSource& ExperimentSource::operator=(ExperimentSource&&) noexcept = default;

Experiment ExperimentSource::read(std::span<const Override> changes) const {
  const bool leave_workflow =
      std::ranges::all_of(changes, [this](const Override& change) { return trees_->settled.leaves_workflow(change); });
  const bool another_workflow = std::ranges::any_of(
      changes, [](const Override& change) { return change.keys.size() == 1 && change.keys.front() == "workflow"; });
  ExperimentTree tree = leave_workflow     ? trees_->settled
                        : another_workflow ? trees_->as_written
                                           : trees_->with_workflow;
  for (const Override& change : changes) tree.apply(change);
  return tree.read();
}

Experiment read_experiment(const std::string& path, const Overrides& overrides) {
  const std::string file = locate(path);
  return parse_experiment(read_text_file(file), file, overrides);
}

Experiment parse_experiment(const std::string& text, const std::string& path, const Overrides& overrides) {
  ExperimentTree tree(text, path);
  for (const std::string& change : overrides) tree.apply(parse_override(change));
  return tree.read();
}

}  // namespace faasconf::experiments::config
