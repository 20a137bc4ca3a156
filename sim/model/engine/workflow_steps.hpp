#pragma once
// Part of engine.hpp: a token enters a step of the graph with begin() and leaves it with finish(). A step's scope is
// the slot of what waits for its end: the join, the calling invocation or the request.

#include "sim/model/engine/engine.hpp"

namespace faasconf::sim {
namespace {

void Engine::begin(StepIndex index, std::uint32_t scope, Token token) {
  const Step& step = graph_.step(index);
  switch (step.kind) {
    case StepKind::call:
      return call(index, scope, token.cause);
    case StepKind::sequence:
      return begin(graph_.children(step).front(), scope, token);
    case StepKind::parallel:
      return begin_branches(index, scope, token, step.child_count);
    case StepKind::choice: {
      const double draw = step_streams_[step.stream].uniform();
      std::uint32_t option = 0;
      while (option + 1 < step.child_count && draw >= step.cumulative[option]) ++option;
      return begin(graph_.children(step)[option], scope, token);
    }
    case StepKind::fan_out: {
      const double width = std::round(step.width.sample(step_streams_[step.stream]));
      if (width <= 0) return finish(index, scope, token);
      if (width > EventTag::kIndexLimit) throw Error("a fan-out of width " + std::to_string(width) + " is too wide");
      return begin_branches(index, scope, token, static_cast<std::uint32_t>(width));
    }
  }
}

void Engine::begin_branches(StepIndex index, std::uint32_t scope, Token token, std::uint32_t width) {
  const Step& step = graph_.step(index);
  const std::uint32_t join = joins_.take();
  joins_[join] = {.request = request_number(step.scope, scope), .scope = scope, .outstanding = width, .result = {}};
  const auto children = graph_.children(step);
  for (std::uint32_t i = 0; i < width; ++i) begin(children[children.size() == 1 ? 0 : i], join, token);
}

void Engine::finish(StepIndex index, std::uint32_t scope, Token token) {
  for (;;) {
    const Step& step = graph_.step(index);
    if (step.parent == kNoStep) return finish_request(scope, token);
    const Step& parent = graph_.step(step.parent);
    switch (parent.kind) {
      case StepKind::sequence:
        if (!token.aborted && step.position + 1 < parent.child_count && !caller_is_lost(index, scope)) {
          return begin(graph_.children(parent)[step.position + 1], scope, token);
        }
        break;
      case StepKind::choice:
        break;
      case StepKind::parallel:
      case StepKind::fan_out: {
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
      case StepKind::call: {
        if (token.cause != Outcome::success) {
          invocations_[scope].outcome = Outcome::failed;
          invocations_[scope].cause = token.cause;
        }
        return leave_instance(scope);
      }
    }
    index = step.parent;
  }
}

// Whether the execution that makes the calls of this step is gone with its instance.
bool Engine::caller_is_lost(StepIndex index, std::uint32_t scope) const {
  const Step* step = &graph_.step(index);
  while (step->scope == ScopeKind::join) {
    do {
      step = &graph_.step(step->parent);
    } while (step->kind != StepKind::parallel && step->kind != StepKind::fan_out);
    scope = joins_[scope].scope;
  }
  return step->scope == ScopeKind::call && invocations_[scope].place == Place::lost;
}

void Engine::finish_request(std::uint32_t slot, Token token) {
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

std::uint64_t Engine::request_number(ScopeKind kind, std::uint32_t scope) const {
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
