#include "sim/model/simulated_platform.hpp"

#include <chrono>

#include "sim/core/error.hpp"
#include "sim/model/observe.hpp"

namespace faasconf::sim {

namespace {

#ifdef NDEBUG
constexpr bool kChecksInvariants = false;
#else
constexpr bool kChecksInvariants = true;
#endif

}  // namespace

void drain(Simulation& simulation, Attribution attribution) {
  if (attribution == Attribution::completed) return;
  simulation.stop_arrivals();
  if (attribution == Attribution::paper) return simulation.run_until(simulation.now() + kPaperDrain);
  const auto in_flight = [&] { return simulation.requests_in_flight() + simulation.asynchronous_calls(); };
  while (in_flight() > 0) simulation.run_until(simulation.now() + std::chrono::seconds(1));
}

SimulatedPlatform::SimulatedPlatform(const Scenario& scenario, const RngStreams& streams,
                                     const SimulatedPlatformOptions& options)
    : scenario_(scenario),
      streams_(streams),
      go_on_(options.go_on),
      windows_(scenario),
      simulation_(scenario, streams, observers(options)) {
  simulation_.set_go_on(go_on_);
}

std::vector<Observer*> SimulatedPlatform::observers(const SimulatedPlatformOptions& options) {
  std::vector<Observer*> observers{&windows_};
  observers.insert(observers.end(), options.observers.begin(), options.observers.end());
  if (kChecksInvariants) observers.push_back(&invariants_.emplace(scenario_));
  if (options.intervals) observers.push_back(&intervals_.emplace(scenario_, Attribution::completed));
  return observers;
}

void SimulatedPlatform::check_invariants() const {
  if (invariants_) invariants_->check(simulation_);
}

Answer SimulatedPlatform::apply(const Configuration& wanted) {
  simulation_.apply(wanted);
  return {};
}

void SimulatedPlatform::begin(Measurement measurement) {
  if (go_on_ && !go_on_()) throw Cancelled();
  if (measurement == Measurement::interval) {
    intervals_->forget_windows();
    intervals_->begin_window(simulation_);
    return;
  }
  windows_.begin_window(simulation_);
}

std::optional<Observation> SimulatedPlatform::end(Measurement measurement) {
  WindowCounter& counter = measurement == Measurement::window ? windows_ : *intervals_;
  counter.end_window(simulation_);
  check_invariants();
  return observe(counter.latest(), scenario_.workflow());
}

void SimulatedPlatform::drain() {
  sim::drain(simulation_, scenario_.spec().attribution);
  check_invariants();
}

void SimulatedPlatform::redeploy(Time start) {
  simulation_.redeploy(start, RngStreams(streams_.stream("redeploy", ++redeployments_).next()));
  if (invariants_) invariants_->redeployed(simulation_);
}

}  // namespace faasconf::sim
