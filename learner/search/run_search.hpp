#pragma once
// The loop of every search: a method proposes points, and each is simulated as long as it may be among the best.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "learner/search/feasibility.hpp"
#include "learner/search/objective.hpp"
#include "learner/search/proposer.hpp"

namespace faasconf::learner::search {

struct Budget {
  std::uint64_t windows = 0;   // that the search may simulate
  std::size_t steps = 16;      // of a point, at most: 1, then twice as many each time
  std::size_t finalists = 48;  // best ones that are kept
};

// Scores are price + 100 x the violations beyond the limit: by their mean while a point is in the race, which is
// hopeful, and by their confidence bound when it has had all its steps. The finalists by score, the best first;
// selected among many, they look better than they are. Throws sim::Cancelled where go_on ended the search before the
// first step.
std::vector<Candidate> run_search(Objective& objective, Proposer& proposer, const Budget& budget,
                                  const Feasibility& feasibility, const GoOn& go_on);

}  // namespace faasconf::learner::search
