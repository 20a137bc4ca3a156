#pragma once
// The objective by simulation: windows with fresh instances, under closed loops of so many users.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "learner/search/objective.hpp"
#include "sim/env/environment.hpp"

namespace faasconf::learner::search {

// A point's coordinates are the actions of all agents, agents x kKnobs.
class SimulatedObjective final : public Objective {
 public:
  // The environment's load, replications and length are the objective's own. Under its common_random_numbers the k-th
  // step of every point meets the same random numbers, so that differences between points are not due to chance;
  // otherwise all steps are independent. Throws sim::Error for environments that cannot be simulated.
  SimulatedObjective(const sim::EnvironmentSpec& environment, std::span<const int> users, std::uint64_t seed);

 private:
  Outcome simulate(const Point& point, std::size_t load, std::size_t step, const GoOn& go_on) override;
  sim::Environment& environment(std::size_t load, std::size_t step, const GoOn& go_on);

  std::vector<std::shared_ptr<const sim::EnvironmentPlan>> plans_;  // by load
  std::uint64_t seed_;
  bool common_;
  std::vector<std::vector<std::unique_ptr<sim::Environment>>> environments_;  // by step (one for all, or each), load
};

// A point as the actions that environments take.
std::vector<float> actions_of(const Point& point);

}  // namespace faasconf::learner::search
