#pragma once
// Chooses the result of a search. Its finalists were selected among many, so their estimates are optimistic: they are
// simulated again with new random numbers, and the cheapest that keeps the promise with the required confidence wins.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "learner/search/feasibility.hpp"
#include "learner/search/objective.hpp"
#include "learner/search/proposer.hpp"

namespace faasconf::learner::search {

struct SearchResult {
  std::vector<float> actions;  // agents x kKnobs
  double price = 0;
  double violation = 0;        // share of windows that break the promise, of the load where its bound is highest
  double violation_bound = 0;  // upper confidence bound of it
  bool judged = false;         // on windows that the search did not choose by; false: it ended before
  bool feasible = false;       // judged, and the bound is within the limit
  std::uint64_t windows = 0;   // simulated
};

// objective: of random numbers that the search has not seen; steps: of each finalist. Where none is feasible, the one
// with the lowest bound wins. Where go_on ends it, the best of those judged by then wins; before there is one, the
// first finalist, as the search saw it. At least one finalist.
SearchResult judge(Objective& objective, std::span<const Candidate> finalists, std::size_t steps,
                   const Feasibility& feasibility, const GoOn& go_on);

}  // namespace faasconf::learner::search
