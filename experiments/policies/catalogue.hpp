#pragma once
// All policies by name, for simulate, evaluate and experiment files.
// A new one has its parameters in config/policy_spec and an entry here.

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "experiments/config/cases.hpp"
#include "sim/model/run.hpp"
#include "sim/model/scenario.hpp"
#include "sim/policy/load_knowledge.hpp"
#include "sim/policy/policy.hpp"

namespace faasconf::experiments::policies {

// The run that a policy is made for; scenario and levels outlive the policy.
struct RunToServe {
  const sim::Scenario& scenario;
  // By window, the last one for good: users, or requests per second of an open loop; empty: unknown.
  std::span<const double> levels{};
  std::size_t seed = 0;  // its index: the policies of several trainings take turns
};

// A policy whose files have been read. It outlives what it makes.
struct ReadyPolicy {
  std::string name;
  sim::LoadKnowledge knows = sim::LoadKnowledge::none;
  bool carries_over = false;  // even where windows are redeployed: its instances stay
  sim::Configuration start;   // in force in the first window
  std::size_t trainings = 1;  // that take turns
  // May be called by several threads at once. Throws sim::Error where it does not fit the scenario, or goes by a
  // load of another kind.
  std::function<std::unique_ptr<sim::Policy>(const RunToServe&)> make;
};

// The policies of an experiment, case by case. Throws sim::Error when one of their files cannot be used.
std::vector<ReadyPolicy> ready_policies(const config::Experiment& experiment);

// Of runs of this length; they outlive neither the factory nor the scenario. Throws sim::Error where a policy is to be
// drawn from several trainings.
sim::PolicyFactory factory_of(const ReadyPolicy& policy, const sim::Scenario& scenario, sim::Duration duration);

}  // namespace faasconf::experiments::policies
