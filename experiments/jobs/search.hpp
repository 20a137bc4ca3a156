#pragma once
// Searches for the cheapest configuration that keeps its promise: for each load, or one for all loads.

#include <cstdint>
#include <string>
#include <vector>

#include "experiments/config/experiment_file.hpp"
#include "experiments/evaluation/evaluation.hpp"
#include "experiments/jobs/progress.hpp"
#include "learner/search/judge.hpp"
#include "sim/policy/configuration.hpp"

namespace faasconf::experiments::jobs {

struct SearchJob {
  // With a promise; its load but for the level, its instances and attribution hold here. With causal knowledge, the
  // table's file says how it is to be looked up.
  config::Experiment experiment;
  std::vector<int> users = {10, 15, 20, 25, 30};  // closed loops of so many each
  std::vector<double> rates_per_s{};              // in their place: open loops
  // In their place, loads over time, all of one length; for one configuration.
  std::vector<evaluation::EvaluatedLoad> over_time{};
  bool one_for_all = false;         // one configuration for all loads; false: for each its own
  double level = 0.95;              // confidence that what is found keeps the promise, one-sided
  std::uint64_t windows = 200'000;  // that a search may simulate, those that judge the finalists included
  std::uint64_t seed = 1;
  int threads = 1;  // changes no result
};

struct FoundConfiguration {
  std::vector<double> loads;  // that it is for: users, or requests per second; none where they are over time
  sim::Configuration configuration;
  learner::search::SearchResult
      search;  // price, violations, and whether these are within the limit with 95 % confidence
};

struct SearchResult {
  std::vector<FoundConfiguration> found;  // in the order of loads; empty: interrupted before all loads were simulated
  bool interrupted = false;               // what is found is the best until then

  bool all_feasible() const;
};

// The loads that it is for.
std::vector<sim::Workload> workloads_of(const SearchJob& job);

// Counts windows. Throws BadValue, and sim::Error where the experiment cannot be simulated.
SearchResult run(const SearchJob& job, const Progress& progress = {});

// What was found as a file, with comments and a record of where it is from: one configuration for all loads as config/
// configuration_file.hpp reads it, else a table as config/lookup_file.hpp reads it. At least one is found. Written
// aside and renamed.
void write(const std::string& path, const SearchJob& job, const SearchResult& result);

// "10,15"; of loads over time their names
std::string format_loads(const SearchJob& job, const FoundConfiguration& found);

}  // namespace faasconf::experiments::jobs
