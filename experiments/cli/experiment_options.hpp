#pragma once
// Options shared by the commands that run an experiment. They override its file.

#include "experiments/cli/arguments.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/config/experiment_file.hpp"

namespace faasconf::experiments::cli {

Parameter experiment_parameter();  // FILE
Parameter set_parameter();         // --set, again and again
// The experiment of FILE with what --set overrides. Throws sim::Error.
config::Experiment read_experiment(const Arguments& arguments);

Parameter config_parameter();  // --config, again and again
Parameter policy_parameter();  // --policy, again and again

// Where they are given; the files are recorded among the experiment's inputs. Throw sim::Error.
void read_configurations(const Arguments& arguments, config::Experiment& experiment);
void read_policies(const Arguments& arguments, config::Experiment& experiment);

// "12,17,23,28" of --users, each at least so many.
std::vector<int> user_numbers(const std::string& text, int least);

// The files that it was made from, so that no output takes their place.
std::vector<GivenPath> inputs_of(const config::Experiment& experiment);

}  // namespace faasconf::experiments::cli
