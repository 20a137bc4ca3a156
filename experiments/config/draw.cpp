#include "experiments/config/draw.hpp"

#include <cmath>
#include <cstddef>
#include <iomanip>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "experiments/config/distribution_text.hpp"

namespace faasconf::experiments::config {
namespace {

// "40 %"
std::string percent(double probability) {
  std::string number = format_number(static_cast<double>(static_cast<long>(probability * 1000 + 0.5)) / 10);
  return number + " %";
}

std::string width_text(const sim::FanOut& fan_out) {
  return format_distribution(fan_out.width, DistributionUnit::number);
}

std::string failure_text(sim::OnFailure on_failure) {
  switch (on_failure) {
    case sim::OnFailure::abort:
      break;
    case sim::OnFailure::ignore:
      return "failure ignored";
    case sim::OnFailure::pass_on:
      return "failure passed on";
  }
  return "";
}

const sim::FunctionSpec* find(const sim::WorkflowSpec& workflow, const std::string& name) {
  const auto id = workflow.find(name);
  return id ? &workflow.functions[id->index] : nullptr;
}

// Who calls whom, and how often, where calls nest: one node per function says more than one per call.
class CallGraph {
 public:
  // A function that is called, and how many times on average by one execution of its caller.
  struct Callee {
    std::string function;
    double times = 0;
  };
  using Callees = std::vector<Callee>;  // in the order of their first calls

  explicit CallGraph(const sim::WorkflowSpec& workflow) : workflow_(workflow) {}

  Callees called_by_entry() const { return callees(workflow_.entry); }
  Callees called_by(const std::string& name) const {
    const sim::FunctionSpec* const function = find(workflow_, name);
    return function != nullptr && function->calls ? callees(*function->calls) : Callees();
  }

  // Whether a function that is called by one calls others in its turn. One that only starts the steps of a workflow is
  // better drawn with their order.
  bool is_nested() const {
    for (const sim::FunctionSpec& function : workflow_.functions) {
      for (const Callee& callee : called_by(function.name)) {
        if (!called_by(callee.function).empty()) return true;
      }
    }
    return false;
  }

 private:
  static Callees callees(const sim::Block& block) {
    Callees result;
    add(block, 1, result);
    return result;
  }
  static void add(const sim::Block& block, double times, Callees& to) {
    std::visit([&](const auto& kind) { add(kind, times, to); }, block.kind);
  }
  static void add(const sim::Call& call, double times, Callees& to) {
    for (Callee& known : to) {
      if (known.function != call.function) continue;
      known.times += times;
      return;
    }
    to.push_back({call.function, times});
  }
  static void add(const sim::Sequence& sequence, double times, Callees& to) {
    for (const sim::Block& step : sequence.steps) add(step, times, to);
  }
  static void add(const sim::Parallel& parallel, double times, Callees& to) {
    for (const sim::Block& branch : parallel.branches) add(branch, times, to);
  }
  static void add(const sim::Choice& choice, double times, Callees& to) {
    for (std::size_t i = 0; i < choice.options.size(); ++i) add(choice.options[i], times * choice.probabilities[i], to);
  }
  static void add(const sim::FanOut& fan_out, double times, Callees& to) {
    add(fan_out.body.front(), times * fan_out.width.mean(), to);
  }

  const sim::WorkflowSpec& workflow_;
};

// "3", "0.4"; empty for once
std::string times_text(double times) {
  if (std::abs(times - 1) < 1e-9) return "";
  std::ostringstream text;
  text << std::setprecision(times < 1000 ? 3 : 6) << times;
  return text.str();
}

// A tree of lines, each function of it once with all that it calls.
class TextCallGraph {
 public:
  explicit TextCallGraph(const sim::WorkflowSpec& workflow) : workflow_(workflow), graph_(workflow) {}

  std::string draw() {
    out_ = workflow_.name + "\n";
    draw_callees(graph_.called_by_entry(), "");
    return out_;
  }

 private:
  void draw_callees(const CallGraph::Callees& callees, const std::string& margin) {
    for (std::size_t i = 0; i < callees.size(); ++i) {
      const auto& [function, count] = callees[i];
      const bool is_last = i + 1 == callees.size();
      const std::string times = times_text(count);
      const CallGraph::Callees next = graph_.called_by(function);
      const bool is_first = drawn_.insert(function).second;
      out_ += margin + (is_last ? "└─ " : "├─ ") + function + (times.empty() ? "" : "  (" + times + " times)") +
              (next.empty() || is_first ? "" : "  (its calls: see above)") + "\n";
      if (is_first) draw_callees(next, margin + (is_last ? "   " : "│  "));
    }
  }

  const sim::WorkflowSpec& workflow_;
  CallGraph graph_;
  std::string out_;
  std::set<std::string> drawn_;
};

// A tree of lines. What a function calls is drawn where the function comes first.
class TextDrawing {
 public:
  explicit TextDrawing(const sim::WorkflowSpec& workflow) : workflow_(workflow) {}

  std::string draw() {
    out_ = workflow_.name + "\n";
    draw_children(children_of(workflow_.entry), "");
    return out_;
  }

 private:
  struct Child {
    const sim::Block* block;
    std::string prefix;  // "40 %: "
  };

  // The steps of a sequence stand by themselves, below one another.
  static std::vector<Child> children_of(const sim::Block& block) {
    const auto* sequence = std::get_if<sim::Sequence>(&block.kind);
    if (sequence == nullptr) return {{&block, ""}};
    std::vector<Child> children;
    for (const sim::Block& step : sequence->steps) children.push_back({&step, ""});
    return children;
  }

  void draw_children(const std::vector<Child>& children, const std::string& margin) {
    for (std::size_t i = 0; i < children.size(); ++i) {
      const bool is_last = i + 1 == children.size();
      out_ += margin + (is_last ? "└─ " : "├─ ") + children[i].prefix;
      const std::string below = margin + (is_last ? "   " : "│  ");
      std::visit([&](const auto& kind) { draw_kind(kind, below); }, children[i].block->kind);
    }
  }

  void draw_kind(const sim::Call& call, const std::string& margin) {
    const std::string failure = failure_text(call.on_failure);
    out_ += call.function + (failure.empty() ? "" : "  (" + failure + ")");
    const sim::FunctionSpec* const function = find(workflow_, call.function);
    const bool calls = function != nullptr && function->calls;
    const bool is_first = calls && drawn_.insert(call.function).second;
    out_ += calls && !is_first ? "  (its calls: see above)\n" : "\n";
    if (is_first) draw_children(children_of(*function->calls), margin);
  }
  void draw_kind(const sim::Sequence& sequence, const std::string& margin) {
    out_ += "sequence\n";
    std::vector<Child> children;
    for (const sim::Block& step : sequence.steps) children.push_back({&step, ""});
    draw_children(children, margin);
  }
  void draw_kind(const sim::Parallel& parallel, const std::string& margin) {
    out_ += "parallel\n";
    std::vector<Child> children;
    for (const sim::Block& branch : parallel.branches) children.push_back({&branch, ""});
    draw_children(children, margin);
  }
  void draw_kind(const sim::Choice& choice, const std::string& margin) {
    out_ += "choice\n";
    std::vector<Child> children;
    for (std::size_t i = 0; i < choice.options.size(); ++i) {
      children.push_back({&choice.options[i], percent(choice.probabilities[i]) + ": "});
    }
    draw_children(children, margin);
  }
  void draw_kind(const sim::FanOut& fan_out, const std::string& margin) {
    out_ += "fan_out, width " + width_text(fan_out) + "\n";
    draw_children(children_of(fan_out.body.front()), margin);
  }

  const sim::WorkflowSpec& workflow_;
  std::string out_;
  std::set<std::string> drawn_;
};

// Statements of Graphviz's language.
class DotWriter {
 protected:
  void begin(const std::string& name) {
    line("digraph " + quoted_id(name) + " {");
    ++depth_;
    line("rankdir=LR;");
    line("node [shape=box, style=rounded, fontname=\"sans-serif\"];");
    line("edge [fontname=\"sans-serif\"];");
    line("graph [fontname=\"sans-serif\", style=rounded];");
  }
  std::string end() {
    close_frame();
    return out_;
  }

  static std::string quoted_id(const std::string& text) {
    std::string result = "\"";
    for (const char character : text) {
      if (character == '"' || character == '\\') result += '\\';
      result += character;
    }
    return result + "\"";
  }

  std::string node(const std::string& attributes) {
    const std::string id = "n" + std::to_string(count_++);
    line(id + " [" + attributes + "];");
    return id;
  }
  std::string start() { return node("shape=circle, label=\"\", width=0.2"); }
  std::string point() { return node("shape=point, label=\"\""); }

  void edge(const std::string& from, const std::string& to, const std::string& label = "") {
    line(from + " -> " + to + (label.empty() ? "" : " [label=" + quoted_id(label) + "]") + ";");
  }

  void open_frame(const std::string& label) {
    line("subgraph cluster_" + std::to_string(count_++) + " {");
    ++depth_;
    line("label=" + quoted_id(label) + ";");
  }
  void close_frame() {
    --depth_;
    line("}");
  }

 private:
  void line(const std::string& text) { out_ += std::string(2 * depth_, ' ') + text + "\n"; }

  std::string out_;
  std::size_t depth_ = 0;
  std::size_t count_ = 0;
};

// Boxes are functions, arrows their calls; how often an execution makes them stands beside, unless it is once.
class DotCallGraph : DotWriter {
 public:
  explicit DotCallGraph(const sim::WorkflowSpec& workflow) : workflow_(workflow), graph_(workflow) {}

  std::string draw() {
    begin(workflow_.name);
    draw_calls(start(), graph_.called_by_entry());
    return end();
  }

 private:
  void draw_calls(const std::string& caller, const CallGraph::Callees& callees) {
    for (const auto& [function, times] : callees) {
      const auto known = nodes_.find(function);
      const std::string callee = known != nodes_.end() ? known->second : node("label=" + quoted_id(function));
      const std::string times_label = times_text(times);
      edge(caller, callee, times_label.empty() ? "" : "×" + times_label);
      if (known != nodes_.end()) continue;
      nodes_.emplace(function, callee);
      draw_calls(callee, graph_.called_by(function));
    }
  }

  const sim::WorkflowSpec& workflow_;
  CallGraph graph_;
  std::map<std::string, std::string> nodes_;  // by function
};

// A flow chart: boxes are calls, frames are parallel blocks, fan-outs and what a function calls.
class DotDrawing : DotWriter {
 public:
  explicit DotDrawing(const sim::WorkflowSpec& workflow) : workflow_(workflow) {}

  std::string draw() {
    begin(workflow_.name);
    const std::string first = start();
    const Ends ends = draw_block(workflow_.entry);
    const std::string last = node("shape=doublecircle, label=\"\", width=0.15");
    edge(first, ends.first);
    edge(ends.last, last);
    return end();
  }

 private:
  // Where a block is entered and left.
  struct Ends {
    std::string first;
    std::string last;
  };

  Ends draw_block(const sim::Block& block) {
    return std::visit([this](const auto& kind) { return draw_kind(kind); }, block.kind);
  }

  Ends draw_kind(const sim::Call& call) {
    const std::string failure = failure_text(call.on_failure);
    const std::string label =
        failure.empty() ? quoted_id(call.function)
                        : "<" + escaped_html(call.function) + "<br/><font point-size=\"10\">" + failure + "</font>>";
    const sim::FunctionSpec* const function = find(workflow_, call.function);
    const bool calls = function != nullptr && function->calls;
    if (!calls) return same(node("label=" + label));
    if (!drawn_.insert(call.function).second) return same(node("style=\"rounded,dashed\", label=" + label));

    open_frame("called by " + call.function);
    const std::string own = node("label=" + label);
    const Ends inner = draw_block(*function->calls);
    edge(own, inner.first);
    close_frame();
    return {own, inner.last};
  }
  Ends draw_kind(const sim::Sequence& sequence) {
    Ends ends;
    for (const sim::Block& step : sequence.steps) {
      const Ends next = draw_block(step);
      if (ends.first.empty()) {
        ends.first = next.first;
      } else {
        edge(ends.last, next.first);
      }
      ends.last = next.last;
    }
    return ends.first.empty() ? same(point()) : ends;
  }
  Ends draw_kind(const sim::Parallel& parallel) {
    open_frame("parallel");
    const Ends ends{point(), point()};
    for (const sim::Block& branch : parallel.branches) {
      const Ends inner = draw_block(branch);
      edge(ends.first, inner.first);
      edge(inner.last, ends.last);
    }
    close_frame();
    return ends;
  }
  Ends draw_kind(const sim::Choice& choice) {
    const Ends ends{node("shape=diamond, style=solid, label=\"\", width=0.3, height=0.3"), point()};
    for (std::size_t i = 0; i < choice.options.size(); ++i) {
      const Ends inner = draw_block(choice.options[i]);
      edge(ends.first, inner.first, percent(choice.probabilities[i]));
      edge(inner.last, ends.last);
    }
    return ends;
  }
  Ends draw_kind(const sim::FanOut& fan_out) {
    open_frame("fan-out, width " + width_text(fan_out));
    const Ends ends{point(), point()};
    const Ends inner = draw_block(fan_out.body.front());
    edge(ends.first, inner.first);
    edge(inner.last, ends.last);
    close_frame();
    return ends;
  }

  static Ends same(const std::string& node) { return {node, node}; }

  static std::string escaped_html(const std::string& text) {
    std::string result;
    for (const char character : text) {
      if (character == '<')
        result += "&lt;";
      else if (character == '>')
        result += "&gt;";
      else if (character == '&')
        result += "&amp;";
      else
        result += character;
    }
    return result;
  }

  const sim::WorkflowSpec& workflow_;
  std::set<std::string> drawn_;
};

}  // namespace

std::string draw_text(const sim::WorkflowSpec& workflow) {
  return CallGraph(workflow).is_nested() ? TextCallGraph(workflow).draw() : TextDrawing(workflow).draw();
}

std::string draw_dot(const sim::WorkflowSpec& workflow) {
  return CallGraph(workflow).is_nested() ? DotCallGraph(workflow).draw() : DotDrawing(workflow).draw();
}

}  // namespace faasconf::experiments::config
