#pragma once
// Parallel for benchmarks: no file is read.

#include <chrono>
#include <utility>

#include "sim/model/scenario.hpp"

namespace faasconf::benchmarks {

inline sim::FunctionSpec function(const char* name, double serial_s, double off_cpu_s, double process_mib) {
  sim::FunctionSpec function;
  function.name = name;
  function.serial_work = sim::Deterministic{serial_s};
  function.off_cpu = sim::Deterministic{off_cpu_s};
  function.process_memory = sim::Deterministic{process_mib};
  function.instance_memory = {6};
  function.request_bytes = 100e3;
  function.response_bytes = 80e3;
  return function;
}

inline sim::FunctionSpec step(const char* name, double serial_s, double parallel_s, double process_mib) {
  sim::FunctionSpec step = function(name, serial_s, 0.044, process_mib);
  step.parallel_work = sim::Deterministic{parallel_s};
  step.max_threads = parallel_s > 0 ? 4.8 : 1.0;
  step.failure_probability = 0.002;
  return step;
}

// The workflow of experiments/configs/parallel-v1.yaml with its knobs in the middle of their ranges.
inline sim::ScenarioSpec parallel_workflow(int users) {
  const auto call = [](const char* name, sim::OnFailure on_failure) {
    return sim::Block{sim::Call{.function = name, .on_failure = on_failure}};
  };
  sim::ScenarioSpec spec;
  sim::WorkflowSpec& workflow = spec.workflow;
  workflow.name = "parallel";
  workflow.functions = {function("orchestrator", 0.34, 0.58, 40),
                        step("starter", 0.86, 0, 40),
                        step("rgb", 0.82, 0, 60),
                        step("resize", 0.77, 0, 60),
                        step("update", 0.78, 0, 60),
                        step("resnet", 0.79, 1.44, 380),
                        step("mobilenet", 0.59, 0.76, 60)};
  workflow.functions.front().fixed = sim::FunctionConfiguration{{4000}, {4096}, 8, 0};
  workflow.functions.front().calls = sim::Block{sim::Sequence{
      {call("starter", sim::OnFailure::ignore),
       call("rgb", sim::OnFailure::pass_on),
       call("resize", sim::OnFailure::pass_on),
       call("update", sim::OnFailure::pass_on),
       {sim::Parallel{{call("resnet", sim::OnFailure::abort), call("mobilenet", sim::OnFailure::abort)}}}}}};
  workflow.entry = call("orchestrator", sim::OnFailure::abort);
  workflow.qos = {.latency = std::chrono::seconds(13), .successes = 20};
  workflow.promise = sim::published_promise(workflow.qos);
  workflow.gateway.hop = sim::Deterministic{0.02};
  workflow.cpu_sharing = {.contention = 0.16, .quota_exponent = 1.36, .speed_spread = 0.08};
  spec.configuration =
      sim::uniform_configuration(workflow, {.cpu = {1125}, .memory = {1152}, .replicas = 4, .concurrency = 5});
  sim::ClosedLoop closed_loop;
  closed_loop.users = users;
  spec.workload.source = std::move(closed_loop);
  spec.redeploy = true;
  return spec;
}

}  // namespace faasconf::benchmarks
