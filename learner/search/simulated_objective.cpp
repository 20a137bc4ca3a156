#include "learner/search/simulated_objective.hpp"

#include <algorithm>
#include <utility>

#include "sim/core/error.hpp"
#include "sim/model/run.hpp"
#include "sim/policy/policy.hpp"

namespace faasconf::learner::search {
namespace {

// Of a step, per load. Where windows are no periods of their own, as many as make one or more periods.
std::size_t windows_of(const sim::ScenarioSpec& scenario) {
  constexpr std::size_t kWindows = 8, kPeriods = 2;
  const sim::Promise& promise = scenario.workflow.promise;
  if (promise.period_requests == 0) return kWindows;
  const auto of_period = static_cast<std::size_t>(promise.longest_period / scenario.window);
  return std::max<std::size_t>(kWindows, kPeriods * of_period);
}

SimulatedObjectiveSpec checked(SimulatedObjectiveSpec spec) {
  if (spec.loads.empty()) throw sim::Error("a search: expected loads, got none");
  if (!spec.scenario.workflow.promise.has_terms()) {
    throw sim::Error("a search needs a promise to keep, and workflow '" + spec.scenario.workflow.name +
                     "' makes none: add promise to its file, or give --promise");
  }
  for (const sim::Workload& load : spec.loads) {
    spec.scenario.workload = load;
    static_cast<void>(sim::Scenario(spec.scenario));
  }
  return spec;
}

}  // namespace

SimulatedObjective::SimulatedObjective(SimulatedObjectiveSpec spec)
    : Objective({.coordinates = sim::ActionSpace(spec.scenario.workflow, spec.rounding).size(),
                 .loads = spec.loads.size(),
                 .windows = windows_of(spec.scenario)}),
      spec_(checked(std::move(spec))),
      actions_(spec_.scenario.workflow, spec_.rounding) {}

Outcome SimulatedObjective::simulate(const Point& point, std::size_t load, std::size_t step, const GoOn& go_on) {
  sim::ScenarioSpec spec = spec_.scenario;
  spec.workload = spec_.loads[load];
  actions_.decode(actions_of(point), spec.configuration);
  const sim::Scenario scenario(std::move(spec));
  sim::FixedPolicy policy(scenario.spec().configuration);
  const std::uint64_t number = spec_.common_random_numbers ? step : runs_++;
  const auto length = static_cast<std::int64_t>(size().windows) * scenario.spec().window;
  const sim::Run run =
      sim::run(scenario, policy, {.duration = length, .go_on = go_on}, spec_.seed, number * spec_.loads.size() + load);
  const sim::Promise& promise = scenario.workflow().promise;
  const double slope = promise.period_requests == 0 ? 0 : run.promise.due.unserved_share();
  return {.price = run.total.price, .violation = loss(promise, run.promise).value_or(0), .unserved = slope};
}

std::vector<float> actions_of(const Point& point) {
  std::vector<float> actions;
  actions.reserve(point.size());
  for (const double coordinate : point) actions.push_back(static_cast<float>(coordinate));
  return actions;
}

}  // namespace faasconf::learner::search
