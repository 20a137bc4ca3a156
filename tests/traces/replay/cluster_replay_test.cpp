#include "traces/replay/cluster_replay.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "sim/stats/running_moments.hpp"
#include "tests/traces/made_up_trace.hpp"

namespace faasconf::traces {
namespace {

using namespace std::chrono_literals;

FunctionModel model_of(double duration_s, double start_up_s, double mib) {
  return {.duration_s = sim::Deterministic{duration_s},
          .start_up_s = sim::Deterministic{start_up_s},
          .memory = sim::Mebibytes{mib}};
}

// So many calls at the beginning of these minutes.
TraceFunction bursts(const std::string& name, const std::vector<MinuteCount>& counts) {
  return function_of(name, counts);
}
ReplayRequest at_minutes(sim::Duration keep_alive, int concurrency = 1) {
  return {
      .policy = FixedKeepAlive{keep_alive}, .concurrency = concurrency, .arrivals = {.pattern = ArrivalPattern::burst}};
}
ClusterRequest one_node(double cores, double mib) {
  sim::NodeSpec node;
  node.cores = cores;
  node.memory = sim::Mebibytes{mib};
  ClusterRequest request;
  request.cluster.nodes = {node};
  return request;
}

void expect_same(const InstanceTotals& a, const InstanceTotals& b) {
  const auto near = [](double x, double y) { EXPECT_NEAR(x, y, 1e-9 * std::max(1.0, y)); };
  EXPECT_EQ(a.started, b.started);
  EXPECT_EQ(a.pre_warmed, b.pre_warmed);
  EXPECT_EQ(a.most, b.most);
  if (a.pre_warmed == 0) near(a.start_up_s, b.start_up_s);
  near(a.busy_s, b.busy_s);
  near(a.idle_s, b.idle_s);
  near(a.idle_mib_s, b.idle_mib_s);
}

struct Case {
  KeepAlivePolicy policy;
  Tenancy tenancy;
  int concurrency;
};
std::vector<Case> cases() {
  std::vector<Case> cases;
  for (const KeepAlivePolicy& policy : {KeepAlivePolicy(FixedKeepAlive{0s}), KeepAlivePolicy(FixedKeepAlive{3s}),
                                        KeepAlivePolicy(FixedKeepAlive{10min}), KeepAlivePolicy(HybridHistogram{})}) {
    for (const Tenancy tenancy : {Tenancy::function, Tenancy::app}) {
      for (const int concurrency : {1, 2, 5, 0}) cases.push_back({policy, tenancy, concurrency});
    }
  }
  return cases;
}

Trace frequent_and_rare() {
  Trace trace = many_functions(12);
  for (TraceFunction& function : rare_functions(8).functions) trace.functions.push_back(std::move(function));
  return trace;
}

// Two loops that share no code: the one for independent tenants, and the simulator on clusters where all have room. The
// start-up of what the hybrid policy pre-warms is counted on clusters alone, and a call may find it under way.
TEST(ClusterReplay, WhereAllHaveRoomIsTheReplayOfIndependentTenants) {
  const Trace trace = frequent_and_rare();
  const ReplayModels models = replay_models(trace, {.start_up_s = sim::Deterministic{1.5}});
  const ReplayInput input{.trace = trace, .models = models.functions};
  ClusterRequest cluster = one_node(1e6, 1e9);
  cluster.cpu_share = 0;
  cluster.clusters = 2;
  std::uint64_t pre_warmed = 0;
  for (const auto& [policy, tenancy, concurrency] : cases()) {
    SCOPED_TRACE(concurrency);
    const ReplayRequest request{.policy = policy, .tenancy = tenancy, .concurrency = concurrency};
    const TraceReplay independent = replay_trace(input, request, 1);
    const TraceReplay shared = replay_on_cluster(input, request, cluster, 1).replay;
    EXPECT_EQ(shared.tenant_of, independent.tenant_of);
    for (std::size_t i = 0; i < trace.functions.size(); ++i) {
      EXPECT_EQ(shared.functions[i].calls, independent.functions[i].calls);
      EXPECT_EQ(shared.functions[i].cold, independent.functions[i].cold) << i;
      EXPECT_EQ(shared.functions[i].execution_s, independent.functions[i].execution_s);
      EXPECT_EQ(shared.functions[i].denied, 0U);
    }
    ASSERT_EQ(shared.tenants.size(), independent.tenants.size());
    for (std::size_t i = 0; i < shared.tenants.size(); ++i) expect_same(shared.tenants[i], independent.tenants[i]);
    if (!std::holds_alternative<HybridHistogram>(policy)) {
      EXPECT_EQ(shared.functions, independent.functions);
    }
    pre_warmed += shared.instances.pre_warmed;
  }
  EXPECT_GT(pre_warmed, 100U);
}

// CPU work alone, one call per instance, more cores than calls: nobody waits for CPU.
TEST(ClusterReplay, OfCpuWorkWithEnoughCoresTakesAsLong) {
  const Trace trace{.functions = {bursts("f", {{0, 3}, {2, 1}})}, .origin = {}};
  const std::vector<FunctionModel> models{model_of(4, 1, 100)};
  const ReplayInput input{.trace = trace, .models = models};
  const ClusterReplay result = replay_on_cluster(input, at_minutes(10min), one_node(8, 4096), 1);
  EXPECT_NEAR(result.replay.calls.latency_s, 3 * 5 + 4, 1e-6);
  EXPECT_NEAR(result.cpu_s, 4 * 4, 1e-6);
}

// Two functions, a call of 4 core-seconds each at once, on one core that both may use: 8 s each. Three calls that share
// an instance of one core: 12 s each.
TEST(ClusterReplay, SharesTheCoresOfANodeAndTheLimitOfAnInstance) {
  const Trace two{.functions = {bursts("f", {{0, 1}}), bursts("g", {{0, 1}})}, .origin = {}};
  const std::vector<FunctionModel> models{model_of(4, 0, 100), model_of(4, 0, 100)};
  ClusterRequest contended = one_node(1, 4096);
  contended.cpu_request = sim::Millicores{500};
  const ClusterReplay nodes = replay_on_cluster({.trace = two, .models = models}, at_minutes(10min), contended, 1);
  EXPECT_NEAR(nodes.replay.functions[0].latency_s, 8, 1e-6);
  EXPECT_NEAR(nodes.replay.functions[1].latency_s, 8, 1e-6);

  const Trace one{.functions = {bursts("f", {{0, 3}})}, .origin = {}};
  const ClusterReplay instance = replay_on_cluster({.trace = one, .models = std::span(models).first(1)},
                                                   at_minutes(10min, 3), one_node(8, 4096), 1);
  EXPECT_NEAR(instance.replay.calls.latency_s, 3 * 12, 1e-6);
  EXPECT_EQ(instance.replay.instances.started, 1U);
}

// Half of a duration is work: two calls of 4 s on one core work for 4 s and wait for 2 s.
TEST(ClusterReplay, WhatIsNotWorkWaitsWithoutCpu) {
  const Trace trace{.functions = {bursts("f", {{0, 2}})}, .origin = {}};
  const std::vector<FunctionModel> models{model_of(4, 0, 100)};
  ClusterRequest cluster = one_node(1, 4096);
  cluster.cpu_request = sim::Millicores{500};
  cluster.cpu_share = .5;
  const ClusterReplay result = replay_on_cluster({.trace = trace, .models = models}, at_minutes(10min), cluster, 1);
  EXPECT_NEAR(result.replay.calls.latency_s, 2 * 6, 1e-6);
  EXPECT_NEAR(result.cpu_s, 4, 1e-6);
}

// Room for two instances: of five calls at once three are denied. The idle instances of f leave no room for g until
// their keep-alive is over.
TEST(ClusterReplay, DeniesWhatFindsNoRoom) {
  const Trace trace{.functions = {bursts("f", {{0, 5}}), bursts("g", {{3, 1}, {8, 1}})}, .origin = {}};
  const std::vector<FunctionModel> models{model_of(1, 2, 100), model_of(1, 2, 100)};
  const ReplayInput input{.trace = trace, .models = models};
  for (const ClusterRequest& cluster : {one_node(8, 299), one_node(2, 4096)}) {
    const TraceReplay replay = replay_on_cluster(input, at_minutes(5min), cluster, 1).replay;
    EXPECT_EQ(replay.functions[0].calls, 5U);
    EXPECT_EQ(replay.functions[0].denied, 3U);
    EXPECT_EQ(replay.functions[0].cold, 2U);
    EXPECT_DOUBLE_EQ(replay.functions[0].cold_share(), 1);
    EXPECT_EQ(replay.functions[1].denied, 1U);
    EXPECT_EQ(replay.functions[1].served(), 1U);
    EXPECT_EQ(replay.tenants[0].most, 2U);
    EXPECT_NEAR(replay.calls.latency_s, 3 * 3, 1e-6);
    EXPECT_NEAR(replay.instances.idle_s, 3 * 300, 1e-6);
  }
}

TEST(ClusterReplay, ConservesCalls) {
  const Trace trace = many_functions(8);
  const ReplayModels models = replay_models(trace, {.durations = DistributionKind::average});
  const TraceReplay replay =
      replay_on_cluster({.trace = trace, .models = models.functions}, {.concurrency = 2}, one_node(4, 512), 1).replay;
  std::uint64_t calls = 0;
  for (const TraceFunction& function : trace.functions) {
    for (const MinuteCount& minute : function.counts) calls += minute.count;
  }
  EXPECT_EQ(replay.calls.calls, calls);
  EXPECT_GT(replay.calls.denied, 0U);
  EXPECT_GT(replay.calls.served(), 0U);
}

// The idle instances of f go for g, one: the place of the other is enough for g's second call.
TEST(ClusterReplay, EvictsIdleInstances) {
  const Trace trace{.functions = {bursts("f", {{0, 2}}), bursts("g", {{3, 1}, {4, 1}})}, .origin = {}};
  const std::vector<FunctionModel> models{model_of(1, 2, 100), model_of(1, 2, 100)};
  ClusterRequest cluster = one_node(8, 299);
  cluster.cluster.evict_idle = true;
  const TraceReplay replay =
      replay_on_cluster({.trace = trace, .models = models}, at_minutes(10min), cluster, 1).replay;
  EXPECT_EQ(replay.calls.denied, 0U);
  EXPECT_EQ(replay.calls.cold, 3U);
  EXPECT_EQ(replay.tenants[0].evicted, 1U);
  EXPECT_EQ(replay.instances.evicted, 1U);
  // of f until 3 and 10 min, of g until 4 and 10 min after
  EXPECT_NEAR(replay.tenants[0].idle_s, (180 - 3) + 600, 1e-6);
  EXPECT_NEAR(replay.tenants[1].idle_s, (60 - 3) + 600, 1e-6);
}

// Two functions of an app, at 0 and 1 min: the second finds the instance of both, which has the memory of both.
TEST(ClusterReplay, AnAppsFunctionsShareItsInstances) {
  const Trace trace{.functions = {bursts("f", {{0, 1}}), bursts("g", {{1, 1}})}, .origin = {}};
  const std::vector<FunctionModel> models{model_of(1, 2, 100), model_of(3, 2, 50)};
  ReplayRequest request = at_minutes(10min);
  request.tenancy = Tenancy::app;
  const ReplayInput input{.trace = trace, .models = models};
  const TraceReplay replay = replay_on_cluster(input, request, one_node(8, 151), 1).replay;
  ASSERT_EQ(replay.tenants.size(), 1U);
  EXPECT_EQ(replay.functions[0].cold, 1U);
  EXPECT_EQ(replay.functions[1].cold, 0U);
  EXPECT_NEAR(replay.functions[1].latency_s, 3, 1e-6);
  EXPECT_NEAR(replay.functions[1].execution_mib_s, 3 * 50, 1e-6);
  EXPECT_NEAR(replay.instances.busy_mib_s, (1 + 3) * 150, 1e-6);
  EXPECT_EQ(replay_on_cluster(input, request, one_node(8, 149), 1).replay.calls.denied, 2U);
}

// Every 20 min, of no time, start-up of 30 s: loaded to be ready 17.1 min after each call but the first.
TEST(ClusterReplay, WhatIsPreWarmedStartsUpBefore) {
  const Trace trace{.functions = {bursts("f", {{0, 1}, {20, 1}, {40, 1}, {60, 1}})}, .origin = {}};
  const std::vector<FunctionModel> models{model_of(0, 30, 100)};
  const ReplayRequest request{.policy = HybridHistogram{}, .arrivals = {.pattern = ArrivalPattern::burst}};
  const TraceReplay replay =
      replay_on_cluster({.trace = trace, .models = models}, request, one_node(8, 4096), 1).replay;
  EXPECT_EQ(replay.calls.cold, 1U);
  EXPECT_EQ(replay.instances.started, 1U);
  EXPECT_EQ(replay.instances.pre_warmed, 3U);
  EXPECT_NEAR(replay.instances.start_up_s, 4 * 30, 1e-6);
  // idle times of 19.5 and 20 min are known at last: loaded from 90 % of 19 min to 110 % of 21 min
  EXPECT_NEAR(replay.instances.idle_s, 60 * (19.5 + 2 * (20 - 17.1) + (23.1 - 17.1)), 1e-6);
}

TEST(ClusterReplay, KeepsRecordedCalls) {
  const Trace trace{.functions = {bursts("f", {})}, .origin = {}};
  const std::vector<FunctionModel> models{model_of(9, 0, 100)};
  const auto recorded = recorded_calls(
      1, {{.function = 0, .start_s = 5, .duration_s = .25}, {.function = 0, .start_s = 60, .duration_s = 20}});
  const ReplayInput input{.trace = trace, .models = models, .recorded = recorded};
  const TraceReplay replay = replay_on_cluster(input, at_minutes(10min), one_node(8, 4096), 1).replay;
  EXPECT_NEAR(replay.calls.execution_s, 20.25, 1e-6);
  EXPECT_EQ(replay.calls.cold, 1U);
}

// --- clusters

TEST(Clusters, AreTheSameForAnyNumberOfThreads) {
  const Trace trace = frequent_and_rare();
  const ReplayModels models =
      replay_models(trace, {.durations = DistributionKind::average, .start_up_s = sim::Exponential{1}});
  const ReplayInput input{.trace = trace, .models = models.functions};
  ClusterRequest cluster = one_node(1, 512);
  cluster.cluster.evict_idle = true;
  cluster.clusters = 5;
  cluster.cpu_request = sim::Millicores{200};
  for (const KeepAlivePolicy& policy : {KeepAlivePolicy(FixedKeepAlive{}), KeepAlivePolicy(HybridHistogram{})}) {
    const ReplayRequest request{.policy = policy, .tenancy = Tenancy::app, .concurrency = 2};
    const ClusterReplay one = replay_on_cluster(input, request, cluster, 1);
    std::uint64_t last = 0;
    const ClusterReplay four =
        replay_on_cluster(input, request, cluster, 4, [&](std::uint64_t done) { last = std::max(last, done); });
    EXPECT_EQ(one.replay.functions, four.replay.functions);
    EXPECT_EQ(one.replay.tenants, four.replay.tenants);
    EXPECT_EQ(one.replay.calls, four.replay.calls);
    EXPECT_EQ(one.replay.instances, four.replay.instances);
    EXPECT_EQ(one.cpu_s, four.cpu_s);
    EXPECT_EQ(last, one.replay.calls.calls);
    EXPECT_GT(one.replay.calls.denied, 0U);
    EXPECT_GT(one.replay.instances.evicted, 0U);
  }
}

// The apps of one cluster fare the same, to the last bit, when the others are left out.
TEST(Clusters, ShareNothing) {
  const Trace trace = many_functions(30);
  const ReplayModels models = replay_models(trace, {.durations = DistributionKind::average});
  ClusterRequest cluster = one_node(1, 512);
  cluster.clusters = 3;
  const auto replay = [&](const std::vector<std::size_t>& chosen) {
    Trace some{.functions = {}, .origin = {}};
    std::vector<FunctionModel> models_of_some;
    for (const std::size_t i : chosen) {
      some.functions.push_back(trace.functions[i]);
      models_of_some.push_back(models.functions[i]);
    }
    return replay_on_cluster({.trace = some, .models = models_of_some}, {.concurrency = 2}, cluster, 1).replay;
  };
  std::vector<std::vector<std::size_t>> dealt(3);
  std::vector<std::size_t> everyone;
  for (std::size_t i = 0; i < trace.functions.size(); ++i) {
    dealt[cluster_of(trace.functions[i], 3)].push_back(i);
    everyone.push_back(i);
  }
  const TraceReplay all = replay(everyone);
  for (const auto& mine : dealt) {
    ASSERT_FALSE(mine.empty());
    const TraceReplay alone = replay(mine);
    EXPECT_GT(alone.calls.denied, 0U);
    for (std::size_t i = 0; i < mine.size(); ++i) EXPECT_EQ(alone.functions[i], all.functions[mine[i]]);
  }
}

// --- oracles

struct Estimates {
  sim::RunningMoments cold;
  sim::RunningMoments latency_s;
};
Estimates replicate(const sim::Distribution& duration_s, double cpu_share) {
  Estimates estimates;
  ClusterRequest cluster = one_node(2, 4096);
  cluster.cpu_share = cpu_share;
  const std::vector<FunctionModel> models{{.duration_s = duration_s, .start_up_s = {}, .memory = sim::Mebibytes{100}}};
  for (int i = 0; i < 30; ++i) {
    const Trace trace{.functions = {poisson_function("p" + std::to_string(i), 60 * .25)}, .origin = {}};
    const ReplayRequest request{.policy = FixedKeepAlive{4s}, .concurrency = 0};
    const CallTotals calls = replay_on_cluster({.trace = trace, .models = models}, request, cluster, 1).replay.calls;
    estimates.cold.add(calls.cold_share());
    estimates.latency_s.add(calls.mean_latency_s());
  }
  return estimates;
}
// The day begins empty: that is below 1e-3 of what is compared.
void expect_near(const sim::RunningMoments& estimate, double exact) {
  EXPECT_NEAR(*estimate.mean(), exact, 4.5 * *estimate.standard_error() + 1e-3 * exact);
}

// Oracle: a call is cold when nobody was served for a keep-alive, the one instance idle: exp(-lambda tau) where service
// takes no time; exp(-lambda (tau + E[S])) where it takes no CPU, M/G/infinity.
TEST(PoissonCalls, AreColdAfterAnIdleKeepAlive) {
  expect_near(replicate({}, 0).cold, std::exp(-.25 * 4));
  expect_near(replicate(sim::Exponential{2}, 0).cold, std::exp(-.25 * (4 + 2)));
}

// Oracle: where service is work on the instance's one core, M/G/1 processor sharing: empty with chance 1 - rho, and a
// mean latency of E[S] / (1 - rho), whatever the distribution.
TEST(PoissonCalls, ShareTheCpuOfTheirInstance) {
  for (const sim::Distribution& distribution :
       {sim::Distribution(sim::Deterministic{2}), sim::Distribution(sim::LogNormal::of(2, 1.5))}) {
    const Estimates estimates = replicate(distribution, 1);
    expect_near(estimates.cold, (1 - .5) * std::exp(-.25 * 4));
    expect_near(estimates.latency_s, 2 / (1 - .5));
  }
}

TEST(ClusterReplay, SaysWhatIsImpossible) {
  const Trace trace = many_functions(2);
  const ReplayModels models = replay_models(trace, {.durations = DistributionKind::average});
  const ReplayInput input{.trace = trace, .models = models.functions};
  EXPECT_THROW(replay_on_cluster(input, {}, one_node(0, 512), 1), sim::Error);
  ClusterRequest cluster = one_node(4, 512);
  cluster.cpu_share = 1.5;
  EXPECT_THROW(replay_on_cluster(input, {}, cluster, 1), sim::Error);
  cluster = one_node(4, 512);
  cluster.clusters = 0;
  EXPECT_THROW(replay_on_cluster(input, {}, cluster, 1), sim::Error);
}

TEST(ClusterReplay, EndsWhenItsCallerSaysNo) {
  Trace trace;
  trace.functions = {steady("f", 100)};
  const ReplayModels models = replay_models(trace);
  int asked = 0;
  std::uint64_t reported = 0;
  const ReplayRequest request{.go_on = [&] { return ++asked < 20; }};
  EXPECT_THROW(replay_on_cluster({.trace = trace, .models = models.functions}, request, one_node(8, 32'768), 1,
                                 [&](std::uint64_t done) { reported = done; }),
               sim::Cancelled);
  EXPECT_EQ(asked, 20);
  EXPECT_LT(reported, 144'000U);
}

}  // namespace
}  // namespace faasconf::traces
