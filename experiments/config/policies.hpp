#pragma once
// Which policies an experiment compares, with which parameters, and from which configurations each starts.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "experiments/config/experiment_file.hpp"
#include "experiments/config/yaml_reader.hpp"
#include "sim/policy/policy.hpp"

namespace faasconf::experiments::config {

// By name: "hpa"; from one configuration only: "hpa:lean"; with parameters: "hpa:target_utilization=0.5,interval=1m" or
// "hpa:lean:interval=1m", in a file also {hpa: {configuration: lean, interval: 1m}}. Throws sim::Error on anything
// else.
PolicyChoice read_policy(const YamlValue& value);
PolicyChoice parse_policy(const std::string& text, const std::string& source);  // `source` is for messages
std::string format(const PolicyChoice& choice);

// Every parameter of the policy with its value, as files write it.
std::vector<std::pair<std::string, std::string>> all_parameters(const PolicyChoice& choice);

// A policy that starts from a configuration. Fixed ones bear its name; others their own, that of the configuration when
// they start from several, and the parameters that differ from the defaults.
struct Case {
  std::string name;
  PolicyChoice choice;
  NamedConfiguration start;
};

// Throws sim::Error when a configuration does not exist or two cases have the same name.
std::vector<Case> cases_of(const Experiment& experiment);

std::unique_ptr<sim::Policy> make_policy(const Case& one, const sim::WorkflowSpec& workflow);

}  // namespace faasconf::experiments::config
