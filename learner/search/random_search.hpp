#pragma once
// A long random search for the cheapest configuration that keeps its promise: the reference that learners are held
// against until there is a better one. It knows nothing of the workflow but what its windows tell.

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/env/environment.hpp"

namespace faasconf::learner::search {

struct SearchSpec {
  sim::EnvironmentSpec environment;  // its load and replications are the search's own
  std::vector<int> users;            // one configuration for all of them; the worst counts
  double violation_limit = 0.05;     // mean of Reward::violation
  std::uint64_t windows = 200'000;   // that it may simulate, those that judge the finalists included
  std::uint64_t seed = 1;
};

struct SearchResult {
  std::vector<float> actions;  // agents x kKnobs
  double price = 0;
  double violation = 0;        // at the worst load, of windows that the search did not choose by
  double violation_bound = 0;  // upper end of its 95 % interval, one-sided
  bool feasible = false;       // the bound is within the limit
  std::uint64_t windows = 0;   // simulated
};

// Called now and then with the windows simulated so far; false ends the search, which then judges what it has.
using OnSearch = std::function<bool(std::uint64_t windows)>;

// A fifth of the windows tries uniform actions; most of the rest changes the best ones found by ever smaller normal
// steps. What looks good after a few windows is given more, up to 128. Luck still chooses among many, so the best are
// judged anew on windows of their own, and the cheapest whose bound is within the limit wins; where there is none, the
// one with the least bound. One thread; the same result for a seed. Throws sim::Error for environments that cannot be
// simulated, and for fewer windows than it takes to judge.
SearchResult random_search(const SearchSpec& spec, const OnSearch& on_search);

}  // namespace faasconf::learner::search
