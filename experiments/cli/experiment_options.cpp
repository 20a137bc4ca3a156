#include "experiments/cli/experiment_options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ostream>
#include <sstream>

#include "experiments/cli/paths.hpp"
#include "experiments/config/configuration_file.hpp"
#include "experiments/config/input_files.hpp"
#include "experiments/config/policy_files.hpp"
#include "experiments/config/profile_file.hpp"
#include "experiments/config/words.hpp"
#include "experiments/config/workload_file.hpp"
#include "experiments/jobs/doubts.hpp"
#include "experiments/jobs/explain_promise.hpp"
#include "experiments/prediction/measured_loads.hpp"
#include "experiments/results/screen_text.hpp"
#include "sim/core/error.hpp"
#include "sim/model/promise_text.hpp"

namespace faasconf::experiments::cli {

Parameter experiment_parameter() {
  return {.name = "FILE",
          .kind = Parameter::Kind::positional,
          .description = "a workflow or experiment file, or the name of a workflow that ships: parallel"};
}

Parameter set_parameter() {
  return {.name = "set",
          .kind = Parameter::Kind::values,
          .value_name = "KEY=VALUE",
          .description = "override an entry of the file: workflow.qos.latency=12s"};
}

Parameter promise_parameter() {
  return {.name = "promise",
          .value_name = "WHAT",
          .description =
              "in place of the file's: published, strict, none, a file, or terms such as "
              "'p95<=2s,served_share>=99%'; faasconf promise explain says what one asks"};
}

Parameter promise_mismatch_parameter() {
  return {.name = "promise-mismatch",
          .value_name = "WHAT",
          .description = "what becomes of a trained policy under another promise than it was trained to keep",
          .default_value = "refuse",
          .choices = {"refuse", "allow"}};
}

Parameter instances_parameter() {
  return {
      .name = "instances",
      .value_name = "HOW",
      .description = "kept from window to window, or fresh in each (the paper's protocol); default: the file's, kept",
      .choices = {"kept", "fresh"}};
}

namespace {

// Not every command that reads an experiment has this option.
bool is_given(const Arguments& arguments, const std::string& name) {
  return std::ranges::count(arguments.parameters(), name, &Parameter::name) > 0 && arguments.given(name);
}

}  // namespace

config::Overrides overrides_of(const Arguments& arguments) {
  config::Overrides overrides;
  if (is_given(arguments, "promise")) {
    if (arguments.text("promise").empty()) throw sim::Error("--promise: expected a promise, got nothing");
    overrides.push_back("--promise=" + arguments.text("promise"));
  }
  for (const std::string& change : arguments.list("set")) {
    const bool of_promise = change.starts_with("promise=") || change.starts_with("promise.");
    if (of_promise && !overrides.empty()) throw sim::Error("--promise: expected no --set " + change + " beside it");
    overrides.push_back(change);
  }
  return overrides;
}

config::Experiment read_experiment(const Arguments& arguments) {
  config::Overrides overrides = overrides_of(arguments);
  if (is_given(arguments, "instances")) overrides.push_back("--instances=" + arguments.text("instances"));
  if (is_given(arguments, "promise-mismatch")) {
    overrides.push_back("--promise-mismatch=" + arguments.text("promise-mismatch"));
  }
  return config::read_experiment(arguments.text("FILE"), overrides);
}

std::vector<GivenPath> inputs_of(const config::Experiment& experiment) {
  std::vector<GivenPath> inputs;
  for (const config::InputFile& file : experiment.inputs) inputs.push_back({"an input", file.path});
  return inputs;
}

Parameter users_parameter() { return {.name = "users", .value_name = "N", .description = "closed loop of N users"}; }

Parameter rate_parameter() {
  return {
      .name = "rate", .value_name = "R/s", .description = "open loop, R requests per second (Poisson); 24/m, 1000/h"};
}

Parameter profile_parameter() {
  return {.name = "profile",
          .value_name = "FILE",
          .description = "users or rate over time: CSV with start_s,users or start_s,rate_per_s"};
}

Parameter config_parameter() {
  return {.name = "config",
          .kind = Parameter::Kind::values,
          .value_name = "FILE",
          .description = "the functions' configuration; several are compared under common random numbers"};
}

Parameter policy_parameter() {
  return {.name = "policy",
          .kind = Parameter::Kind::values,
          .value_name = "NAME",
          .description =
              "who decides: fixed, openfaas, openfaas-autoscaler, hpa or kpa, from every configuration; from one: "
              "hpa:CONFIG; with "
              "parameters: hpa:target_utilization=0.5,interval=1m; fixed:FILE, a configuration file; table:FILE, "
              "configurations by number of users, for the next window's, or with :last for those seen in the last one, "
              "with :last,interval=5s every 5 s; bundle:FILE, "
              "a trained policy. Several are compared under common random numbers. Default: fixed"};
}

std::uint64_t seed_of(const Arguments& arguments, const config::Experiment& experiment) {
  return arguments.given("seed") ? seed_of(arguments) : experiment.seed.value_or(seed_of(arguments));
}

std::vector<int> user_numbers(const std::string& text, int least) {
  constexpr int kMost = 1'000'000;
  std::vector<int> numbers;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    int number = 0;
    const auto [read, status] = std::from_chars(text.data() + begin, text.data() + end, number);
    if (status != std::errc() || read != text.data() + end || number < least || number > kMost) {
      throw sim::Error("--users: expected numbers of users from " + std::to_string(least) +
                       " to 1000000 with commas between them, got \"" + text + "\"");
    }
    if (std::ranges::count(numbers, number) > 0) {
      throw sim::Error("--users: " + std::to_string(number) + " given twice");
    }
    numbers.push_back(number);
    begin = end + 1;
  }
  return numbers;
}

std::vector<double> rates_per_s(const Arguments& arguments, const std::string& name) {
  std::vector<double> rates;
  if (!arguments.given(name)) return rates;
  std::istringstream list(arguments.text(name));
  for (std::string one; std::getline(list, one, ',');) {
    const std::optional<double> rate = config::parse_rate(one.find('/') == std::string::npos ? one + "/s" : one);
    if (!rate || *rate <= 0) {
      throw sim::Error("--" + name + ": expected rates above 0 such as 5/s,24/m, got \"" + arguments.text(name) + "\"");
    }
    if (std::ranges::count(rates, rate) > 0) throw sim::Error("--" + name + ": " + one + " given twice");
    rates.push_back(*rate);
  }
  if (rates.empty()) throw sim::Error("--" + name + ": expected rates above 0 such as 5/s,10/s, got nothing");
  return rates;
}

void read_workload(const Arguments& arguments, config::Experiment& experiment, int least_users) {
  if (arguments.given("users") + arguments.given("rate") + arguments.given("profile") > 1) {
    throw sim::Error("--users, --rate and --profile exclude one another");
  }
  if (arguments.given("users") || arguments.given("rate") || arguments.given("profile")) experiment.loads = {};
  sim::Workload& workload = experiment.scenario.workload;
  if (arguments.given("users")) {
    config::become<sim::ClosedLoop>(workload).users =
        static_cast<int>(arguments.integer("users", least_users, 10'000'000));
  }
  if (arguments.given("rate")) config::become<sim::OpenLoop>(workload).rate_per_s = arguments.rate_per_s("rate");
  if (arguments.given("profile")) {
    const std::string path = find_input(arguments.text("profile"));
    config::ProfileFile file = config::read_profile(path);
    if (file.users) {
      config::become<sim::ClosedLoop>(workload);
    } else {
      config::become<sim::OpenLoop>(workload);
    }
    workload.profile = std::move(file.profile);
    experiment.inputs.push_back(config::fingerprint(path));
    // its length counts more than the experiment's duration
    if (config::length_of(*workload.profile)) experiment.duration.reset();
  }
}

bool takes_own_load(const Arguments& arguments, const config::Experiment& experiment) {
  const bool given = arguments.given("users") || arguments.given("rate") || arguments.given("profile");
  return experiment.has_level && experiment.loads.empty() && !given;
}

config::Loads loads_of(const Arguments& arguments, const config::Experiment& experiment, int least_users) {
  if (arguments.given("users") && arguments.given("rate")) throw sim::Error("--users and --rate exclude one another");
  if (arguments.given("rate")) return {.users = {}, .rates_per_s = rates_per_s(arguments, "rate")};
  if (!arguments.given("users") && !experiment.loads.empty()) return experiment.loads;
  return {.users = user_numbers(arguments.text("users"), least_users), .rates_per_s = {}};
}

std::string describe_game(const sim::ScenarioSpec& scenario) {
  const sim::Promise& promise = scenario.workflow.promise;
  return results::wrapped("promise: " + (promise.name.empty() ? "" : promise.name + ", ") + sim::terms_text(promise)) +
         "\ninstances " + (scenario.redeploy ? "fresh in every window" : "kept") + "; attribution " +
         config::name_of(scenario.attribution) + "\n";
}

void say_doubts(std::ostream& err, const config::Experiment& experiment) {
  for (const std::string& doubt : jobs::doubts_about(experiment)) err << "faasconf: warning: " << doubt << "\n";
}

void warn_of_promise(std::ostream& err, const sim::ScenarioSpec& scenario) {
  say_impossible(err, jobs::impossible_terms(scenario));
}

std::string describe_extrapolation(const config::Experiment& experiment, const std::vector<sim::Workload>& loads) {
  const std::string text = prediction::extrapolated_loads(experiment.calibration, loads);
  return text.empty() ? "" : results::wrapped(text) + "\n";
}

void say_impossible(std::ostream& err, const std::vector<std::string>& terms) {
  for (const std::string& sentence : terms) err << "faasconf: the promise cannot hold: " << sentence << "\n";
}

void read_configurations(const Arguments& arguments, config::Experiment& experiment) {
  if (!arguments.given("config")) return;
  const auto paths = arguments.list("config");
  const std::vector<std::string> names = config::names_of_files(paths, "--config");
  experiment.configurations.clear();
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const std::string file = find_input(paths[i]);
    experiment.configurations.push_back({names[i], config::read_configuration(file, experiment.scenario.workflow)});
    experiment.inputs.push_back(config::fingerprint(file));
  }
}

void read_policies(const Arguments& arguments, config::Experiment& experiment) {
  if (!arguments.given("policy")) return;
  experiment.policies.clear();
  for (const std::string& text : arguments.list("policy")) {
    config::add_policy(experiment, text, "--policy");
  }
}

}  // namespace faasconf::experiments::cli
