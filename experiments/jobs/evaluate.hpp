#pragma once
// Policies side by side under loads and seeds.

#include <cstddef>
#include <cstdint>
#include <optional>
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
  std::vector<evaluation::Verdicts> verdicts;  // by policy; none where they were cancelled
  bool interrupted = false;

  std::size_t windows_per_policy() const;  // judged, of all loads and seeds
};

// Loads in the experiment's workload, but for its level: users or requests per second throughout, in so many windows
// after the first one; and over time as a file says, which becomes one of the experiment's inputs.
evaluation::EvaluatedLoad steady_load(const config::Experiment& experiment, int users, std::size_t windows);
evaluation::EvaluatedLoad steady_rate(const config::Experiment& experiment, double rate_per_s, std::size_t windows);
evaluation::EvaluatedLoad profile_load(config::Experiment& experiment, const std::string& path,
                                       const std::string& name);
// The experiment's workload as it is, in so many windows after the first one; over time, as many as its profile has
// where windows is absent.
evaluation::EvaluatedLoad own_load(const config::Experiment& experiment, std::optional<std::size_t> windows);

// Counts runs. Throws BadValue, and sim::Error where a policy's file cannot be used or does not fit.
EvaluateResult run(const EvaluateJob& job, const Progress& progress = {});

// The result as evaluation/evaluation_file.hpp lays it out, with its record. Written aside and renamed.
void write(const std::string& path, const EvaluateResult& result);

// Enters the result in a ledger of looks at held-out loads (results/looks.hpp), which are told apart by their levels;
// the number of looks at any of them.
std::size_t count_look(const std::string& ledger, const EvaluateResult& result);

}  // namespace faasconf::experiments::jobs
