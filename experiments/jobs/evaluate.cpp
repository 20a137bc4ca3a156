#include "experiments/jobs/evaluate.hpp"

#include <algorithm>
#include <utility>

#include "experiments/config/distribution_text.hpp"
#include "experiments/config/honoured_keys.hpp"
#include "experiments/config/input_files.hpp"
#include "experiments/config/profile_file.hpp"
#include "experiments/config/promise_file.hpp"
#include "experiments/config/workload_file.hpp"
#include "experiments/evaluation/evaluation_file.hpp"
#include "experiments/jobs/bad_value.hpp"
#include "experiments/jobs/simulate.hpp"
#include "experiments/policies/known_levels.hpp"
#include "experiments/results/looks.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::jobs {
namespace {

void check(const EvaluateJob& job) {
  config::check_keys(job.experiment, config::Verb::evaluate);
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
          .levels = std::vector<double>(1 + windows, users),
          .windows = 1 + windows};
}

evaluation::EvaluatedLoad steady_rate(const config::Experiment& experiment, double rate_per_s, std::size_t windows) {
  sim::Workload workload = experiment.scenario.workload;
  config::become<sim::OpenLoop>(workload).rate_per_s = rate_per_s;
  return {.name = config::format_number(rate_per_s) + " requests/s",
          .workload = std::move(workload),
          .levels = std::vector<double>(1 + windows, rate_per_s),
          .windows = 1 + windows};
}

evaluation::EvaluatedLoad profile_load(config::Experiment& experiment, const std::string& path,
                                       const std::string& name) {
  config::ProfileFile file = config::read_profile(path);
  sim::Workload workload = experiment.scenario.workload;
  const sim::Duration window = experiment.scenario.window;
  std::vector<double> levels;
  if (file.users) {
    const std::vector<int> users = config::users_by_window(file, window, path);
    levels.assign(users.begin(), users.end());
    config::become<sim::ClosedLoop>(workload);
  } else {
    levels = config::rates_by_window(file, window, path);
    config::become<sim::OpenLoop>(workload);
  }
  if (levels.size() < 2) throw sim::Error(path + ": expected a profile of two windows at least");
  workload.profile = std::move(file.profile);
  experiment.inputs.push_back(config::fingerprint(path));
  const std::size_t windows = levels.size();
  return {.name = name, .workload = std::move(workload), .levels = std::move(levels), .windows = windows};
}

evaluation::EvaluatedLoad own_load(const config::Experiment& experiment, std::optional<std::size_t> windows) {
  const sim::Workload& workload = experiment.scenario.workload;
  const sim::Duration window = experiment.scenario.window;
  const auto whole = static_cast<std::size_t>(duration_of(experiment) / window);
  const std::size_t all = std::max<std::size_t>(2, windows ? 1 + *windows : whole);
  const auto* const closed = std::get_if<sim::ClosedLoop>(&workload.source);
  const auto* const open = std::get_if<sim::OpenLoop>(&workload.source);
  if (closed != nullptr && !workload.profile) return steady_load(experiment, closed->users, all - 1);
  if (open != nullptr && !workload.profile) return steady_rate(experiment, open->rate_per_s, all - 1);
  return {.name = workload.profile ? "profile" : "arrivals",
          .workload = workload,
          .levels = policies::known_levels(workload, window, static_cast<std::int64_t>(all) * window),
          .windows = all};
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
  if (result.evaluation.seeds == 0) return result;
  try {
    result.verdicts = evaluation::judge(result.evaluation, result.interrupted ? sim::GoOn() : progress.go_on);
  } catch (const sim::Cancelled&) {
    result.interrupted = true;
  }
  return result;
}

void write(const std::string& path, const EvaluateResult& result) {
  evaluation::write_evaluation(path, result.experiment, result.plan, result.evaluation, result.verdicts);
}

std::size_t count_look(const std::string& ledger, const EvaluateResult& result) {
  results::Look look{.date = results::utc_now(),
                     .identity = evaluation::identity_of(result.experiment, result.plan, result.evaluation),
                     .workflow = result.plan.scenario.workflow.name,
                     .loads = {}};
  for (const evaluation::EvaluatedLoad& load : result.plan.loads) {
    look.loads.push_back(evaluation::values_of(load.workload));
  }
  return results::add_look(ledger, look);
}

}  // namespace faasconf::experiments::jobs
