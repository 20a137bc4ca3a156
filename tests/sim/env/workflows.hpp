#pragma once
// Small workflows for tests of environments.

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "sim/env/environment.hpp"

namespace faasconf::sim {

inline FunctionSpec function_named(const std::string& name, double work_s = 0.1) {
  FunctionSpec function;
  function.name = name;
  function.serial_work = Exponential{work_s};
  function.process_memory = Deterministic{40};
  function.request_bytes = 1000;
  return function;
}

// Two functions, one after the other.
inline EnvironmentSpec two_steps(bool redeploy = true) {
  EnvironmentSpec spec;
  WorkflowSpec& workflow = spec.scenario.workflow;
  workflow.name = "two steps";
  workflow.functions = {function_named("first", 0.2), function_named("second", 0.1)};
  workflow.entry = {Sequence{{{Call{"first"}}, {Call{"second"}}}}};
  workflow.qos = {.latency = std::chrono::milliseconds(500), .successes = 100};
  workflow.promise = published_promise(workflow.qos);
  workflow.gateway.hop = Deterministic{0.01};
  spec.scenario.configuration =
      uniform_configuration(workflow, {.cpu = {1000}, .memory = {512}, .replicas = 2, .concurrency = 4});
  spec.scenario.workload.source = ClosedLoop{};
  spec.scenario.redeploy = redeploy;
  spec.load.levels = {4, 8};
  spec.episode_windows = 5;
  return spec;
}

}  // namespace faasconf::sim
