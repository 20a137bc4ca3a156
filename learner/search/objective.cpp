#include "learner/search/objective.hpp"

#include <algorithm>

namespace faasconf::learner::search {

namespace {

double worst_of(const std::vector<sim::RunningMoments>& by_load) {
  double worst = 0;
  for (const sim::RunningMoments& of_load : by_load) worst = std::max(worst, of_load.mean().value_or(0));
  return worst;
}

}  // namespace

std::size_t Estimate::steps() const {
  return violations.empty() ? 0 : static_cast<std::size_t>(violations.back().count());  // the last to have its turn
}

double Estimate::worst_violation() const { return worst_of(violations); }
double Estimate::worst_unserved() const { return worst_of(unserved); }

bool Objective::step(const Point& point, Estimate& estimate, const GoOn& go_on) {
  const std::size_t step = estimate.steps();
  estimate.violations.resize(size_.loads);
  estimate.unserved.resize(size_.loads);
  try {
    for (std::size_t load = 0; load < size_.loads; ++load) {
      const Outcome outcome = simulate(point, load, step, go_on);
      estimate.price = outcome.price;
      estimate.violations[load].add(outcome.violation);
      estimate.unserved[load].add(outcome.unserved);
      windows_ += size_.windows;
      sim::throw_if_cancelled(go_on);
    }
  } catch (const sim::Cancelled&) {
    return false;
  }
  return true;
}

double Objective::bound(const Estimate& estimate, const Feasibility& feasibility) const {
  double worst = 0;
  for (const sim::RunningMoments& of_load : estimate.violations) {
    worst = std::max(worst, feasibility.bound(of_load, size_.judged()));
  }
  return worst;
}

}  // namespace faasconf::learner::search
