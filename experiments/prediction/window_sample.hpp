#pragma once
// Simulates independent windows under the conditions of a measured one.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "sim/core/go_on.hpp"
#include "sim/model/scenario.hpp"
#include "sim/policy/observation.hpp"

namespace faasconf::experiments::prediction {

// Under which load a window is observed.
struct Load {
  double users = 0;       // closed loop
  double rate_per_s = 0;  // open loop; 0: a closed one
  sim::Duration window{};
  sim::Duration warm_up{};

  friend bool operator==(const Load&, const Load&) = default;
};

struct AskedWindow {
  sim::Configuration configuration;
  Load load;
};

// How rows were measured, as far as it is the same for all.
struct Protocol {
  double spawn_rate_per_s = 10;
  sim::Distribution think_time{};
  sim::Distribution back_off{};
  sim::Attribution attribution = sim::Attribution::completed;
  bool kept =
      false;  // instances stay from window to window of one run; false: every window has a deployment of its own
};

// Throws sim::Error as sim::Scenario.
sim::ScenarioSpec scenario_of(const sim::WorkflowSpec& workflow, const sim::Configuration& configuration,
                              const Load& load, const Protocol& protocol);

// Windows 0 .. count - 1 of a seed, by the same random numbers for all workflows: independent ones, each on fresh
// instances, or under `kept` those of one run that follow its warm-up. `go_on` says no: sim::Cancelled.
using OnWindow = std::function<void(std::size_t window, const sim::Observation&)>;
void simulate_windows(const sim::ScenarioSpec& scenario, const Load& load, std::uint64_t seed, std::size_t count,
                      const OnWindow& on_window, const sim::GoOn& go_on = {}, bool kept = false);

// The seed of a row: rows differ, and a row meets the same random numbers at every evaluation.
std::uint64_t row_seed(std::uint64_t seed, std::size_t line);

}  // namespace faasconf::experiments::prediction
