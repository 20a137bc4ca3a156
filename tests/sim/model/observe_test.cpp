#include "sim/model/observe.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/model/judge_periods.hpp"
#include "sim/model/price.hpp"
#include "sim/model/run.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

// Counts as a live gateway does: what passes through it, and what its platform reports at the ends of a window.
class Gateway final : public Observer {
 public:
  explicit Gateway(const Scenario& scenario)
      : scenario_(scenario), started_(scenario.function_count()), used_(scenario.function_count()) {}

  void begin(const Simulation& platform) {
    const std::int64_t index = windows.empty() ? 0 : windows.back().index + 1;
    windows.emplace_back(scenario_.function_count());
    windows.back().index = index;
    windows.back().start = platform.now();
    for (std::uint32_t i = 0; i < used_.size(); ++i) used_[i] = platform.usage({i});
    user_s_ = platform.user_s();
    started_.assign(started_.size(), Duration::zero());
    counting_ = true;
  }
  void end(const Simulation& platform) {
    CountedWindow& window = windows.back();
    window.end = platform.now();
    window.length_s = to_seconds(window.end - window.start);
    window.user_s = platform.user_s() - user_s_;
    window.configuration = platform.configuration();
    window.requests.counts.in_flight = platform.requests_in_flight();
    for (std::uint32_t i = 0; i < used_.size(); ++i) {
      CountedFunction& function = window.functions[i];
      const std::int64_t in_flight = platform.calls_in_flight({i});
      function.calls.counts.in_flight = in_flight;
      function.in_flight_s = to_seconds(started_[i]) + static_cast<double>(in_flight) * window.length_s;
      function.ready = platform.ready_instances({i});
      function.starting = platform.starting_instances({i});
      function.pending = platform.pending_instances({i});
      function.usage = platform.usage({i}) - used_[i];
    }
    const auto overdue = std::erase_if(
        waiting_, [&](const auto& one) { return window.end - one.second >= scenario_.workflow().promise.deadline; });
    window.due.due += static_cast<std::int64_t>(overdue);
    window.due.overdue += static_cast<std::int64_t>(overdue);
    counting_ = false;
  }

  void on_request(std::uint64_t request, Time arrived) override {
    ++windows.back().requests.counts.arrivals;
    waiting_.emplace(request, arrived);
  }
  void on_request_finished(const RequestRecord& record) override {
    if (counting_ && waiting_.erase(record.request) > 0) count_due(record.finished - record.arrived, record.outcome);
    window_of(record.arrived).requests.add(record.outcome, record.finished - record.arrived);
  }
  void on_call(FunctionId id, Time called) override {
    ++windows.back().functions[id.index].calls.counts.arrivals;
    started_[id.index] -= called - windows.back().start;
  }
  void on_call_finished(const CallRecord& record) override {
    started_[record.function.index] += record.finished - windows.back().start;
    CountedFunction& function = window_of(record.called).functions[record.function.index];
    function.calls.add(record.outcome, record.finished - record.called);
    if (record.cold) ++*function.cold_starts;
  }
  void on_execution_finished(const ExecutionRecord& record) override {
    const Duration span = record.finished - record.started;
    windows.back().functions[record.function.index].execution.add(span);
    windows.back().used_mib_ns += static_cast<double>(span.count()) * record.memory_limit.value;
    windows.back().used_millicore_ns += static_cast<double>(span.count()) * record.cpu_limit.value;
  }

  std::vector<CountedWindow> windows;

 private:
  void count_due(Duration latency, Outcome outcome) {
    DueRequests& due = windows.back().due;
    const bool late = latency > scenario_.workflow().promise.deadline;
    ++due.due;
    if (late) ++due.overdue;
    if (late || outcome != Outcome::success) return;
    ++due.served;
    due.served_ns += static_cast<double>(latency.count());
  }
  CountedWindow& window_of(Time started) {
    if (scenario_.spec().attribution == Attribution::completed) return windows.back();
    std::size_t i = windows.size() - 1;
    while (i > 0 && windows[i].start >= started) --i;
    return windows[i];
  }

  const Scenario& scenario_;
  std::vector<Duration> started_;  // by function: negative sums of starts, positive ones of ends
  std::vector<Usage> used_;
  double user_s_ = 0;
  std::map<std::uint64_t, Time> waiting_;  // requests that are not due yet
  bool counting_ = false;
};

// Two functions on demand and not, of which some calls are rejected and some fail, for users who come back.
ScenarioSpec two_functions(Attribution attribution) {
  FunctionSpec first = cpu_station("first", Exponential{0.4});
  first.failure_probability = 0.05;
  first.request_bytes = 2000;
  FunctionSpec second = slot_station("second", Exponential{1.5}, Overflow::reject);
  second.serial_work = Exponential{0.1};
  second.keep_alive = 3s;
  second.start_up = Exponential{0.5};
  ScenarioSpec spec =
      scenario({first, second}, {{.replicas = 2}, {.replicas = 3, .concurrency = 1}},
               sequence({call("first"), call("second", OnFailure::ignore)}), closed_loop(6, Exponential{0.5}));
  spec.workflow.promise = published_promise({.latency = 1600ms, .successes = 80});
  spec.window = 10s;
  spec.attribution = attribution;
  return spec;
}

// What a live adapter relies on: from counts of its own it has the figures that the simulator has.
TEST(Observe, GivesTheSimulatorsFiguresFromCountsThatAnotherMade) {
  for (const auto attribution : {Attribution::completed, Attribution::started}) {
    const Scenario scenario(two_functions(attribution));
    Gateway gateway(scenario);
    Simulation platform(scenario, RngStreams(7), {&gateway});
    for (int window = 0; window < 20; ++window) {
      gateway.begin(platform);
      platform.run_until(platform.now() + 10s);
      gateway.end(platform);
    }
    platform.stop_arrivals();
    while (platform.requests_in_flight() > 0) platform.run_until(platform.now() + 1s);

    FixedPolicy policy(scenario.spec().configuration);
    const auto run = sim::run(scenario, policy, {.duration = 200s}, 7);
    ASSERT_EQ(run.windows.size(), 20U);
    std::int64_t met = 0;
    const std::size_t compared = attribution == Attribution::completed ? 19 : 20;  // the drain completed in the last
    for (std::size_t i = 0; i < compared; ++i) {
      EXPECT_EQ(observe(gateway.windows[i], scenario.workflow()), run.windows[i]);
      met += run.windows[i].qos_met;
    }
    EXPECT_GT(met, 0);
    EXPECT_LT(met, 20);
  }
}

TEST(Observe, ThePromiseAndTheCostAreFunctionsOfTheSameCounts) {
  const Scenario scenario(two_functions(Attribution::completed));
  Gateway gateway(scenario);
  Simulation platform(scenario, RngStreams(7), {&gateway});
  gateway.begin(platform);
  platform.run_until(Time(10s));
  gateway.end(platform);
  const CountedWindow& counted = gateway.windows.front();
  const Observation seen = observe(counted, scenario.workflow());
  EXPECT_EQ(keeps_promise(counted, scenario.workflow().promise), seen.qos_met);
  const WindowCost cost = cost_of(counted, scenario.workflow());
  EXPECT_EQ(cost.price, seen.price);
  EXPECT_EQ(cost.cost_window_usd, seen.cost_window_usd);
  EXPECT_EQ(cost.cost_execution_usd, seen.cost_execution_usd);
  EXPECT_EQ(cost.used_gib_s, seen.used_gib_s);
  EXPECT_EQ(cost.used_vcpu_s, seen.used_vcpu_s);
}

TEST(Observe, SaysNothingOfWhatWasNotMeasured) {
  WorkflowSpec workflow;
  workflow.functions.resize(1);
  CountedWindow window(1);
  window.length_s = 10;
  EXPECT_TRUE(observe(window, workflow).is_complete());
  window.functions[0].resources_known = false;
  window.functions[0].in_flight_s.reset();
  window.functions[0].cold_starts.reset();
  const Observation seen = observe(window, workflow);
  EXPECT_FALSE(seen.is_complete());
  const FunctionObservation& function = seen.functions[0];
  for (const auto& metric :
       {function.cpu_cores, function.cpu_percent, function.throttled_share, function.memory_share,
        function.received_bytes_per_s, function.transmitted_bytes_per_s, function.concurrency_mean}) {
    EXPECT_EQ(metric, std::nullopt);
  }
  EXPECT_EQ(function.throttled_periods, std::nullopt);
  EXPECT_EQ(function.cold_starts, std::nullopt);
}

TEST(Observe, OfATransitionSaysNothingThatWasNotMeasured) {
  WorkflowSpec workflow;
  workflow.functions.resize(2);
  CountedWindow window(2);
  window.length_s = 10;
  window.functions[0].usage.starting_s = 2;
  EXPECT_EQ(observe(window, workflow).in_transition, true);
  window.functions[1].states_known = false;
  const Observation seen = observe(window, workflow);
  EXPECT_EQ(seen.in_transition, std::nullopt);
  EXPECT_EQ(seen.functions[0].starting_mean, 0.2);
  EXPECT_EQ(seen.functions[1].starting_mean, std::nullopt);
  EXPECT_TRUE(seen.is_complete());
}

// A sum of which a part is unknown is unknown.
TEST(Observe, OfTwoWindowsAsOneKnowsWhatItKnowsOfBoth) {
  WorkflowSpec workflow;
  workflow.functions.resize(1);
  CountedWindow both(1);
  both.length_s = 10;
  CountedWindow second(1);
  second.length_s = 10;
  second.functions[0].in_flight_s = 5;
  both.merge(second);
  EXPECT_EQ(observe(both, workflow).functions[0].concurrency_mean, 0.25);
  second.functions[0].in_flight_s.reset();
  second.functions[0].resources_known = false;
  both.merge(second);
  EXPECT_EQ(observe(both, workflow).functions[0].concurrency_mean, std::nullopt);
  EXPECT_EQ(observe(both, workflow).functions[0].cpu_cores, std::nullopt);
  EXPECT_EQ(observe(both, workflow).functions[0].cold_starts, 0);
}

}  // namespace
}  // namespace faasconf::sim
