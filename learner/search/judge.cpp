#include "learner/search/judge.hpp"

#include <utility>

#include "learner/search/simulated_objective.hpp"

namespace faasconf::learner::search {
namespace {

SearchResult result_of(const Objective& objective, const Point& point, const Estimate& estimate,
                       const Feasibility& feasibility) {
  SearchResult result{.actions = actions_of(point), .price = estimate.price};
  for (const sim::RunningMoments& of_load : estimate.violations) {
    const double bound = feasibility.bound(of_load, objective.size().judged());
    if (bound < result.violation_bound) continue;
    result.violation = *of_load.mean();
    result.violation_bound = bound;
  }
  return result;
}

bool better(const SearchResult& one, const SearchResult& other) {
  if (one.feasible != other.feasible) return one.feasible;
  return one.feasible ? one.price < other.price : one.violation_bound < other.violation_bound;
}

}  // namespace

SearchResult judge(Objective& objective, std::span<const Candidate> finalists, std::size_t steps,
                   const Feasibility& feasibility, const GoOn& go_on) {
  const Candidate& first = finalists.front();
  SearchResult best = result_of(objective, first.point, first.estimate, feasibility);
  for (const Candidate& candidate : finalists) {
    Estimate estimate;
    while (estimate.steps() < steps) {
      if (!objective.step(candidate.point, estimate, go_on)) return best;
    }
    SearchResult result = result_of(objective, candidate.point, estimate, feasibility);
    result.judged = true;
    result.feasible = feasibility.holds(result.violation_bound);
    if (!best.judged || better(result, best)) best = std::move(result);
  }
  return best;
}

}  // namespace faasconf::learner::search
