#pragma once

#include <string>
#include <vector>

#include "sim/model/graph.hpp"

namespace faasconf::experiments::cli {

// The longest way through a workflow when nobody waits: mean times, no contention, a core for every thread. Of a choice
// it counts the mean over its options and names the likeliest one.
struct CriticalPath {
  double seconds = 0;
  std::vector<std::string> functions;  // in order of their calls
};

CriticalPath critical_path(const sim::WorkflowSpec& workflow, const sim::Graph& graph);

}  // namespace faasconf::experiments::cli
