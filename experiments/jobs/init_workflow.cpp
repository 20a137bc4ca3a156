#include "experiments/jobs/init_workflow.hpp"

#include <exception>
#include <filesystem>

#include "experiments/config/experiment_file.hpp"
#include "experiments/manifests/manifests.hpp"
#include "experiments/manifests/workflow_draft.hpp"
#include "sim/core/error.hpp"
#include "sim/model/scenario.hpp"
#include "traces/files/part_file.hpp"

namespace faasconf::experiments::jobs {

namespace {

// That what is written will be read.
void check_draft(const std::string& text) {
  try {
    const config::Experiment experiment = config::parse_experiment(text, "the workflow made of them");
    const sim::Scenario scenario(experiment.scenario);
    for (const config::NamedConfiguration& named : experiment.configurations) {
      sim::check(named.configuration, scenario.workflow());
    }
  } catch (const sim::Error&) {
    std::throw_with_nested(sim::Error("these manifests cannot be simulated"));
  }
}

}  // namespace

InitializedWorkflow run(const InitWorkflowJob& job) {
  if (std::filesystem::exists(job.out)) {
    throw sim::Error(job.out + ": exists already, and may have been edited; give another --out, or remove it");
  }
  const manifests::Deployed deployed = manifests::read_manifests(job.from);
  const manifests::Draft draft = manifests::draft_workflow(deployed, {.name = job.name, .entry = job.entry});
  check_draft(draft.text);
  files::write_aside(job.out, draft.text);
  InitializedWorkflow made{.functions = {}, .left_out = deployed.left_out, .estimates = draft.estimates};
  for (const manifests::DeployedFunction& function : deployed.functions) made.functions.push_back(function.name);
  return made;
}

}  // namespace faasconf::experiments::jobs
