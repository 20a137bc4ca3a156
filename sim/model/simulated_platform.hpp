#pragma once
// A simulation as a platform: it applies configurations at once and observes every window.

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/core/go_on.hpp"
#include "sim/core/random.hpp"
#include "sim/model/invariants.hpp"
#include "sim/model/simulation.hpp"
#include "sim/model/strict_qos.hpp"
#include "sim/model/window_counter.hpp"
#include "sim/policy/platform.hpp"

namespace faasconf::sim {

// Runs the simulation until the requests sent in the window that has ended are finished, as far as the attribution
// counts them. Stops arrivals.
void drain(Simulation& simulation, Attribution attribution);

struct SimulatedPlatformOptions {
  bool intervals = false;              // Measurement::interval is used as well, with attribution completed
  bool strict = false;                 // keep StrictCounts
  std::vector<Observer*> observers{};  // besides; borrowed
  GoOn go_on{};                        // no: run_until() and begin() throw Cancelled; empty: always
};

class SimulatedPlatform final : public Platform {
 public:
  // The scenario is borrowed.
  SimulatedPlatform(const Scenario& scenario, const RngStreams& streams, const SimulatedPlatformOptions& options = {});
  SimulatedPlatform(const SimulatedPlatform&) = delete;  // the simulation knows the counters

  Time now() const override { return simulation_.now(); }
  const Configuration& configuration() const override { return simulation_.configuration(); }
  Answer apply(const Configuration& wanted) override;
  void run_until(Time end) override { simulation_.run_until(end); }
  void begin(Measurement measurement) override;
  std::optional<Observation> end(Measurement measurement) override;
  void drain() override;
  void redeploy(Time start) override;

  const Simulation& simulation() const { return simulation_; }
  WindowCounter& windows() { return windows_; }
  const std::vector<StrictCounts>& strict() const { return strict_windows_; }  // by window

 private:
  std::vector<Observer*> observers(const SimulatedPlatformOptions& options);
  void check_invariants() const;

  const Scenario& scenario_;
  RngStreams streams_;
  GoOn go_on_;
  WindowCounter windows_;
  std::optional<WindowCounter> intervals_;
  std::optional<StrictRecorder> strict_;
  std::vector<StrictCounts> strict_windows_;
  std::uint64_t redeployments_ = 0;
  std::optional<InvariantChecker> invariants_;  // debug builds only
  Simulation simulation_;
};

}  // namespace faasconf::sim
