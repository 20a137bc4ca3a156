#pragma once
// What a policy sees of a counted window.

#include "sim/model/counted_window.hpp"
#include "sim/model/workflow.hpp"
#include "sim/policy/observation.hpp"

namespace faasconf::sim {

Observation observe(const CountedWindow& window, const WorkflowSpec& workflow);
// The same, reusing the memory of an observation: allocates nothing if the window is sorted.
void observe(const CountedWindow& window, const WorkflowSpec& workflow, Observation& observation);

}  // namespace faasconf::sim
