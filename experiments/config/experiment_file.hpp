#pragma once
// Workflow and experiment files, read into what the simulator runs. Every error names file, line, what was expected and
// what came; unknown keys, wrong units and impossible values are errors.

#include <optional>
#include <string>
#include <vector>

#include "experiments/config/input_files.hpp"
#include "experiments/config/policy_spec.hpp"
#include "sim/model/scenario.hpp"

namespace faasconf::experiments::config {

struct NamedConfiguration {
  std::string name;
  sim::Configuration configuration;
};

// A workflow file or an experiment file, ready to run. `configurations` holds what a run compares, at least one:
// the experiment's, or for a workflow file the middle of every knob's range.
struct Experiment {
  sim::ScenarioSpec scenario;
  std::vector<NamedConfiguration> configurations;
  std::vector<PolicySpec> policies = {{}};  // at least one
  std::optional<sim::Duration> duration;
  std::optional<std::uint64_t> replications;
  std::optional<std::uint64_t> seed;
  std::vector<InputFile> inputs;
  std::string resolved;  // YAML with every value spelled out: reading it again gives the same experiment
};

// "key=value" pairs that override entries of the file, dots between the keys of nested maps:
// "workload.closed_loop.users=20".
using Overrides = std::vector<std::string>;

// Reads a workflow or experiment file; distinguished by the first key (`name` or `workflow`). `path` may be the name of
// a workflow that ships: "parallel". Throws sim::Error.
Experiment read_experiment(const std::string& path, const Overrides& overrides = {});

// The same from text; `path` is for messages and relative references. For tests and fuzzing.
Experiment parse_experiment(const std::string& text, const std::string& path, const Overrides& overrides = {});

// Spells out every value of an experiment as YAML, with units.
std::string to_yaml(const Experiment& experiment);

}  // namespace faasconf::experiments::config
