#pragma once
// The files that a user writes, read into what the simulator runs. Every error names file, line, what was expected and
// what came; unknown keys, wrong units and impossible values are errors.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/model/scenario.hpp"

namespace faasconf::experiments {

// A file that a run was made from, for its record.
struct InputFile {
  std::string path;
  std::string sha256;
};

struct NamedConfiguration {
  std::string name;
  sim::Configuration configuration;
};

// A policy that a run compares, by name; it starts from the configuration of this name, or from each when that is
// empty.
struct PolicyChoice {
  std::string policy = "fixed";
  std::string configuration{};
  std::vector<std::pair<std::string, std::string>> parameters{};  // those that differ from the defaults, as written

  friend bool operator==(const PolicyChoice&, const PolicyChoice&) = default;
};

// A workflow file or an experiment file, ready to run. `configurations` holds what a run compares, at least one:
// the experiment's, or for a workflow file the middle of every knob's range.
struct Experiment {
  sim::ScenarioSpec scenario;
  std::vector<NamedConfiguration> configurations;
  std::vector<PolicyChoice> policies = {{}};  // at least one
  std::optional<sim::Duration> duration;
  std::optional<std::uint64_t> replications;
  std::optional<std::uint64_t> seed;
  std::vector<InputFile> inputs;
  std::string resolved;  // YAML with every value spelled out: reading it again gives the same experiment
};

// "key=value" pairs that override entries of the file, dots between the keys of nested maps:
// "workload.closed_loop.users=20".
using Overrides = std::vector<std::string>;

// Reads a workflow or experiment file; its first key tells which (`name` or `workflow`). `path` may be the name of a
// workflow that ships: "parallel". Throws sim::Error.
Experiment read_experiment(const std::string& path, const Overrides& overrides = {});

// The same from text; `path` is for messages and relative references. For tests and fuzzing.
Experiment parse_experiment(const std::string& text, const std::string& path, const Overrides& overrides = {});

// A configuration file: `default:` knobs and one entry per function that differs.
sim::Configuration read_configuration(const std::string& path, const sim::WorkflowSpec& workflow);

// A profile file: CSV with header start_s,users or start_s,rate_per_s, before it comment lines "# origin: ...".
struct ProfileFile {
  sim::Profile profile;
  bool users = true;  // false: requests per second
};
ProfileFile read_profile(const std::string& path);
void write_profile(const std::string& path, const ProfileFile& profile);  // written aside and renamed

// Spells out every value of an experiment as YAML, with units.
std::string to_yaml(const Experiment& experiment);

// The path of a file that ships with the program (experiments/configs), or empty when there is none of this name.
std::string find_shipped(const std::string& name);

}  // namespace faasconf::experiments
