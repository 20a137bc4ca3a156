#pragma once
// Part of machine.hpp: a token enters a node of the graph with begin() and leaves it with finish(). A node's scope is
// the slot of what waits for its end: the join, the calling invocation or the request.

#include "sim/model/machine.hpp"

namespace faasconf::sim {
namespace {

void Machine::begin(NodeIndex index, std::uint32_t scope, Token token) {
  const Node& node = graph_.node(index);
  switch (node.kind) {
    case NodeKind::call:
      return call(index, scope, token.cause);
    case NodeKind::sequence:
      return begin(graph_.children(node).front(), scope, token);
    case NodeKind::parallel:
      return begin_branches(index, scope, token, node.child_count);
    case NodeKind::choice: {
      const double draw = node_streams_[node.stream].uniform();
      std::uint32_t option = 0;
      while (option + 1 < node.child_count && draw >= node.cumulative[option]) ++option;
      return begin(graph_.children(node)[option], scope, token);
    }
    case NodeKind::fan_out: {
      const double width = std::round(node.width.sample(node_streams_[node.stream]));
      if (width <= 0) return finish(index, scope, token);
      if (width > EventTag::kIndexLimit) throw Error("a fan-out of width " + std::to_string(width) + " is too wide");
      return begin_branches(index, scope, token, static_cast<std::uint32_t>(width));
    }
  }
}

void Machine::begin_branches(NodeIndex index, std::uint32_t scope, Token token, std::uint32_t width) {
  const Node& node = graph_.node(index);
  const std::uint32_t join = joins_.take();
  joins_[join] = {.request = request_number(node.scope, scope), .scope = scope, .outstanding = width, .result = {}};
  const auto children = graph_.children(node);
  for (std::uint32_t i = 0; i < width; ++i) begin(children[children.size() == 1 ? 0 : i], join, token);
}

void Machine::finish(NodeIndex index, std::uint32_t scope, Token token) {
  for (;;) {
    const Node& node = graph_.node(index);
    if (node.parent == kNoNode) return finish_request(scope, token);
    const Node& parent = graph_.node(node.parent);
    switch (parent.kind) {
      case NodeKind::sequence:
        if (!token.aborted && node.position + 1 < parent.child_count && !caller_is_lost(index, scope)) {
          return begin(graph_.children(parent)[node.position + 1], scope, token);
        }
        break;
      case NodeKind::choice:
        break;
      case NodeKind::parallel:
      case NodeKind::fan_out: {
        Join& join = joins_[scope];
        if (join.result.cause == Outcome::success) join.result.cause = token.cause;
        join.result.aborted |= token.aborted;
        if (--join.outstanding > 0) return;
        token = join.result;
        const std::uint32_t outer = join.scope;
        joins_.give_back(scope);
        scope = outer;
        break;
      }
      case NodeKind::call: {
        if (token.cause != Outcome::success) {
          invocations_[scope].outcome = Outcome::failed;
          invocations_[scope].cause = token.cause;
        }
        return leave_instance(scope);
      }
    }
    index = node.parent;
  }
}

// Whether the execution that makes the calls of this node is gone with its instance.
bool Machine::caller_is_lost(NodeIndex index, std::uint32_t scope) const {
  const Node* node = &graph_.node(index);
  while (node->scope == ScopeKind::join) {
    do {
      node = &graph_.node(node->parent);
    } while (node->kind != NodeKind::parallel && node->kind != NodeKind::fan_out);
    scope = joins_[scope].scope;
  }
  return node->scope == ScopeKind::call && invocations_[scope].place == Place::lost;
}

void Machine::finish_request(std::uint32_t slot, Token token) {
  if (token.cause != Outcome::success && try_again(slot)) return;
  const Request request = requests_[slot];
  requests_.give_back(slot);
  for (Observer* observer : observers_) {
    observer->on_request_finished({.request = request.id,
                                   .outcome = token.cause,
                                   .arrived = request.arrived,
                                   .finished = now_,
                                   .attempts = request.attempts});
  }
  if (request.from_user) user_is_answered(token.cause == Outcome::success);
}

std::uint64_t Machine::request_number(ScopeKind kind, std::uint32_t scope) const {
  switch (kind) {
    case ScopeKind::request:
      return requests_[scope].id;
    case ScopeKind::call:
      return invocations_[scope].request;
    case ScopeKind::join:
      break;
  }
  return joins_[scope].request;
}

}  // namespace
}  // namespace faasconf::sim
