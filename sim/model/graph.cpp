#include "sim/model/graph.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "sim/core/error.hpp"

namespace faasconf::sim {

namespace {

constexpr std::size_t kMostNodes = 1'000'000;
constexpr double kProbabilityTolerance = 1e-9;

}  // namespace

// Expands blocks into steps, parents before children.
class GraphBuilder {
 public:
  GraphBuilder(const WorkflowSpec& workflow, Graph& graph) : workflow_(workflow), graph_(graph) {
    for (std::uint32_t i = 0; i < workflow.functions.size(); ++i) by_name_.emplace(workflow.functions[i].name, i);
  }

  StepIndex expand(const Block& block, StepIndex parent, std::uint32_t position) {
    if (graph_.steps_.size() >= kMostNodes) {
      throw Error("workflow '" + workflow_.name + "': its calls expand to more than a million steps");
    }
    const auto index = static_cast<StepIndex>(graph_.steps_.size());
    graph_.steps_.emplace_back();
    step(index).parent = parent;
    step(index).position = position;
    if (parent != kNoStep) step(index).scope = scope_below(step(parent));
    std::visit([&](const auto& kind) { fill(kind, index); }, block.kind);
    return index;
  }

 private:
  static ScopeKind scope_below(const Step& parent) {
    switch (parent.kind) {
      case StepKind::call:
        return ScopeKind::call;
      case StepKind::parallel:
      case StepKind::fan_out:
        return ScopeKind::join;
      case StepKind::sequence:
      case StepKind::choice:
        break;
    }
    return parent.scope;
  }

  Step& step(StepIndex index) { return graph_.steps_[index]; }

  void fill(const Call& call, StepIndex index) {
    const auto found = by_name_.find(call.function);
    if (found == by_name_.end()) {
      throw Error("call to function '" + call.function + "', which workflow '" + workflow_.name + "' does not have");
    }
    const std::uint32_t function = found->second;
    step(index).kind = StepKind::call;
    step(index).on_failure = call.on_failure;
    step(index).function = {function};
    check_cycle(function);
    const auto& calls = workflow_.functions[function].calls;
    if (!calls) return;
    path_.push_back(function);
    expand_children({&*calls, 1}, index);
    path_.pop_back();
  }
  void fill(const Sequence& sequence, StepIndex index) {
    step(index).kind = StepKind::sequence;
    expand_children(sequence.steps, index);
  }
  void fill(const Parallel& parallel, StepIndex index) {
    step(index).kind = StepKind::parallel;
    expand_children(parallel.branches, index);
  }
  void fill(const Choice& choice, StepIndex index) {
    if (choice.probabilities.size() != choice.options.size()) throw Error("a choice needs one probability per option");
    step(index).kind = StepKind::choice;
    step(index).stream = graph_.stream_count_++;
    double sum = 0;
    std::vector<double> cumulative;
    for (const double probability : choice.probabilities) {
      if (!(probability >= 0 && probability <= 1)) throw Error("the probabilities of a choice lie between 0 and 1");
      cumulative.push_back(sum += probability);
    }
    if (!(std::abs(sum - 1) <= kProbabilityTolerance)) {
      throw Error("the probabilities of a choice must sum to 1, not to " + std::to_string(sum));
    }
    for (double& upper : cumulative) upper /= sum;  // exactly 1 where only impossible options follow
    step(index).cumulative = std::move(cumulative);
    expand_children(choice.options, index);
  }
  void fill(const FanOut& fan_out, StepIndex index) {
    if (fan_out.body.size() != 1) throw Error("a fan-out needs one body");
    step(index).kind = StepKind::fan_out;
    step(index).stream = graph_.stream_count_++;
    step(index).width = fan_out.width;
    expand_children(fan_out.body, index);
  }

  void expand_children(std::span<const Block> blocks, StepIndex index) {
    if (blocks.empty()) throw Error("workflow '" + workflow_.name + "': an empty block");
    const auto first = static_cast<std::uint32_t>(graph_.children_.size());
    step(index).first_child = first;
    step(index).child_count = static_cast<std::uint32_t>(blocks.size());
    graph_.children_.resize(first + blocks.size());
    for (std::uint32_t i = 0; i < blocks.size(); ++i) graph_.children_[first + i] = expand(blocks[i], index, i);
  }

  void check_cycle(std::uint32_t function) const {
    const auto first = std::find(path_.begin(), path_.end(), function);
    if (first == path_.end()) return;
    std::string cycle;
    for (auto it = first; it != path_.end(); ++it) cycle += workflow_.functions[*it].name + " -> ";
    throw Error("calls form a cycle: " + cycle + workflow_.functions[function].name);
  }

  const WorkflowSpec& workflow_;
  Graph& graph_;
  std::map<std::string, std::uint32_t> by_name_;
  std::vector<std::uint32_t> path_;  // functions whose calls are being expanded
};

Graph::Graph(const WorkflowSpec& workflow) { GraphBuilder(workflow, *this).expand(workflow.entry, kNoStep, 0); }

}  // namespace faasconf::sim
