#include "traces/cluster_replay.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
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
  EXPECT_EQ(a.most, b.most);
  near(a.start_up_s, b.start_up_s);
  near(a.busy_s, b.busy_s);
  near(a.idle_s, b.idle_s);
  near(a.idle_mib_s, b.idle_mib_s);
}

// Two loops that share no code: the one for independent functions, and the simulator on a cluster where all have room.
// Fixed durations, so that both draw the same.
TEST(ClusterReplay, WhereAllHaveRoomIsTheReplayOfIndependentFunctions) {
  const Trace trace = many_functions(12);
  const ReplayModels models =
      replay_models(trace, {.durations = LawKind::average, .start_up_s = sim::Deterministic{1.5}});
  const ReplayInput input{.trace = trace, .models = models.functions};
  for (const int concurrency : {1, 2, 5, 0}) {
    for (const sim::Duration keep_alive : {sim::Duration(0s), sim::Duration(3s), sim::Duration(10min)}) {
      const ReplayRequest request{.policy = FixedKeepAlive{keep_alive}, .concurrency = concurrency};
      const TraceReplay independent = replay_trace(input, request, 1);
      ClusterRequest cluster = one_node(1e6, 1e9);
      cluster.cpu_share = 0;
      const TraceReplay shared = replay_on_cluster(input, request, cluster).replay;
      for (std::size_t i = 0; i < trace.functions.size(); ++i) {
        const CallTotals& a = independent.functions[i];
        const CallTotals& b = shared.functions[i];
        EXPECT_EQ(a.calls, b.calls);
        EXPECT_EQ(a.cold, b.cold) << concurrency << " " << i;
        EXPECT_NEAR(a.latency_s, b.latency_s, 1e-9 * a.latency_s);
        EXPECT_NEAR(a.execution_mib_s, b.execution_mib_s, 1e-9 * a.execution_mib_s);
        EXPECT_NEAR(a.latency_p95_s, b.latency_p95_s, 1e-9 * a.latency_p95_s);
        EXPECT_EQ(b.denied, 0U);
        expect_same(shared.tenants[i], independent.tenants[i]);
      }
      EXPECT_EQ(independent.calls.cold, shared.calls.cold);
      EXPECT_NEAR(independent.calls.latency_p99_s, shared.calls.latency_p99_s, 1e-9);
    }
  }
}

// CPU work alone, one call an instance, more cores than calls: nobody waits for CPU.
TEST(ClusterReplay, OfCpuWorkWithEnoughCoresTakesAsLong) {
  const Trace trace{.functions = {bursts("f", {{0, 3}, {2, 1}})}, .origin = {}};
  const std::vector<FunctionModel> models{model_of(4, 1, 100)};
  const ReplayInput input{.trace = trace, .models = models};
  const ClusterReplay result = replay_on_cluster(input, at_minutes(10min), one_node(8, 4096));
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
  const ClusterReplay nodes = replay_on_cluster({.trace = two, .models = models}, at_minutes(10min), contended);
  EXPECT_NEAR(nodes.replay.functions[0].latency_s, 8, 1e-6);
  EXPECT_NEAR(nodes.replay.functions[1].latency_s, 8, 1e-6);

  const Trace one{.functions = {bursts("f", {{0, 3}})}, .origin = {}};
  const ClusterReplay instance =
      replay_on_cluster({.trace = one, .models = std::span(models).first(1)}, at_minutes(10min, 3), one_node(8, 4096));
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
  const ClusterReplay result = replay_on_cluster({.trace = trace, .models = models}, at_minutes(10min), cluster);
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
    const TraceReplay replay = replay_on_cluster(input, at_minutes(5min), cluster).replay;
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
  const ReplayModels models = replay_models(trace, {.durations = LawKind::average});
  const TraceReplay replay =
      replay_on_cluster({.trace = trace, .models = models.functions}, {.concurrency = 2}, one_node(4, 512)).replay;
  std::uint64_t calls = 0;
  for (const TraceFunction& function : trace.functions) {
    for (const MinuteCount& minute : function.counts) calls += minute.count;
  }
  EXPECT_EQ(replay.calls.calls, calls);
  EXPECT_GT(replay.calls.denied, 0U);
  EXPECT_GT(replay.calls.served(), 0U);
}

TEST(ClusterReplay, SaysWhatIsImpossible) {
  const Trace trace = many_functions(2);
  const ReplayModels models = replay_models(trace, {.durations = LawKind::average});
  const ReplayInput input{.trace = trace, .models = models.functions};
  EXPECT_THROW(replay_on_cluster(input, {.policy = HybridHistogram{}}, one_node(4, 512)), sim::Error);
  EXPECT_THROW(replay_on_cluster(input, {.tenancy = Tenancy::app}, one_node(4, 512)), sim::Error);
  EXPECT_THROW(replay_on_cluster(input, {}, one_node(0, 512)), sim::Error);
  ClusterRequest cluster = one_node(4, 512);
  cluster.cpu_share = 1.5;
  EXPECT_THROW(replay_on_cluster(input, {}, cluster), sim::Error);
}

}  // namespace
}  // namespace faasconf::traces
