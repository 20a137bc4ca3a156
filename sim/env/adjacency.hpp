#pragma once
// Who stands next to whom: the graph that attention goes along, and each agent's place in it.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/env/action.hpp"
#include "sim/model/workflow.hpp"

namespace faasconf::sim {

// An agent's place among the agents.
struct DagPosition {
  int depth = 0;                   // calls on the longest way to it; 0: nothing comes before it
  int fan_in = 0;                  // agents directly before it
  int fan_out = 0;                 // agents directly after it
  double critical_path_share = 0;  // longest way through it / longest way at all, by mean work and waiting; in (0, 1]
};

// An edge leads from a step of a workflow to the next one, through forks, joins and choices, and from a function that
// makes calls to each that it calls, none to itself. What a fixed orchestrator calls are steps of the workflow; it is
// no agent itself.
class AgentGraph {
 public:
  AgentGraph(const WorkflowSpec& workflow, const ActionSpace& actions);

  std::size_t agents() const { return positions_.size(); }
  bool leads(std::size_t from, std::size_t to) const { return edges_[from * agents() + to] != 0; }
  // Undirected, without self loops: the paper's G.
  bool adjacent(std::size_t a, std::size_t b) const { return leads(a, b) || leads(b, a); }
  const DagPosition& position(std::size_t agent) const { return positions_[agent]; }

 private:
  std::vector<std::uint8_t> edges_;  // agents x agents
  std::vector<DagPosition> positions_;
};

}  // namespace faasconf::sim
