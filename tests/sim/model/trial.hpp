#pragma once
// A run worked out by hand: what was sent, what came back and when.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "sim/model/invariants.hpp"
#include "tests/sim/model/event_log.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {

inline constexpr Outcome kSuccess = Outcome::success;

inline Workload arrivals(std::vector<Duration> times) {
  ArrivalList list;
  for (const Duration time : times) list.times.emplace_back(time);
  return {.source = std::move(list), .profile = std::nullopt};
}

// One run under observation; the invariants are checked whenever it is asked something.
class Trial {
 public:
  explicit Trial(ScenarioSpec spec) : scenario_(std::move(spec)), log_(scenario_), invariants_(scenario_) {
    simulation = std::make_unique<Simulation>(scenario_, RngStreams(1), std::vector<Observer*>{&log_, &invariants_});
  }

  Trial& until(Duration horizon) {
    simulation->run_until(Time(horizon));
    invariants_.check(*simulation);
    return *this;
  }
  Trial& all() { return until(std::chrono::seconds(1000)); }
  void redeploy(Duration start) {
    simulation->redeploy(Time(start), RngStreams(2));
    invariants_.redeployed(*simulation);
  }

  // In order of finishing.
  std::vector<std::pair<Outcome, Time>> requests() const {
    std::vector<std::pair<Outcome, Time>> ends;
    for (const RequestRecord& record : log_.requests) ends.emplace_back(record.outcome, record.finished);
    return ends;
  }
  std::vector<CallRecord> calls(std::uint32_t function = 0) const {
    std::vector<CallRecord> calls;
    for (const CallRecord& record : log_.calls) {
      if (record.function.index == function) calls.push_back(record);
    }
    return calls;
  }
  std::vector<ExecutionRecord> executions(std::uint32_t function = 0) const {
    std::vector<ExecutionRecord> executions;
    for (const ExecutionRecord& record : log_.executions) {
      if (record.function.index == function) executions.push_back(record);
    }
    return executions;
  }
  // When the calls of a function started, answered or not.
  std::vector<Time> starts(std::uint32_t function = 0) const {
    std::vector<Time> starts;
    for (const ExecutionRecord& record : executions(function)) starts.push_back(record.started);
    return starts;
  }
  std::vector<Time> arrivals_of_requests() const {
    std::vector<Time> times;
    for (const RequestRecord& record : log_.requests) times.push_back(record.arrived);
    std::sort(times.begin(), times.end());
    return times;
  }

  std::vector<Outcome> outcomes() const {
    std::vector<Outcome> outcomes;
    for (const RequestRecord& record : log_.requests) outcomes.push_back(record.outcome);
    return outcomes;
  }
  const std::vector<RequestRecord>& records() const { return log_.requests; }
  void apply(const FunctionConfiguration& knobs) { simulation->apply({{knobs}}); }

  std::unique_ptr<Simulation> simulation;

 private:
  Scenario scenario_;
  EventLog log_;
  InvariantChecker invariants_;
};

inline FunctionSpec waits(Duration time, Overflow overflow = Overflow::none) {
  return slot_station("a", Deterministic{to_seconds(time)}, overflow);
}
inline FunctionSpec works(double work_s, Overflow overflow = Overflow::none) {
  return cpu_station("a", Deterministic{work_s}, overflow);
}

}  // namespace faasconf::sim
