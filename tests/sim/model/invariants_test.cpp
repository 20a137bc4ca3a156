#include "sim/model/invariants.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/model/run.hpp"
#include "tests/sim/model/event_log.hpp"
#include "tests/sim/model/random_scenarios.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::ThrowsMessage;

constexpr std::uint64_t kScenarios = 300;

// Decides anything that is allowed.
class RandomPolicy final : public Policy {
 public:
  RandomPolicy(const WorkflowSpec& workflow, std::uint64_t seed) : workflow_(workflow), random_(seed) {}
  Configuration decide(const Observation&) override { return random_.draw_configuration(workflow_); }

 private:
  const WorkflowSpec& workflow_;
  RandomScenarios random_;
};

// Others for half of the functions on demand.
void set_idle_windows(Simulation& simulation, const Scenario& scenario, RandomScenarios& random) {
  for (std::uint32_t i = 0; i < scenario.function_count(); ++i) {
    if (!scenario.workflow().functions[i].keep_alive || random.chance(0.5)) continue;
    simulation.set_idle_windows({i}, random.draw_idle_windows());
  }
}

TEST(Invariants, HoldOnRandomScenariosThatAreDisturbed) {
  std::int64_t events = 0;
  std::int64_t crashes = 0;
  std::int64_t pending = 0;
  std::int64_t cold = 0;
  std::int64_t retried = 0;
  for (std::uint64_t seed = 0; seed < kScenarios; ++seed) {
    SCOPED_TRACE(seed);
    const Scenario scenario(random_scenario(seed));
    RandomScenarios disturbance(seed + 1'000'000);
    RandomScenarios windows(seed + 2'000'000);
    InvariantChecker invariants(scenario);
    EventLog log(scenario);
    Simulation simulation(scenario, RngStreams(seed), {&invariants, &log});
    for (int step = 0; step < 12; ++step) {
      simulation.run_until(simulation.now() + from_seconds(disturbance.between(0, 4)));
      ASSERT_NO_THROW(invariants.check(simulation));
      for (std::uint32_t i = 0; i < scenario.function_count(); ++i) pending += simulation.pending_instances({i});
      if (disturbance.chance(0.3)) simulation.inject();
      set_idle_windows(simulation, scenario, windows);
      if (disturbance.chance(0.4)) simulation.apply(disturbance.draw_configuration(scenario.workflow()));
      if (disturbance.chance(0.1)) {
        simulation.redeploy(Time(from_seconds(disturbance.between(0, 5))), RngStreams(seed, 1));
        invariants.redeployed(simulation);
      }
      ASSERT_NO_THROW(invariants.check(simulation));
    }
    simulation.stop_arrivals();
    simulation.run_until(simulation.now() + 20s);
    ASSERT_NO_THROW(invariants.check(simulation));
    events += static_cast<std::int64_t>(simulation.events_handled());
    for (std::uint32_t i = 0; i < scenario.function_count(); ++i) crashes += simulation.usage({i}).crashes;
    for (const CallRecord& call : log.calls) cold += call.cold;
    for (const RequestRecord& request : log.requests) retried += request.attempts > 1;
  }
  // the scenarios are no idle ones
  EXPECT_GT(events, 300'000);
  EXPECT_GT(crashes, 1'000);
  EXPECT_GT(pending, 1'000);
  EXPECT_GT(cold, 1'000);
  EXPECT_GT(retried, 1'000);
}

// All on demand, and room for two instances.
ScenarioSpec crowded(std::uint64_t seed) {
  ScenarioSpec spec = random_scenario(seed);
  for (FunctionSpec& function : spec.workflow.functions) {
    function.keep_alive = 1s;
    function.drain.reset();
    function.ready = Readiness::after_work;
    function.on_end = OnEnd::drain;
    function.cpu_request = Millicores{100};
    function.memory_request = Mebibytes{100};
  }
  NodeSpec node;
  node.memory = Mebibytes{200};
  spec.workflow.cluster = {.nodes = {node}, .placement = Placement::spread, .evict_idle = true};
  return spec;
}

TEST(Invariants, HoldWhereIdleInstancesAreEvictedAndPreWarmed) {
  std::int64_t pre_warmed = 0;
  std::int64_t evicted = 0;
  for (std::uint64_t seed = 0; seed < kScenarios / 2; ++seed) {
    SCOPED_TRACE(seed);
    const Scenario scenario(crowded(seed));
    RandomScenarios windows(seed + 2'000'000);
    InvariantChecker invariants(scenario);
    Simulation simulation(scenario, RngStreams(seed), {&invariants});
    for (int step = 0; step < 12; ++step) {
      set_idle_windows(simulation, scenario, windows);
      simulation.run_until(simulation.now() + from_seconds(windows.between(0, 2)));
      ASSERT_NO_THROW(invariants.check(simulation));
      int present = 0;
      for (std::uint32_t i = 0; i < scenario.function_count(); ++i) present += simulation.instances({i});
      ASSERT_LE(present, 2);
    }
    for (std::uint32_t i = 0; i < scenario.function_count(); ++i) {
      const Usage usage = simulation.usage({i});
      ASSERT_LE(usage.pre_warmed, usage.started);
      ASSERT_LE(usage.evicted, usage.started);
      pre_warmed += usage.pre_warmed;
      evicted += usage.evicted;
    }
  }
  EXPECT_GT(pre_warmed, 50);
  EXPECT_GT(evicted, 100);
}

TEST(Invariants, HoldWhenWorkIsNotAWholeNumberOfNanoseconds) {
  const Scenario tiny(
      scenario(cpu_station("station", Deterministic{10.4e-9}), {.cpu = Millicores{300}}, open_loop(10'000)));
  InvariantChecker invariants(tiny);
  Simulation simulation(tiny, RngStreams(1), {&invariants});
  simulation.run_until(Time(30s));
  EXPECT_NO_THROW(invariants.check(simulation));
}

// Most executions at once in an instance, by the records of those that ended.
std::map<std::pair<std::uint32_t, std::int32_t>, int> most_at_once(const std::vector<ExecutionRecord>& executions) {
  std::map<std::pair<std::uint32_t, std::int32_t>, std::vector<std::pair<Time, int>>> changes;
  for (const ExecutionRecord& record : executions) {
    auto& of_instance = changes[{record.function.index, record.instance}];
    of_instance.emplace_back(record.started, +1);
    of_instance.emplace_back(record.finished, -1);
  }
  std::map<std::pair<std::uint32_t, std::int32_t>, int> most;
  for (auto& [instance, of_instance] : changes) {
    std::sort(of_instance.begin(), of_instance.end());  // who leaves makes room for who comes
    int present = 0;
    for (const auto& [time, change] : of_instance) most[instance] = std::max(most[instance], present += change);
  }
  return most;
}

TEST(Invariants, NoInstanceServesMoreThanItsConcurrencyAndMemoryLimits) {
  int at_limit = 0;
  for (std::uint64_t seed = 0; seed < kScenarios; ++seed) {
    SCOPED_TRACE(seed);
    const Scenario scenario(random_scenario(seed));
    EventLog log(scenario);
    Simulation simulation(scenario, RngStreams(seed), {&log});
    simulation.run_until(Time(10s));
    const Configuration& configuration = simulation.configuration();
    for (const auto& [instance, most] : most_at_once(log.executions)) {
      const int limit = configuration.functions[instance.first].concurrency;
      if (limit == 0 || scenario.workflow().functions[instance.first].overflow == Overflow::none) continue;
      ASSERT_LE(most, limit);
      if (most == limit && limit > 1) ++at_limit;
    }
    for (std::uint32_t i = 0; i < scenario.function_count(); ++i) {
      const Usage usage = simulation.usage({i});
      ASSERT_LE(usage.memory_mib_s, usage.memory_limit_mib_s * (1 + 1e-9));
      const WorkflowSpec& workflow = scenario.workflow();
      const bool comes_and_goes = !workflow.cluster.nodes.empty() || workflow.functions[i].keep_alive;
      ASSERT_LE(simulation.instances({i}), configuration.functions[i].replicas);
      if (comes_and_goes) continue;
      ASSERT_EQ(simulation.instances({i}), configuration.functions[i].replicas);
    }
  }
  EXPECT_GT(at_limit, 100);  // the limits did bind
}

void expect_conserved(const std::vector<Counts>& windows, const Counts& total) {
  Counts sum;
  std::int64_t before = 0;
  for (const Counts& window : windows) {
    ASSERT_EQ(before + window.arrivals, window.finished() + window.in_flight);
    before = window.in_flight;
    sum.arrivals += window.arrivals;
    sum.completions += window.completions;
    sum.rejections += window.rejections;
    sum.timeouts += window.timeouts;
    sum.failures += window.failures;
    sum.oom_kills += window.oom_kills;
  }
  sum.in_flight = before;
  ASSERT_EQ(sum, total);
}

TEST(Invariants, WindowsConserveRequestsAndCallsUnderRandomPolicies) {
  for (std::uint64_t seed = 0; seed < kScenarios / 2; ++seed) {
    SCOPED_TRACE(seed);
    ScenarioSpec spec = random_scenario(seed);
    spec.attribution = Attribution::completed;
    spec.redeploy = false;
    const Scenario scenario(spec);
    RandomPolicy policy(scenario.workflow(), seed);
    const auto result = run(scenario, policy, {.duration = 12s}, seed);
    std::vector<Counts> requests;
    for (const Observation& window : result.windows) requests.push_back(window.requests);
    ASSERT_NO_FATAL_FAILURE(expect_conserved(requests, result.total.requests));
    for (std::size_t i = 0; i < scenario.function_count(); ++i) {
      std::vector<Counts> calls;
      for (const Observation& window : result.windows) calls.push_back(window.functions[i].calls);
      ASSERT_NO_FATAL_FAILURE(expect_conserved(calls, result.total.functions[i].calls));
    }
  }
}

// Under `started` every request is drained, so it counts in the window in which it arrived.
TEST(Invariants, WindowsByStartAccountForAllThatArrived) {
  for (std::uint64_t seed = 0; seed < kScenarios / 2; ++seed) {
    SCOPED_TRACE(seed);
    ScenarioSpec spec = random_scenario(seed);
    spec.attribution = Attribution::started;
    const Scenario scenario(spec);
    RandomPolicy policy(scenario.workflow(), seed);
    const auto result = run(scenario, policy, {.duration = 8s}, seed);
    std::int64_t index = 0;
    for (const Observation& window : result.windows) {
      ASSERT_EQ(window.window, index++);
      ASSERT_EQ(window.requests.arrivals, window.requests.finished());
    }
  }
}

TEST(Invariants, WindowsOfThePaperLoseOnlyWhatComesTooLate) {
  for (std::uint64_t seed = 0; seed < kScenarios / 2; ++seed) {
    SCOPED_TRACE(seed);
    ScenarioSpec spec = random_scenario(seed);
    spec.attribution = Attribution::paper;
    const Scenario scenario(spec);
    RandomPolicy policy(scenario.workflow(), seed);
    const auto result = run(scenario, policy, {.duration = 8s}, seed);
    for (const Observation& window : result.windows) {
      ASSERT_LE(window.requests.finished(), window.requests.arrivals);
      if (!spec.redeploy) continue;
      // all that is in flight at the end began in the window
      ASSERT_EQ(window.requests.arrivals, window.requests.finished() + window.requests.in_flight);
    }
  }
}

// --- the checker itself objects

class TamperedInvariants : public ::testing::Test {
 protected:
  TamperedInvariants() { simulation.run_until(Time(10s)); }

  auto objects(const std::string& law, const std::string& who) {
    return ThrowsMessage<std::logic_error>(::testing::AllOf(HasSubstr(law), HasSubstr(who)));
  }

  const Scenario checked{scenario(cpu_station("station", Exponential{0.1}), {}, open_loop(5))};
  InvariantChecker invariants{checked};
  Simulation simulation{checked, RngStreams(1), {&invariants}};
};

TEST_F(TamperedInvariants, HoldAsLongAsNobodyTampers) { EXPECT_NO_THROW(invariants.check(simulation)); }

TEST_F(TamperedInvariants, ARequestFromNowhereIsNoticed) {
  invariants.on_request(99, simulation.now());
  EXPECT_THAT([&] { invariants.check(simulation); }, objects("arrivals = finished + in flight", "the requests"));
}

TEST_F(TamperedInvariants, ARequestThatFinishesTwiceIsNoticed) {
  invariants.on_request_finished({.request = 0, .arrived = Time(10s), .finished = Time(10s)});
  EXPECT_THAT([&] { invariants.check(simulation); }, objects("arrivals = finished + in flight", "the requests"));
}

TEST_F(TamperedInvariants, AResponseTimeThatIsANanosecondWrongIsNoticed) {
  invariants.on_request(99, Time(10s));
  invariants.on_request_finished({.request = 99, .arrived = Time(10s - 1ns), .finished = Time(10s)});
  EXPECT_THAT([&] { invariants.check(simulation); }, objects("Little's law", "the requests"));
}

TEST_F(TamperedInvariants, ALostCallIsNoticed) {
  invariants.on_call(kFirst, Time(10s));
  EXPECT_THAT([&] { invariants.check(simulation); }, objects("calls = answered + in flight", "station"));
}

TEST_F(TamperedInvariants, WorkThatNobodyAskedForIsNoticed) {
  invariants.on_execution_finished({.function = kFirst, .started = Time(10s), .finished = Time(10s), .work_s = 100});
  EXPECT_THAT([&] { invariants.check(simulation); }, objects("work finished <= admitted", "station"));
}

TEST_F(TamperedInvariants, WorkThatWasServedBeforeTheCheckerLookedIsNoticed) {
  InvariantChecker other(checked);
  other.redeployed(simulation);
  Simulation fresh(checked, RngStreams(2));
  fresh.run_until(Time(10s));
  EXPECT_THROW(other.check(fresh), std::logic_error);
}

TEST_F(TamperedInvariants, TimeThatGoesBackIsNoticed) {
  EXPECT_THAT([&] { invariants.on_call(kFirst, Time(1s)); }, objects("time is monotone", "the events"));
  EXPECT_THAT(
      [&] { invariants.on_execution_finished({.function = kFirst, .started = Time(11s), .finished = Time(10s)}); },
      objects("time is monotone", "an execution"));
}

}  // namespace
}  // namespace faasconf::sim
