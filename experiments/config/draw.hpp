#pragma once
// A workflow's graph, for looking at: its steps; or, where functions that are called call others in their turn, who
// calls whom and how often, each function once.

#include <string>

#include "sim/model/workflow.hpp"

namespace faasconf::experiments::config {

std::string draw_text(const sim::WorkflowSpec& workflow);  // a tree of lines, for a terminal
std::string draw_dot(const sim::WorkflowSpec& workflow);   // Graphviz

}  // namespace faasconf::experiments::config
