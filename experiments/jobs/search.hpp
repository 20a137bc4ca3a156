#pragma once
// Searches for the cheapest configuration that keeps its promise: for each load, or one for all loads.

#include <cstdint>
#include <string>
#include <vector>

#include "experiments/config/experiment_file.hpp"
#include "experiments/jobs/progress.hpp"
#include "learner/search/feasibility.hpp"
#include "learner/search/judge.hpp"
#include "sim/env/reward.hpp"
#include "sim/policy/configuration.hpp"

namespace faasconf::experiments::jobs {

struct SearchJob {
  config::Experiment experiment;  // its load, configurations and policies are ignored
  sim::QosKind qos = sim::QosKind::published;
  std::vector<int> users = {10, 15, 20, 25, 30};  // closed loops of so many each
  bool one_for_all = false;                       // one configuration for all loads; false: for each its own
  learner::search::Feasibility feasibility{};
  std::uint64_t windows = 200'000;  // that a search may simulate, those that judge the finalists included
  std::uint64_t seed = 1;
  int threads = 1;  // changes no result
};

struct FoundConfiguration {
  std::vector<int> users;  // the loads that it is for
  sim::Configuration configuration;
  learner::search::SearchResult
      search;  // price, violations, and whether these are within the limit with 95 % confidence
};

struct SearchResult {
  std::vector<FoundConfiguration> found;  // in the order of loads; empty: interrupted before all loads were simulated
  bool interrupted = false;               // what is found is the best until then

  bool all_feasible() const;
};

// Counts windows. Throws BadValue, and sim::Error where the experiment cannot be simulated.
SearchResult run(const SearchJob& job, const Progress& progress = {});

// What was found as a file, with comments on where it is from: one configuration for all loads as config/
// configuration_file.hpp reads it, else a table as config/lookup_file.hpp reads it. At least one is found.
std::string to_yaml(const SearchJob& job, const SearchResult& result);

// "10,15"
std::string format_users(const std::vector<int>& users);

}  // namespace faasconf::experiments::jobs
