#include "traces/replay/replay.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "sim/stats/running_moments.hpp"
#include "tests/shared_data.hpp"
#include "tests/sim/model/queueing_theory.hpp"
#include "tests/sim/model/scenarios.hpp"
#include "tests/traces/made_up_trace.hpp"
#include "traces/azure/azure2019.hpp"
#include "traces/azure/azure2021.hpp"
#include "traces/core/totals.hpp"
#include "traces/replay/tenant_replay.hpp"

namespace faasconf::traces {
namespace {

using namespace std::chrono_literals;

constexpr double kDay_s = 86'400;

FunctionModel model_of(double duration_s, double start_up_s, double mib = 1024) {
  return {.duration_s = sim::Deterministic{duration_s},
          .start_up_s = sim::Deterministic{start_up_s},
          .memory = sim::Mebibytes{mib}};
}

// One call at the beginning of each of these minutes.
TraceFunction calls_at(const std::vector<std::uint32_t>& minutes, const std::string& name = "f") {
  TraceFunction function = function_of(name, {});
  for (const std::uint32_t minute : minutes) function.counts.push_back({minute, 1});
  return function;
}
ReplayRequest at_minutes(KeepAlivePolicy policy, int concurrency = 1) {
  return {.policy = policy, .concurrency = concurrency, .arrivals = {.pattern = ArrivalPattern::burst}};
}

struct OneReplay {
  CallTotals calls;
  InstanceTotals instances;
};
OneReplay replay_one(const TraceFunction& function, const FunctionModel& model, const ReplayRequest& request) {
  TenantReplayer replayer(request, 24h);
  const std::vector<ReplayedFunction> functions{{.function = &function, .model = &model}};
  TenantReplay replay = replayer.replay(functions);
  return {replay.functions.at(0), replay.instances};
}

// --- worked by hand

// Calls at 0, 5 and 20 min, of 1 s each, after 2 s of start-up. The instance is idle from 3 s to 5 min and from 5 min 1
// s for 10 min; that of the third call from 20 min 3 s for 10 min.
TEST(FixedKeepAlive, WorkedByHand) {
  const auto [calls, instances] =
      replay_one(calls_at({0, 5, 20}), model_of(1, 2, 512), at_minutes(FixedKeepAlive{10min}));
  EXPECT_EQ(calls.calls, 3U);
  EXPECT_EQ(calls.cold, 2U);
  EXPECT_DOUBLE_EQ(calls.execution_s, 3);
  EXPECT_DOUBLE_EQ(calls.execution_mib_s, 3 * 512);
  EXPECT_DOUBLE_EQ(calls.latency_s, 3 + 1 + 3);
  EXPECT_DOUBLE_EQ(calls.mean_latency_s(), 7.0 / 3);
  EXPECT_NEAR(calls.latency_p50_s, 3, 3 * sim::QuantileSketch::relative_error);
  EXPECT_DOUBLE_EQ(calls.latency_max_s, 3);
  EXPECT_EQ(instances.started, 2U);
  EXPECT_EQ(instances.most, 1U);
  EXPECT_DOUBLE_EQ(instances.start_up_s, 4);
  EXPECT_DOUBLE_EQ(instances.busy_s, 3);
  EXPECT_DOUBLE_EQ(instances.idle_s, 297 + 600 + 600);
  EXPECT_DOUBLE_EQ(instances.idle_mib_s, 1497 * 512);
  const Trace trace{.functions = {calls_at({0, 5, 20})}, .origin = {}};
  EXPECT_NEAR(price(trace, std::vector{calls}, {.per_gib_s = 2, .per_million_calls = 1e6}), 1.5 * 2 + 3, 1e-9);
}

// 40 ms and 100.1 ms in 100 and 129 MiB: 100 ms of 128 MiB, 101 ms of 256 MiB.
TEST(Metering, RoundsUpAsAzureDoes) {
  const auto billed_mib_s = [](double duration_s, double mib) {
    ReplayRequest request = at_minutes(FixedKeepAlive{});
    request.metering = kAzureMetering;
    return replay_one(calls_at({0, 5}), model_of(duration_s, 0, mib), request).calls.billed_mib_s;
  };
  EXPECT_DOUBLE_EQ(billed_mib_s(.040, 100), 2 * .100 * 128);
  EXPECT_DOUBLE_EQ(billed_mib_s(.1001, 129), 2 * .101 * 256);
  EXPECT_DOUBLE_EQ(billed_mib_s(.101, 256), 2 * .101 * 256);
}

// Of two days, 20 GiB s and 10 calls are free: one owner's 30 GiB s and 4 calls, another's 5 GiB s and 12 calls.
TEST(Price, EveryOwnerHasAFreeGrant) {
  Trace trace{.days = 2, .functions = {calls_at({}, "f"), calls_at({}, "g"), calls_at({}, "h")}, .origin = {}};
  trace.functions[2].owner = "another";
  const std::vector<CallTotals> calls{{.calls = 3, .billed_mib_s = 10 * 1024},
                                      {.calls = 2, .denied = 1, .billed_mib_s = 20 * 1024},
                                      {.calls = 12, .billed_mib_s = 5 * 1024}};
  const ReplayPrices prices{.per_gib_s = 2, .per_million_calls = 1e6, .free_gib_s = 20 * 15, .free_calls = 10 * 15};
  EXPECT_NEAR(price(trace, calls, prices), (30 - 20) * 2 + (12 - 10), 1e-9);
}

// 3 s before the last minute's end, or 57 s: the trace's end cuts what is idle.
TEST(FixedKeepAlive, IdleInstancesCountUntilTheTraceEnds) {
  EXPECT_DOUBLE_EQ(replay_one(calls_at({1439}), model_of(1, 2), at_minutes(FixedKeepAlive{10min})).instances.idle_s,
                   57);
}

// The instance falls idle at 1 s; a keep-alive of 59 s ends with the minute, and the call that comes then is cold.
TEST(FixedKeepAlive, EndsBeforeTheCallAtItsEnd) {
  EXPECT_EQ(replay_one(calls_at({0, 1}), model_of(1, 0), at_minutes(FixedKeepAlive{59s})).calls.cold, 2U);
  EXPECT_EQ(replay_one(calls_at({0, 1}), model_of(1, 0), at_minutes(FixedKeepAlive{59s + 1ns})).calls.cold, 1U);
  // who ends when a call comes serves it
  EXPECT_EQ(replay_one(calls_at({0, 1}), model_of(60, 0), at_minutes(FixedKeepAlive{0s})).calls.cold, 2U);
  EXPECT_EQ(replay_one(calls_at({0, 1}), model_of(60, 0), at_minutes(FixedKeepAlive{1ns})).calls.cold, 1U);
  EXPECT_EQ(replay_one(calls_at({0, 1}), model_of(60 + 1e-9, 0), at_minutes(FixedKeepAlive{1ns})).calls.cold, 2U);
}

// A timer of 5 min is cold once with 10 min of keep-alive, always with 4 min.
TEST(FixedKeepAlive, ATimerStaysWarmOrNever) {
  TraceFunction timer = function_of("t", {}, Trigger::timer);
  for (std::uint32_t minute = 0; minute < kMinutesPerDay; minute += 5) timer.counts.push_back({minute, 1});
  EXPECT_EQ(replay_one(timer, model_of(1, 1), {.policy = FixedKeepAlive{10min}}).calls.cold, 1U);
  EXPECT_EQ(replay_one(timer, model_of(1, 1), {.policy = FixedKeepAlive{4min}}).calls.cold, 288U);
}

// Five calls at once, two slots per instance: three instances start, the last with one call. Ten minutes on, all go to
// one that is idle, then to its second slot, then to the next.
TEST(ConcurrencyLimit, FillsInstances) {
  TraceFunction function = function_of("f", {{0, 5}, {5, 3}});
  const auto [calls, instances] = replay_one(function, model_of(10, 2), at_minutes(FixedKeepAlive{10min}, 2));
  EXPECT_EQ(calls.cold, 5U);
  EXPECT_EQ(instances.started, 3U);
  EXPECT_EQ(instances.most, 3U);
  EXPECT_DOUBLE_EQ(instances.start_up_s, 6);
  EXPECT_DOUBLE_EQ(instances.busy_s, 30 + 20);
  // one is idle from 12 s on for 10 min, two until 5 min and then for 10 min
  EXPECT_DOUBLE_EQ(instances.idle_s, 600 + 2 * (288 + 600));
  EXPECT_DOUBLE_EQ(calls.latency_s, 5 * 12 + 3 * 10);
}

TEST(ConcurrencyLimit, OfNoneNeedsOneInstance) {
  const auto [calls, instances] =
      replay_one(function_of("f", {{0, 5}, {5, 3}}), model_of(10, 2), at_minutes(FixedKeepAlive{10min}, 0));
  EXPECT_EQ(instances.started, 1U);
  EXPECT_EQ(calls.cold, 5U);
  EXPECT_DOUBLE_EQ(instances.busy_s, 20);
}

// Every 20 min; executions and start-ups take no time. The first idle time is spent loaded; from the second on the
// instance is loaded 18 min after each call, idle for 2 min before the next; the last one stays till 1.1 x 21 min.
TEST(HybridPolicy, WorkedByHand) {
  const auto [calls, instances] =
      replay_one(calls_at({0, 20, 40, 60, 80}), model_of(0, 0), at_minutes(HybridHistogram{}));
  EXPECT_EQ(calls.cold, 1U);
  EXPECT_EQ(instances.started, 1U);
  EXPECT_EQ(instances.pre_warmed, 4U);
  EXPECT_EQ(instances.most, 1U);
  EXPECT_NEAR(instances.idle_s, 60 * (20 + 3 * 2 + (23.1 - 18)), 1e-6);
}

// The third call comes before the instance is loaded (at 20 + 18 min), or after it has gone (at 20 + 23.1 min).
TEST(HybridPolicy, ACallOutsideItsWindowIsCold) {
  const auto cold = [](std::uint32_t third) {
    return replay_one(calls_at({0, 20, third}), model_of(0, 0), at_minutes(HybridHistogram{})).calls.cold;
  };
  EXPECT_EQ(cold(37), 2U);
  EXPECT_EQ(cold(38), 1U);
  EXPECT_EQ(cold(43), 1U);
  EXPECT_EQ(cold(44), 2U);
}

// Every 300 min, beyond the histogram's range. The first idle time is spent loaded for 240 min, the second is forecast
// to be as the first, and so on: loaded 255 min after each call, idle for 45 min before the next, the last time till
// 345 min.
TEST(HybridPolicy, ForecastsIdleTimesBeyondTheHistogram) {
  const auto [calls, instances] =
      replay_one(calls_at({0, 300, 600, 900}), model_of(0, 0), at_minutes(HybridHistogram{}));
  EXPECT_EQ(calls.cold, 2U);
  EXPECT_EQ(instances.started, 2U);
  EXPECT_EQ(instances.pre_warmed, 3U);
  EXPECT_NEAR(instances.idle_s, 60 * (240 + 2 * 45 + 90), 1e-6);
}

// Two functions of an app in turn, every 10 min, 20 min each: one instance for both, idle times of the app.
TEST(AppTenancy, FunctionsShareInstancesAndTheHistogram) {
  const TraceFunction a = calls_at({0, 20, 40}, "a");
  const TraceFunction b = calls_at({10, 30, 50}, "b");
  const FunctionModel model = model_of(0, 0, 100);
  TenantReplayer replayer(at_minutes(HybridHistogram{}), 24h);
  const std::vector<ReplayedFunction> functions{{.function = &a, .model = &model}, {.function = &b, .model = &model}};
  const TenantReplay replay = replayer.replay(functions);
  EXPECT_EQ(replay.functions[0].cold, 1U);
  EXPECT_EQ(replay.functions[1].cold, 0U);
  EXPECT_EQ(replay.instances.started, 1U);
  EXPECT_EQ(replay.instances.pre_warmed, 5U);
  // loaded 9 min after each call, the last time till 1.1 x 11 min
  EXPECT_NEAR(replay.instances.idle_s, 60 * (10 + 4 * 1 + (12.1 - 9)), 1e-6);
  EXPECT_NEAR(replay.instances.idle_mib_s, replay.instances.idle_s * 200, 1e-6);
}

TEST(RecordedCalls, TakeThePlaceOfCountsAndDurations) {
  Trace trace;
  trace.functions = {calls_at({}, "f"), calls_at({3}, "g")};
  const ReplayModels models = replay_models(trace);
  const auto recorded = recorded_calls(2, {{.function = 1, .start_s = 70, .duration_s = 3},
                                           {.function = 0, .start_s = 5, .duration_s = .25},
                                           {.function = 1, .start_s = 60, .duration_s = 20}});
  const ReplayInput input{.trace = trace, .models = models.functions, .recorded = recorded};
  const TraceReplay replay = replay_trace(input, {.policy = FixedKeepAlive{1min}}, 1);
  EXPECT_EQ(replay.functions[0].calls, 1U);
  EXPECT_DOUBLE_EQ(replay.functions[0].execution_s, .25);
  EXPECT_EQ(replay.functions[1].cold, 2U);  // they overlap
  EXPECT_DOUBLE_EQ(replay.functions[1].execution_s, 23);
  EXPECT_THROW(recorded_calls(1, {{.function = 1}}), sim::Error);
}

// --- oracles

struct Estimates {
  sim::RunningMoments cold;
  sim::RunningMoments busy;    // instances
  sim::RunningMoments loaded;  // instances
};
Estimates replicate(double rate_per_s, const FunctionModel& model, sim::Duration keep_alive, int concurrency) {
  Estimates estimates;
  for (int i = 0; i < 30; ++i) {
    const auto [calls, instances] = replay_one(poisson_function("p" + std::to_string(i), 60 * rate_per_s), model,
                                               {.policy = FixedKeepAlive{keep_alive}, .concurrency = concurrency});
    estimates.cold.add(calls.cold_share());
    estimates.busy.add(instances.busy_s / kDay_s);
    estimates.loaded.add((instances.start_up_s + instances.busy_s + instances.idle_s) / kDay_s);
  }
  return estimates;
}
// The day begins empty and ends with calls in flight: that is below 1e-3 of what is compared.
void expect_near(const sim::RunningMoments& estimate, double exact) {
  EXPECT_NEAR(*estimate.mean(), exact, 4.5 * *estimate.standard_error() + 1e-3 * exact);
}

// Oracle: M/G/infinity in one instance (docs of the simulator's cold starts): P(cold) = exp(-lambda (tau + E[S])),
// whatever the distribution, which is also the share of time without an instance. With negligible service exp(-lambda
// tau).
TEST(PoissonReplay, OfUnlimitedConcurrencyIsColdAfterAnIdleKeepAlive) {
  for (const sim::Distribution& distribution :
       {sim::Distribution(sim::Deterministic{2}), sim::Distribution(sim::Exponential{2}), sim::Distribution()}) {
    const auto estimates = replicate(.25, {.duration_s = distribution}, 4s, 0);
    const double exact = std::exp(-.25 * (4 + distribution.mean()));
    expect_near(estimates.cold, exact);
    expect_near(estimates.loaded, 1 - exact);
    expect_near(estimates.busy, 1 - std::exp(-.25 * distribution.mean()));
  }
}

// Oracle: with a slot each, as many instances are busy as M/G/infinity has servers busy: Erlang's lambda E[S]. Without
// keep-alive every call is cold and holds an instance for its start-up, too.
TEST(PoissonReplay, OfConcurrencyOneHasErlangOccupancy) {
  for (const sim::Distribution& distribution :
       {sim::Distribution(sim::Deterministic{3}), sim::Distribution(sim::LogNormal::of(3, 1.5))}) {
    const auto estimates = replicate(.5, {.duration_s = distribution, .start_up_s = sim::Exponential{2}}, 0s, 1);
    expect_near(estimates.cold, 1);
    expect_near(estimates.busy, 1.5);
    expect_near(estimates.loaded, 2.5);
  }
}

// Oracle: M/M/infinity. A call that finds n busy is cold if no more than n were for a keep-alive: the reversible chain
// that is killed on its way up to n + 1.
TEST(PoissonReplay, OfConcurrencyOneIsColdAsItsMarkovChainSays) {
  const double load = 2;
  double exact = 0;
  std::vector<double> busy{std::exp(-load)};
  for (std::size_t n = 1; n <= 30; ++n) busy.push_back(busy.back() * load / static_cast<double>(n));
  for (std::size_t top = 0; top < 30; ++top) {
    std::vector<std::vector<double>> rates(top + 1, std::vector<double>(top + 1));
    for (std::size_t n = 0; n < top; ++n) {
      rates[n][n + 1] = 1;
      rates[n + 1][n] = static_cast<double>(n + 1) / 2;
    }
    std::vector<double> leaving(top + 1);
    leaving[top] = 1;
    std::vector<double> from(top + 1);
    from[top] = busy[top];
    exact += sim::mass_after(3, from, rates, leaving);
  }
  const auto estimates = replicate(1, {.duration_s = sim::Exponential{2}}, 3s, 1);
  expect_near(estimates.cold, exact);
  expect_near(estimates.busy, load);
}

// --- whole traces

TEST(TraceReplay, IsTheSameForAnyNumberOfThreads) {
  const Trace trace = many_functions(60);
  const ReplayModels models =
      replay_models(trace, {.durations = DistributionKind::average, .start_up_s = sim::Exponential{1}});
  for (const KeepAlivePolicy& policy : {KeepAlivePolicy(FixedKeepAlive{}), KeepAlivePolicy(HybridHistogram{})}) {
    for (const Tenancy tenancy : {Tenancy::function, Tenancy::app}) {
      const ReplayInput input{.trace = trace, .models = models.functions};
      const ReplayRequest request{.policy = policy, .tenancy = tenancy, .concurrency = 2};
      const TraceReplay one = replay_trace(input, request, 1);
      std::uint64_t last = 0;
      const TraceReplay four = replay_trace(input, request, 4, [&](std::uint64_t done) { last = done; });
      EXPECT_EQ(one.functions, four.functions);
      EXPECT_EQ(one.tenants, four.tenants);
      EXPECT_EQ(one.calls, four.calls);
      EXPECT_EQ(one.instances, four.instances);
      EXPECT_EQ(last, one.calls.calls);
      EXPECT_EQ(one.tenants.size(), tenancy == Tenancy::app ? 20U : 60U);
    }
  }
}

// Every call of the counts, no more; those of a function do not depend on the others.
TEST(TraceReplay, ConservesCalls) {
  const Trace trace = many_functions(30);
  const ReplayModels models = replay_models(trace, {.durations = DistributionKind::average});
  const ReplayInput input{.trace = trace, .models = models.functions};
  const TraceReplay by_app = replay_trace(input, {.tenancy = Tenancy::app}, 2);
  const TraceReplay by_function = replay_trace(input, {}, 2);
  for (std::size_t i = 0; i < trace.functions.size(); ++i) {
    EXPECT_EQ(by_app.functions[i].calls, calls_of(trace.functions[i]));
    EXPECT_DOUBLE_EQ(by_app.functions[i].execution_s, by_function.functions[i].execution_s);
    const OneReplay alone = replay_one(trace.functions[i], models.functions[i], {});
    EXPECT_EQ(by_function.functions[i], alone.calls);
    EXPECT_EQ(by_function.tenants[i], alone.instances);
  }
  EXPECT_EQ(by_app.calls.calls, totals(trace).calls);
  EXPECT_LE(by_app.calls.cold, by_function.calls.cold);
}

// --- the released data

// Nine functions of a day: two timers of 5 min, which are cold once under 10 min of keep-alive.
TEST(RealReplay, ServesEveryCallOf2019) {
  const auto path = tests::shared_file("data/azure/azure2019_invocations_9fn.csv");
  if (!path) GTEST_SKIP() << tests::kNoSharedData;
  const Trace trace = read_azure2019({.invocations = {*path}}).trace;
  const ReplayModels models = replay_models(trace);
  const TraceReplay replay = replay_trace({.trace = trace, .models = models.functions}, {}, 2);
  std::vector<std::uint64_t> calls;
  for (const CallTotals& one : replay.functions) calls.push_back(one.calls);
  EXPECT_THAT(calls, testing::ElementsAre(288U, 288U, 10U, 11U, 9U, 10U, 3U, 10U, 432U));
  EXPECT_EQ(replay.functions[0].cold, 1U);
  EXPECT_EQ(replay.functions[1].cold, 1U);
  EXPECT_EQ(models.without_duration, 9U);
}

// 199 calls, in all 10,599.17 s.
TEST(RealReplay, KeepsTheCallsOf2021) {
  const auto path = tests::shared_file("data/azure/azure2021_199inv.csv");
  if (!path) GTEST_SKIP() << tests::kNoSharedData;
  Azure2021Reader whole(*path);
  const Trace trace = read_azure2021(whole).trace;
  std::vector<TraceInvocation> invocations;
  Azure2021Reader reader(*path);
  for (TraceInvocation call; reader.next(call);) invocations.push_back(call);
  const auto recorded = recorded_calls(trace.functions.size(), invocations);
  const ReplayModels models = replay_models(trace);
  const TraceReplay replay =
      replay_trace({.trace = trace, .models = models.functions, .recorded = recorded}, {.tenancy = Tenancy::app}, 2);
  EXPECT_EQ(replay.calls.calls, 199U);
  EXPECT_NEAR(replay.calls.execution_s, 10'599.17, .005);
  EXPECT_EQ(replay.tenants.size(), 13U);
}

// An app of 140 MB has two functions: half of it each, and 1 s where nothing is known of their durations.
TEST(ReplayModels, ShareTheMemoryOfAnAppAndSayWhatTheyLack) {
  Trace trace;
  trace.functions = {calls_at({0}, "f"), calls_at({0}, "g"), calls_at({0}, "h")};
  trace.functions[2].app = "other";
  trace.functions[2].app_memory = MemoryPercentiles{.samples = 1, .average_mb = 1.048576};
  trace.functions[0].duration = DurationPercentiles{.average_ms = 250};
  const ReplayModels models = replay_models(
      trace, {.durations = DistributionKind::average, .duration_s = 1, .app_memory = sim::Mebibytes{140}});
  EXPECT_DOUBLE_EQ(models.functions[0].memory.value, 70);
  EXPECT_DOUBLE_EQ(models.functions[2].memory.value, 1);
  EXPECT_DOUBLE_EQ(models.functions[0].duration_s.mean(), .25);
  EXPECT_DOUBLE_EQ(models.functions[1].duration_s.mean(), 1);
  EXPECT_EQ(models.without_duration, 2U);
  EXPECT_EQ(models.without_memory, 2U);
}

TEST(ReplayRequest, SaysWhatIsImpossible) {
  EXPECT_THROW(check(ReplayRequest{.concurrency = -1}), sim::Error);
  EXPECT_THROW(check(ReplayRequest{.policy = FixedKeepAlive{-1s}}), sim::Error);
  EXPECT_THROW(parse_tenancy("owner"), sim::Error);
  const Trace trace = many_functions(2);
  EXPECT_THROW(replay_trace({.trace = trace, .models = {}}, {}, 1), sim::Error);
}

// --- cancelled

TEST(Replay, EndsWhenItsCallerSaysNo) {
  Trace trace;
  trace.functions = {steady("f", 1000), steady("g", 1000)};
  const std::vector<FunctionModel> models(2, model_of(.01, 0));
  for (const std::size_t threads : {1U, 2U}) {
    std::atomic<int> asked = 0;
    std::uint64_t reported = 0;
    const ReplayRequest request{.go_on = [&] { return ++asked < 20; }};
    EXPECT_THROW(replay_trace({.trace = trace, .models = models}, request, threads,
                              [&](std::uint64_t done) { reported = done; }),
                 sim::Cancelled);
    EXPECT_LE(asked, 20 + static_cast<int>(threads));
    EXPECT_LT(reported, 1'440'000U);
  }
}

TEST(Replay, AsksWhetherToGoOnWhileItPreparesMinutesToo) {
  const TraceFunction function = function_of("f", {{0, 1'000'000}});
  EXPECT_THROW(FunctionArrivals(function, {.go_on = [] { return false; }}), sim::Cancelled);
  Trace trace;
  trace.functions = {function};
  const auto no = [] { return false; };
  EXPECT_THROW(replay_models(many_functions(100), {.go_on = no}), sim::Cancelled);
  EXPECT_THROW(recorded_calls(1, {{.function = 0}}, no), sim::Cancelled);
}

}  // namespace
}  // namespace faasconf::traces
