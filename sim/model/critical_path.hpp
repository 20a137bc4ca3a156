#pragma once
// How long a workflow takes without load, and along which of its functions.

#include <string>
#include <vector>

#include "sim/model/graph.hpp"

namespace faasconf::sim {

// Mean time of one call of a function without its hop and the calls it makes, with a core for every thread.
double unloaded_time_s(const FunctionSpec& function);

// The longest path through a workflow without queueing: mean times, no contention, a core for every thread. A choice
// counts with the mean over its options and names the most likely one.
struct CriticalPath {
  double seconds = 0;
  std::vector<std::string> functions;  // in order of their calls
};

CriticalPath critical_path(const WorkflowSpec& workflow, const Graph& graph);

}  // namespace faasconf::sim
