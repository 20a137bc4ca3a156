#include "experiments/cli/critical_path.hpp"

namespace faasconf::experiments::cli {

namespace {

double own_time_s(const sim::FunctionSpec& function) {
  return function.serial_work.mean() + function.parallel_work.mean() / function.max_threads + function.off_cpu.mean();
}

class PathFinder {
 public:
  PathFinder(const sim::WorkflowSpec& workflow, const sim::Graph& graph) : workflow_(workflow), graph_(graph) {}

  CriticalPath find(sim::StepIndex index) const {
    const sim::Step& step = graph_.step(index);
    switch (step.kind) {
      case sim::StepKind::call:
        return call(step);
      case sim::StepKind::sequence:
        return sequence(step);
      case sim::StepKind::parallel:
        return longest(step);
      case sim::StepKind::choice:
        return choice(step);
      case sim::StepKind::fan_out:
        return step.width.is_zero() ? CriticalPath{} : longest(step);
    }
    return {};
  }

 private:
  CriticalPath call(const sim::Step& step) const {
    const sim::FunctionSpec& function = workflow_.functions[step.function.index];
    const double hop_s = (function.hop ? *function.hop : workflow_.gateway.hop).mean();
    CriticalPath path{hop_s + own_time_s(function), {function.name}};
    append(path, sequence(step));
    return path;
  }

  CriticalPath sequence(const sim::Step& step) const {
    CriticalPath path;
    for (const sim::StepIndex child : graph_.children(step)) append(path, find(child));
    return path;
  }

  CriticalPath longest(const sim::Step& step) const {
    CriticalPath path;
    for (const sim::StepIndex child : graph_.children(step)) {
      CriticalPath other = find(child);
      if (other.seconds > path.seconds) path = std::move(other);
    }
    return path;
  }

  CriticalPath choice(const sim::Step& step) const {
    CriticalPath path;
    double seconds = 0;
    double highest = 0;
    double before = 0;
    for (std::size_t i = 0; i < graph_.children(step).size(); ++i) {
      const double probability = step.cumulative[i] - before;
      before = step.cumulative[i];
      CriticalPath option = find(graph_.children(step)[i]);
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
