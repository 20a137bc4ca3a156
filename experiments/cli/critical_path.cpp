#include "experiments/cli/critical_path.hpp"

namespace faasconf::experiments::cli {

namespace {

double own_time_s(const sim::FunctionSpec& function) {
  return function.serial_work.mean() + function.parallel_work.mean() / function.max_threads + function.off_cpu.mean();
}

class PathFinder {
 public:
  PathFinder(const sim::WorkflowSpec& workflow, const sim::Graph& graph) : workflow_(workflow), graph_(graph) {}

  CriticalPath find(sim::NodeIndex index) const {
    const sim::Node& node = graph_.node(index);
    switch (node.kind) {
      case sim::NodeKind::call:
        return call(node);
      case sim::NodeKind::sequence:
        return sequence(node);
      case sim::NodeKind::parallel:
        return longest(node);
      case sim::NodeKind::choice:
        return choice(node);
      case sim::NodeKind::fan_out:
        return node.width.is_zero() ? CriticalPath{} : longest(node);
    }
    return {};
  }

 private:
  CriticalPath call(const sim::Node& node) const {
    const sim::FunctionSpec& function = workflow_.functions[node.function.index];
    const double hop_s = (function.hop ? *function.hop : workflow_.gateway.hop).mean();
    CriticalPath path{hop_s + own_time_s(function), {function.name}};
    append(path, sequence(node));
    return path;
  }

  CriticalPath sequence(const sim::Node& node) const {
    CriticalPath path;
    for (const sim::NodeIndex child : graph_.children(node)) append(path, find(child));
    return path;
  }

  CriticalPath longest(const sim::Node& node) const {
    CriticalPath path;
    for (const sim::NodeIndex child : graph_.children(node)) {
      CriticalPath other = find(child);
      if (other.seconds > path.seconds) path = std::move(other);
    }
    return path;
  }

  CriticalPath choice(const sim::Node& node) const {
    CriticalPath path;
    double seconds = 0;
    double highest = 0;
    double before = 0;
    for (std::size_t i = 0; i < graph_.children(node).size(); ++i) {
      const double probability = node.cumulative[i] - before;
      before = node.cumulative[i];
      CriticalPath option = find(graph_.children(node)[i]);
      seconds += probability * option.seconds;
      if (probability <= highest) continue;
      highest = probability;
      path = std::move(option);
    }
    path.seconds = seconds;
    return path;
  }

  static void append(CriticalPath& path, CriticalPath next) {
    path.seconds += next.seconds;
    path.functions.insert(path.functions.end(), next.functions.begin(), next.functions.end());
  }

  const sim::WorkflowSpec& workflow_;
  const sim::Graph& graph_;
};

}  // namespace

CriticalPath critical_path(const sim::WorkflowSpec& workflow, const sim::Graph& graph) {
  return PathFinder(workflow, graph).find(graph.root());
}

}  // namespace faasconf::experiments::cli
