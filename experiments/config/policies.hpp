#pragma once
// Which policies an experiment compares, and from which configurations each starts.

#include <memory>
#include <string>
#include <vector>

#include "experiments/config/files.hpp"
#include "sim/policy/policy.hpp"

namespace faasconf::experiments {

// "hpa" or, from one configuration only, "hpa:lean"; throws sim::Error on another name.
PolicyChoice parse_policy(const std::string& text);
std::string format(const PolicyChoice& choice);

// A policy that starts from a configuration. Fixed ones bear its name, others their own, and that of the configuration
// when they start from several.
struct Case {
  std::string name;
  std::string policy;
  NamedConfiguration start;
};

// Throws sim::Error when a configuration does not exist or two cases have the same name.
std::vector<Case> cases_of(const Experiment& experiment);

std::unique_ptr<sim::Policy> make_policy(const Case& one, const sim::WorkflowSpec& workflow);

}  // namespace faasconf::experiments
