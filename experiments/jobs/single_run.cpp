#include "experiments/jobs/single_run.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "experiments/config/configuration_file.hpp"
#include "experiments/config/honoured_keys.hpp"
#include "experiments/config/yaml_reader.hpp"
#include "experiments/jobs/simulate.hpp"
#include "experiments/policies/catalogue.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::jobs {
namespace {

using policies::ReadyPolicy;

[[noreturn]] void refuse_case(const std::string& name, const std::vector<ReadyPolicy>& cases) {
  std::vector<std::string_view> names;
  for (const ReadyPolicy& one : cases) names.push_back(one.name);
  throw sim::Error("case: expected one of " + config::join(names) + ", which the experiment compares, got " +
                   (name.empty() ? "none" : config::shown(name)) + config::meant(name, names));
}

// The experiment itself, or with the configuration in the place of all that it compares.
config::Experiment chosen(const SingleRunJob& job) {
  config::Experiment experiment = job.experiment;
  if (job.duration) experiment.duration = job.duration;
  if (!job.configuration) return experiment;
  if (!job.case_name.empty()) throw sim::Error("expected either a case or a configuration, got both");
  config::check_configuration(*job.configuration, experiment.scenario.workflow);
  experiment.configurations = {{"configuration", *job.configuration}};
  experiment.policies = {{}};
  return experiment;
}

ReadyPolicy case_of(const config::Experiment& experiment, const std::string& name) {
  const std::vector<ReadyPolicy> cases = policies::ready_policies(experiment);
  if (name.empty() && cases.size() == 1) return cases.front();
  const auto found = std::ranges::find(cases, name, &ReadyPolicy::name);
  if (found == cases.end()) refuse_case(name, cases);
  return *found;
}

}  // namespace

sim::Run run(const SingleRunJob& job, const Progress& progress) {
  config::check_keys(job.experiment, config::Verb::simulate);
  const config::Experiment experiment = chosen(job);
  const sim::Duration duration = duration_of(experiment);
  check_span(experiment.scenario.window, duration, job.warm_up);
  const ReadyPolicy one = case_of(experiment, job.case_name);
  sim::ScenarioSpec spec = experiment.scenario;
  spec.configuration = one.start;
  const sim::Scenario scenario(std::move(spec));
  const auto policy = policies::factory_of(one, scenario, duration)();
  return sim::run(scenario, *policy,
                  {.duration = duration, .warm_up = job.warm_up, .spans = job.spans, .go_on = progress.go_on},
                  job.seed.value_or(experiment.seed.value_or(kSeed)), job.replication);
}

}  // namespace faasconf::experiments::jobs
