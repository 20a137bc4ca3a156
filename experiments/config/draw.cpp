#include "experiments/config/draw.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "experiments/config/laws.hpp"

namespace faasconf::experiments {
namespace {

// "40 %"
std::string percent(double probability) {
  std::string number = format_number(static_cast<double>(static_cast<long>(probability * 1000 + 0.5)) / 10);
  return number + " %";
}

std::string width_text(const sim::FanOut& fan_out) { return format_distribution(fan_out.width, LawUnit::number); }

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

// A flow chart: boxes are calls, frames are parallel blocks, fan-outs and what a function calls.
class DotDrawing {
 public:
  explicit DotDrawing(const sim::WorkflowSpec& workflow) : workflow_(workflow) {}

  std::string draw() {
    line("digraph " + quoted_id(workflow_.name) + " {");
    ++depth_;
    line("rankdir=LR;");
    line("node [shape=box, style=rounded, fontname=\"sans-serif\"];");
    line("edge [fontname=\"sans-serif\"];");
    line("graph [fontname=\"sans-serif\", style=rounded];");
    const std::string start = node("shape=circle, label=\"\", width=0.2");
    const Ends ends = draw_block(workflow_.entry);
    const std::string end = node("shape=doublecircle, label=\"\", width=0.15");
    edge(start, ends.first);
    edge(ends.last, end);
    --depth_;
    line("}");
    return out_;
  }

 private:
  // Where a block is entered and left.
  struct Ends {
    std::string first;
    std::string last;
  };

  static std::string quoted_id(const std::string& text) {
    std::string result = "\"";
    for (const char character : text) {
      if (character == '"' || character == '\\') result += '\\';
      result += character;
    }
    return result + "\"";
  }

  void line(const std::string& text) { out_ += std::string(2 * depth_, ' ') + text + "\n"; }

  std::string node(const std::string& attributes) {
    const std::string id = "n" + std::to_string(count_++);
    line(id + " [" + attributes + "];");
    return id;
  }
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
  std::string out_;
  std::set<std::string> drawn_;
  std::size_t depth_ = 0;
  std::size_t count_ = 0;
};

}  // namespace

std::string draw_text(const sim::WorkflowSpec& workflow) { return TextDrawing(workflow).draw(); }

std::string draw_dot(const sim::WorkflowSpec& workflow) { return DotDrawing(workflow).draw(); }

}  // namespace faasconf::experiments
