#pragma once
// The files that policies are read from: found, and recorded with their digests, as all inputs of an experiment.

#include <string>
#include <vector>

#include "experiments/config/experiment_file.hpp"
#include "experiments/config/input_files.hpp"

namespace faasconf::experiments::config {

// Puts the file's path in the place of the reference; `written` is where the policy stands. fixed:NAME is a file where
// no configuration has this name. Throws sim::Error when there is no such file.
void find_files(PolicySpec& policy, const YamlValue& written, const std::vector<NamedConfiguration>& configurations,
                InputFiles& files);

// Adds the policy of an option, such as "hpa" or "table:table.yaml", whose file is relative to the working directory;
// `option` is for messages.
void add_policy(Experiment& experiment, const std::string& text, const std::string& option);

// The file itself, or of a folder of trainings the best policy of each, in order of their names. Throws sim::Error when
// a folder holds none.
std::vector<std::string> bundle_files(const std::string& path);

}  // namespace faasconf::experiments::config
