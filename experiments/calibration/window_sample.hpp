#pragma once
// What a workflow would have shown in the window that was measured: so many independent windows, simulated.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "experiments/calibration/measurements.hpp"
#include "sim/policy/observation.hpp"

namespace faasconf::experiments {

// How rows were measured, as far as it is the same for all.
struct Protocol {
  double spawn_rate_per_s = 10;
  sim::Distribution think_time{};
  sim::Distribution back_off{};
  sim::Attribution attribution = sim::Attribution::completed;
};
Protocol protocol_of(const ProtocolCells& cells);

// Throws sim::Error as sim::Scenario.
sim::ScenarioSpec scenario_of(const sim::WorkflowSpec& workflow, const sim::Configuration& configuration,
                              const Load& load, const Protocol& protocol);

// Independent windows 0 .. count - 1 of a seed, each on fresh instances: the same random numbers for all workflows.
using OnWindow = std::function<void(std::size_t window, const sim::Observation&)>;
void simulate_windows(const sim::ScenarioSpec& scenario, const Load& load, std::uint64_t seed, std::size_t count,
                      const OnWindow& on_window);

// Absent where the window has none: no success, nothing finished. `function`: its index; end to end without.
std::optional<double> observe(const sim::Observation& window, Observed what, std::optional<std::size_t> function);

// The seed of a row: rows differ, and a row meets the same random numbers at every evaluation.
std::uint64_t row_seed(std::uint64_t seed, std::size_t line);

}  // namespace faasconf::experiments
