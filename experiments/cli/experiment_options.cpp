#include "experiments/cli/experiment_options.hpp"

#include <algorithm>
#include <charconv>

#include "experiments/cli/paths.hpp"
#include "experiments/config/configuration_file.hpp"
#include "experiments/config/input_files.hpp"
#include "experiments/config/policy_files.hpp"
#include "sim/core/error.hpp"

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

config::Experiment read_experiment(const Arguments& arguments) {
  const auto overrides = arguments.list("set");
  return config::read_experiment(arguments.text("FILE"), {overrides.begin(), overrides.end()});
}

std::vector<GivenPath> inputs_of(const config::Experiment& experiment) {
  std::vector<GivenPath> inputs;
  for (const config::InputFile& file : experiment.inputs) inputs.push_back({"an input", file.path});
  return inputs;
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
              "who decides: fixed, openfaas, hpa or kpa, from every configuration; from one: hpa:CONFIG; with "
              "parameters: hpa:target_utilization=0.5,interval=1m; fixed:FILE, a configuration file; table:FILE, "
              "configurations by number of users, for the next window's or with :last for the last one's; bundle:FILE, "
              "a trained policy. Several are compared under common random numbers. Default: fixed"};
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
