#pragma once
// Policies side by side: each under each load with each seed, by the same random numbers.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/policies/catalogue.hpp"
#include "experiments/results/metrics.hpp"
#include "sim/core/go_on.hpp"
#include "sim/model/run.hpp"
#include "sim/stats/bootstrap.hpp"

namespace faasconf::experiments::evaluation {

// What a run is judged by: the metrics that appear among criteria; of windows their mean, of requests all of them
// together. Cost first, then promise, latency, success, and the others topic by topic.
using Criteria = std::vector<results::EndToEndMetric>;
Criteria criteria_of(const results::Metrics& metrics = results::metrics());
std::size_t criterion_named(std::string_view name, const Criteria& criteria = criteria_of());  // index, if there is one

using Scores = std::vector<double>;  // of one run, by criterion; NaN where it has none

// Of the windows after the first one, in which no policy has decided yet.
Scores score(const sim::Run& run, const Criteria& criteria = criteria_of());
// How far each of them may be off: quantiles of many requests come from a sketch.
Scores resolution_of(const sim::Run& run, const Criteria& criteria = criteria_of());

struct EvaluatedLoad {
  std::string name;
  sim::Workload workload;
  // By window, for policies that go by them: users, or requests per second of an open loop; empty: it has none.
  std::vector<double> levels;
  std::size_t windows = 0;  // of a run
};

// The level of a load, the same whatever its name: "12 users", "5 requests/s", over time with a digest of its steps.
std::string values_of(const sim::Workload& workload);

struct EvaluationPlan {
  sim::ScenarioSpec scenario;  // workload and configuration are those of loads and policies
  std::vector<policies::ReadyPolicy> policies;
  std::vector<EvaluatedLoad> loads;
  std::size_t seeds = 10;
  std::uint64_t seed = 1;
  int threads = 1;
  Criteria criteria = criteria_of();
};

std::vector<sim::LoadKnowledge> knowledge_of(const EvaluationPlan& plan);  // by policy
// "redeploy" or "carry-over"
std::string protocol_of(const EvaluationPlan& plan, const policies::ReadyPolicy& policy);

struct Evaluation {
  std::vector<std::string> policies;
  std::vector<std::string> loads;
  std::size_t seeds = 0;
  std::uint64_t seed = 1;  // that all random numbers come from
  Criteria criteria = criteria_of();
  std::vector<Scores> scores{};
  std::vector<Scores> resolutions{};  // of the scores; empty: all are exact

  std::size_t number_of(std::size_t policy, std::size_t load, std::size_t seed_index) const {  // of a run
    return (seed_index * policies.size() + policy) * loads.size() + load;
  }
  const Scores& at(std::size_t policy, std::size_t load, std::size_t seed_index) const {
    return scores[number_of(policy, load, seed_index)];
  }
};

// Called after each run, by one thread at a time.
using OnRuns = std::function<void(std::size_t runs_done)>;

// Run k of a seed meets the same random numbers under every load and policy, those that simulate gives its replication
// k. When it is cancelled, the seeds that are complete count. Results do not depend on the number of threads.
Evaluation evaluate(const EvaluationPlan& plan, const OnRuns& on_runs = {}, const sim::GoOn& go_on = {});

// What the runs of a policy say of a criterion. Intervals are the bootstrap's over seeds, the runs of a seed under all
// loads together; none is narrower than the resolution of its scores.
struct Verdict {
  sim::AsymmetricInterval mean;
  sim::AsymmetricInterval interquartile_mean;
  double worst_seed = 0;                 // mean over loads
  sim::AsymmetricInterval worst_load{};  // mean over seeds
  std::size_t worst_load_index = 0;
  double lowest = 0;  // lower end of any load's interval
  // Difference from the first policy, run by run; all policies' intervals hold together at 95 % (Bonferroni). Absent
  // for the first.
  std::optional<sim::AsymmetricInterval> difference;
};

// By criterion, over the runs that have it; absent where a load has none.
using Verdicts = std::vector<std::optional<Verdict>>;
std::vector<Verdicts> judge(const Evaluation& evaluation, const sim::GoOn& go_on = {});  // by policy

}  // namespace faasconf::experiments::evaluation
