#include "experiments/jobs/evaluate.hpp"

#include <utility>

#include "experiments/config/distribution_text.hpp"
#include "experiments/config/input_files.hpp"
#include "experiments/config/profile_file.hpp"
#include "experiments/config/promise_file.hpp"
#include "experiments/config/workload_file.hpp"
#include "experiments/evaluation/evaluation_file.hpp"
#include "experiments/jobs/bad_value.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::jobs {
namespace {

void check(const EvaluateJob& job) {
  config::check_judgeable(job.experiment.scenario);
  if (job.loads.empty()) throw BadValue("loads: expected at least one, got none");
  if (job.seeds < 2) throw BadValue("seeds: expected at least 2, got " + std::to_string(job.seeds));
  if (job.threads < 1) throw BadValue("threads: expected at least 1, got " + std::to_string(job.threads));
}

evaluation::EvaluationPlan plan_of(const EvaluateJob& job) {
  check(job);
  evaluation::EvaluationPlan plan{.scenario = job.experiment.scenario,
                                  .policies = policies::ready_policies(job.experiment),
                                  .loads = job.loads,
                                  .seeds = job.seeds,
                                  .seed = job.seed,
                                  .threads = job.threads};
  for (const policies::ReadyPolicy& policy : plan.policies) {
    if (plan.seeds % policy.trainings == 0) continue;
    throw BadValue("seeds: expected a multiple of the " + std::to_string(policy.trainings) + " trainings in " +
                   policy.name + ", got " + std::to_string(plan.seeds));
  }
  return plan;
}

// The record says what was run, not what the file said.
config::Experiment as_run(const EvaluateJob& job) {
  config::Experiment experiment = job.experiment;
  experiment.replications = job.seeds;
  experiment.seed = job.seed;
  experiment.resolved = config::to_yaml(experiment);
  return experiment;
}

}  // namespace

evaluation::EvaluatedLoad steady_load(const config::Experiment& experiment, int users, std::size_t windows) {
  sim::Workload workload = experiment.scenario.workload;
  config::become<sim::ClosedLoop>(workload).users = users;
  return {.name = std::to_string(users) + (users == 1 ? " user" : " users"),
          .workload = std::move(workload),
          .users = std::vector<int>(1 + windows, users),
          .windows = 1 + windows};
}

evaluation::EvaluatedLoad steady_rate(const config::Experiment& experiment, double rate_per_s, std::size_t windows) {
  sim::Workload workload = experiment.scenario.workload;
  config::become<sim::OpenLoop>(workload).rate_per_s = rate_per_s;
  return {.name = config::format_number(rate_per_s) + " requests/s",
          .workload = std::move(workload),
          .users = {},
          .windows = 1 + windows};
}

evaluation::EvaluatedLoad profile_load(config::Experiment& experiment, const std::string& path,
                                       const std::string& name) {
  config::ProfileFile file = config::read_profile(path);
  sim::Workload workload = experiment.scenario.workload;
  std::vector<int> users;
  std::size_t windows = 0;
  if (file.users) {
    users = config::users_by_window(file, experiment.scenario.window, path);
    windows = users.size();
    config::become<sim::ClosedLoop>(workload);
  } else {
    const auto length = config::length_of(file.profile);
    windows = length ? static_cast<std::size_t>(*length / experiment.scenario.window) : 0;
    config::become<sim::OpenLoop>(workload);
  }
  if (windows < 2) throw sim::Error(path + ": expected a profile of two windows at least");
  workload.profile = std::move(file.profile);
  experiment.inputs.push_back(config::fingerprint(path));
  return {.name = name, .workload = std::move(workload), .users = std::move(users), .windows = windows};
}

std::size_t EvaluateResult::windows_per_policy() const {
  std::size_t windows = 0;
  for (const evaluation::EvaluatedLoad& load : plan.loads) windows += load.windows - 1;
  return windows * evaluation.seeds;
}

EvaluateResult run(const EvaluateJob& job, const Progress& progress) {
  EvaluateResult result{
      .experiment = as_run(job), .plan = plan_of(job), .evaluation = {}, .verdicts = {}, .interrupted = false};
  const std::size_t runs = job.seeds * result.plan.policies.size() * job.loads.size();
  const auto report = [&](std::size_t done) { progress.report({.label = "evaluating", .done = done, .total = runs}); };
  report(0);
  result.evaluation = evaluation::evaluate(result.plan, report, progress.go_on);
  result.interrupted = result.evaluation.seeds < job.seeds || progress.cancelled();
  if (result.evaluation.seeds > 0) result.verdicts = evaluation::judge(result.evaluation);
  return result;
}

void write(const std::string& path, const EvaluateResult& result) {
  evaluation::write_evaluation(path, result.experiment, result.plan, result.evaluation, result.verdicts);
}

}  // namespace faasconf::experiments::jobs
