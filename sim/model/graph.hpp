#pragma once
// The workflow laid flat for the simulation: a tree of nodes, every function's own calls expanded where it is called.

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "sim/model/workflow.hpp"

namespace faasconf::sim {

using NodeIndex = std::uint32_t;
inline constexpr NodeIndex kNoNode = std::numeric_limits<NodeIndex>::max();

enum class NodeKind : std::uint8_t { call, sequence, parallel, choice, fan_out };

// What a node's end is waited for by: the request, a call whose function makes it, or the join of its block.
enum class ScopeKind : std::uint8_t { request, call, join };

struct Node {
  NodeKind kind = NodeKind::call;
  OnFailure on_failure = OnFailure::abort;  // calls
  ScopeKind scope = ScopeKind::request;
  FunctionId function;  // calls
  NodeIndex parent = kNoNode;
  std::uint32_t position = 0;      // among the parent's children
  std::uint32_t first_child = 0;   // into Graph::children
  std::uint32_t child_count = 0;   // a call has one when its function makes calls
  std::uint32_t stream = 0;        // choice, fan_out: index of its random stream
  std::vector<double> cumulative;  // choice: cumulative probabilities
  Distribution width;              // fan_out
};

class Graph {
 public:
  // Throws Error: a call to a function that does not exist, a cycle of calls (said in full), an empty block,
  // probabilities that do not sum to 1, more than a million nodes.
  explicit Graph(const WorkflowSpec& workflow);

  const Node& node(NodeIndex index) const { return nodes_[index]; }
  std::size_t size() const { return nodes_.size(); }
  NodeIndex root() const { return 0; }
  std::span<const NodeIndex> children(const Node& node) const {
    return {children_.data() + node.first_child, node.child_count};
  }
  std::uint32_t stream_count() const { return stream_count_; }

 private:
  friend class GraphBuilder;
  std::vector<Node> nodes_;
  std::vector<NodeIndex> children_;
  std::uint32_t stream_count_ = 0;
};

}  // namespace faasconf::sim
