#pragma once
// The cases that a run compares: every policy with each configuration that it starts from.

#include <string>
#include <vector>

#include "experiments/config/experiment_file.hpp"

namespace faasconf::experiments::config {

// A policy that starts from a configuration. Fixed ones bear the name of that; policies with a file the name of the
// file, without folder and ending unless two would be alike; others their own, that of the configuration when
// they start from several, and the parameters that differ from the defaults.
struct Case {
  std::string name;
  PolicySpec policy;
  NamedConfiguration start;  // of a policy with a file: the first
};

// Throws sim::Error when a configuration does not exist or two cases have the same name.
std::vector<Case> cases_of(const Experiment& experiment);

}  // namespace faasconf::experiments::config
