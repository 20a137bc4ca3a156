#pragma once
// What a run compares: every policy from the configurations that it may start from.

#include <string>
#include <vector>

#include "experiments/config/experiment_file.hpp"

namespace faasconf::experiments::config {

// A policy that starts from a configuration. Fixed ones bear the name of that; policies with a file the name of the
// file, without folder and ending where these do not tell two apart; others their own, that of the configuration when
// they start from several, and the parameters that differ from the defaults.
struct Case {
  std::string name;
  PolicySpec policy;
  NamedConfiguration start;  // of a policy with a file: the first
};

// Throws sim::Error when a configuration does not exist or two cases have the same name.
std::vector<Case> cases_of(const Experiment& experiment);

}  // namespace faasconf::experiments::config
