#pragma once
// The objective by simulation: runs of a configuration under each load, judged by the workflow's promise.

#include <cstdint>
#include <span>
#include <vector>

#include "learner/search/objective.hpp"
#include "sim/env/action.hpp"
#include "sim/model/scenario.hpp"

namespace faasconf::learner::search {

struct SimulatedObjectiveSpec {
  // With a promise. Its workload is replaced by each load, its configuration by what a point means.
  sim::ScenarioSpec scenario;
  sim::ActionRounding rounding{};
  std::vector<sim::Workload> loads;
  std::size_t windows = 0;  // of a step, at least: the length of loads over time
  std::uint64_t seed = 1;
  bool common_random_numbers = true;  // the k-th step of every point meets the same ones
};

// A point's coordinates are the actions of all agents, agents x kKnobs. A step is a run of its own under every load.
class SimulatedObjective final : public Objective {
 public:
  // Throws sim::Error for what cannot be simulated, for no loads, and without a promise.
  explicit SimulatedObjective(SimulatedObjectiveSpec spec);

 private:
  Outcome simulate(const Point& point, std::size_t load, std::size_t step, const GoOn& go_on) override;

  SimulatedObjectiveSpec spec_;
  sim::ActionSpace actions_;
  std::uint64_t runs_ = 0;  // so far: where random numbers are not common, each has its own
};

// A point as the actions that environments take.
std::vector<float> actions_of(const Point& point);

}  // namespace faasconf::learner::search
