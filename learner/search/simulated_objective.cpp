#include "learner/search/simulated_objective.hpp"

#include <algorithm>
#include <utility>

#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"
#include "sim/model/run.hpp"
#include "sim/policy/policy.hpp"

namespace faasconf::learner::search {
namespace {

constexpr std::size_t kPeriods = 2;  // of a step, where windows are no periods of their own

std::size_t windows_of_longest_period(const sim::ScenarioSpec& scenario) {
  return static_cast<std::size_t>(scenario.workflow.promise.longest_period / scenario.window);
}

// Of a step, per load. Where windows are no periods of their own, as many as make one or more periods.
std::size_t windows_of(const SimulatedObjectiveSpec& spec) {
  constexpr std::size_t kWindows = 8;
  const std::size_t least = std::max(kWindows, spec.windows);
  if (spec.scenario.workflow.promise.period_requests == 0) return least;
  return std::max(least, kPeriods * windows_of_longest_period(spec.scenario));
}

// Independent ones of a step, at least: windows that are periods, or periods.
std::size_t units_of(const SimulatedObjectiveSpec& spec) {
  if (spec.scenario.workflow.promise.period_requests == 0) return windows_of(spec);
  return std::max(kPeriods, windows_of(spec) / std::max<std::size_t>(1, windows_of_longest_period(spec.scenario)));
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
                 .windows = windows_of(spec),
                 .units = units_of(spec)}),
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
  const auto lost = loss(promise, run.promise);
  if (!lost) {
    throw sim::Error("a search: nothing became due in a run of " + std::to_string(size().windows) + " windows of " +
                     sim::format(scenario.spec().window) +
                     ", so its promise cannot be judged; expected a load with more requests, or longer windows");
  }
  return {.price = run.total.price, .violation = *lost, .unserved = slope};
}

std::vector<float> actions_of(const Point& point) {
  std::vector<float> actions;
  actions.reserve(point.size());
  for (const double coordinate : point) actions.push_back(static_cast<float>(coordinate));
  return actions;
}

}  // namespace faasconf::learner::search
