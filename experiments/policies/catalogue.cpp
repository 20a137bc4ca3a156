#include "experiments/policies/catalogue.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <utility>
#include <variant>

#include "experiments/config/configuration_file.hpp"
#include "experiments/config/lookup_file.hpp"
#include "experiments/config/policy_files.hpp"
#include "experiments/policies/known_levels.hpp"
#include "learner/bundle/bundle.hpp"
#include "learner/serving/learned_policy.hpp"
#include "sim/core/error.hpp"
#include "sim/policy/lookup_table.hpp"

namespace faasconf::experiments::policies {
namespace {

using LevelOfWindow = std::function<double(std::int64_t window)>;

// Nothing is decided for a window after the last one.
LevelOfWindow levels_of(const RunToServe& run, const std::string& policy) {
  if (run.levels.empty()) {
    throw sim::Error("policy " + policy +
                     ": expected a closed or an open loop, by whose level it decides, got given arrivals");
  }
  return [levels = run.levels](std::int64_t window) {
    return levels[std::min(static_cast<std::size_t>(window), levels.size() - 1)];
  };
}

// The same for a policy that goes by loads of one kind.
LevelOfWindow levels_of(const RunToServe& run, const std::string& policy, sim::LoadUnit unit) {
  const bool is_open = std::holds_alternative<sim::OpenLoop>(run.scenario.spec().workload.source);
  const bool by_rate = unit == sim::LoadUnit::requests_per_s;
  if (!run.levels.empty() && is_open == by_rate) return levels_of(run, policy);
  throw sim::Error("policy " + policy + ": expected " +
                   (by_rate ? "an open loop, by whose rate it decides, got another workload"
                            : "a closed loop, by whose users it decides, got another workload"));
}

// --- what each kind knows, and how it is made

void fill(ReadyPolicy& ready, const config::FixedSpec& fixed, const config::Experiment& experiment) {
  const sim::WorkflowSpec& workflow = experiment.scenario.workflow;
  ready.knows = sim::LoadKnowledge::none;
  if (!fixed.file.empty()) ready.start = config::read_configuration(fixed.file, workflow);
  ready.make = [start = ready.start](const RunToServe&) { return std::make_unique<sim::FixedPolicy>(start); };
}

template <class Autoscaler>
void fill_autoscaler(ReadyPolicy& ready, const typename Autoscaler::Parameters& parameters,
                     const config::Experiment& experiment) {
  ready.knows = sim::LoadKnowledge::past;
  ready.carries_over = true;
  ready.make = [ranges = sim::replica_ranges(experiment.scenario.workflow), parameters](const RunToServe&) {
    return std::make_unique<Autoscaler>(ranges, parameters);
  };
}

// Some function can go to zero.
void check_zero(const ReadyPolicy& ready, const config::Experiment& experiment) {
  for (const auto& range : sim::replica_ranges(experiment.scenario.workflow)) {
    if (range && range->min == 0) return;
  }
  throw sim::Error("policy " + ready.name +
                   ": to_zero: expected a function whose ranges let replicas go to 0, such as " +
                   "ranges: {replicas: [0, 20]}, got none");
}

void fill(ReadyPolicy& ready, const sim::OpenFaasAlertsParameters& parameters, const config::Experiment& experiment) {
  fill_autoscaler<sim::OpenFaasAlerts>(ready, parameters, experiment);
}
void fill(ReadyPolicy& ready, const sim::OpenFaasAutoscalerParameters& parameters,
          const config::Experiment& experiment) {
  if (parameters.to_zero) check_zero(ready, experiment);
  fill_autoscaler<sim::OpenFaasAutoscaler>(ready, parameters, experiment);
}
void fill(ReadyPolicy& ready, const sim::HpaParameters& parameters, const config::Experiment& experiment) {
  fill_autoscaler<sim::Hpa>(ready, parameters, experiment);
}
void fill(ReadyPolicy& ready, const sim::KpaParameters& parameters, const config::Experiment& experiment) {
  fill_autoscaler<sim::Kpa>(ready, parameters, experiment);
}

void fill(ReadyPolicy& ready, const config::TableSpec& spec, const config::Experiment& experiment) {
  ready.knows = spec.last ? sim::LoadKnowledge::past : sim::LoadKnowledge::next;
  // shared by the copies of `make`, and borrowed by the policies
  const auto table =
      std::make_shared<const sim::LookupTable>(config::read_lookup(spec.file, experiment.scenario.workflow));
  ready.make = [table, spec, name = ready.name](const RunToServe& run) {
    const LevelOfWindow levels = levels_of(run, name, table->unit());
    return std::make_unique<sim::LookupPolicy>(
        *table,
        [spec, levels, unit = table->unit()](const sim::Observation& seen) {
          return spec.last ? sim::load_of(seen, unit) : levels(seen.window + 1);
        },
        spec.interval);
  };
}

void fill(ReadyPolicy& ready, const config::BundleSpec& spec, const config::Experiment& experiment) {
  const std::vector<std::string> paths = config::bundle_files(spec.file);
  // shared by the copies of `make`, and borrowed by the policies
  const auto bundles = std::make_shared<std::vector<learner::bundle::PolicyBundle>>();
  for (const std::string& path : paths) bundles->push_back(learner::bundle::read_bundle(path));
  ready.knows = sim::knowledge_of(bundles->front().metadata.load_knowledge);
  ready.trainings = paths.size();
  ready.make = [bundles, paths, name = ready.name, any_promise = experiment.any_promise](const RunToServe& run) {
    const std::size_t training = run.seed % paths.size();
    learner::serving::ServingOptions options{.load = levels_of(run, name), .any_promise = any_promise};
    try {
      return std::make_unique<learner::serving::LearnedPolicy>((*bundles)[training], run.scenario, std::move(options));
    } catch (const sim::Error&) {
      std::throw_with_nested(sim::Error(paths[training]));
    }
  };
}

}  // namespace

std::vector<ReadyPolicy> ready_policies(const config::Experiment& experiment) {
  std::vector<ReadyPolicy> all;
  for (config::Case& one : config::cases_of(experiment)) {
    ReadyPolicy ready{.name = std::move(one.name), .start = std::move(one.start.configuration), .make = {}};
    std::visit([&](const auto& kind) { fill(ready, kind, experiment); }, one.policy.kind);
    if (experiment.causal && ready.knows == sim::LoadKnowledge::next) {
      throw sim::Error("policy " + ready.name +
                       ": it knows the load to come, which load_knowledge: causal forbids; give "
                       "a policy that goes by the load seen, such as table:FILE:last");
    }
    all.push_back(std::move(ready));
  }
  return all;
}

sim::PolicyFactory factory_of(const ReadyPolicy& policy, const sim::Scenario& scenario, sim::Duration duration) {
  if (policy.trainings > 1) {
    throw sim::Error("policy " + policy.name + ": expected one trained policy, got a folder of " +
                     std::to_string(policy.trainings) + ", which evaluate takes in turn");
  }
  const sim::ScenarioSpec& spec = scenario.spec();
  return [make = policy.make, &scenario, levels = known_levels(spec.workload, spec.window, duration)] {
    return make({.scenario = scenario, .levels = levels});
  };
}

}  // namespace faasconf::experiments::policies
