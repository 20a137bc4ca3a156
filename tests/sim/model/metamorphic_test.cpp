// What must not change a run, and what changes it in a way known beforehand.

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>

#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "sim/model/observe.hpp"
#include "sim/model/run.hpp"
#include "sim/model/simulation.hpp"
#include "sim/model/window_counter.hpp"
#include "tests/sim/model/event_log.hpp"
#include "tests/sim/model/random_scenarios.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kHorizon = 8s;

std::string log_of(const Scenario& scenario, std::uint64_t seed, Duration horizon = kHorizon) {
  EventLog log(scenario);
  Simulation simulation(scenario, RngStreams(seed), {&log});
  simulation.run_until(Time(horizon));
  return log.lines;
}

// Not EXPECT_EQ, which would print megabytes.
::testing::AssertionResult same(const std::string& a, const std::string& b) {
  if (a == b) return ::testing::AssertionSuccess();
  const auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const auto begin = static_cast<std::size_t>(left - a.begin());
  const std::size_t line = begin == 0 ? 0 : a.rfind('\n', begin - 1) + 1;
  return ::testing::AssertionFailure() << "first difference:\n  " << a.substr(line, 160) << "\nagainst\n  "
                                       << b.substr(std::min(line, b.size()), 160);
}

TEST(Metamorphic, AFunctionThatNobodyCallsChangesNothing) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    ScenarioSpec spec = random_scenario(seed);
    const std::string before = log_of(Scenario(spec), seed);
    FunctionSpec idle = cpu_station("idle", Exponential{1});
    idle.failure_probability = 0.5;
    if (!spec.workflow.cluster.nodes.empty()) idle.keep_alive = 1s;  // it takes no place either
    spec.workflow.functions.push_back(idle);
    spec.configuration.functions.push_back({.replicas = 3});
    ASSERT_TRUE(same(before, log_of(Scenario(spec), seed)));
  }
}

TEST(Metamorphic, AStreamThatIsAskedForBesidesChangesNothing) {
  const Scenario scenario(random_scenario(5));
  const RngStreams streams(5);
  EventLog log(scenario);
  streams.stream("a stream that is added tomorrow").next();
  Simulation simulation(scenario, streams, {&log});
  streams.stream("a stream that is added tomorrow", 1).next();
  simulation.run_until(Time(kHorizon));
  EXPECT_TRUE(same(log_of(scenario, 5), log.lines));
}

TEST(Metamorphic, StepsOfAnySizeAndQuestionsInBetweenChangeNothing) {
  double asked = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    const Scenario scenario(random_scenario(seed));
    EventLog log(scenario);
    Simulation simulation(scenario, RngStreams(seed), {&log});
    for (int step = 1; step <= 1000; ++step) {
      simulation.run_until(Time(kHorizon * step / 1000));
      for (std::uint32_t i = 0; i < scenario.function_count(); ++i) {
        asked += simulation.usage({i}).cpu_s + simulation.unserved_work_s({i});
        asked += static_cast<double>(simulation.instances({i}) + simulation.calls_in_flight({i}));
      }
      asked += simulation.user_s() + simulation.users();
    }
    ASSERT_TRUE(same(log_of(scenario, seed), log.lines));
  }
  EXPECT_GT(asked, 0);
}

// --- scaling

Time scaled(Time time, int k) { return Time(time.time_since_epoch() * k); }

ScenarioSpec scaled(ScenarioSpec spec, int k) {
  for (FunctionSpec& function : spec.workflow.functions) {
    function.serial_work = function.serial_work.scaled(k);
    function.parallel_work = function.parallel_work.scaled(k);
    function.off_cpu = function.off_cpu.scaled(k);
    function.rejection_work = function.rejection_work.scaled(k);
    function.start_up = function.start_up.scaled(k);
    function.start_work = function.start_work.scaled(k);
    if (function.drain) function.drain = function.drain->scaled(k);
    function.time_to_failure = function.time_to_failure.scaled(k);
    if (function.keep_alive) *function.keep_alive *= k;
    if (!function.queue_worker) continue;
    function.queue_worker->back_off *= k;
    function.queue_worker->max_back_off *= k;
  }
  for (NodeSpec& node : spec.workflow.cluster.nodes) {
    node.time_to_failure = node.time_to_failure.scaled(k);
    node.repair = node.repair.scaled(k);
  }
  ClusterSpec& cluster = spec.workflow.cluster;
  cluster.relist *= k;
  cluster.settle *= k;
  cluster.start_work_s *= k;
  cluster.end_work_s *= k;
  if (spec.workload.retry) spec.workload.retry->back_off = spec.workload.retry->back_off.scaled(k);
  spec.workflow.cpu_sharing.period *= k;
  spec.workflow.cpu_sharing.run_slice *= k;
  spec.workflow.cpu_sharing.slice_expiry = false;  // a core keeps a millisecond at any scale
  GatewaySpec& gateway = spec.workflow.gateway;
  gateway.hop = gateway.hop.scaled(k);
  if (gateway.timeout) *gateway.timeout *= k;
  const bool of_rates = std::holds_alternative<OpenLoop>(spec.workload.source);
  if (auto* closed_loop = std::get_if<ClosedLoop>(&spec.workload.source)) {
    closed_loop->think_time = closed_loop->think_time.scaled(k);
    closed_loop->back_off = closed_loop->back_off.scaled(k);
    closed_loop->spawn_rate_per_s /= k;
  } else if (auto* open_loop = std::get_if<OpenLoop>(&spec.workload.source)) {
    open_loop->rate_per_s /= k;
    if (auto* mmpp = std::get_if<MmppArrivals>(&open_loop->process)) {
      for (double& stay_s : mmpp->mean_stay_s) stay_s *= k;
    }
  } else {
    for (Time& time : std::get<ArrivalList>(spec.workload.source).times) time = scaled(time, k);
  }
  if (spec.workload.profile) {
    for (Profile::Step& step : spec.workload.profile->steps) {
      step.start = scaled(step.start, k);
      if (of_rates) step.level /= k;
    }
  }
  return spec;
}

TEST(Metamorphic, ScalingAllTimesScalesAllResults) {
  // Draws are rounded to a nanosecond at either scale, and the differences may grow; so compare at scales at which a
  // nanosecond is little.
  constexpr int kLarge = 1000;
  constexpr double kTolerance_ns = kLarge * 1000;
  std::size_t compared = 0;
  for (const int k : {2, 10}) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", k " + std::to_string(k));
      const ScenarioSpec spec = scaled(random_scenario(seed), kLarge);
      const Scenario before(spec);
      const Scenario after(scaled(spec, k));
      EventLog log(before);
      EventLog scaled_log(after);
      Simulation simulation(before, RngStreams(seed), {&log});
      Simulation scaled_simulation(after, RngStreams(seed), {&scaled_log});
      simulation.run_until(Time(kHorizon * kLarge));
      scaled_simulation.run_until(Time(kHorizon * kLarge * k));
      ASSERT_EQ(log.requests.size(), scaled_log.requests.size());
      for (std::size_t i = 0; i < log.requests.size(); ++i) {
        const RequestRecord& request = log.requests[i];
        const RequestRecord& other = scaled_log.requests[i];
        ASSERT_EQ(request.request, other.request);
        ASSERT_EQ(request.outcome, other.outcome);
        ASSERT_NEAR(static_cast<double>((request.finished - request.arrived).count()) * k,
                    static_cast<double>((other.finished - other.arrived).count()), kTolerance_ns * k);
      }
      compared += log.requests.size();
      for (std::uint32_t i = 0; i < before.function_count(); ++i) {
        const Usage usage = simulation.usage({i});
        const Usage other = scaled_simulation.usage({i});
        ASSERT_NEAR(usage.cpu_s * k, other.cpu_s, 1e-6 * (1 + other.cpu_s));
        ASSERT_NEAR(usage.work_s * k, other.work_s, 1e-6 * (1 + other.work_s));
        ASSERT_NEAR(usage.throttled_s * k, other.throttled_s, 1e-6 * (1 + other.throttled_s));
        ASSERT_EQ(usage.throttled_periods, other.throttled_periods);
        ASSERT_NEAR(usage.memory_mib_s * k, other.memory_mib_s, 1e-6 * (1 + other.memory_mib_s));
        ASSERT_EQ(usage.received_bytes, other.received_bytes);
      }
    }
  }
  EXPECT_GT(compared, 3000U);
}

// --- threads

std::string bytes_of(const Run& run, const Scenario& scenario) {
  EventLog log(scenario);
  for (const CallRecord& record : run.spans) log.on_call_finished(record);
  return log.lines + std::to_string(run.events);
}

std::vector<Run> replications(const Scenario& scenario, int threads) {
  std::vector<Run> runs;
  replicate(
      scenario, [&] { return std::make_unique<FixedPolicy>(scenario.spec().configuration); },
      {.duration = 2 * kHorizon, .warm_up = 2s, .spans = true}, 7, 8, threads,
      [&](std::uint64_t replication, Run&& run) {
        EXPECT_EQ(replication, runs.size());
        runs.push_back(std::move(run));
        return true;
      });
  return runs;
}

TEST(Metamorphic, AnyNumberOfThreadsGivesTheSameBytes) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    const Scenario scenario(random_scenario(seed));
    const auto alone = replications(scenario, 1);
    ASSERT_EQ(alone.size(), 8U);
    for (const int threads : {2, 5}) {
      const auto together = replications(scenario, threads);
      ASSERT_EQ(together.size(), alone.size());
      for (std::size_t i = 0; i < alone.size(); ++i) {
        ASSERT_TRUE(same(bytes_of(alone[i], scenario), bytes_of(together[i], scenario)));
        ASSERT_TRUE(alone[i].windows == together[i].windows);
        ASSERT_TRUE(alone[i].total == together[i].total);
        ASSERT_EQ(alone[i].promise, together[i].promise);
      }
    }
  }
}

// --- saving

TEST(Metamorphic, SavingAndRestoringAnywhereChangesNothing) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const Scenario scenario(random_scenario(seed));
    // what disturbs the run does so at the same times with and without saving
    const auto observed = [&](bool saving) {
      RandomScenarios disturbance(seed + 500);
      RandomScenarios moments(seed + 600);
      RandomScenarios windows_of_idle(seed + 700);
      EventLog log(scenario);
      WindowCounter counter(scenario);
      const std::vector<Observer*> observers{&log, &counter};
      auto simulation = std::make_unique<Simulation>(scenario, RngStreams(seed), observers);
      const auto interrupt = [&] {
        const std::vector<std::byte> state = simulation->save();
        // of another seed, and with a history: restoring replaces all of it
        simulation = std::make_unique<Simulation>(scenario, RngStreams(seed + 1));
        simulation->run_until(Time(from_seconds(moments.between(0, 2))));
        auto restored = std::make_unique<Simulation>(scenario, RngStreams(seed + 1), observers);
        restored->restore(state);
        EXPECT_EQ(restored->save().size(), state.size());
        simulation = std::move(restored);
      };
      std::vector<Observation> windows;
      for (int window = 0; window < 4; ++window) {
        counter.begin_window(*simulation);
        const Time start = simulation->now();
        const Time middle = start + from_seconds(disturbance.between(0, 2));
        if (saving) {
          simulation->run_until(start + (middle - start) / 3);
          interrupt();
        }
        simulation->run_until(middle);
        if (disturbance.chance(0.5)) simulation->inject();
        for (std::uint32_t i = 0; i < scenario.function_count(); ++i) {
          if (scenario.workflow().functions[i].keep_alive)
            simulation->set_idle_windows({i}, windows_of_idle.draw_idle_windows());
        }
        if (disturbance.chance(0.5)) simulation->apply(disturbance.draw_configuration(scenario.workflow()));
        if (saving) interrupt();
        simulation->run_until(start + 2s);
        counter.end_window(*simulation);
        counter.take_final(simulation->now(), window == 3, [&](const CountedWindow& counted) {
          windows.push_back(observe(counted, scenario.workflow()));
        });
      }
      return std::tuple(log.lines, windows, simulation->events_handled(), simulation->save().size());
    };
    const auto [log, windows, events, size] = observed(false);
    const auto [log_again, windows_again, events_again, size_again] = observed(true);
    ASSERT_TRUE(same(log, log_again));
    ASSERT_TRUE(windows == windows_again);
    ASSERT_EQ(events, events_again);
    ASSERT_EQ(size, size_again);
  }
}

TEST(Metamorphic, RestoringInPlaceGoesBackInTime) {
  const Scenario scenario(random_scenario(11));
  EventLog log(scenario);
  Simulation simulation(scenario, RngStreams(3), {&log});
  simulation.run_until(Time(2s));
  const auto state = simulation.save();
  log.lines.clear();
  simulation.run_until(Time(6s));
  const std::string first = log.lines;
  simulation.restore(state);
  EXPECT_EQ(simulation.now(), Time(2s));
  log.lines.clear();
  simulation.run_until(Time(6s));
  EXPECT_TRUE(same(first, log.lines));
}

TEST(Metamorphic, DamagedStatesAreRefusedAndLeaveTheSimulationAsItWas) {
  const Scenario scenario(random_scenario(11));
  EventLog log(scenario);
  Simulation simulation(scenario, RngStreams(3), {&log});
  simulation.run_until(Time(2s));
  const auto state = simulation.save();
  RandomScenarios random(1);
  const auto size = static_cast<int>(state.size());
  for (int length : {0, 1, 8, 15, 16, 17, size / 2, size - 1}) {
    const auto truncated = std::span(state).first(static_cast<std::size_t>(length));
    EXPECT_THROW(simulation.restore(truncated), Error) << length;
  }
  auto longer = state;
  longer.push_back(std::byte{0});
  EXPECT_THROW(simulation.restore(longer), Error);
  for (int i = 0; i < 500; ++i) {
    auto damaged = state;
    damaged[static_cast<std::size_t>(random.integer(size))] ^= static_cast<std::byte>(1 << random.integer(8));
    EXPECT_THROW(simulation.restore(damaged), Error);
  }
  simulation.run_until(Time(kHorizon));
  EXPECT_TRUE(same(log_of(scenario, 3), log.lines));
}

TEST(Metamorphic, StatesOfOtherScenariosAreRefused) {
  const ScenarioSpec base = scenario({slot_station("a", Exponential{1}), slot_station("b", Exponential{1})}, {{}, {}},
                                     sequence({call("a"), call("b")}), open_loop(1));
  const Scenario scenario(base);
  Simulation simulation(scenario, RngStreams(1));
  simulation.run_until(Time(5s));
  const auto state = simulation.save();
  const auto refuses = [&](ScenarioSpec spec) {
    const Scenario other(std::move(spec));
    Simulation stranger(other, RngStreams(1));
    EXPECT_THROW(stranger.restore(state), Error);
  };
  ScenarioSpec joined = base;
  joined.workflow.entry = parallel({call("a"), call("b")});
  refuses(joined);
  ScenarioSpec swapped = base;
  swapped.workflow.entry = sequence({call("b"), call("a")});
  refuses(swapped);
  ScenarioSpec queued = base;
  queued.workflow.functions[0].overflow = Overflow::central_queue;
  refuses(queued);
  ScenarioSpec closed = base;
  closed.workload = closed_loop(1, Exponential{1});
  refuses(closed);
  ScenarioSpec profiled = base;
  profiled.workload.profile = Profile{.steps = {{.start = Time{}, .level = 1}}, .origin = ""};
  refuses(profiled);
  ScenarioSpec larger = base;
  larger.workflow.functions.push_back(slot_station("c", Exponential{1}));
  larger.configuration.functions.emplace_back();
  refuses(larger);
}

// --- more is not worse

// On one instance without limits of concurrency and memory, twice the CPU serves every request no later.
TEST(Metamorphic, MoreCpuNeverLengthensTheLatency) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    RandomScenarios random(seed);
    FunctionSpec function = cpu_station("station", Exponential{random.between(0.01, 0.5)});
    function.parallel_work = Exponential{random.between(0.01, 0.5)};
    function.max_threads = random.between(1, 4);
    ScenarioSpec spec = scenario(function, {.cpu = Millicores{random.between(100, 2000)}}, open_loop(2));
    double before_s = std::numeric_limits<double>::infinity();
    for (int doubling = 0; doubling < 4; ++doubling) {
      const Scenario with_cpu(spec);
      EventLog log(with_cpu);
      Simulation simulation(with_cpu, RngStreams(seed), {&log});
      simulation.run_until(Time(20s));
      simulation.stop_arrivals();
      simulation.run_until(Time(2000s));
      ASSERT_EQ(simulation.requests_in_flight(), 0);
      RunningMoments latency_s;
      for (const RequestRecord& request : log.requests) latency_s.add(to_seconds(request.finished - request.arrived));
      ASSERT_LE(*latency_s.mean(), before_s + 1e-9);
      before_s = *latency_s.mean();
      spec.configuration.functions[0].cpu = spec.configuration.functions[0].cpu * 2;
    }
  }
}

}  // namespace
}  // namespace faasconf::sim
