#pragma once
// The workflow as a flat tree of steps: the calls that a function makes are expanded wherever it is called.

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "sim/model/workflow.hpp"

namespace faasconf::sim {

using StepIndex = std::uint32_t;
inline constexpr StepIndex kNoStep = std::numeric_limits<StepIndex>::max();

enum class StepKind : std::uint8_t { call, sequence, parallel, choice, fan_out };

// What waits for the end of a step: the request, the call whose function makes it, or the join of its block.
enum class ScopeKind : std::uint8_t { request, call, join };

struct Step {
  StepKind kind = StepKind::call;
  OnFailure on_failure = OnFailure::abort;  // calls
  ScopeKind scope = ScopeKind::request;
  FunctionId function;  // calls
  StepIndex parent = kNoStep;
  std::uint32_t position = 0;      // among the parent's children
  std::uint32_t first_child = 0;   // into Graph::children
  std::uint32_t child_count = 0;   // a call has one when its function makes calls
  std::uint32_t stream = 0;        // choice, fan_out: index of its random stream
  std::vector<double> cumulative;  // choice: cumulative probabilities
  Distribution width;              // fan_out
};

class Graph {
 public:
  // Throws Error: a call to a function that does not exist, a cycle of calls (the message lists it), an empty block,
  // probabilities that do not sum to 1, more than a million steps.
  explicit Graph(const WorkflowSpec& workflow);

  const Step& step(StepIndex index) const { return steps_[index]; }
  std::size_t size() const { return steps_.size(); }
  StepIndex root() const { return 0; }
  std::span<const StepIndex> children(const Step& step) const {
    return {children_.data() + step.first_child, step.child_count};
  }
  std::uint32_t stream_count() const { return stream_count_; }

 private:
  friend class GraphBuilder;
  std::vector<Step> steps_;
  std::vector<StepIndex> children_;
  std::uint32_t stream_count_ = 0;
};

}  // namespace faasconf::sim
