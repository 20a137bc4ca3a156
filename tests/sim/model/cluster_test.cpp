// Placement on nodes, and how the instances of a contended node share it. Runs worked out by hand.

#include <chrono>
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

// a may use .2 and leaves .8 to b although its weight would give it half.
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

// Half a core each until 1 s; then b is alone with its limit of a quarter: .5 + .125 done at 1.5 s.
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
