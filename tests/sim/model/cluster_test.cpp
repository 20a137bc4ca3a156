// Placement on nodes, and how the instances of a contended node share it. Runs worked out by hand.

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/sim/model/trial.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::ThrowsMessage;

constexpr FunctionId kA{0};
constexpr FunctionId kB{1};

FunctionConfiguration knobs(double millicores, int replicas = 1) {
  return {.cpu = Millicores{millicores}, .memory = Mebibytes{1024}, .replicas = replicas, .concurrency = 1};
}
NodeSpec node(double cores, double mib = 65536, int count = 1) {
  NodeSpec node;
  node.count = count;
  node.cores = cores;
  node.memory = Mebibytes{mib};
  return node;
}

FunctionSpec works(const char* name, double work_s, double request_millicores) {
  FunctionSpec function = cpu_station(name, Deterministic{work_s});
  function.cpu_request = Millicores{request_millicores};
  return function;
}

// Every request calls a and b at once.
ScenarioSpec both(FunctionSpec a, FunctionSpec b, std::vector<FunctionConfiguration> limits,
                  std::vector<NodeSpec> nodes, std::vector<Duration> times = {0s}) {
  ScenarioSpec spec = scenario({std::move(a), std::move(b)}, std::move(limits), parallel({call("a"), call("b")}),
                               arrivals(std::move(times)));
  spec.workflow.cluster.nodes = std::move(nodes);
  return spec;
}
Time answered(const Trial& trial, FunctionId function) { return trial.calls(function.index).at(0).finished; }

// --- placement

// Two instances of two threads each: on a node of their own both have two cores, on one node they share them.
Time two_instances_on_two_nodes(Placement placement) {
  FunctionSpec function = works("a", 0, 500);
  function.serial_work = kNothing;
  function.parallel_work = Deterministic{2};
  function.max_threads = 2;
  ScenarioSpec spec = scenario(function, knobs(2000, 2), arrivals({0s, 0s}));
  spec.workflow.gateway.routing = Routing::round_robin;
  spec.workflow.cluster = {.nodes = {node(2, 65536, 2)}, .placement = placement};
  Trial trial(spec);
  trial.all();
  EXPECT_EQ(trial.requests()[0], trial.requests()[1]);
  return trial.requests()[0].second;
}
TEST(Placement, SpreadsToTheLeastAllocatedNode) { EXPECT_EQ(two_instances_on_two_nodes(Placement::spread), Time(1s)); }
TEST(Placement, PacksOntoTheMostAllocatedNodeWithRoom) {
  EXPECT_EQ(two_instances_on_two_nodes(Placement::pack), Time(2s));
}

TEST(Placement, WhatDoesNotFitIsPending) {
  ScenarioSpec spec = scenario(waits(1s), knobs(1000, 5), arrivals({}));
  spec.workflow.cluster.nodes = {node(2.5)};
  EXPECT_EQ(Trial(spec).simulation->instances(kFirst), 2);
  EXPECT_EQ(Trial(spec).simulation->pending_instances(kFirst), 3);
  spec.workflow.cluster.nodes = {node(100, 4096)};
  EXPECT_EQ(Trial(spec).simulation->instances(kFirst), 4);
  EXPECT_EQ(Trial(spec).simulation->pending_instances(kFirst), 1);
}

TEST(Placement, CountsRequestsAndNotLimits) {
  FunctionSpec function = works("a", 1, 250);
  function.memory_request = Mebibytes{0};
  ScenarioSpec spec = scenario(function, knobs(1000, 5), arrivals({}));
  spec.workflow.cluster.nodes = {node(1, 1)};
  EXPECT_EQ(Trial(spec).simulation->instances(kFirst), 4);
}

TEST(Placement, ACallWithoutInstanceFails) {
  ScenarioSpec spec = scenario(waits(1s), knobs(3000), arrivals({1s}));
  spec.workflow.cluster.nodes = {node(2)};
  EXPECT_THAT(Trial(spec).all().requests(), ElementsAre(Pair(Outcome::failed, Time(1s))));
}

TEST(Placement, APendingInstanceStartsWhenAnotherMakesRoom) {
  FunctionSpec b = works("b", 1, 1000);
  b.start_up = Deterministic{2};
  Trial trial(both(works("a", 1, 1000), b, {knobs(1000, 2), knobs(1000)}, {node(2)}, {}));
  EXPECT_EQ(trial.simulation->pending_instances(kB), 1);
  trial.until(10s).simulation->apply({{knobs(1000), knobs(1000)}});
  EXPECT_EQ(trial.simulation->pending_instances(kB), 0);
  EXPECT_EQ(trial.simulation->starting_instances(kB), 1);
  EXPECT_EQ(trial.until(12s).simulation->ready_instances(kB), 1);
}

TEST(Placement, APendingInstanceStartsWhenAnotherBecomesSmaller) {
  FunctionSpec a = waits(1s);
  FunctionSpec b = slot_station("b", Deterministic{1});
  Trial trial(both(a, b, {knobs(2000), knobs(1000)}, {node(2)}, {}));
  EXPECT_EQ(trial.simulation->pending_instances(kB), 1);
  trial.until(10s).simulation->apply({{knobs(1000), knobs(1000)}});
  EXPECT_EQ(trial.simulation->pending_instances(kB), 0);
  EXPECT_EQ(trial.simulation->ready_instances(kB), 1);
}

TEST(Placement, APendingInstanceIsForgottenWhenItIsNotWantedAnyMore) {
  ScenarioSpec spec = scenario(waits(1s), knobs(1000, 5), arrivals({}));
  spec.workflow.cluster.nodes = {node(2)};
  Trial trial(spec);
  trial.until(1s).apply(knobs(1000, 3));
  EXPECT_EQ(trial.simulation->pending_instances(kFirst), 1);
  EXPECT_EQ(trial.simulation->instances(kFirst), 2);
  trial.apply(knobs(1000, 1));
  EXPECT_EQ(trial.simulation->pending_instances(kFirst), 0);
  EXPECT_EQ(trial.simulation->instances(kFirst), 1);
}

// The one that serves drains under its old limits, and the one that follows starts on the other node.
TEST(Placement, AnInstanceThatGrowsBeyondItsNodeIsReplaced) {
  FunctionSpec a = cpu_station("a", Deterministic{2});
  a.start_up = Deterministic{1};
  FunctionSpec b = slot_station("b", Deterministic{1}, Overflow::none);
  b.memory_request = Mebibytes{8192};
  Trial trial(both(a, b, {knobs(1000), knobs(1000)}, {node(2), node(1.5, 4096)}));
  trial.until(1s).simulation->apply({{knobs(1500), knobs(1000)}});
  EXPECT_EQ(trial.simulation->ready_instances(kA), 0);
  EXPECT_EQ(trial.simulation->starting_instances(kA), 1);
  EXPECT_EQ(trial.simulation->instances(kA), 2);
  EXPECT_EQ(trial.until(2s).simulation->ready_instances(kA), 1);
  EXPECT_EQ(trial.simulation->instances(kA), 1);
  EXPECT_EQ(answered(trial, kA), Time(2s));
  EXPECT_EQ(trial.executions()[0].cpu_limit, Millicores{1000});
}

TEST(Placement, OnDemandNobodyIsPending) {
  FunctionSpec function = waits(1s, Overflow::reject);
  function.keep_alive = 1s;
  ScenarioSpec spec = scenario(function, knobs(1000, 10), arrivals({0s, 0s, 0s}));
  spec.workflow.cluster.nodes = {node(2)};
  Trial trial(spec);
  EXPECT_THAT(trial.until(500ms).outcomes(), ElementsAre(Outcome::rejected));
  EXPECT_EQ(trial.simulation->instances(kFirst), 2);
  EXPECT_EQ(trial.simulation->pending_instances(kFirst), 0);
}

// --- eviction

FunctionSpec kept(const char* name, double mib) {
  FunctionSpec function = waits(1s, Overflow::reject);
  function.name = name;
  function.keep_alive = 100s;
  function.memory_request = Mebibytes{mib};
  return function;
}

// Each on demand, with the memory of `mib`; each called at these times.
ScenarioSpec called(std::vector<NodeSpec> nodes, const std::vector<double>& mib) {
  std::vector<FunctionSpec> functions;
  std::vector<Block> options;
  for (std::size_t i = 0; i < mib.size(); ++i) {
    const std::string name(1, static_cast<char>('a' + i));
    functions.push_back(kept(name.c_str(), mib[i]));
    options.push_back(call(name));
  }
  const std::vector<FunctionConfiguration> limits(mib.size(), knobs(100, 10));
  const std::vector<double> probabilities(mib.size(), 1 / static_cast<double>(mib.size()));
  ScenarioSpec spec = scenario(functions, limits, choice(probabilities, options), arrivals({}));
  spec.workflow.cluster.nodes = std::move(nodes);
  spec.workflow.cluster.evict_idle = true;
  return spec;
}

// Room for three. a, b and c are idle from 1, 3 and 5 s on; the call to a at 5 s makes b the one that was used least
// recently, which d takes the place of.
TEST(Eviction, OfTheIdleInstanceThatWasUsedLeastRecently) {
  Trial trial(called({node(8, 300)}, {100, 100, 100, 100}));
  const auto call_at = [&](Duration time, std::size_t function) { trial.until(time).simulation->inject(function); };
  call_at(0s, 0);
  call_at(2s, 1);
  call_at(4s, 2);
  call_at(5s, 0);
  call_at(7s, 3);
  trial.until(10s);
  for (std::uint32_t i = 0; i < 4; ++i) EXPECT_EQ(trial.simulation->instances({i}), i == 1 ? 0 : 1) << i;
  EXPECT_EQ(trial.simulation->usage(kB).evicted, 1);
  EXPECT_EQ(trial.outcomes(), std::vector<Outcome>(5, kSuccess));
}

// Two nodes of two places: c needs a whole one. On the first there is one that was used at 3 s, on the second both were
// used before that: these go, though a of the first one was used least recently.
TEST(Eviction, TakesAllItNeedsFromOneNode) {
  ScenarioSpec spec = called({node(8, 200, 2)}, {100, 100, 200});
  Trial trial(spec);
  for (const auto& [time, function] : {std::pair(0ms, 0U), {100ms, 0U}, {200ms, 0U}, {300ms, 0U}, {3000ms, 0U}}) {
    trial.until(time).simulation->inject(function);
  }
  // the call at 3 s found the instance that had fallen idle last, on the second node
  trial.until(5s).simulation->inject(2);
  EXPECT_EQ(trial.until(7s).simulation->instances({2}), 1);
  EXPECT_EQ(trial.simulation->instances(kA), 2);
  EXPECT_EQ(trial.simulation->usage(kA).evicted, 2);
  EXPECT_EQ(trial.outcomes(), std::vector<Outcome>(6, kSuccess));
}

TEST(Eviction, SparesTheBusyAndIsInVainWhereTheyLeaveNoRoom) {
  Trial trial(called({node(8, 200)}, {100, 200}));
  trial.simulation->inject(0, {.off_cpu_s = 10});
  trial.simulation->inject(0, {.off_cpu_s = 1});
  trial.until(5s).simulation->inject(1);
  EXPECT_THAT(trial.until(6s).outcomes(), ElementsAre(kSuccess, Outcome::rejected));
  EXPECT_EQ(trial.simulation->instances(kA), 2);
  trial.until(20s).simulation->inject(1);
  EXPECT_EQ(trial.until(25s).simulation->instances(kA), 0);
  EXPECT_EQ(trial.outcomes().back(), kSuccess);
}

// a is unloaded at 1 s and to be loaded at 6 s. At 2 s b takes the only place, busy or idle.
TEST(Eviction, IsNotForPreWarming) {
  Trial trial(called({node(8, 100)}, {100, 100}));
  trial.simulation->set_idle_windows(kA, {.pre_warm = 5s, .keep_alive = 5s});
  trial.simulation->inject(0);
  trial.until(2s).simulation->inject(1);
  EXPECT_EQ(trial.until(10s).simulation->usage(kA).pre_warmed, 0);
  EXPECT_EQ(trial.simulation->instances(kB), 1);
}

TEST(Eviction, IsOfferedNotForced) {
  ScenarioSpec spec = called({node(8, 100)}, {100, 100});
  spec.workflow.cluster.evict_idle = false;
  Trial trial(spec);
  trial.simulation->inject(0);
  trial.until(5s).simulation->inject(1);
  EXPECT_THAT(trial.until(10s).outcomes(), ElementsAre(kSuccess, Outcome::rejected));
}

// --- pending instances

// The place of a's second instance goes to b in the moment in which it drains: its answer still names it.
TEST(Placement, AnAnswerNamesItsInstanceAlthoughAnotherHasItsPlace) {
  FunctionSpec b = slot_station("b", Deterministic{1}, Overflow::none);
  b.start_up = Deterministic{1};
  ScenarioSpec spec = scenario({waits(3s), b}, {knobs(1000, 2), knobs(1000)}, call("a"), arrivals({0s, 0s}));
  spec.workflow.gateway.routing = Routing::round_robin;
  spec.workflow.cluster.nodes = {node(2)};
  Trial trial(spec);
  trial.until(1s).simulation->apply({{knobs(1000), knobs(1000)}});
  EXPECT_EQ(trial.simulation->pending_instances(kB), 1);
  trial.until(3s);
  EXPECT_EQ(trial.simulation->starting_instances(kB), 1);
  ASSERT_EQ(trial.calls().size(), 2U);
  EXPECT_EQ(trial.calls()[0].instance, 0);
  EXPECT_EQ(trial.calls()[1].instance, 1);
}

TEST(Placement, RefusesNodesWithoutMeasure) {
  const auto with = [](const NodeSpec& without) {
    ScenarioSpec spec = scenario(waits(1s), {}, arrivals({}));
    spec.workflow.cluster.nodes = {without};
    return [spec] { Scenario{spec}; };
  };
  EXPECT_THAT(with(node(1, 1024, 0)), ThrowsMessage<Error>(HasSubstr("a count of at least 1")));
  EXPECT_THAT(with(node(0)), ThrowsMessage<Error>(HasSubstr("cores must be above 0")));
  EXPECT_THAT(with(node(1, 0)), ThrowsMessage<Error>(HasSubstr("memory must be above 0")));
  EXPECT_THAT(with(node(1, 1024, 2'000'000)), ThrowsMessage<Error>(HasSubstr("at most a million nodes")));
}

// --- sharing

// 3 : 1 of a core: b is done at 4/3 s, when a has done 1/3, and then has the core for the rest.
TEST(Contention, CpuRequestsAreTheWeights) {
  Trial trial(both(works("a", 1, 100), works("b", 1, 300), {knobs(1000), knobs(1000)}, {node(1)}));
  trial.all();
  EXPECT_EQ(answered(trial, kB), Time(1'333'333'333ns));
  EXPECT_EQ(answered(trial, kA), Time(2s));
  EXPECT_NEAR(trial.simulation->usage(kA).cpu_s, 1, 1e-9);
}

// a may use 0.2 and leaves 0.8 to b although its weight would give it half.
TEST(Contention, WhatOneDoesNotWantGoesToTheOthers) {
  Trial trial(both(works("a", 0.2, 500), works("b", 1, 500), {knobs(200), knobs(1000)}, {node(1)}));
  trial.all();
  EXPECT_EQ(answered(trial, kA), Time(1s));
  EXPECT_EQ(answered(trial, kB), Time(1200ms));
}

TEST(Contention, ANodeWithCoresForAllLeavesThemAlone) {
  Trial trial(both(works("a", 1, 100), works("b", 1, 300), {knobs(1000), knobs(1000)}, {node(2)}));
  trial.all();
  EXPECT_EQ(answered(trial, kA), Time(1s));
  EXPECT_EQ(answered(trial, kB), Time(1s));
}

TEST(Contention, AnIdleInstanceTakesNothing) {
  ScenarioSpec spec = both(works("a", 1, 100), works("b", 1, 300), {knobs(1000), knobs(1000)}, {node(1)});
  spec.workflow.entry = sequence({call("a"), call("b")});
  EXPECT_THAT(Trial(spec).all().requests(), ElementsAre(Pair(kSuccess, Time(2s))));
}

// Half a core each until 1 s; then b is alone with its limit of a quarter: 0.5 + 0.125 done at 1.5 s.
TEST(Contention, NewLimitsShareAnew) {
  Trial trial(both(works("a", 0.5, 500), works("b", 0.625, 500), {knobs(1000), knobs(1000)}, {node(1)}));
  trial.until(1s).simulation->apply({{knobs(1000), knobs(250)}});
  trial.all();
  EXPECT_EQ(answered(trial, kA), Time(1s));
  EXPECT_EQ(answered(trial, kB), Time(1500ms));
}

// Under a limit of their own that is a core, both run at half speed and spend half of each quota.
TEST(Contention, UnderCfsTheWeightsCountToo) {
  ScenarioSpec spec = both(works("a", 1, 500), works("b", 1, 500), {knobs(1000), knobs(1000)}, {node(1)});
  spec.workflow.cpu_sharing.mode = CpuSharing::cfs;
  spec.workflow.cpu_sharing.cores = 1;
  Trial trial(spec);
  trial.all();
  EXPECT_NEAR(to_seconds(answered(trial, kA)), 2, 1e-7);
  EXPECT_NEAR(to_seconds(answered(trial, kB)), 2, 1e-7);
  EXPECT_EQ(trial.simulation->usage(kA).throttled_periods, 0);
}

// Each has half a core of quota, whenever its periods begin: nobody loses any of it to the other.
TEST(Contention, UnderCfsBothSpendTheirQuotasOnANodeOfTheirSum) {
  ScenarioSpec spec = both(works("a", 5, 500), works("b", 5, 500), {knobs(500), knobs(500)}, {node(1)});
  spec.workflow.cpu_sharing.mode = CpuSharing::cfs;
  spec.workflow.cpu_sharing.cores = 1;
  Trial trial(spec);
  trial.all();
  EXPECT_NEAR(to_seconds(answered(trial, kA)), 10, 0.11);
  EXPECT_NEAR(to_seconds(answered(trial, kB)), 10, 0.11);
  EXPECT_NEAR(trial.simulation->usage(kA).cpu_s + trial.simulation->usage(kB).cpu_s, 10, 1e-6);
}

}  // namespace
}  // namespace faasconf::sim
