#include "experiments/config/cases.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <utility>

#include "experiments/config/yaml_reader.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::config {
namespace {

// Of a policy with a file.
std::string name_of_file(const PolicySpec& policy, bool whole_path) {
  const std::string& file = *file_of(policy);
  const auto* const table = std::get_if<TableSpec>(&policy.kind);
  return (whole_path ? file : std::filesystem::path(file).stem().string()) +
         (table != nullptr ? suffix_of(*table) : "");
}

// Whether two files of policies of this kind have the same name in different folders.
bool names_are_alike(const std::vector<PolicySpec>& policies, std::size_t kind) {
  std::set<std::string> names;
  return std::ranges::any_of(policies, [&](const PolicySpec& policy) {
    return policy.kind.index() == kind && file_of(policy) != nullptr &&
           !names.insert(name_of_file(policy, false)).second;
  });
}

std::vector<NamedConfiguration> starts_of(const PolicySpec& policy, const Experiment& experiment) {
  if (file_of(policy) != nullptr) return {experiment.configurations.front()};
  std::vector<NamedConfiguration> starts;
  for (const NamedConfiguration& named : experiment.configurations) {
    if (policy.configuration.empty() || policy.configuration == named.name) starts.push_back(named);
  }
  if (starts.empty()) {
    throw sim::Error("policy " + format(policy) + ": there is no such configuration" +
                     (is_fixed(policy) ? ", nor a file of this name" : ""));
  }
  return starts;
}

std::string name_of(const PolicySpec& policy, const std::string& start, bool is_one_of_several) {
  std::string name = is_fixed(policy) ? start : kind_of(policy);
  if (!is_fixed(policy) && is_one_of_several) name += ":" + start;
  const std::string parameters = changed_parameters(policy);
  return parameters.empty() ? name : name + ":" + parameters;
}

}  // namespace

std::vector<Case> cases_of(const Experiment& experiment) {
  std::vector<Case> cases;
  std::set<std::string> names;
  for (const PolicySpec& policy : experiment.policies) {
    std::vector<NamedConfiguration> starts = starts_of(policy, experiment);
    for (NamedConfiguration& start : starts) {
      std::string name = file_of(policy) != nullptr
                             ? name_of_file(policy, names_are_alike(experiment.policies, policy.kind.index()))
                             : name_of(policy, start.name, starts.size() > 1);
      if (!names.insert(name).second) throw sim::Error("two cases are named " + shown(name));
      cases.push_back({std::move(name), policy, std::move(start)});
    }
  }
  return cases;
}

}  // namespace faasconf::experiments::config
