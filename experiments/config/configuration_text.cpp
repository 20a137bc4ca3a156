#include "experiments/config/configuration_text.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "sim/core/quantity.hpp"

namespace faasconf::experiments::config {
namespace {

std::string readable(const sim::FunctionConfiguration& knobs) {
  return sim::format(knobs.cpu) + ", " + sim::format(knobs.memory) + ", " + std::to_string(knobs.replicas) +
         (knobs.replicas == 1 ? " replica" : " replicas") + ", concurrency " + std::to_string(knobs.concurrency);
}

}  // namespace

std::string readable(const sim::Configuration& configuration, const sim::WorkflowSpec& workflow) {
  std::vector<std::pair<std::string, std::string>> groups;  // values, and the functions that have them
  for (std::size_t i = 0; i < workflow.functions.size(); ++i) {
    if (workflow.functions[i].fixed) continue;
    const std::string values = readable(configuration.functions[i]);
    const auto found = std::ranges::find(groups, values, &std::pair<std::string, std::string>::first);
    if (found == groups.end()) {
      groups.emplace_back(values, workflow.functions[i].name);
    } else {
      found->second += ", " + workflow.functions[i].name;
    }
  }
  std::string text;
  for (const auto& [values, functions] : groups) {
    const std::string whose = groups.size() == 1 ? "every function" : functions;
    text += (text.empty() ? "" : "; ") + whose + " " + values;
  }
  return text;
}

}  // namespace faasconf::experiments::config
