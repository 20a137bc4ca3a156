#include "experiments/config/workflow_file.hpp"

#include <gtest/gtest.h>

#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::config {
namespace {

using namespace std::chrono_literals;

sim::WorkflowSpec read(const std::string& text) { return parse_experiment(text, "f.yaml").scenario.workflow; }

TEST(WorkflowFile, ReadsEveryKeyOfAFunction) {
  const sim::WorkflowSpec workflow = read(R"(
name: w
functions:
  f:
    serial: 860ms
    parallel: {work: 1.44s, threads: 4.8}
    off_cpu: 44ms
    memory: {process: 40Mi, parallel: 340Mi, instance: 6Mi}
    payload: {request: 64Ki, response: 1k}
    hop: 3ms
    failure_probability: 0.002
    failed_input_work_share: 0.6
    overflow: queue
    rejection_work: 300us
    queue_capacity: 5
    start_up: 2s
    ranges: {cpu: [100m, 4], replicas: [2, 3]}
entry: f
)");
  const sim::FunctionSpec& function = workflow.functions.at(0);
  EXPECT_EQ(function.name, "f");
  EXPECT_EQ(function.serial_work, sim::Deterministic{0.86});
  EXPECT_EQ(function.parallel_work, sim::Deterministic{1.44});
  EXPECT_EQ(function.max_threads, 4.8);
  EXPECT_EQ(function.off_cpu, sim::Deterministic{0.044});
  EXPECT_EQ(function.process_memory, sim::Deterministic{40});
  EXPECT_EQ(function.parallel_memory, sim::Deterministic{340});
  EXPECT_EQ(function.instance_memory, sim::Mebibytes{6});
  EXPECT_EQ(function.request_bytes, 65536);
  EXPECT_EQ(function.response_bytes, 1000);
  EXPECT_EQ(function.hop, sim::Deterministic{0.003});
  EXPECT_EQ(function.failure_probability, 0.002);
  EXPECT_EQ(function.failed_input_work_share, 0.6);
  EXPECT_EQ(function.overflow, sim::Overflow::queue);
  EXPECT_EQ(function.rejection_work, sim::Deterministic{300e-6});
  EXPECT_EQ(function.queue_capacity, 5);
  EXPECT_EQ(function.start_up, sim::Deterministic{2});
  EXPECT_EQ(function.ranges,
            (sim::KnobRanges{.cpu_min = {100}, .cpu_max = {4000}, .replicas_min = 2, .replicas_max = 3}));
  EXPECT_FALSE(function.fixed);
  EXPECT_FALSE(function.calls);
}

TEST(WorkflowFile, ReadsACentralQueue) {
  const sim::FunctionSpec function =
      read("name: w\nfunctions: {f: {overflow: central_queue, queue_capacity: 5}}\nentry: f\n").functions.at(0);
  EXPECT_EQ(function.overflow, sim::Overflow::central_queue);
  EXPECT_EQ(function.queue_capacity, 5);
}

TEST(WorkflowFile, ReadsWorkersOfAsynchronousCalls) {
  const sim::FunctionSpec function = read(R"(
name: w
functions:
  f:
    queue_worker:
      workers: 2
      max_inflight: 50
      retry: {attempts: 3, back_off: 1s, factor: 1.5, max_back_off: 1m, after: rejections}
entry: f
)")
                                         .functions.at(0);
  ASSERT_TRUE(function.queue_worker);
  EXPECT_EQ(function.queue_worker->workers, 2);
  EXPECT_EQ(function.queue_worker->max_inflight, 50);
  EXPECT_EQ(function.queue_worker->attempts, 3);
  EXPECT_EQ(function.queue_worker->back_off, 1s);
  EXPECT_EQ(function.queue_worker->factor, 1.5);
  EXPECT_EQ(function.queue_worker->max_back_off, 1min);
  EXPECT_EQ(function.queue_worker->retry_on, sim::RetryOn::rejections);
}

// The defaults of OpenFaaS's: maxRetryAttempts 10, initialRetryWait 10s, maxRetryWait 120s, all of 429, 500, 502, 504.
TEST(WorkflowFile, WorkersTryAgainAsOpenFaasDoesUnlessToldOtherwise) {
  const sim::FunctionSpec function = read("name: w\nfunctions: {f: {queue_worker: {}}}\nentry: f\n").functions.at(0);
  ASSERT_TRUE(function.queue_worker);
  EXPECT_EQ(function.queue_worker->attempts, 10);
  EXPECT_EQ(function.queue_worker->back_off, 10s);
  EXPECT_EQ(function.queue_worker->factor, 2);
  EXPECT_EQ(function.queue_worker->max_back_off, 2min);
  EXPECT_EQ(function.queue_worker->retry_on, sim::RetryOn::failures);
}

TEST(WorkflowFile, ReadsWhatHoldsForTheWorkflow) {
  const sim::WorkflowSpec workflow = read(R"(
name: w
qos: {latency: 13s, successes: 20}
gateway: {routing: least_connection, hop: 20ms, timeout: 60s}
cpu_sharing: {contention: 0.16, quota_exponent: 1.36, share_exponent: 1.34, speed_spread: 0.08}
prices: {price_per_millicore: 1, price_per_mebibyte: 2, usd_per_vcpu_hour: 3, usd_per_gib_hour: 4}
ranges: {concurrency: [2, 5]}
functions: {f: {}, g: {ranges: {concurrency: [1, 1]}}, h: {fixed: {cpu: 2, memory: 1Gi, replicas: 9, concurrency: unlimited}}}
entry: f
)");
  EXPECT_EQ(workflow.name, "w");
  EXPECT_EQ(workflow.qos.latency, 13s);
  EXPECT_EQ(workflow.qos.successes, 20);
  EXPECT_EQ(workflow.gateway.routing, sim::Routing::least_connection);
  EXPECT_EQ(workflow.gateway.hop, sim::Deterministic{0.02});
  EXPECT_EQ(workflow.gateway.timeout, 60s);
  EXPECT_EQ(workflow.cpu_sharing.contention, 0.16);
  EXPECT_EQ(workflow.cpu_sharing.quota_exponent, 1.36);
  EXPECT_EQ(workflow.cpu_sharing.share_exponent, 1.34);
  EXPECT_EQ(workflow.cpu_sharing.speed_spread, 0.08);
  EXPECT_EQ(workflow.prices.price_per_millicore, 1);
  EXPECT_EQ(workflow.prices.price_per_mebibyte, 2);
  EXPECT_EQ(workflow.prices.usd_per_vcpu_hour, 3);
  EXPECT_EQ(workflow.prices.usd_per_gib_hour, 4);
  EXPECT_EQ(workflow.functions[0].ranges.concurrency_max, 5);
  EXPECT_EQ(workflow.functions[1].ranges.concurrency_max, 1);
  EXPECT_EQ(workflow.functions[2].fixed,
            (sim::FunctionConfiguration{.cpu = {2000}, .memory = {1024}, .replicas = 9, .concurrency = 0}));
}

TEST(WorkflowFile, ReadsHowThreadsTakeTurns) {
  const sim::CpuSharingSpec ideal =
      read("name: w\ncpu_sharing: {mode: cfs, run_slice: 0s}\nfunctions: {f: {}}\nentry: f\n").cpu_sharing;
  EXPECT_EQ(ideal.run_slice, 0s);
  EXPECT_EQ(ideal.cgroup_levels, 1);
  EXPECT_FALSE(ideal.slice_expiry);
  EXPECT_EQ(ideal.bandwidth_slice, 5ms);
  const sim::CpuSharingSpec turns = read(R"(
name: w
cpu_sharing: {mode: cfs, run_slice: 10ms, turn_order: random, cgroup_levels: 2, slice_expiry: true, bandwidth_slice: 4ms}
functions: {f: {}}
entry: f
)")
                                        .cpu_sharing;
  EXPECT_EQ(turns.run_slice, 10ms);
  EXPECT_EQ(turns.turn_order, sim::TurnOrder::random);
  EXPECT_EQ(turns.cgroup_levels, 2);
  EXPECT_TRUE(turns.slice_expiry);
  EXPECT_EQ(turns.bandwidth_slice, 4ms);
}

TEST(WorkflowFile, ReadsHowACpuLimitIsEnforced) {
  const sim::CpuSharingSpec fluid = read("name: w\nfunctions: {f: {}}\nentry: f\n").cpu_sharing;
  EXPECT_EQ(fluid.mode, sim::CpuSharing::fluid);
  const sim::CpuSharingSpec cfs = read(R"(
name: w
cpu_sharing: {mode: cfs, period: 50ms, cores: 8, contention: 0.1}
functions: {f: {}}
entry: f
)")
                                      .cpu_sharing;
  EXPECT_EQ(cfs.mode, sim::CpuSharing::cfs);
  EXPECT_EQ(cfs.period, 50ms);
  EXPECT_EQ(cfs.cores, 8);
  EXPECT_EQ(cfs.contention, 0.1);
}

TEST(WorkflowFile, ReadsHowInstancesBeginAndEnd) {
  const sim::WorkflowSpec workflow = read(R"(
name: w
functions:
  f:
    keep_alive: 60s
    oom_kills: instance
    time_to_failure: {law: exponential, mean: 1h}
    requests: {cpu: 100m, memory: 128Mi}
    ranges: {replicas: [0, 8]}
  g: {requests: {cpu: 2}}
entry: f
)");
  const sim::FunctionSpec& f = workflow.functions[0];
  EXPECT_EQ(f.keep_alive, 60s);
  EXPECT_EQ(f.oom_kills, sim::OomKills::instance);
  EXPECT_EQ(f.time_to_failure, sim::Exponential{3600});
  EXPECT_EQ(f.cpu_request, sim::Millicores{100});
  EXPECT_EQ(f.memory_request, sim::Mebibytes{128});
  EXPECT_EQ(f.ranges.replicas_min, 0);
  EXPECT_EQ(f.ranges.replicas_max, 8);
  const sim::FunctionSpec& g = workflow.functions[1];
  EXPECT_FALSE(g.keep_alive);
  EXPECT_EQ(g.oom_kills, sim::OomKills::request);
  EXPECT_TRUE(g.time_to_failure.is_zero());
  EXPECT_EQ(g.cpu_request, sim::Millicores{2000});
  EXPECT_FALSE(g.memory_request);
}

TEST(WorkflowFile, ReadsWhatAChangeTakes) {
  const sim::WorkflowSpec workflow = read(R"(
name: w
cluster: {relist: 1s, settle: 2500ms, start_work: 370ms, end_work: 170ms}
drain: 1970ms
prices: {platform_cpu: true}
functions:
  f:
    start_up: {platform: {law: uniform, from: 750ms, to: 860ms}, work: 300ms, ready: before_work}
    drain: {law: exponential, mean: 3s}
    on_end: fail
  g: {start_up: 2s}
  h: {keep_alive: 60s}
entry: f
)");
  EXPECT_TRUE(workflow.cluster.nodes.empty());
  EXPECT_EQ(workflow.cluster.relist, 1s);
  EXPECT_EQ(workflow.cluster.settle, 2500ms);
  EXPECT_EQ(workflow.cluster.start_work_s, 0.37);
  EXPECT_EQ(workflow.cluster.end_work_s, 0.17);
  EXPECT_TRUE(workflow.prices.platform_cpu);
  const sim::FunctionSpec& f = workflow.functions[0];
  EXPECT_EQ(f.start_up, (sim::Empirical{.probabilities = {0, 1}, .values = {0.75, 0.86}}));
  EXPECT_EQ(f.start_work, sim::Deterministic{0.3});
  EXPECT_EQ(f.ready, sim::Readiness::before_work);
  EXPECT_EQ(f.drain, sim::Exponential{3});
  EXPECT_EQ(f.on_end, sim::OnEnd::fail);
  EXPECT_EQ(workflow.functions[1].drain, sim::Deterministic{1.97});
  EXPECT_EQ(workflow.functions[1].start_up, sim::Deterministic{2});
  EXPECT_FALSE(workflow.functions[2].drain);  // on demand
}

TEST(WorkflowFile, ReadsTheClusterAndItsRollouts) {
  const sim::WorkflowSpec without = read("name: w\nfunctions: {f: {}}\nentry: f\n");
  EXPECT_TRUE(without.cluster.nodes.empty());
  EXPECT_EQ(without.rollout, sim::Rollout::in_place);
  const sim::WorkflowSpec workflow = read(R"(
name: w
cluster:
  nodes:
    - {count: 8, cores: 7.5, memory: 32Gi, time_to_failure: {law: exponential, mean: 24h}, repair: 10m}
    - {cores: 64, memory: 256Gi}
  placement: pack
  evict_idle: true
rollout: rolling
functions: {f: {}}
entry: f
)");
  ASSERT_EQ(workflow.cluster.nodes.size(), 2u);
  const sim::NodeSpec& node = workflow.cluster.nodes[0];
  EXPECT_EQ(node.count, 8);
  EXPECT_EQ(node.cores, 7.5);
  EXPECT_EQ(node.memory, sim::Mebibytes{32768});
  EXPECT_EQ(node.time_to_failure, sim::Exponential{86400});
  EXPECT_EQ(node.repair, sim::Deterministic{600});
  EXPECT_EQ(workflow.cluster.nodes[1].count, 1);
  EXPECT_TRUE(workflow.cluster.nodes[1].time_to_failure.is_zero());
  EXPECT_EQ(workflow.cluster.placement, sim::Placement::pack);
  EXPECT_TRUE(workflow.cluster.evict_idle);
  EXPECT_EQ(workflow.rollout, sim::Rollout::rolling);
}

TEST(WorkflowFile, ReadsEveryKindOfBlock) {
  const sim::WorkflowSpec workflow = read(R"(
name: w
functions: {f: {}, g: {calls: f}}
entry:
  - g
  - {call: f, on_failure: pass_on}
  - parallel: [f, [g, f]]
  - choice: [{probability: 0.4, do: f}, {probability: 0.6, do: {sequence: [f]}}]
  - fan_out: {width: {law: exponential, mean: 3}, do: f}
)");
  const auto& steps = std::get<sim::Sequence>(workflow.entry.kind).steps;
  ASSERT_EQ(steps.size(), 5u);
  EXPECT_EQ(std::get<sim::Call>(steps[0].kind).on_failure, sim::OnFailure::abort);
  EXPECT_EQ(std::get<sim::Call>(steps[1].kind).on_failure, sim::OnFailure::pass_on);
  EXPECT_EQ(std::get<sim::Parallel>(steps[2].kind).branches.size(), 2u);
  EXPECT_EQ(std::get<sim::Choice>(steps[3].kind).probabilities, (std::vector<double>{0.4, 0.6}));
  EXPECT_EQ(std::get<sim::FanOut>(steps[4].kind).width, sim::Exponential{3});
  EXPECT_EQ(std::get<sim::Call>(workflow.functions[1].calls->kind).function, "f");
}

TEST(WorkflowFile, WhatIsWrongIsNamedWithItsLine) {
  const struct {
    std::string text;
    std::string message;
  } cases[] = {
      {"name: w\nentry: f\n", "f.yaml:1: expected a key \"functions\", got none"},
      {"name: w\nfunctions: {f: {}}\n", "f.yaml:1: expected a key \"entry\", got none"},
      {"name: w\nfunctions: {}\nentry: f\n", "f.yaml:2: functions: expected at least one function, got none"},
      {"name: w\nfunctions: [f]\nentry: f\n",
       "f.yaml:2: functions: expected a map from names to functions, got a list"},
      {"name: my workflow\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:1: name: expected a name of letters, digits, - and _, at most 63, got \"my workflow\""},
      {"name: w\nfunctions: {f.g: {}}\nentry: f\n",
       "f.yaml:2: functions: expected a name of letters, digits, - and _, at most 63, got \"f.g\""},
      {"name: w\nfunctoins: {f: {}}\nentry: f\n", "f.yaml:2: unknown key \"functoins\", did you mean \"functions\"?"},
      {"name: w\nfunctions:\n  f:\n    serail: 1s\nentry: f\n",
       "f.yaml:4: functions.f: unknown key \"serail\", did you mean \"serial\"?"},
      {"name: w\nfunctions:\n  f:\n    serial: 0.86\nentry: f\n",
       "f.yaml:4: functions.f.serial: expected a duration such as 860ms, got \"0.86\""},
      {"name: w\nfunctions:\n  f:\nentry: f\n",
       "f.yaml:3: functions.f: expected a map with keys from serial, parallel, off_cpu, memory, payload, hop, "
       "failure_probability, failed_input_work_share, overflow, rejection_work, queue_capacity, "
       "queue_worker, start_up, drain, "
       "on_end, keep_alive, "
       "oom_kills, "
       "time_to_failure, requests, fixed, ranges, calls, got nothing"},
      {"name: w\nfunctions: {f: {memory: {process: 380}}}\nentry: f\n",
       "f.yaml:2: functions.f.memory.process: expected a memory quantity such as 256Mi, got \"380\""},
      {"name: w\nfunctions: {f: {parallel: {work: 1s}}}\nentry: f\n",
       "f.yaml:2: functions.f.parallel: expected a key \"threads\", got none"},
      {"name: w\nfunctions: {f: {parallel: {work: 1s, threads: 0.5}}}\nentry: f\n",
       "f.yaml:2: functions.f.parallel.threads: expected a number of threads from 1 to 1000000, got \"0.5\""},
      {"name: w\nfunctions: {f: {failure_probability: 1.5}}\nentry: f\n",
       "f.yaml:2: functions.f.failure_probability: expected a probability from 0 to 1, or a percentage such as 5%, got "
       "\"1.5\""},
      {"name: w\nfunctions: {f: {failed_input_work_share: -0.1}}\nentry: f\n",
       "f.yaml:2: functions.f.failed_input_work_share: expected a probability from 0 to 1, or a percentage such as 5%, "
       "got \"-0.1\""},
      {"name: w\nfunctions: {f: {overflow: drop}}\nentry: f\n",
       "f.yaml:2: functions.f.overflow: expected one of reject, queue, none, central_queue, got \"drop\""},
      {"name: w\nfunctions: {f: {queue_capacity: 3}}\nentry: f\n",
       "f.yaml:2: functions.f.queue_capacity: expected overflow: queue or central_queue beside it"},
      {"name: w\nfunctions: {f: {overflow: central_queue, rejection_work: 1ms}}\nentry: f\n",
       "f.yaml:2: functions.f.rejection_work: expected no overflow: central_queue beside it, which refuses calls "
       "before "
       "they reach an instance"},
      {"name: w\nfunctions: {f: {overflow: central_queue, queue_worker: {}}}\nentry: f\n",
       "f.yaml:2: functions.f.queue_worker: expected another overflow than central_queue beside it: calls wait for the "
       "workers"},
      {"name: w\nfunctions: {f: {queue_worker: {max_inflight: 0}}}\nentry: f\n",
       "f.yaml:2: functions.f.queue_worker.max_inflight: expected a whole number from 1 to 1000000000, got \"0\""},
      {"name: w\nfunctions: {f: {queue_worker: {retry: {factor: 0.5}}}}\nentry: f\n",
       "f.yaml:2: functions.f.queue_worker.retry.factor: expected a number from 1 to 1000000, got \"0.5\""},
      {"name: w\nfunctions: {f: {fixed: {cpu: 1, memory: 1Gi, replicas: 0, concurrency: 1}}}\nentry: f\n",
       "f.yaml:2: functions.f.fixed.replicas: expected a whole number from 1 to 100000, got \"0\""},
      {"name: w\nfunctions: {f: {fixed: {cpu: 1, memory: 1Gi, replicas: 1}}}\nentry: f\n",
       "f.yaml:2: functions.f.fixed: expected a key \"concurrency\", got none"},
      {"name: w\nfunctions: {f: {ranges: {}, fixed: {cpu: 1, memory: 1Gi, replicas: 1, concurrency: 1}}}\nentry: f\n",
       "f.yaml:2: functions.f.ranges: expected no ranges for a function whose knobs are fixed"},
      {"name: w\nranges: {cpu: [2, 1]}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: ranges.cpu: expected a range that rises, got [2, 1]"},
      {"name: w\nranges: {memory: [0Mi, 1Gi]}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: ranges.memory.0: expected a memory quantity above 0, got \"0Mi\""},
      {"name: w\nranges: {replicas: [1]}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: ranges.replicas: expected a range such as [1, 8], got a list of 1"},
      {"name: w\nranges: {replicas: [0, 0]}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: ranges.replicas: expected a range that ends above 0, got [0, 0]"},
      {"name: w\nranges: {replicas: [-1, 2]}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: ranges.replicas.0: expected a whole number from 0 to 100000, got \"-1\""},
      {"name: w\nfunctions: {f: {keep_alive: 60}}\nentry: f\n",
       "f.yaml:2: functions.f.keep_alive: expected a duration such as 30s, 500ms or 1h30m, got \"60\""},
      {"name: w\nfunctions: {f: {oom_kills: pod}}\nentry: f\n",
       "f.yaml:2: functions.f.oom_kills: expected one of request, instance, got \"pod\""},
      {"name: w\nfunctions: {f: {time_to_failure: {exponential: 1h}}}\nentry: f\n",
       "f.yaml:2: functions.f.time_to_failure: expected a key \"law\", got none"},
      {"name: w\nfunctions: {f: {requests: {cpus: 1}}}\nentry: f\n",
       "f.yaml:2: functions.f.requests: unknown key \"cpus\", did you mean \"cpu\"?"},
      {"name: w\nfunctions: {f: {requests: {memory: 128}}}\nentry: f\n",
       "f.yaml:2: functions.f.requests.memory: expected a memory quantity such as 256Mi, got \"128\""},
      {"name: w\ncluster: {placement: pack}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cluster: expected a key \"nodes\", got none"},
      {"name: w\nfunctions:\n  f: {keep_alive: 1s, drain: 2s}\nentry: f\n",
       "f.yaml:3: functions.f.drain: expected no keep_alive beside it"},
      {"name: w\nfunctions:\n  f: {start_up: {platform: 1s, ready: never}}\nentry: f\n",
       "f.yaml:3: functions.f.start_up.ready: expected one of after_work, before_work, got \"never\""},
      {"name: w\ncpu_sharing: {mode: cfs, spare_quota: 0.5}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cpu_sharing.spare_quota: expected run_slice beside it"},
      {"name: w\ncluster: {nodes: []}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cluster.nodes: expected at least one kind of node, got none"},
      {"name: w\ncluster: {nodes: 8}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cluster.nodes: expected a list of nodes such as {count: 8, cores: 8, memory: 32Gi}, got \"8\""},
      {"name: w\ncluster: {nodes: [{count: 0, cores: 8, memory: 32Gi}]}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cluster.nodes.0.count: expected a whole number from 1 to 1000000, got \"0\""},
      {"name: w\ncluster:\n  nodes:\n    - {cores: 8, memory: 32Gi, count: 999999}\n    - {cores: 8, memory: 32Gi, "
       "count: 2}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:4: cluster.nodes: expected at most 1000000 nodes, got 1000001"},
      {"name: w\ncluster: {nodes: [{cores: 0, memory: 32Gi}]}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cluster.nodes.0.cores: expected a number of cores above 0, at most 1000000, got \"0\""},
      {"name: w\ncluster: {nodes: [{cores: 8}]}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cluster.nodes.0: expected a key \"memory\", got none"},
      {"name: w\ncluster: {nodes: [{cores: 8, memory: 32Gi, repair: 1m}]}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cluster.nodes.0.repair: expected time_to_failure beside it"},
      {"name: w\ncluster: {nodes: [{cores: 8, memory: 32Gi}], placement: random}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cluster.placement: expected one of spread, pack, got \"random\""},
      {"name: w\nrollout: recreate\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: rollout: expected one of in_place, rolling, got \"recreate\""},
      {"name: w\nqos: {latency: 0s}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: qos.latency: expected a duration above 0, got \"0s\""},
      {"name: w\nqos: {latency: 13}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: qos.latency: expected a duration such as 30s, 500ms or 1h30m, got \"13\""},
      {"name: w\ngateway: {timeout: 0s}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: gateway.timeout: expected a duration above 0, got \"0s\""},
      {"name: w\ngateway: {routing: fastest}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: gateway.routing: expected one of random, round_robin, least_connection, got \"fastest\""},
      {"name: w\ncpu_sharing: {quota_exponent: 0}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cpu_sharing.quota_exponent: expected a number above 0, at most 100, got \"0\""},
      {"name: w\ncpu_sharing: {mode: cbs}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cpu_sharing.mode: expected one of fluid, cfs, got \"cbs\""},
      {"name: w\ncpu_sharing: {period: 50ms}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cpu_sharing.period: expected mode: cfs beside it"},
      {"name: w\ncpu_sharing: {cores: 4}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cpu_sharing.cores: expected mode: cfs beside it"},
      {"name: w\ncpu_sharing: {mode: cfs, cores: 0}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cpu_sharing.cores: expected a number of cores above 0, at most 1000000, got \"0\""},
      {"name: w\ncpu_sharing: {mode: cfs, turn_order: random}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cpu_sharing.turn_order: expected run_slice beside it"},
      {"name: w\ncpu_sharing: {run_slice: 10ms}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cpu_sharing.run_slice: expected mode: cfs beside it"},
      {"name: w\ncpu_sharing: {mode: cfs, cores: 1.5, run_slice: 10ms}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cpu_sharing.run_slice: expected a whole number of cores, at most 1000, beside it, got 1.5"},
      {"name: w\ncpu_sharing: {mode: cfs, cgroup_levels: 3}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cpu_sharing.cgroup_levels: expected a whole number from 1 to 2, got \"3\""},
      {"name: w\ncpu_sharing: {mode: cfs, slice_expiry: true}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cpu_sharing.slice_expiry: expected run_slice beside it"},
      {"name: w\ncpu_sharing: {mode: cfs, bandwidth_slice: 5ms}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cpu_sharing.bandwidth_slice: expected slice_expiry: true beside it"},
      {"name: w\ncpu_sharing: {mode: cfs, quota_exponent: 1.2}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cpu_sharing.quota_exponent: expected mode: fluid beside it"},
      {"name: w\ncpu_sharing: {mode: cfs, share_exponent: 1.2}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cpu_sharing.share_exponent: expected mode: fluid beside it"},
      {"name: w\ncpu_sharing: {share_exponent: 0.9}\nfunctions: {f: {}}\nentry: f\n",
       "f.yaml:2: cpu_sharing.share_exponent: expected a number from 1 to 100, got \"0.9\""},
      {"name: w\nfunctions: {rgb: {}}\nentry:\n  - rgb\n  - rbg\n",
       "f.yaml:5: entry.1: expected a function of this workflow, got \"rbg\", did you mean \"rgb\"?"},
      {"name: w\nfunctions:\n  rgb:\n    calls: {call: gone}\nentry: rgb\n",
       "f.yaml:4: functions.rgb.calls.call: expected a function of this workflow, got \"gone\""},
      {"name: w\nfunctions: {f: {}}\nentry: {call: f, on_failure: retry}\n",
       "f.yaml:3: entry.on_failure: expected one of abort, ignore, pass_on, got \"retry\""},
      {"name: w\nfunctions: {f: {}}\nentry: []\n",
       "f.yaml:3: entry: expected a list of at least one block, got an empty one"},
      {"name: w\nfunctions: {f: {}}\nentry: {paralel: [f]}\n",
       "f.yaml:3: entry: unknown key \"paralel\", did you mean \"parallel\"?"},
      {"name: w\nfunctions: {f: {}}\nentry: {parallel: [f], sequence: [f]}\n",
       "f.yaml:3: entry: expected one of call, sequence, parallel, choice, fan_out, got 2 keys"},
      {"name: w\nfunctions: {f: {}}\nentry:\n  choice:\n    - {probability: 0.4, do: f}\n    - {probability: 0.5, do: "
       "f}\n",
       "f.yaml:5: entry.choice: expected probabilities that sum to 1, got 0.9"},
      {"name: w\nfunctions: {f: {}}\nentry: {choice: []}\n",
       "f.yaml:3: entry.choice: expected probabilities that sum to 1, got 0"},
      {"name: w\nfunctions: {f: {}}\nentry: {fan_out: {width: 3s, do: f}}\n",
       "f.yaml:3: entry.fan_out.width: expected a number >= 0, got \"3s\""},
      {"name: w\nfunctions: {f: {}}\nentry: {fan_out: {width: 2.5, do: f}}\n",
       "f.yaml:3: entry.fan_out.width: expected a whole number of branches, or a distribution, of which each draw is "
       "rounded, got 2.5"},
      {"name: w\nfunctions: {f: {}}\nentry: {fan_out: {width: {law: deterministic, value: 0.4}, do: f}}\n",
       "f.yaml:3: entry.fan_out.width: expected a whole number of branches, or a distribution, of which each draw is "
       "rounded, got 0.4"},
      {"name: w\nfunctions: {f: {}}\nentry: {fan_out: {width: 3}}\n",
       "f.yaml:3: entry.fan_out: expected a key \"do\", got none"},
      {"name: w\nfunctions:\n  a: {calls: b}\n  b:\n    calls:\n      - c\n  c: {calls: a}\nentry: a\n",
       "f.yaml:7: functions.c.calls: expected calls without a cycle, got a -> b -> c -> a"},
      {"name: w\nfunctions:\n  a: {}\n  b: {calls: b}\nentry: a\n",
       "f.yaml:4: functions.b.calls: expected calls without a cycle, got b -> b"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(complaint_about(text), message) << text;
}

TEST(WorkflowFile, DeepChainsOfCallsAreAnErrorAndNoCrash) {
  std::string text = "name: w\nfunctions:\n";
  for (int i = 0; i < 20'000; ++i) text += "  f" + std::to_string(i) + ": {calls: f" + std::to_string(i + 1) + "}\n";
  text += "  f20000: {}\nentry: f0\n";
  EXPECT_EQ(complaint_about(text),
            "f.yaml:102: functions.f99.calls: expected at most 100 calls within one another, got more");
}

TEST(WorkflowFile, CallsThatMultiplyAreAnErrorBeforeTheyFillTheMemory) {
  std::string text = "name: w\nfunctions:\n";
  for (int i = 0; i < 60; ++i) {
    const std::string next = "f" + std::to_string(i + 1);
    text += "  f" + std::to_string(i) + ": {calls: [" + next + ", " + next + "]}\n";
  }
  text += "  f60: {}\nentry: f0\n";
  EXPECT_EQ(complaint_about(text), "f.yaml:64: entry: workflow 'w': its calls expand to more than a million steps");
}

}  // namespace
}  // namespace faasconf::experiments::config
