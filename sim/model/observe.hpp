#pragma once
// What a policy sees of a counted window.

#include "sim/model/counted_window.hpp"
#include "sim/model/workflow.hpp"
#include "sim/policy/observation.hpp"

namespace faasconf::sim {

Observation observe(const CountedWindow& window, const WorkflowSpec& workflow);
// The same into one that has been used before: nothing is allocated when the window is sorted.
void observe(const CountedWindow& window, const WorkflowSpec& workflow, Observation& observation);

}  // namespace faasconf::sim
