#pragma once
// Runs of requests that arrive at given times, for windows worked out by hand.

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "sim/model/run.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {

inline ScenarioSpec requests_at(std::vector<Duration> times, Duration service_time, Duration window,
                                Attribution attribution = Attribution::completed) {
  ArrivalList list;
  for (const Duration time : times) list.times.emplace_back(time);
  ScenarioSpec spec = scenario(slot_station("station", Deterministic{to_seconds(service_time)}, Overflow::none), {},
                               {.source = std::move(list), .profile = std::nullopt});
  spec.window = window;
  spec.attribution = attribution;
  return spec;
}

inline auto run_for(const ScenarioSpec& spec, Duration duration, Duration warm_up = {}) {
  const Scenario scenario(spec);
  FixedPolicy policy(spec.configuration);
  return run(scenario, policy, {.duration = duration, .warm_up = warm_up}, 1);
}

}  // namespace faasconf::sim
