#include "sim/env/adjacency.hpp"

#include <algorithm>
#include <variant>

#include "sim/model/critical_path.hpp"

namespace faasconf::sim {
namespace {

using Agents = std::vector<std::size_t>;

// The agents that a block starts and ends with; it may be passed without meeting one.
struct Ends {
  Agents first;
  Agents last;
  bool passable = false;
};

void add(Agents& all, const Agents& more) {
  for (const std::size_t agent : more) {
    if (std::find(all.begin(), all.end(), agent) == all.end()) all.push_back(agent);
  }
}

class EdgeFinder {
 public:
  EdgeFinder(const WorkflowSpec& workflow, const ActionSpace& actions)
      : workflow_(workflow), agents_(actions.agents()), agent_of_(workflow.functions.size(), kNoAgent) {
    for (std::size_t agent = 0; agent < agents_; ++agent) agent_of_[actions.function(agent).index] = agent;
    edges_.resize(agents_ * agents_);
    visited_.resize(agents_);
    steps_of(workflow.entry);
  }
  std::vector<std::uint8_t> edges() && { return std::move(edges_); }

 private:
  static constexpr std::size_t kNoAgent = static_cast<std::size_t>(-1);

  void connect(const Agents& from, const Agents& to) {
    for (const std::size_t a : from) {
      for (const std::size_t b : to) edges_[a * agents_ + b] = a == b ? 0 : 1;
    }
  }

  Ends steps_of(const Block& block) {
    return std::visit([this](const auto& kind) { return steps_of(kind); }, block.kind);
  }
  Ends steps_of(const Call& call) {
    const std::uint32_t function = workflow_.find(call.function)->index;
    const auto& calls = workflow_.functions[function].calls;
    const std::size_t agent = agent_of_[function];
    if (agent == kNoAgent) return calls ? steps_of(*calls) : Ends{.first = {}, .last = {}, .passable = true};
    if (calls && !visited_[agent]) {
      visited_[agent] = 1;
      calls_of(agent, *calls);
    }
    return {.first = {agent}, .last = {agent}};
  }
  Ends steps_of(const Sequence& sequence) {
    Ends all{.first = {}, .last = {}, .passable = true};
    for (const Block& step : sequence.steps) {
      const Ends next = steps_of(step);
      connect(all.last, next.first);
      if (all.passable) add(all.first, next.first);
      if (!next.passable) all.last.clear();
      add(all.last, next.last);
      all.passable = all.passable && next.passable;
    }
    return all;
  }
  Ends steps_of(const Parallel& parallel) { return side_by_side(parallel.branches, false); }
  Ends steps_of(const Choice& choice) { return side_by_side(choice.options, false); }
  Ends steps_of(const FanOut& fan_out) { return side_by_side(fan_out.body, true); }

  Ends side_by_side(const std::vector<Block>& blocks, bool passable) {
    Ends all{.first = {}, .last = {}, .passable = passable};
    for (const Block& block : blocks) {
      const Ends one = steps_of(block);
      add(all.first, one.first);
      add(all.last, one.last);
      all.passable = all.passable || one.passable;
    }
    return all;
  }

  // From a caller to each that it calls, whatever their order.
  void calls_of(std::size_t caller, const Block& block) {
    std::visit([&](const auto& kind) { calls_of(caller, kind); }, block.kind);
  }
  void calls_of(std::size_t caller, const Call& call) { connect({caller}, steps_of(call).first); }
  void calls_of(std::size_t caller, const Sequence& sequence) { calls_of(caller, sequence.steps); }
  void calls_of(std::size_t caller, const Parallel& parallel) { calls_of(caller, parallel.branches); }
  void calls_of(std::size_t caller, const Choice& choice) { calls_of(caller, choice.options); }
  void calls_of(std::size_t caller, const FanOut& fan_out) { calls_of(caller, fan_out.body); }
  void calls_of(std::size_t caller, const std::vector<Block>& blocks) {
    for (const Block& block : blocks) calls_of(caller, block);
  }

  const WorkflowSpec& workflow_;
  std::size_t agents_;
  std::vector<std::size_t> agent_of_;  // by function
  std::vector<std::uint8_t> edges_;
  std::vector<std::uint8_t> visited_;  // agents whose calls are known
};

// Agents, each after all that lead to it (Kahn, 1962). Where a function is a step twice the edges may make a cycle: it
// is cut before the agent that comes first in the workflow's list.
std::vector<std::size_t> topological_order(const std::vector<std::uint8_t>& edges, std::size_t agents) {
  std::vector<int> missing(agents);
  for (std::size_t i = 0; i < edges.size(); ++i) missing[i % agents] += edges[i];
  std::vector<std::size_t> order;
  std::vector<bool> placed(agents);
  while (order.size() < agents) {
    std::size_t next = agents;
    for (std::size_t agent = agents; agent-- > 0;) {
      const bool better = next == agents || missing[agent] <= 0 || missing[next] > 0;
      if (!placed[agent] && better) next = agent;
    }
    placed[next] = true;
    order.push_back(next);
    for (std::size_t to = 0; to < agents; ++to) missing[to] -= edges[next * agents + to];
  }
  return order;
}

}  // namespace

AgentGraph::AgentGraph(const WorkflowSpec& workflow, const ActionSpace& actions)
    : edges_(EdgeFinder(workflow, actions).edges()), positions_(actions.agents()) {
  const std::size_t count = agents();
  const std::vector<std::size_t> order = topological_order(edges_, count);
  std::vector<double> own_s(count);
  std::vector<double> until_s(count);  // longest way from a start, this agent included
  std::vector<double> after_s(count);  // longest way to an end, this agent excluded
  for (std::size_t agent = 0; agent < count; ++agent) {
    own_s[agent] = unloaded_time_s(workflow.functions[actions.function(agent).index]);
    for (std::size_t other = 0; other < count; ++other) {
      positions_[agent].fan_in += leads(other, agent) ? 1 : 0;
      positions_[agent].fan_out += leads(agent, other) ? 1 : 0;
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    double before_s = 0;
    for (std::size_t j = 0; j < i; ++j) {
      if (!leads(order[j], order[i])) continue;
      positions_[order[i]].depth = std::max(positions_[order[i]].depth, positions_[order[j]].depth + 1);
      before_s = std::max(before_s, until_s[order[j]]);
    }
    until_s[order[i]] = before_s + own_s[order[i]];
  }
  double longest_s = 0;
  for (std::size_t i = count; i-- > 0;) {
    for (std::size_t j = i + 1; j < count; ++j) {
      if (leads(order[i], order[j])) {
        after_s[order[i]] = std::max(after_s[order[i]], own_s[order[j]] + after_s[order[j]]);
      }
    }
    longest_s = std::max(longest_s, until_s[order[i]] + after_s[order[i]]);
  }
  for (std::size_t agent = 0; agent < count; ++agent) {
    positions_[agent].critical_path_share = longest_s > 0 ? (until_s[agent] + after_s[agent]) / longest_s : 1;
  }
}

}  // namespace faasconf::sim
