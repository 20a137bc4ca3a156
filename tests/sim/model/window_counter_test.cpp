// Windows worked out by hand.

#include "sim/model/window_counter.hpp"

#include <chrono>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/model/requests_at.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

MATCHER_P3(HasCounts, arrivals, completions, in_flight, "") {
  return arg.arrivals == arrivals && arg.completions == completions && arg.finished() == completions &&
         arg.in_flight == in_flight;
}

// Two windows of 10 s; requests of 4 s arrive at 2, 8, exactly 10, and 16 s, and end at 6, 12, 14 and exactly 20 s.
// What happens at a boundary belongs to the window before it.
ScenarioSpec four_requests(Attribution attribution) { return requests_at({2s, 8s, 10s, 16s}, 4s, 10s, attribution); }

TEST(WindowCounter, ByCompletionARequestBelongsWhereItEnds) {
  const auto result = run_for(four_requests(Attribution::completed), 20s);
  ASSERT_EQ(result.windows.size(), 2U);
  EXPECT_THAT(result.windows[0].requests, HasCounts(3, 1, 2));
  EXPECT_THAT(result.windows[1].requests, HasCounts(1, 3, 0));
  EXPECT_THAT(result.windows[0].functions[0].calls, HasCounts(3, 1, 2));
  EXPECT_THAT(result.windows[1].functions[0].calls, HasCounts(1, 3, 0));
  EXPECT_THAT(result.total.requests, HasCounts(4, 4, 0));
}

TEST(WindowCounter, ByStartARequestBelongsWhereItBegins) {
  const auto result = run_for(four_requests(Attribution::started), 20s);
  EXPECT_THAT(result.windows[0].requests, HasCounts(3, 3, 2));
  EXPECT_THAT(result.windows[1].requests, HasCounts(1, 1, 0));
  EXPECT_THAT(result.windows[0].functions[0].calls, HasCounts(3, 3, 2));
  EXPECT_THAT(result.windows[1].functions[0].calls, HasCounts(1, 1, 0));
}

TEST(WindowCounter, ForThePaperARequestEndsInItsWindowAndACallWithinTwentySecondsAfterIt) {
  const auto result = run_for(four_requests(Attribution::paper), 20s);
  EXPECT_THAT(result.windows[0].requests, HasCounts(3, 1, 2));
  EXPECT_THAT(result.windows[1].requests, HasCounts(1, 1, 0));  // ends exactly with it
  EXPECT_THAT(result.windows[0].functions[0].calls, HasCounts(3, 3, 2));
  EXPECT_THAT(result.windows[1].functions[0].calls, HasCounts(1, 1, 0));
}

// Calls of 25 s: those of 5 s end exactly 20 s after the window, those of 6 s a second later.
TEST(WindowCounter, ForThePaperTheTwentiethSecondCountsAndNoLaterOne) {
  const auto result = run_for(requests_at({5s, 6s}, 25s, 10s, Attribution::paper), 60s);
  ASSERT_EQ(result.windows.size(), 6U);
  EXPECT_THAT(result.windows[0].functions[0].calls, HasCounts(2, 1, 2));
  for (std::size_t i = 1; i < 6; ++i) {
    EXPECT_THAT(result.windows[i].functions[0].calls, HasCounts(0, 0, i == 1 ? 2 : i == 2 ? 1 : 0));
  }
  EXPECT_EQ(result.total.functions[0].calls.completions, 1);
  EXPECT_EQ(result.total.requests.completions, 0);
}

// The window of the start is long final when the call ends: it belongs nowhere, in no later window either.
TEST(WindowCounter, ForThePaperWhatEndsVeryLateBelongsNowhere) {
  const auto result = run_for(requests_at({1s, 10s, 12s}, 75s, 10s, Attribution::paper), 120s);
  for (const Observation& window : result.windows) EXPECT_EQ(window.functions[0].calls.completions, 0);
  EXPECT_EQ(result.total.functions[0].calls.arrivals, 3);
}

TEST(WindowCounter, ByStartAWindowWaitsForItsLastCall) {
  const Scenario scenario(requests_at({1s, 12s}, 25s, 10s, Attribution::started));
  WindowCounter counter(scenario);
  Simulation simulation(scenario, RngStreams(1), {&counter});
  std::vector<std::size_t> final_after;
  for (int window = 0; window < 4; ++window) {
    counter.begin_window(simulation);
    simulation.run_until(simulation.now() + 10s);
    counter.end_window(simulation);
    std::size_t final_now = 0;
    counter.take_final(simulation.now(), false, [&](const CountedWindow&) { ++final_now; });
    final_after.push_back(final_now);
  }
  // the first ends with its call at 26 s; the second waits until 37 s, and holds back the third
  EXPECT_THAT(final_after, ::testing::ElementsAre(0, 0, 1, 3));
}

// Of the first window: 4 s, 2 s, and none of the one that comes as it ends; of the second 2 s, 4 s and 4 s.
TEST(WindowCounter, ConcurrencyIsTheTimeAverageOfCallsInFlight) {
  for (const auto attribution : {Attribution::completed, Attribution::started, Attribution::paper}) {
    const auto result = run_for(four_requests(attribution), 20s);
    EXPECT_DOUBLE_EQ(*result.windows[0].functions[0].concurrency_mean, 0.6);
    EXPECT_DOUBLE_EQ(*result.windows[1].functions[0].concurrency_mean, 1.0);
    EXPECT_DOUBLE_EQ(*result.total.functions[0].concurrency_mean, 0.8);
  }
}

TEST(WindowCounter, AWindowWithoutCompletionHasNoLatency) {
  const auto result = run_for(requests_at({1s}, 15s, 10s), 20s);
  EXPECT_EQ(result.windows[0].latency, std::nullopt);
  EXPECT_EQ(result.windows[0].success_ratio, std::nullopt);
  EXPECT_EQ(result.windows[0].functions[0].latency, std::nullopt);
  EXPECT_EQ(result.windows[0].functions[0].execution_mean_s, std::nullopt);
  EXPECT_DOUBLE_EQ(result.windows[1].latency->mean_s, 15);
  EXPECT_DOUBLE_EQ(*result.windows[1].success_ratio, 1);
}

TEST(WindowCounter, LatencyIsOfSuccessesOnly) {
  // one slot: 3 s for the first, the second waits 2 s, the third is turned away
  ScenarioSpec spec = requests_at({0s, 1s, 2s}, 3s, 10s);
  spec.workflow.functions[0].overflow = Overflow::queue;
  spec.workflow.functions[0].queue_capacity = 1;
  const auto result = run_for(spec, 10s);
  const Observation& window = result.windows[0];
  EXPECT_EQ(window.requests.rejections, 1);
  EXPECT_DOUBLE_EQ(window.latency->mean_s, 4);
  EXPECT_DOUBLE_EQ(window.latency->p50_s, 4);
  EXPECT_DOUBLE_EQ(window.latency->p75_s, 4.5);
  EXPECT_DOUBLE_EQ(window.latency->p95_s, 4.9);
  EXPECT_DOUBLE_EQ(window.throughput_per_s, 0.2);
  EXPECT_DOUBLE_EQ(*window.success_ratio, 2.0 / 3);
  EXPECT_DOUBLE_EQ(*window.functions[0].execution_mean_s, 3);
}

// --- use

// Two instances for 10 s; 3 core-seconds of work at half a core take 6 s, with 100 of 500 MiB; 50 MiB are always held.
TEST(WindowCounter, UseIsByInstance) {
  ScenarioSpec spec = requests_at({1s}, 0s, 10s);
  FunctionSpec& function = spec.workflow.functions[0];
  function.serial_work = Deterministic{3};
  function.process_memory = Deterministic{100};
  function.instance_memory = Mebibytes{50};
  function.request_bytes = 1000;
  function.response_bytes = 400;
  spec.configuration.functions[0] = {.cpu = Millicores{500}, .memory = Mebibytes{500}, .replicas = 2};
  const FunctionObservation use = run_for(spec, 10s).windows[0].functions[0];
  EXPECT_DOUBLE_EQ(*use.cpu_cores, 0.3);
  EXPECT_DOUBLE_EQ(*use.cpu_percent, 15);
  EXPECT_DOUBLE_EQ(*use.throttled_share, 6.0 / 20);
  EXPECT_DOUBLE_EQ(*use.memory_share, (2 * 10 * 50 + 6 * 100) / (2 * 10 * 500.0));
  EXPECT_DOUBLE_EQ(*use.received_bytes_per_s, 50);
  EXPECT_DOUBLE_EQ(*use.transmitted_bytes_per_s, 20);
  EXPECT_DOUBLE_EQ(use.instances, 2);
}

TEST(WindowCounter, TellsTheLoadThatWasAskedFor) {
  ScenarioSpec open = requests_at({}, 1s, 10s);
  open.workload = {.source = OpenLoop{.rate_per_s = 2, .process = PoissonArrivals{}},
                   .profile = Profile{.steps = {{Time(2s), 1}, {Time(7s), 3}}, .origin = ""}};
  EXPECT_DOUBLE_EQ(run_for(open, 10s).windows[0].offered_rate_per_s, (5 * 1 + 3 * 3) / 10.0);
  open.workload.profile.reset();
  EXPECT_DOUBLE_EQ(run_for(open, 10s).windows[0].offered_rate_per_s, 2);

  ScenarioSpec closed = requests_at({}, 1s, 10s);
  closed.workload = closed_loop(3, Deterministic{0.5});
  std::get<ClosedLoop>(closed.workload.source).spawn_rate_per_s = 0.2;  // at 0, 5 and 10 s
  const auto result = run_for(closed, 20s);
  EXPECT_DOUBLE_EQ(result.windows[0].users, 1.5);
  EXPECT_DOUBLE_EQ(result.windows[1].users, 3);
  EXPECT_EQ(result.windows[1].offered_rate_per_s, 0);
}

// --- the total

TEST(WindowCounter, TheTotalIsOfTheWindowsAfterTheWarmUp) {
  const auto result = run_for(requests_at({1s, 2s, 11s, 22s}, 4s, 10s), 25s, 10s);
  ASSERT_EQ(result.windows.size(), 3U);
  EXPECT_EQ(result.windows[2].length, 5s);
  EXPECT_EQ(result.total.length, 15s);
  EXPECT_EQ(result.total.start, Time(10s));
  EXPECT_THAT(result.total.requests, HasCounts(2, 1, 1));
  EXPECT_DOUBLE_EQ(result.total.throughput_per_s, 1 / 15.0);
}

}  // namespace
}  // namespace faasconf::sim
