#include "learner/search/simulated_objective.hpp"

#include <limits>
#include <utility>

#include "sim/env/action.hpp"

namespace faasconf::learner::search {
namespace {

constexpr std::size_t kWindows = 8;  // of a step, per load

std::shared_ptr<const sim::EnvironmentPlan> plan_of(sim::EnvironmentSpec environment, int users) {
  environment.load = {.levels = {users}, .series = {}};
  environment.replications = kWindows;
  environment.episode_windows = std::numeric_limits<std::int32_t>::max();
  return std::make_shared<const sim::EnvironmentPlan>(std::move(environment));
}

}  // namespace

SimulatedObjective::SimulatedObjective(const sim::EnvironmentSpec& environment, std::span<const int> users,
                                       std::uint64_t seed)
    : Objective({.coordinates = sim::ActionSpace(environment.scenario.workflow, environment.rounding).size(),
                 .loads = users.size(),
                 .windows = kWindows}),
      seed_(seed),
      common_(environment.common_random_numbers) {
  for (const int number : users) plans_.push_back(plan_of(environment, number));
}

Outcome SimulatedObjective::simulate(const Point& point, std::size_t load, std::size_t step, const GoOn& go_on) {
  sim::Environment& simulated = environment(load, common_ ? step : 0, go_on);
  simulated.step(actions_of(point));
  return {.price = simulated.reward().price, .violation = simulated.reward().violation};
}

// Its number tells the random numbers of loads and steps apart.
sim::Environment& SimulatedObjective::environment(std::size_t load, std::size_t step, const GoOn& go_on) {
  while (environments_.size() <= step) {
    auto& of_step = environments_.emplace_back();
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      const std::uint64_t number = (environments_.size() - 1) * plans_.size() + i;
      of_step.push_back(std::make_unique<sim::Environment>(plans_[i], seed_, number));
      of_step.back()->set_go_on(go_on);
      of_step.back()->reset();
    }
  }
  return *environments_[step][load];
}

std::vector<float> actions_of(const Point& point) {
  std::vector<float> actions;
  actions.reserve(point.size());
  for (const double coordinate : point) actions.push_back(static_cast<float>(coordinate));
  return actions;
}

}  // namespace faasconf::learner::search
