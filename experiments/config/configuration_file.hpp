#pragma once
// The four knobs: of all functions at once, or of each.

#include <string>

#include "experiments/config/yaml_reader.hpp"
#include "sim/model/workflow.hpp"
#include "sim/policy/configuration.hpp"

namespace faasconf::experiments::config {

// {cpu: 1000m, memory: 1Gi, replicas: 4, concurrency: 4}, each key required.
sim::FunctionConfiguration read_all_knobs(const YamlValue& value);

// Knobs for all functions, under `default` or as they are, and under `functions` for those that differ. Every function
// that is tuned has all four in the end, within its ranges.
sim::Configuration read_configuration_value(const YamlValue& value, const sim::WorkflowSpec& workflow);

// A configuration file: `default:` knobs and one entry per function that differs.
sim::Configuration read_configuration(const std::string& path, const sim::WorkflowSpec& workflow);

// "{cpu: 500m, memory: 256Mi, replicas: 2, concurrency: unlimited}"
std::string format_knobs(const sim::FunctionConfiguration& knobs);

// What read_configuration_value reads: the knobs of every function that is tuned, from this column on.
std::string configuration_to_yaml(const sim::Configuration& configuration, const sim::WorkflowSpec& workflow,
                                  int column = 0);

// Throws sim::Error where the configuration is not of this workflow: other functions, a knob outside the ranges, or
// another one than the workflow fixes.
void check_configuration(const sim::Configuration& configuration, const sim::WorkflowSpec& workflow);

sim::Configuration middle_of_ranges(const sim::WorkflowSpec& workflow);

sim::Mebibytes read_memory_limit(const YamlValue& value);  // above 0
int read_replicas(const YamlValue& value, int least);      // at least so many
int read_concurrency(const YamlValue& value);              // 0, or "unlimited": no limit

}  // namespace faasconf::experiments::config
