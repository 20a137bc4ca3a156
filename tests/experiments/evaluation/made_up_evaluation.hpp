#pragma once
// An evaluation worked out by hand, and one that can be run.

#include <chrono>
#include <limits>
#include <memory>
#include <utility>

#include "experiments/evaluation/evaluation.hpp"
#include "sim/policy/policy.hpp"

namespace faasconf::experiments::evaluation {

// Two policies, two loads, three seeds; every criterion of a run has this value.
inline Evaluation made_up_evaluation(const auto& value) {
  Evaluation evaluation{.policies = {"lean", "ample"}, .loads = {"few", "many"}, .seeds = 3, .seed = 7};
  for (std::size_t seed = 0; seed < 3; ++seed) {
    for (std::size_t policy = 0; policy < 2; ++policy) {
      for (std::size_t load = 0; load < 2; ++load) {
        evaluation.scores.push_back(Scores(evaluation.criteria.size(), value(policy, load, seed)));
      }
    }
  }
  return evaluation;
}

inline double some_value(std::size_t policy, std::size_t load, std::size_t seed) {
  constexpr double kValues[2][2][3] = {{{1, 2, 3}, {5, 5, 8}}, {{2, 3, 4}, {4, 4, 4}}};
  return kValues[policy][load][seed];
}

inline sim::FunctionConfiguration knobs(int replicas) {
  return {.cpu = {1000}, .memory = {512}, .replicas = replicas, .concurrency = 2};
}

// One function, whose replicas differ between the policies; a load of few users and one that grows.
inline EvaluationPlan small_plan(int threads = 1) {
  sim::FunctionSpec function;
  function.name = "only";
  function.serial_work = sim::Exponential{0.5};
  EvaluationPlan plan;
  sim::WorkflowSpec& workflow = plan.scenario.workflow;
  workflow.name = "small";
  workflow.functions = {function};
  workflow.entry = {sim::Call{"only"}};
  workflow.qos = {.latency = std::chrono::seconds(1), .successes = 20};
  workflow.promise = sim::published_promise(workflow.qos);
  plan.scenario.redeploy = true;
  for (const auto& [name, replicas] : {std::pair("lean", 1), std::pair("ample", 4)}) {
    const sim::Configuration start{{knobs(replicas)}};
    plan.policies.push_back({.name = name, .start = start, .make = [start](const auto&) {
                               return std::make_unique<sim::FixedPolicy>(start);
                             }});
  }
  for (const int users : {2, 5}) {
    plan.loads.push_back({.name = std::to_string(users) + " users",
                          .workload = {.source = sim::ClosedLoop{.users = users, .think_time = sim::Deterministic{0.5}},
                                       .retry = {},
                                       .profile = {}},
                          .levels = std::vector<double>(6, users),
                          .windows = 6});
  }
  plan.seeds = 4;
  plan.threads = threads;
  return plan;
}

}  // namespace faasconf::experiments::evaluation
