#include "sim/model/run.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/sim/model/event_log.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

ScenarioSpec small(Duration window = 10s) {
  ScenarioSpec spec = scenario(slot_station("station", Exponential{0.5}, Overflow::none), {}, open_loop(5));
  spec.window = window;
  return spec;
}

PolicyFactory fixed(const Scenario& scenario) {
  return [&scenario] { return std::make_unique<FixedPolicy>(scenario.spec().configuration); };
}

auto run_once(const ScenarioSpec& spec, const RunOptions& options, std::uint64_t seed = 1,
              std::uint64_t replication = 0) {
  const Scenario scenario(spec);
  FixedPolicy policy(spec.configuration);
  return run(scenario, policy, options, seed, replication);
}

// --- windows

TEST(RunOfAScenario, CutsItsDurationIntoWindowsAndTheRest) {
  const auto result = run_once(small(), {.duration = 25s});
  ASSERT_EQ(result.windows.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(result.windows[i].window, static_cast<std::int64_t>(i));
    EXPECT_EQ(result.windows[i].start, Time(10s * i));
    EXPECT_EQ(result.windows[i].length, i < 2 ? 10s : 5s);
  }
  EXPECT_GT(result.events, 200U);
}

TEST(RunOfAScenario, RefusesADurationOfNone) {
  EXPECT_THROW(run_once(small(), {.duration = 0s}), Error);
  EXPECT_THROW(run_once(small(), {.duration = -1s}), Error);
}

// A promise of 1 ns is broken by all that are in flight at a window's end, one for ever by none of them.
TEST(RunOfAScenario, CountsStrictlyWhenAsked) {
  for (const bool redeploy : {false, true}) {
    ScenarioSpec spec = small();
    spec.redeploy = redeploy;
    spec.workflow.qos.latency = kForever;
    const auto patient = run_once(spec, {.duration = 40s, .strict = true});
    spec.workflow.qos.latency = 1ns;
    const auto impatient = run_once(spec, {.duration = 40s, .strict = true});
    ASSERT_EQ(patient.strict.size(), 4U);
    std::int64_t in_flight = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const Counts& requests = patient.windows[i].requests;
      EXPECT_EQ(patient.strict[i], (StrictCounts{.successes = requests.completions}));
      in_flight += requests.in_flight;
      EXPECT_LE(impatient.strict[i].successes, requests.completions);
      EXPECT_LE(impatient.strict[i].failures, requests.in_flight);
    }
    EXPECT_GT(in_flight, 0);
    EXPECT_EQ(impatient.strict[0].failures, patient.windows[0].requests.in_flight);
  }
  EXPECT_TRUE(run_once(small(), {.duration = 40s}).strict.empty());
}

TEST(RunOfAScenario, KeepsSpansWhenAsked) {
  const auto result = run_once(small(), {.duration = 20s, .warm_up = 10s, .spans = true});
  EXPECT_EQ(static_cast<std::int64_t>(result.spans.size()),
            result.windows[0].requests.completions + result.windows[1].requests.completions);
  for (std::size_t i = 1; i < result.spans.size(); ++i) {
    EXPECT_LE(result.spans[i - 1].finished, result.spans[i].finished);
  }
  EXPECT_TRUE(run_once(small(), {.duration = 20s}).spans.empty());
}

TEST(RunOfAScenario, IsDecidedBySeedAndReplication) {
  const auto first = run_once(small(), {.duration = 20s}, 1, 0);
  EXPECT_TRUE(first.windows == run_once(small(), {.duration = 20s}, 1, 0).windows);
  EXPECT_FALSE(first.windows == run_once(small(), {.duration = 20s}, 1, 1).windows);
  EXPECT_FALSE(first.windows == run_once(small(), {.duration = 20s}, 2, 0).windows);
}

// Adds a replica after every window, and remembers what it saw.
class Growing final : public Policy {
 public:
  explicit Growing(std::vector<Observation>& seen) : seen_(seen) {}
  Configuration decide(const Observation& observation) override {
    seen_.push_back(observation);
    Configuration next = observation.configuration;
    ++next.functions[0].replicas;
    return next;
  }

 private:
  std::vector<Observation>& seen_;
};

TEST(RunOfAScenario, APolicySeesEachWindowAndItsDecisionHoldsFromThenOn) {
  for (const bool redeploy : {false, true}) {
    ScenarioSpec spec = small();
    spec.redeploy = redeploy;
    const Scenario scenario(spec);
    std::vector<Observation> seen;
    Growing policy(seen);
    const auto result = run(scenario, policy, {.duration = 30s}, 1);
    EXPECT_TRUE(seen == result.windows);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_DOUBLE_EQ(result.windows[i].functions[0].instances, static_cast<double>(i + 1));
    }
  }
}

// Asked every 4 s: adds a replica each time up to 4, and remembers what it saw.
class Impatient final : public Policy {
 public:
  Impatient(std::vector<Observation>& seen, int most) : seen_(seen), most_(most) {}
  std::optional<Duration> interval() const override { return 4s; }
  Configuration decide(const Observation& observation) override {
    seen_.push_back(observation);
    Configuration next = observation.configuration;
    if (next.functions[0].replicas < most_) ++next.functions[0].replicas;
    return next;
  }

 private:
  std::vector<Observation>& seen_;
  int most_;
};

TEST(RunOfAScenario, APolicyWithAnIntervalIsAskedWithinWindowsAndItsDecisionHoldsAtOnce) {
  const Scenario scenario(small(10s));
  std::vector<Observation> seen;
  Impatient policy(seen, 4);
  const auto result = run(scenario, policy, {.duration = 20s}, 1);
  ASSERT_EQ(seen.size(), 5U);  // at 4, 8, 12, 16 and 20 s
  std::int64_t arrivals = 0;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].start, Time(4s * i));
    EXPECT_EQ(seen[i].length, 4s);
    EXPECT_EQ(seen[i].functions[0].ready, std::min(4, 1 + static_cast<int>(i)));
    EXPECT_DOUBLE_EQ(seen[i].functions[0].instances, std::min(4, 1 + static_cast<int>(i)));
    arrivals += seen[i].requests.arrivals;
  }
  EXPECT_EQ(arrivals, result.total.requests.arrivals);
  EXPECT_DOUBLE_EQ(result.windows[0].functions[0].instances, (4 * 1 + 4 * 2 + 2 * 3) / 10.0);
}

TEST(RunOfAScenario, WatchingAtIntervalsChangesNoWindow) {
  for (const auto attribution : {Attribution::completed, Attribution::started, Attribution::paper}) {
    for (const bool redeploy : {false, true}) {
      ScenarioSpec spec = small();
      spec.attribution = attribution;
      spec.redeploy = redeploy;
      const Scenario scenario(spec);
      std::vector<Observation> seen;
      Impatient watching(seen, 1);
      const auto result = run(scenario, watching, {.duration = 35s}, 1);
      EXPECT_TRUE(result.windows == run_once(spec, {.duration = 35s}).windows);
      // intervals begin anew with each deployment
      EXPECT_EQ(seen.size(), redeploy ? 3 * 2 + 1U : 8U);
    }
  }
}

// --- redeployment

TEST(RunOfAScenario, RedeployedWindowsAreAlikeAndIndependent) {
  ScenarioSpec spec = small();
  spec.redeploy = true;
  const auto result = run_once(spec, {.duration = 4000s});
  ASSERT_EQ(result.windows.size(), 400U);
  RunningMoments first;
  RunningMoments second;
  double products = 0;
  std::set<double> different;
  for (std::size_t i = 0; i < result.windows.size(); ++i) {
    const auto arrivals = static_cast<double>(result.windows[i].requests.arrivals);
    (i % 2 == 0 ? first : second).add(arrivals);
    if (i > 0) products += (arrivals - 50) * (static_cast<double>(result.windows[i - 1].requests.arrivals) - 50);
    different.insert(result.windows[i].latency->mean_s);
    // nothing is there at the start
    EXPECT_EQ(result.windows[i].requests.arrivals,
              result.windows[i].requests.completions + result.windows[i].requests.in_flight);
  }
  // Poisson with mean 50; 5 standard errors
  EXPECT_NEAR(*first.mean(), 50, 5 * std::sqrt(50 / 200.0));
  EXPECT_NEAR(*second.mean(), 50, 5 * std::sqrt(50 / 200.0));
  EXPECT_NEAR(products / 399, 0, 5 * 50 / std::sqrt(399.0));
  EXPECT_EQ(different.size(), 400U);  // no stream is used twice
}

TEST(RunOfAScenario, RedeployedWindowsFollowTheProfile) {
  ScenarioSpec spec = small();
  spec.redeploy = true;
  spec.workload.profile = Profile{.steps = {{Time(0s), 0}, {Time(10s), 20}, {Time(25s), 0}}, .origin = ""};
  const auto result = run_once(spec, {.duration = 40s});
  EXPECT_EQ(result.windows[0].requests.arrivals, 0);
  EXPECT_GT(result.windows[1].requests.arrivals, 100);
  EXPECT_DOUBLE_EQ(result.windows[2].offered_rate_per_s, 10);
  EXPECT_EQ(result.windows[3].requests.arrivals, 0);
}

TEST(RunOfAScenario, NoArrivalIsLostOrRepeatedByARedeployment) {
  ScenarioSpec spec = small();
  spec.redeploy = true;
  spec.workload = {.source = ArrivalList{.times = {Time{}, Time(5s), Time(10s), Time(10s), Time(10s + 1ns), Time(20s)}},
                   .profile = std::nullopt};
  const auto result = run_once(spec, {.duration = 30s});
  EXPECT_EQ(result.windows[0].requests.arrivals, 4);
  EXPECT_EQ(result.windows[1].requests.arrivals, 2);
  EXPECT_EQ(result.windows[2].requests.arrivals, 0);
}

// Requests of 25 s: the drain of a window reaches into the time of the next, which begins anew all the same.
TEST(RunOfAScenario, DrainsEachRedeployedWindowAsItsAttributionAsks) {
  ScenarioSpec spec =
      scenario(slot_station("station", Deterministic{25}, Overflow::none), {},
               {.source = ArrivalList{.times = {Time(1s), Time(6s), Time(12s), Time(22s)}}, .profile = std::nullopt});
  spec.window = 10s;
  spec.redeploy = true;
  const auto completions = [&](Attribution attribution) {
    spec.attribution = attribution;
    const auto result = run_once(spec, {.duration = 30s});
    std::vector<std::pair<std::int64_t, std::int64_t>> of_requests_and_calls;
    for (const Observation& window : result.windows) {
      of_requests_and_calls.emplace_back(window.requests.completions, window.functions[0].calls.completions);
    }
    return of_requests_and_calls;
  };
  using ::testing::Pair;
  EXPECT_THAT(completions(Attribution::completed), ElementsAre(Pair(0, 0), Pair(0, 0), Pair(0, 0)));
  EXPECT_THAT(completions(Attribution::started), ElementsAre(Pair(2, 2), Pair(1, 1), Pair(1, 1)));
  EXPECT_THAT(completions(Attribution::paper), ElementsAre(Pair(0, 1), Pair(0, 1), Pair(0, 1)));
}

// --- replications

TEST(Replicate, DeliversInOrderWhatEachReplicationGivesAlone) {
  const Scenario scenario(small());
  const auto third = run_once(scenario.spec(), {.duration = 20s}, 9, 3);
  for (const int threads : {1, 3, 20}) {
    std::vector<std::uint64_t> order;
    replicate(scenario, fixed(scenario), {.duration = 20s}, 9, 12, threads, [&](std::uint64_t replication, auto&& run) {
      order.push_back(replication);
      if (replication == 3) {
        EXPECT_TRUE(run.windows == third.windows);
      }
      return true;
    });
    EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
  }
}

TEST(Replicate, EndsWhenItsReceiverSaysSo) {
  const Scenario scenario(small());
  for (const int threads : {1, 2, 5}) {
    std::vector<std::uint64_t> order;
    std::atomic<int> begun = 0;
    const PolicyFactory counting = [&] {
      ++begun;
      return std::make_unique<FixedPolicy>(scenario.spec().configuration);
    };
    replicate(scenario, counting, {.duration = 20s}, 1, 1'000'000, threads, [&](std::uint64_t replication, auto&&) {
      order.push_back(replication);
      return replication < 2;
    });
    EXPECT_THAT(order, ElementsAre(0, 1, 2));
    EXPECT_LE(begun, 3 + 4 * threads);  // no long way ahead
  }
}

TEST(Replicate, OfNoneDoesNothing) {
  const Scenario scenario(small());
  replicate(scenario, fixed(scenario), {.duration = 20s}, 1, 0, 3, [](std::uint64_t, auto&&) {
    ADD_FAILURE();
    return true;
  });
}

TEST(Replicate, RefusesNoThreads) {
  const Scenario scenario(small());
  EXPECT_THROW(replicate(scenario, fixed(scenario), {}, 1, 1, 0, [](std::uint64_t, auto&&) { return true; }), Error);
}

TEST(Replicate, PassesOnWhatAPolicyThrows) {
  struct Failing final : Policy {
    Configuration decide(const Observation&) override { throw std::runtime_error("no idea"); }
  };
  const Scenario scenario(small());
  for (const int threads : {1, 2, 5}) {
    std::atomic<int> made = 0;
    const PolicyFactory third_fails = [&]() -> std::unique_ptr<Policy> {
      if (++made == 3) return std::make_unique<Failing>();
      return std::make_unique<FixedPolicy>(scenario.spec().configuration);
    };
    EXPECT_THROW(replicate(scenario, third_fails, {.duration = 20s}, 1, 1000, threads,
                           [](std::uint64_t, auto&&) { return true; }),
                 std::runtime_error);
    EXPECT_LT(made, 1000);
  }
}

TEST(Replicate, PassesOnWhatItsReceiverThrows) {
  const Scenario scenario(small());
  for (const int threads : {1, 2, 5}) {
    EXPECT_THROW(replicate(scenario, fixed(scenario), {.duration = 20s}, 1, 1000, threads,
                           [](std::uint64_t replication, auto&&) -> bool {
                             if (replication == 4) throw std::runtime_error("disk full");
                             return true;
                           }),
                 std::runtime_error);
  }
}

// --- cancelling

// One window of an hour; how long it takes from a no to the end.
TEST(Cancelled, EndsARunWithinATenthOfASecondThoughAWindowTakesLonger) {
  ScenarioSpec spec = scenario(cpu_station("station", Exponential{0.004}), {}, open_loop(200));
  spec.window = std::chrono::hours(1);
  using Clock = std::chrono::steady_clock;
  Clock::time_point said_no;
  std::atomic<int> questions = 0;
  const RunOptions options{.duration = std::chrono::hours(100), .go_on = [&] {
                             said_no = Clock::now();
                             return ++questions < 100;
                           }};
  EXPECT_THROW(run_once(spec, options), Cancelled);
  EXPECT_LT(Clock::now() - said_no, 100ms);
  EXPECT_EQ(questions, 100);
}

TEST(Cancelled, IsAskedForInEveryWindowHoweverLittleHappens) {
  int questions = 0;
  ScenarioSpec spec = scenario(cpu_station("station", Exponential{0.1}), {}, open_loop(0.001));
  spec.window = 1s;
  run_once(spec, {.duration = 50s, .go_on = [&] {
                    ++questions;
                    return true;
                  }});
  EXPECT_GE(questions, 50);
}

TEST(Cancelled, ChangesNothingWhereTheAnswerIsYes) {
  const auto plain = run_once(small(), {.duration = 40s});
  const auto asked = run_once(small(), {.duration = 40s, .go_on = [] { return true; }});
  EXPECT_EQ(plain.windows, asked.windows);
  EXPECT_EQ(plain.events, asked.events);
}

TEST(Cancelled, LeavesASimulationThatCanGoOn) {
  const Scenario scenario(small());
  EventLog interrupted_log(scenario);
  Simulation interrupted(scenario, RngStreams(1), {&interrupted_log});
  bool may = false;
  interrupted.set_go_on([&] { return may; });
  EXPECT_THROW(interrupted.run_until(Time(1000s)), Cancelled);
  EXPECT_LT(interrupted.now(), Time(1000s));
  may = true;
  interrupted.run_until(Time(1000s));
  EventLog log(scenario);
  Simulation whole(scenario, RngStreams(1), {&log});
  whole.run_until(Time(1000s));
  EXPECT_EQ(interrupted_log.lines, log.lines);
}

TEST(Cancelled, DeliversTheReplicationsThatAreComplete) {
  const Scenario scenario(small());
  for (const int threads : {1, 2, 5}) {
    std::atomic<int> questions = 0;
    std::vector<std::uint64_t> order;
    const RunOptions options{.duration = 100s, .go_on = [&] { return ++questions < 200; }};
    EXPECT_THROW(replicate(scenario, fixed(scenario), options, 1, 1'000'000, threads,
                           [&](std::uint64_t replication, auto&&) {
                             EXPECT_EQ(replication, order.size());
                             order.push_back(replication);
                             return true;
                           }),
                 Cancelled);
    EXPECT_GT(order.size(), 2U);
    EXPECT_LT(order.size(), 200U);
  }
}

// Replication 1 is cancelled while 0 is under way.
TEST(Cancelled, StillDeliversWhatAnotherThreadCompletesLater) {
  const Scenario scenario(small());
  const Observation first_of_one = run_once(scenario.spec(), {.duration = 10s}, 1, 1).windows[0];
  std::atomic<bool> cancelled = false;
  struct Meeting final : Policy {
    Meeting(const Observation& first, std::atomic<bool>& flag) : first_of_one(first), cancelled(flag) {}
    Configuration decide(const Observation& observation) override {
      if (observation == first_of_one) {
        cancelled = true;
        throw Cancelled();
      }
      while (!cancelled) std::this_thread::yield();
      return observation.configuration;
    }
    const Observation& first_of_one;
    std::atomic<bool>& cancelled;
  };
  std::vector<std::uint64_t> order;
  EXPECT_THROW(
      replicate(
          scenario, [&] { return std::make_unique<Meeting>(first_of_one, cancelled); }, {.duration = 20s}, 1, 2, 2,
          [&](std::uint64_t replication, auto&&) {
            order.push_back(replication);
            return true;
          }),
      Cancelled);
  EXPECT_THAT(order, ElementsAre(0));
}

// --- warm-up

// One core, ten users who appear in 100 s: latency rises until then and stays.
ScenarioSpec slow_start() {
  ScenarioSpec spec = scenario(cpu_station("station", Deterministic{0.1}), {}, closed_loop(10, kNothing));
  std::get<ClosedLoop>(spec.workload.source).spawn_rate_per_s = 0.1;
  spec.window = 10s;
  return spec;
}

TEST(FindWarmUp, EndsWithTheTransient) {
  const Scenario scenario(slow_start());
  const Duration warm_up = find_warm_up(scenario, fixed(scenario), {.duration = 600s}, 1, 3, 2);
  EXPECT_GE(warm_up, 90s);
  EXPECT_LE(warm_up, 150s);
  EXPECT_EQ(warm_up % scenario.spec().window, 0s);
}

TEST(FindWarmUp, IsNoneWithoutASteadyState) {
  ScenarioSpec spec = slow_start();
  spec.redeploy = true;
  const Scenario redeployed(spec);
  EXPECT_EQ(find_warm_up(redeployed, fixed(redeployed), {.duration = 600s}, 1, 3, 2), 0s);
  spec.redeploy = false;
  spec.workload.profile = Profile{.steps = {{Time{}, 3}}, .origin = ""};
  const Scenario profiled(spec);
  EXPECT_EQ(find_warm_up(profiled, fixed(profiled), {.duration = 600s}, 1, 3, 2), 0s);
}

}  // namespace
}  // namespace faasconf::sim
