#pragma once
// Policies side by side: each under each load with each seed, by the same random numbers.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/policies/catalogue.hpp"
#include "sim/core/go_on.hpp"
#include "sim/model/run.hpp"
#include "sim/stats/bootstrap.hpp"

namespace faasconf::experiments::evaluation {

// What a run is judged by; of windows their mean, of requests all of them together.
struct Criterion {
  std::string_view name;
  std::string_view unit;  // "1" for shares and for the paper's price
  bool more_is_better = false;
};
inline constexpr std::array<Criterion, 8> kCriteria = {{
    {"price", "1"},
    {"cost_window_usd", "USD"},
    {"cost_execution_usd", "USD"},
    {"qos", "1", true},         // share of windows that met QoS, as published
    {"qos_strict", "1", true},  // and whose requests were served, see sim::strict_qos_compliance
    {"latency_mean_s", "s"},
    {"latency_p95_s", "s"},
    {"success_ratio", "1", true},
}};
std::size_t criterion_named(std::string_view name);  // index; of a name that there is

using Scores = std::array<double, kCriteria.size()>;  // of one run; NaN where it has none

// Of the windows after the first one, in which no policy has decided yet.
Scores score(const sim::Run& run);

struct EvaluatedLoad {
  std::string name;
  sim::Workload workload;
  std::vector<int> users;  // by window; the run has as many windows
};

struct EvaluationPlan {
  sim::ScenarioSpec scenario;  // workload and configuration are those of loads and policies
  std::vector<policies::ReadyPolicy> policies;
  std::vector<EvaluatedLoad> loads;
  std::size_t seeds = 10;
  std::uint64_t seed = 1;
  int threads = 1;
};

std::vector<sim::LoadKnowledge> knowledge_of(const EvaluationPlan& plan);  // by policy
// "redeploy" or "carry-over"
std::string protocol_of(const EvaluationPlan& plan, const policies::ReadyPolicy& policy);

struct Evaluation {
  std::vector<std::string> policies;
  std::vector<std::string> loads;
  std::size_t seeds = 0;
  std::uint64_t seed = 1;  // that all random numbers come from
  std::vector<Scores> scores;

  const Scores& at(std::size_t policy, std::size_t load, std::size_t seed_index) const {
    return scores[(seed_index * policies.size() + policy) * loads.size() + load];
  }
};

// Called after each run, by one thread at a time.
using OnRuns = std::function<void(std::size_t runs_done)>;

// Seeds of different loads are independent, those of different policies the same. When it is cancelled, the seeds that
// are complete count. Results do not depend on the number of threads.
Evaluation evaluate(const EvaluationPlan& plan, const OnRuns& on_runs = {}, const sim::GoOn& go_on = {});

// What the runs of a policy say of a criterion. Intervals are the stratified bootstrap's, strata the loads.
struct Verdict {
  sim::AsymmetricInterval mean;
  sim::AsymmetricInterval interquartile_mean;
  double worst_seed = 0;                 // mean over loads
  sim::AsymmetricInterval worst_load{};  // mean over seeds
  std::size_t worst_load_index = 0;
  double lowest = 0;  // lower end of any load's interval
  // Less the first policy, run by run; all policies' intervals hold together at 95 % (Bonferroni). Absent for the
  // first.
  std::optional<sim::AsymmetricInterval> difference;
};

// By criterion, over the runs that have it; absent where a load has none.
using Verdicts = std::array<std::optional<Verdict>, kCriteria.size()>;
std::vector<Verdicts> judge(const Evaluation& evaluation);  // by policy

}  // namespace faasconf::experiments::evaluation
