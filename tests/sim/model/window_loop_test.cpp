// The loop over a platform that is no simulation: late, tight-fisted and forgetful.

#include "sim/model/window_loop.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "sim/model/observe.hpp"
#include "sim/model/run.hpp"
#include "sim/model/simulated_platform.hpp"
#include "sim/policy/hpa.hpp"
#include "sim/policy/kpa.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;

constexpr auto kWindow = 30s;

struct Habits {
  Duration delay{};                            // until a change holds
  int most_replicas = 1000;                    // that are granted
  Time refuses_until{};                        // every change
  std::set<std::int64_t> silent{};             // windows of which nothing is known
  std::set<std::int64_t> without_resources{};  // windows of whose containers nothing is known
  double load_cores = 4;                       // that the calls use together, served or not
};

// One function of one core per instance, under a constant load.
class FakePlatform final : public Platform {
 public:
  FakePlatform(int replicas, Habits habits) : habits_(std::move(habits)) {
    workflow_.functions.resize(1);
    wanted_.functions = in_force_.functions = {{.replicas = replicas, .concurrency = 10}};
  }

  Time now() const override { return now_; }
  const Configuration& configuration() const override { return wanted_; }
  Answer apply(const Configuration& wanted) override {
    if (now_ < habits_.refuses_until) return {Grant::refused, "the quota of the namespace is spent"};
    wanted_ = wanted;
    int& replicas = wanted_.functions[0].replicas;
    const bool all = replicas <= habits_.most_replicas;
    replicas = std::min(replicas, habits_.most_replicas);
    changes_at_ = now_ + habits_.delay;
    run_until(now_);
    if (!all) return {Grant::in_part, "no node has room for more"};
    return habits_.delay > Duration::zero() ? Answer{Grant::later, "images are pulled"} : Answer{};
  }
  void run_until(Time end) override {
    now_ = end;
    if (now_ >= changes_at_) in_force_ = wanted_;
  }
  void begin(Measurement measurement) override {
    if (measurement == Measurement::window) ++window_;
    (measurement == Measurement::window ? window_start_ : interval_start_) = now_;
  }
  std::optional<Observation> end(Measurement measurement) override {
    if (habits_.silent.contains(window_)) return std::nullopt;
    return observe(counted(measurement == Measurement::window ? window_start_ : interval_start_), workflow_);
  }
  void drain() override { ++drains; }
  void redeploy(Time start) override { redeployments.push_back(start); }

  int replicas() const { return in_force_.functions[0].replicas; }

  int drains = 0;
  std::vector<Time> redeployments;

 private:
  CountedWindow counted(Time start) const {
    CountedWindow window(1);
    window.index = window_;
    window.start = start;
    window.end = now_;
    window.length_s = to_seconds(now_ - start);
    window.configuration = in_force_;
    CountedFunction& function = window.functions[0];
    function.ready = replicas();
    function.in_flight_s = habits_.load_cores * window.length_s;
    function.resources_known = !habits_.without_resources.contains(window_);
    if (function.resources_known) function.usage.cpu_s = habits_.load_cores * window.length_s;
    return window;
  }

  WorkflowSpec workflow_;
  Habits habits_;
  Configuration wanted_;
  Configuration in_force_;
  Time now_;
  Time changes_at_ = kNever;
  Time window_start_;
  Time interval_start_;
  std::int64_t window_ = -1;
};

// Wants so many replicas by the number of the window, and remembers the windows that it saw.
class Planned final : public Policy {
 public:
  explicit Planned(std::function<int(std::int64_t)> replicas) : replicas_(std::move(replicas)) {}
  Configuration decide(const Observation& observation) override {
    seen.push_back(observation.window);
    Configuration next = observation.configuration;
    next.functions[0].replicas = replicas_(observation.window);
    return next;
  }

  std::vector<std::int64_t> seen;

 private:
  std::function<int(std::int64_t)> replicas_;
};

struct Journal final : WindowLoopObserver {
  void on_window(std::int64_t, const std::optional<Observation>& observation, bool) override {
    replicas.push_back(observation ? observation->configuration.functions[0].replicas : -1);
  }
  void on_answer(const Configuration& wanted, const Answer& answer) override {
    asked.push_back(wanted.functions[0].replicas);
    grants.push_back(answer.grant);
    EXPECT_EQ(answer.reason.empty(), answer.grant == Grant::at_once);
  }

  std::vector<int> replicas;  // in force at the windows' ends; -1: nobody knows
  std::vector<int> asked;
  std::vector<Grant> grants;
};

Journal run(FakePlatform& platform, Policy& policy, int windows, bool redeploy = false) {
  Journal journal;
  run_windows(platform, policy, {.duration = windows * kWindow, .window = kWindow, .redeploy = redeploy}, journal);
  return journal;
}

Configuration with(int replicas) { return {{{.replicas = replicas, .concurrency = 10}}}; }

TEST(WindowLoop, AppliesAFixedConfigurationOnce) {
  FakePlatform platform(1, {});
  FixedPolicy policy(with(3));
  const Journal journal = run(platform, policy, 4);
  EXPECT_THAT(journal.replicas, ElementsAre(1, 3, 3, 3));
  EXPECT_THAT(journal.grants, ElementsAre(Grant::at_once));
  EXPECT_EQ(platform.drains, 1);
}

TEST(WindowLoop, WaitsForAChangeThatComesLate) {
  FakePlatform platform(1, {.delay = 45s});
  FixedPolicy policy(with(3));
  const Journal journal = run(platform, policy, 4);
  EXPECT_THAT(journal.replicas, ElementsAre(1, 1, 3, 3));
  EXPECT_THAT(journal.grants, ElementsAre(Grant::later));  // asked for once, for it is on its way
}

TEST(WindowLoop, AsksAgainForWhatWasRefused) {
  FakePlatform platform(1, {.refuses_until = Time(70s)});
  FixedPolicy policy(with(3));
  const Journal journal = run(platform, policy, 4);
  EXPECT_THAT(journal.grants, ElementsAre(Grant::refused, Grant::refused, Grant::at_once));
  EXPECT_THAT(journal.replicas, ElementsAre(1, 1, 1, 3));
}

TEST(WindowLoop, AsksAgainForWhatWasGrantedInPart) {
  FakePlatform platform(1, {.most_replicas = 2});
  FixedPolicy policy(with(3));
  const Journal journal = run(platform, policy, 4);
  EXPECT_THAT(journal.grants, ElementsAre(Grant::in_part, Grant::in_part, Grant::in_part));
  EXPECT_THAT(journal.replicas, ElementsAre(1, 2, 2, 2));
}

TEST(WindowLoop, DoesNotAskAPolicyAboutAWindowOfWhichNothingIsKnown) {
  FakePlatform platform(1, {.silent = {1, 2}});
  Planned policy([](std::int64_t window) { return 2 + static_cast<int>(window); });
  const Journal journal = run(platform, policy, 5);
  EXPECT_THAT(policy.seen, ElementsAre(0, 3, 4));
  EXPECT_THAT(journal.replicas, ElementsAre(1, -1, -1, 2, 5));
}

TEST(WindowLoop, DoesNotAskAPolicyThatNeedsMetricsWhichAreMissing) {
  FakePlatform platform(1, {.without_resources = {1}});
  Planned policy([](std::int64_t window) { return 2 + static_cast<int>(window); });
  const Journal journal = run(platform, policy, 4);
  EXPECT_THAT(policy.seen, ElementsAre(0, 2, 3));
  EXPECT_THAT(journal.replicas, ElementsAre(1, 2, 2, 4));  // the window itself is reported
}

// 4 cores of load at a target of 0.5 are 8 replicas; every 15 s it may double them.
TEST(WindowLoop, AnAutoscalerReachesItsTargetThroughDelays) {
  for (const Duration delay : {Duration(0s), Duration(20s)}) {
    FakePlatform platform(1, {.delay = delay});
    Hpa hpa({ReplicaRange{1, 20}}, {.target_utilization = 0.5, .behavior = {.up = {.pods = 2, .share = 1}}});
    ASSERT_EQ(hpa.interval(), 15s);
    const Journal journal = run(platform, hpa, 10);
    EXPECT_EQ(journal.replicas.back(), 8);
    EXPECT_TRUE(std::ranges::is_sorted(journal.replicas));
  }
}

// No metric is no load of 0: it keeps what it has.
TEST(WindowLoop, AnAutoscalerKeepsItsReplicasWhileMetricsAreMissing) {
  FakePlatform platform(8, {.silent = {3}, .without_resources = {1, 2, 4}});
  Hpa hpa({ReplicaRange{1, 20}}, {.target_utilization = 0.5, .behavior = {.down = {.share = 1}}});
  const Journal journal = run(platform, hpa, 6);
  EXPECT_THAT(journal.asked, ElementsAre());
  EXPECT_THAT(journal.replicas, ElementsAre(8, 8, 8, -1, 8, 8));
}

TEST(WindowLoop, AnAutoscalerLivesWithAPartOfWhatItWants) {
  FakePlatform platform(1, {.most_replicas = 5, .load_cores = 100});
  Kpa kpa({ReplicaRange{1, 20}}, {});
  const Journal journal = run(platform, kpa, 10);
  EXPECT_EQ(journal.replicas.back(), 5);
  EXPECT_EQ(platform.replicas(), 5);
  EXPECT_THAT(journal.asked, Each(::testing::Le(20)));
  EXPECT_EQ(journal.grants.back(), Grant::in_part);
}

TEST(WindowLoop, RedeploysWhenTold) {
  FakePlatform platform(1, {});
  FixedPolicy policy(with(1));
  run(platform, policy, 3, true);
  EXPECT_THAT(platform.redeployments, ElementsAre(Time(30s), Time(60s)));
  EXPECT_EQ(platform.drains, 3);
}

TEST(WindowLoop, RefusesADurationOfNone) {
  FakePlatform platform(1, {});
  FixedPolicy policy(with(1));
  WindowLoopObserver nobody;
  EXPECT_THROW(run_windows(platform, policy, {.duration = 0s, .window = kWindow}, nobody), Error);
}

// A run is this loop over a simulation: a policy of the test sees what a run reports.
TEST(WindowLoop, OverASimulationIsARun) {
  ScenarioSpec spec = scenario(slot_station("station", Exponential{0.5}, Overflow::none), {}, open_loop(5));
  spec.window = 10s;
  const Scenario scenario(spec);
  SimulatedPlatform platform(scenario, RngStreams(3, 1));
  struct Windows final : WindowLoopObserver {
    void on_window(std::int64_t, const std::optional<Observation>& seen, bool) override { all.push_back(*seen); }
    void on_answer(const Configuration&, const Answer& answer) override { EXPECT_EQ(answer.grant, Grant::at_once); }
    std::vector<Observation> all;
  } windows;
  Planned policy([](std::int64_t window) { return 1 + static_cast<int>(window); });
  run_windows(platform, policy, {.duration = 45s, .window = 10s}, windows);

  Planned same([](std::int64_t window) { return 1 + static_cast<int>(window); });
  EXPECT_EQ(windows.all, sim::run(scenario, same, {.duration = 45s}, 3, 1).windows);
  EXPECT_EQ(policy.seen, same.seen);
}

}  // namespace
}  // namespace faasconf::sim
