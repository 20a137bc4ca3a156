#pragma once
// Tables of configurations by number of users, or by requests per second (rate: 5/s in the place of users), as YAML:
//   table:
//     - users: 10
//       configuration: {functions: {starter: {cpu: 770m, memory: 512Mi, replicas: 2, concurrency: 3}, ...}}
// and beside the table, under `record`, where it comes from.

#include <string>

#include "sim/model/workflow.hpp"
#include "sim/policy/lookup_table.hpp"

namespace faasconf::experiments::config {

// Throws sim::Error with file, line, what was expected and what came.
sim::LookupTable read_lookup(const std::string& path, const sim::WorkflowSpec& workflow);
sim::LookupTable parse_lookup(const std::string& text, const std::string& path, const sim::WorkflowSpec& workflow);

// Reading it gives the same table.
std::string to_yaml(const sim::LookupTable& table, const sim::WorkflowSpec& workflow);

}  // namespace faasconf::experiments::config
