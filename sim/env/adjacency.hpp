#pragma once
// Which agents are neighbours: the graph that attention follows, and each agent's position in it.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/env/action.hpp"
#include "sim/model/workflow.hpp"

namespace faasconf::sim {

// An agent's position in the graph.
struct DagPosition {
  int depth = 0;                   // calls on the longest path to it; 0: nothing comes before it
  int fan_in = 0;                  // agents directly before it
  int fan_out = 0;                 // agents directly after it
  double critical_path_share = 0;  // longest path through it / longest path, by mean work and waiting; in (0, 1]
};

// An edge leads from a step of a workflow to the next one, through forks, joins and choices, and from a function that
// makes calls to each that it calls, never to itself. The functions that a fixed orchestrator calls are steps of the
// workflow; the orchestrator itself is not an agent.
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
