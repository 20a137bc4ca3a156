#include "learner/search/run_search.hpp"

#include <algorithm>
#include <utility>

#include "sim/core/error.hpp"

namespace faasconf::learner::search {
namespace {

constexpr double kPenalty = 100;  // of a share of violations beyond the limit, and of unserved requests then

class Race {
 public:
  Race(Objective& objective, const Budget& budget, const Feasibility& feasibility, const GoOn& go_on)
      : objective_(objective), budget_(budget), feasibility_(feasibility), go_on_(go_on) {}

  double spent() const { return static_cast<double>(objective_.windows()) / static_cast<double>(budget_.windows); }
  bool has_room() const {
    return objective_.windows() + budget_.steps * objective_.windows_of_step() <= budget_.windows;
  }
  // Twice as many steps each time, as long as it might belong to the best. False where go_on ended it.
  bool enter(Candidate& candidate);
  // The best first; where there are none yet, the one that go_on has just ended.
  std::vector<Candidate> finalists(const Candidate& ended);
  std::vector<Candidate> finalists() { return std::move(finalists_); }

 private:
  bool run_to(std::size_t steps, Candidate& candidate);
  void keep(const Candidate& candidate);
  double score(const Candidate& candidate, double violation) const {
    const double excess = feasibility_.excess(violation);
    const double slope = excess > 0 ? candidate.estimate.worst_unserved() : 0;
    return candidate.estimate.price + kPenalty * (excess + slope);
  }
  double bounded_score(const Candidate& candidate) const {
    return score(candidate, objective_.bound(candidate.estimate, feasibility_));
  }

  Objective& objective_;
  const Budget& budget_;
  const Feasibility& feasibility_;
  const GoOn& go_on_;
  std::vector<Candidate> finalists_;  // by score, ascending
};

bool Race::enter(Candidate& candidate) {
  for (std::size_t steps = 1; steps <= budget_.steps; steps *= 2) {
    if (!run_to(steps, candidate)) return false;
    candidate.score = score(candidate, candidate.estimate.worst_violation());
    if (finalists_.size() == budget_.finalists && candidate.score >= finalists_.back().score) return true;
  }
  candidate.score = bounded_score(candidate);
  keep(candidate);
  return true;
}

bool Race::run_to(std::size_t steps, Candidate& candidate) {
  while (candidate.estimate.steps() < steps) {
    if (!objective_.step(candidate.point, candidate.estimate, go_on_)) return false;
  }
  return true;
}

void Race::keep(const Candidate& candidate) {
  const auto place = std::ranges::upper_bound(finalists_, candidate.score, {}, &Candidate::score);
  finalists_.insert(place, candidate);
  if (finalists_.size() > budget_.finalists) finalists_.pop_back();
}

std::vector<Candidate> Race::finalists(const Candidate& ended) {
  if (!finalists_.empty()) return finalists();
  if (ended.estimate.steps() == 0) throw sim::Cancelled();
  return {ended};
}

}  // namespace

std::vector<Candidate> run_search(Objective& objective, Proposer& proposer, const Budget& budget,
                                  const Feasibility& feasibility, const GoOn& go_on) {
  Race race(objective, budget, feasibility, go_on);
  while (race.has_room()) {
    std::vector<Candidate> tried;
    for (Point& point : proposer.ask(race.spent())) {
      if (!race.has_room()) return race.finalists();
      tried.push_back({.point = std::move(point)});
      if (!race.enter(tried.back())) return race.finalists(tried.back());
    }
    proposer.tell(tried);
  }
  return race.finalists();
}

}  // namespace faasconf::learner::search
