#pragma once
// Options shared by the commands that run an experiment. They override its file.

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "experiments/cli/arguments.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/config/experiment_file.hpp"

namespace faasconf::experiments::cli {

Parameter experiment_parameter();  // FILE
Parameter set_parameter();         // --set, again and again
// The experiment of FILE with what --set, --promise and --instances override. Throws sim::Error.
config::Experiment read_experiment(const Arguments& arguments);

Parameter promise_parameter();  // --promise, in place of the file's
// --promise and --set. Throws sim::Error for a promise of nothing, and for one of each.
config::Overrides overrides_of(const Arguments& arguments);
Parameter promise_mismatch_parameter();
Parameter instances_parameter();  // --instances, likewise
// What is judged and how, for the first lines of an answer.
std::string describe_game(const sim::ScenarioSpec& scenario);
// Before a run: what is hardly meant so.
void say_doubts(std::ostream& err, const config::Experiment& experiment);
// Before a run: terms of the promise that the load cannot meet.
void warn_of_promise(std::ostream& err, const sim::ScenarioSpec& scenario);
// A line for the head of an answer: under which loads the workflow was not measured; empty where there are none.
std::string describe_extrapolation(const config::Experiment& experiment, const std::vector<sim::Workload>& loads);
void say_impossible(std::ostream& err, const std::vector<std::string>& terms);

Parameter config_parameter();  // --config, again and again
Parameter policy_parameter();  // --policy, again and again

// Where they are given; the files are recorded among the experiment's inputs. Throw sim::Error.
void read_configurations(const Arguments& arguments, config::Experiment& experiment);
void read_policies(const Arguments& arguments, config::Experiment& experiment);

// --seed, else the file's, else the default.
std::uint64_t seed_of(const Arguments& arguments, const config::Experiment& experiment);

// "12,17,23,28" of --users, each at least so many.
std::vector<int> user_numbers(const std::string& text, int least);

// "5/s,10/s" of an option; none where it is not given.
std::vector<double> rates_per_s(const Arguments& arguments, const std::string& name);

Parameter users_parameter();    // --users
Parameter rate_parameter();     // --rate
Parameter profile_parameter();  // --profile
// The load of these, one of them at most, in place of the experiment's; the profile is recorded among its inputs.
void read_workload(const Arguments& arguments, config::Experiment& experiment, int least_users);

// Whether nothing takes the place of the level that the file's workload has: no option, and no list of loads.
bool takes_own_load(const Arguments& arguments, const config::Experiment& experiment);

// --users or --rate, else what the file lists, else the default of --users. Throws sim::Error where both are given.
config::Loads loads_of(const Arguments& arguments, const config::Experiment& experiment, int least_users);

// The files that it was made from, so that no output takes their place.
std::vector<GivenPath> inputs_of(const config::Experiment& experiment);

}  // namespace faasconf::experiments::cli
