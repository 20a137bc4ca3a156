#include "sim/model/critical_path.hpp"

namespace faasconf::sim {

namespace {

class PathFinder {
 public:
  PathFinder(const WorkflowSpec& workflow, const Graph& graph) : workflow_(workflow), graph_(graph) {}

  CriticalPath find(StepIndex index) const {
    const Step& step = graph_.step(index);
    switch (step.kind) {
      case StepKind::call:
        return call(step);
      case StepKind::sequence:
        return sequence(step);
      case StepKind::parallel:
        return longest(step);
      case StepKind::choice:
        return choice(step);
      case StepKind::fan_out:
        return step.width.is_zero() ? CriticalPath{} : longest(step);
    }
    return {};
  }

 private:
  CriticalPath call(const Step& step) const {
    const FunctionSpec& function = workflow_.functions[step.function.index];
    const double hop_s = (function.hop ? *function.hop : workflow_.gateway.hop).mean();
    if (function.queue_worker) return {hop_s, {}};  // its caller goes on
    CriticalPath path{hop_s + unloaded_time_s(function), {function.name}};
    append(path, sequence(step));
    return path;
  }

  CriticalPath sequence(const Step& step) const {
    CriticalPath path;
    for (const StepIndex child : graph_.children(step)) append(path, find(child));
    return path;
  }

  CriticalPath longest(const Step& step) const {
    CriticalPath path;
    for (const StepIndex child : graph_.children(step)) {
      CriticalPath other = find(child);
      if (other.seconds > path.seconds) path = std::move(other);
    }
    return path;
  }

  CriticalPath choice(const Step& step) const {
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

  const WorkflowSpec& workflow_;
  const Graph& graph_;
};

}  // namespace

double unloaded_time_s(const FunctionSpec& function) {
  return function.serial_work.mean() + function.parallel_work.mean() / function.max_threads + function.off_cpu.mean();
}

CriticalPath critical_path(const WorkflowSpec& workflow, const Graph& graph) {
  return PathFinder(workflow, graph).find(graph.root());
}

}  // namespace faasconf::sim
