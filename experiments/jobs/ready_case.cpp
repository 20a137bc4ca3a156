#include "experiments/jobs/ready_case.hpp"

#include <utility>

#include "experiments/policies/catalogue.hpp"

namespace faasconf::experiments::jobs {

std::vector<ReadyCase> ready_cases(const config::Experiment& experiment, sim::Duration duration) {
  const std::vector<policies::ReadyPolicy> ready = policies::ready_policies(experiment);
  std::vector<ReadyCase> cases;
  cases.reserve(ready.size());  // so that scenarios stay where they are
  for (const policies::ReadyPolicy& policy : ready) {
    sim::ScenarioSpec spec = experiment.scenario;
    spec.configuration = policy.start;
    ReadyCase& one = cases.emplace_back(ReadyCase{policy.name, policy.knows, sim::Scenario(std::move(spec)), {}});
    one.policy = policies::factory_of(policy, one.scenario, duration);
  }
  return cases;
}

}  // namespace faasconf::experiments::jobs
