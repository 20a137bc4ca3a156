#pragma once
// Policies side by side under loads and seeds.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "experiments/config/experiment_file.hpp"
#include "experiments/evaluation/evaluation.hpp"
#include "experiments/jobs/progress.hpp"

namespace faasconf::experiments::jobs {

struct EvaluateJob {
  config::Experiment experiment;  // with the policies, and the scenario but for its workload
  std::vector<evaluation::EvaluatedLoad> loads;
  std::size_t seeds = 10;  // runs of a policy under a load
  std::uint64_t seed = 1;
  int threads = 1;
};

struct EvaluateResult {
  config::Experiment experiment;               // as it was run
  evaluation::EvaluationPlan plan;             // the same, with the policies ready
  evaluation::Evaluation evaluation;           // of the seeds that are complete
  std::vector<evaluation::Verdicts> verdicts;  // by policy
  bool interrupted = false;

  std::size_t windows_per_policy() const;  // judged, of all loads and seeds
};

// Loads in the experiment's workload, but for the number of users: throughout, in so many windows after the first one;
// and over time as a file says, which becomes one of the experiment's inputs.
evaluation::EvaluatedLoad steady_load(const config::Experiment& experiment, int users, std::size_t windows);
evaluation::EvaluatedLoad profile_load(config::Experiment& experiment, const std::string& path,
                                       const std::string& name);

// Counts runs. Throws BadValue, and sim::Error where a policy's file cannot be used or does not fit.
EvaluateResult run(const EvaluateJob& job, const Progress& progress = {});

}  // namespace faasconf::experiments::jobs
