#include "experiments/config/policies.hpp"

#include <array>
#include <set>
#include <string_view>

#include "experiments/config/yaml_reader.hpp"
#include "sim/core/error.hpp"
#include "sim/policy/hpa.hpp"
#include "sim/policy/kpa.hpp"
#include "sim/policy/openfaas_alerts.hpp"

namespace faasconf::experiments {

namespace {

template <class Autoscaler>
std::unique_ptr<sim::Policy> make_autoscaler(const sim::WorkflowSpec& workflow, const sim::Configuration&) {
  return std::make_unique<Autoscaler>(sim::replica_ranges(workflow));
}

std::unique_ptr<sim::Policy> make_fixed(const sim::WorkflowSpec&, const sim::Configuration& start) {
  return std::make_unique<sim::FixedPolicy>(start);
}

struct Entry {
  std::string_view name;
  std::unique_ptr<sim::Policy> (*make)(const sim::WorkflowSpec&, const sim::Configuration& start);
};
constexpr std::array kPolicies = {
    Entry{"fixed", make_fixed},
    Entry{"openfaas", make_autoscaler<sim::OpenFaasAlerts>},
    Entry{"hpa", make_autoscaler<sim::Hpa>},
    Entry{"kpa", make_autoscaler<sim::Kpa>},
};

const Entry* find_policy(std::string_view name) {
  for (const Entry& entry : kPolicies) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace

PolicyChoice parse_policy(const std::string& text) {
  const std::size_t colon = text.find(':');
  PolicyChoice choice{.policy = text.substr(0, colon), .configuration = ""};
  if (colon != std::string::npos) choice.configuration = text.substr(colon + 1);
  if (find_policy(choice.policy) == nullptr || (colon != std::string::npos && choice.configuration.empty())) {
    std::vector<std::string_view> names;
    for (const Entry& entry : kPolicies) names.push_back(entry.name);
    throw sim::Error("expected one of " + join(names) + ", or with a configuration such as hpa:lean, got " +
                     shown(text) + meant(choice.policy, names));
  }
  return choice;
}

std::string format(const PolicyChoice& choice) {
  return choice.configuration.empty() ? choice.policy : choice.policy + ":" + choice.configuration;
}

std::vector<Case> cases_of(const Experiment& experiment) {
  std::vector<Case> cases;
  std::set<std::string> names;
  for (const PolicyChoice& choice : experiment.policies) {
    std::vector<NamedConfiguration> starts;
    for (const NamedConfiguration& named : experiment.configurations) {
      if (choice.configuration.empty() || choice.configuration == named.name) starts.push_back(named);
    }
    if (starts.empty()) throw sim::Error("policy " + format(choice) + ": there is no such configuration");
    for (NamedConfiguration& start : starts) {
      std::string name = choice.policy == "fixed" ? start.name : choice.policy;
      if (choice.policy != "fixed" && starts.size() > 1) name += ":" + start.name;
      if (!names.insert(name).second) throw sim::Error("two cases are named " + shown(name));
      cases.push_back({std::move(name), choice.policy, std::move(start)});
    }
  }
  return cases;
}

std::unique_ptr<sim::Policy> make_policy(const Case& one, const sim::WorkflowSpec& workflow) {
  return find_policy(one.policy)->make(workflow, one.start.configuration);
}

}  // namespace faasconf::experiments
