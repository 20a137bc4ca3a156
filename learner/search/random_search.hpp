#pragma once
// A long random search for the cheapest configuration that keeps its promise: the reference for learners. It uses only
// the outcomes of simulated windows.

#include <cstdint>
#include <functional>
#include <vector>

#include "learner/search/feasibility.hpp"
#include "learner/search/judge.hpp"
#include "sim/env/action.hpp"
#include "sim/model/scenario.hpp"

namespace faasconf::learner::search {

struct SearchSpec {
  sim::ScenarioSpec scenario;  // with a promise; its workload and configuration are the search's own
  sim::ActionRounding rounding{};
  std::vector<sim::Workload> loads;    // one configuration for all of these; the worst counts
  std::size_t windows_of_load = 0;     // of a run, at least: the length of loads over time
  bool common_random_numbers = false;  // the k-th runs of all points meet the same ones
  Feasibility feasibility{};           // of what the promise's risk limits
  std::uint64_t windows = 200'000;     // that it may simulate, those that judge the finalists included
  std::uint64_t seed = 1;
};

// Called many times a second with the windows simulated so far; false ends the search at once, with the best it has.
using OnSearch = std::function<bool(std::uint64_t windows)>;

// What looks good after a few windows is given more, up to 128 per load; the best 48 are judged on 400 windows per load
// of their own. One thread; the same result for a seed. Throws sim::Error for environments that cannot be simulated and
// for fewer windows than it takes to judge, sim::Cancelled where it is ended before it has simulated one configuration.
SearchResult random_search(const SearchSpec& spec, const OnSearch& on_search);

}  // namespace faasconf::learner::search
