#pragma once
// Workflow and experiment files, read into what the simulator runs. Every error names file, line, what was expected and
// what came; unknown keys, wrong units and impossible values are errors.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "experiments/config/input_files.hpp"
#include "experiments/config/overrides.hpp"
#include "experiments/config/policy_spec.hpp"
#include "sim/model/scenario.hpp"

namespace faasconf::experiments::config {

struct NamedConfiguration {
  std::string name;
  sim::Configuration configuration;
};

// The levels of load that a search, an evaluation or a prediction goes through; each takes the place of the workload's.
struct Loads {
  std::vector<int> users;           // closed loops of so many each
  std::vector<double> rates_per_s;  // open loops

  bool empty() const { return users.empty() && rates_per_s.empty(); }
};

// A key at the top of the file, or set by an option.
struct GivenKey {
  std::string key;
  std::string place;  // "headline.yaml:16", "--set loads={users: [5]}"
};

// A workflow file or an experiment file, ready to run. `configurations` holds what a run compares, at least one:
// the experiment's, or for a workflow file the middle of every knob's range.
struct Experiment {
  sim::ScenarioSpec scenario;
  std::vector<NamedConfiguration> configurations;
  std::vector<PolicySpec> policies = {{}};  // at least one
  bool any_promise = false;  // trained policies also serve under another promise than they were trained to keep
  Loads loads;               // empty: the workload's where it has a level, else the command's own
  bool has_level = false;    // the workload says how many users, requests or arrivals there are
  bool causal = false;       // policies that know the load to come are refused
  std::optional<sim::Duration> duration;
  std::optional<std::uint64_t> replications;
  std::optional<std::uint64_t> seed;
  YamlNode calibration;  // the key of the workflow's file, for experiments/prediction; nothing where it has none
  std::vector<InputFile> inputs;
  std::vector<GivenKey> keys;  // honoured_keys.hpp says which command can honour which
  std::string resolved;        // YAML with every value spelled out: reading it again gives the same experiment
};

// "key=value" pairs that override entries of the file, dots between the keys of nested maps:
// "workload.closed_loop.users=20"; or an option that sets the entry of its name: "--promise=strict".
using Overrides = std::vector<std::string>;

// Reads a workflow or experiment file; distinguished by the first key (`name` or `workflow`). `path` may be the name of
// a workflow that ships: "parallel". Throws sim::Error.
Experiment read_experiment(const std::string& path, const Overrides& overrides = {});

// The same from text; `path` is for messages and relative references. For tests and fuzzing.
Experiment parse_experiment(const std::string& text, const std::string& path, const Overrides& overrides = {});

// A file that is read many times, each time with other overrides. Its text is parsed once, and that of its workflow as
// well unless an override names another one.
class ExperimentSource {
 public:
  // `overrides` hold whenever it is read. Throws sim::Error.
  explicit ExperimentSource(const std::string& path, std::span<const Override> overrides = {});
  ~ExperimentSource();
  ExperimentSource(ExperimentSource&&) noexcept;
  ExperimentSource& operator=(ExperimentSource&&) noexcept;

  // May be called by several threads at once. Throws sim::Error.
  Experiment read(std::span<const Override> changes = {}) const;

 private:
  struct Trees;
  std::unique_ptr<const Trees> trees_;
};

// Spells out every value of an experiment as YAML, with units.
std::string to_yaml(const Experiment& experiment);

}  // namespace faasconf::experiments::config
