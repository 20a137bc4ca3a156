#include "learner/search/random_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "sim/core/error.hpp"
#include "sim/stats/running_moments.hpp"

namespace faasconf::learner::search {
namespace {

constexpr std::size_t kReplications = 8;              // windows of a step at each load
constexpr std::size_t kMostSteps = 16;                // of an action, while searching
constexpr std::size_t kParents = 16;                  // best ones that are changed
constexpr std::size_t kFinalists = 48;                // best ones that are judged anew
constexpr std::size_t kJudgedSteps = 50;              // of a finalist
constexpr double kUniformShare = 0.2;                 // of the search
constexpr double kChangedShare = 0.3;                 // of the knobs, in a step
constexpr double kFirstStep = 0.3, kLastStep = 0.02;  // standard deviation of a change
constexpr double kPenalty = 100;                      // of a share of violations beyond the limit, in units of price
constexpr double kOneSided95 = 1.6449;                // quantile of the normal law

using Plan = std::shared_ptr<const sim::EnvironmentPlan>;

std::vector<Plan> plans_of(const SearchSpec& spec) {
  std::vector<Plan> plans;
  for (const int users : spec.users) {
    sim::EnvironmentSpec environment = spec.environment;
    environment.load = {.levels = {users}, .series = {}};
    environment.replications = kReplications;
    environment.episode_windows = std::numeric_limits<std::int32_t>::max();
    plans.push_back(std::make_shared<const sim::EnvironmentPlan>(std::move(environment)));
  }
  return plans;
}

// An action and what is known of it.
struct Candidate {
  std::vector<float> actions;
  double price = 0;
  std::vector<sim::RunningMoments> violations{};  // by load, of steps
  double score = std::numeric_limits<double>::infinity();

  std::size_t steps() const { return static_cast<std::size_t>(violations.front().count()); }
};

// Upper end of the one-sided 95 % interval; half a violation stands for those that have not been met yet.
double bound_of(const sim::RunningMoments& violations) {
  const double windows = static_cast<double>(violations.count()) * kReplications;
  const double mean = (*violations.mean() * windows + 0.5) / (windows + 1);
  return mean + kOneSided95 * violations.standard_error().value_or(0);
}

// Environments that actions are tried in, one a load.
class Trials {
 public:
  Trials(const std::vector<Plan>& plans, std::uint64_t seed) {
    for (const Plan& plan : plans) {
      environments_.push_back(std::make_unique<sim::Environment>(plan, seed, environments_.size()));
      environments_.back()->reset();
    }
  }

  void step(Candidate& candidate) {
    candidate.violations.resize(environments_.size());
    for (std::size_t load = 0; load < environments_.size(); ++load) {
      environments_[load]->step(candidate.actions);
      candidate.price = environments_[load]->reward().price;  // of the configuration alone
      candidate.violations[load].add(environments_[load]->reward().violation);
    }
    windows_ += windows_of_step();
  }
  std::uint64_t windows_of_step() const { return environments_.size() * kReplications; }
  std::uint64_t windows() const { return windows_; }

 private:
  std::vector<std::unique_ptr<sim::Environment>> environments_;
  std::uint64_t windows_ = 0;
};

class Search {
 public:
  explicit Search(const SearchSpec& spec)
      : spec_(spec),
        trials_(plans_of(spec), sim::RngStreams(spec.seed).stream("search").next()),
        judges_(plans_of(spec), sim::RngStreams(spec.seed).stream("judging").next()),
        size_(sim::ActionSpace(spec.environment.scenario.workflow, spec.environment.rounding).size()),
        rng_(sim::RngStreams(spec.seed).stream("candidates")) {
    const std::uint64_t judging = kFinalists * kJudgedSteps * judges_.windows_of_step();
    if (spec.windows < 2 * judging) {
      throw sim::Error("a search: expected " + std::to_string(2 * judging) +
                       " windows at least, half of which judge what it finds, got " + std::to_string(spec.windows));
    }
    to_search_ = spec.windows - judging;
  }

  SearchResult run(const OnSearch& on_search) {
    constexpr std::uint64_t kTrialsBetweenNotes = 64;
    for (std::uint64_t trial = 0; trials_.windows() + kMostSteps * trials_.windows_of_step() <= to_search_; ++trial) {
      if (trial % kTrialsBetweenNotes == 0 && !on_search(trials_.windows())) break;
      try_out({.actions = propose()});
    }
    return judge(on_search);
  }

 private:
  std::vector<float> propose() {
    const double progress = static_cast<double>(trials_.windows()) / static_cast<double>(to_search_);
    std::vector<float> actions(size_);
    if (best_.empty() || progress < kUniformShare) {
      for (float& knob : actions) knob = static_cast<float>(rng_.uniform());
      return actions;
    }
    const double rest = (progress - kUniformShare) / (1 - kUniformShare);
    const double step = kFirstStep * std::pow(kLastStep / kFirstStep, rest);
    const auto parents = static_cast<std::uint32_t>(std::min(kParents, best_.size()));
    actions = best_[rng_.below(parents)].actions;
    for (float& knob : actions) {
      if (rng_.uniform() >= kChangedShare) continue;
      knob = std::clamp(knob + static_cast<float>(step * rng_.normal()), 0.0F, 1.0F);
    }
    return actions;
  }

  double score(const Candidate& candidate, double (*of)(const sim::RunningMoments&)) const {
    double worst = 0;
    for (const sim::RunningMoments& violations : candidate.violations) worst = std::max(worst, of(violations));
    return candidate.price + kPenalty * std::max(0.0, worst - spec_.violation_limit);
  }

  // Twice as many steps each time, as long as it might belong to the best.
  void try_out(Candidate candidate) {
    for (std::size_t steps = 1; steps <= kMostSteps; steps *= 2) {
      while (candidate.violations.empty() || candidate.steps() < steps) trials_.step(candidate);
      const double hoped = score(candidate, [](const sim::RunningMoments& violations) { return *violations.mean(); });
      if (best_.size() == kFinalists && hoped >= best_.back().score) return;
    }
    candidate.score = score(candidate, bound_of);
    best_.insert(std::ranges::upper_bound(best_, candidate.score, {}, &Candidate::score), std::move(candidate));
    if (best_.size() > kFinalists) best_.pop_back();
  }

  SearchResult judge(const OnSearch& on_search) {
    SearchResult best;
    for (const Candidate& candidate : best_) {
      SearchResult result = judge(candidate.actions);
      const bool better = result.feasible != best.feasible ? result.feasible
                          : result.feasible                ? result.price < best.price
                                                           : result.violation_bound < best.violation_bound;
      if (best.actions.empty() || better) best = std::move(result);
      on_search(trials_.windows() + judges_.windows());
    }
    best.windows = trials_.windows() + judges_.windows();
    return best;
  }

  SearchResult judge(const std::vector<float>& actions) {
    Candidate candidate{.actions = actions};
    for (std::size_t i = 0; i < kJudgedSteps; ++i) judges_.step(candidate);
    SearchResult result{.actions = actions, .price = candidate.price};
    for (const sim::RunningMoments& violations : candidate.violations) {
      const double bound = bound_of(violations);
      if (bound < result.violation_bound) continue;
      result.violation = *violations.mean();
      result.violation_bound = bound;
    }
    result.feasible = result.violation_bound <= spec_.violation_limit;
    return result;
  }

  const SearchSpec& spec_;
  Trials trials_;
  Trials judges_;
  std::size_t size_;
  sim::Rng rng_;
  std::uint64_t to_search_ = 0;
  std::vector<Candidate> best_;  // by score, ascending
};

}  // namespace

SearchResult random_search(const SearchSpec& spec, const OnSearch& on_search) {
  if (spec.users.empty()) throw sim::Error("a search: expected numbers of users, got none");
  return Search(spec).run(on_search);
}

}  // namespace faasconf::learner::search
