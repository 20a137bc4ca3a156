#pragma once
// The cases of an experiment, each ready to be simulated.

#include <string>
#include <vector>

#include "experiments/config/experiment_file.hpp"
#include "sim/core/time.hpp"
#include "sim/model/run.hpp"
#include "sim/model/scenario.hpp"
#include "sim/policy/load_knowledge.hpp"

namespace faasconf::experiments::jobs {

struct ReadyCase {
  std::string name;
  sim::LoadKnowledge knows{};  // of the load, its policy
  sim::Scenario scenario;
  sim::PolicyFactory policy{};  // refers to the scenario, so a case stays where it is
};

// Of runs of this length. Throws sim::Error where a policy cannot be made or does not fit.
std::vector<ReadyCase> ready_cases(const config::Experiment& experiment, sim::Duration duration);

}  // namespace faasconf::experiments::jobs
