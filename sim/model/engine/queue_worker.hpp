#pragma once
// Part of engine.hpp: asynchronous calls. The gateway puts them into a queue and answers 202; workers make them, each
// with room for so many at once, and again after a back-off where the answer is bad.

#include "sim/model/engine/engine.hpp"

namespace faasconf::sim {
namespace {

// Of a call that does not simply take its hop.
void Engine::send(std::uint32_t index) {
  Invocation& invocation = invocations_[index];
  const FunctionPlan& planned = plan(invocation.function);
  if (!planned.spec->queue_worker) return on_call_arrives(index);
  invocation.caller_waits = false;
  invocation.asynchronous = true;
  invocation.attempts = 0;
  ++invocation.generation;  // no deadline until a worker makes it
  const double hop_s = planned.has_hop ? planned.hop.seconds.sample(function(invocation.function).hop) : 0.0;
  schedule(after(now_, from_seconds(hop_s)), EventKind::call_arrives, index);
}

// Whether a call for which no caller waits has come from a worker and goes on to an instance; if not, it is dealt with.
bool Engine::is_made_by_worker(std::uint32_t index) {
  const Invocation& invocation = invocations_[index];
  if (!invocation.asynchronous) {
    release(index);
    return false;
  }
  if (invocation.attempts > 0 && invocation.place == Place::on_the_way) return true;
  accept_message(index);
  return false;
}

// At the first time its caller goes on, whatever will come of it.
void Engine::accept_message(std::uint32_t index) {
  Invocation& invocation = invocations_[index];
  const FunctionId id = invocation.function;
  const bool is_new = invocation.attempts == 0;
  const StepIndex step = invocation.step;
  const std::uint32_t scope = invocation.scope;
  const Token token{.cause = invocation.input};
  if (is_new) count_waiting(id, 1);
  invocation.place = Place::with_workers;
  CallQueue& messages = function(id).messages;
  link_call(index, messages.front, messages.back, messages.size);
  make_calls(id);
  if (is_new) finish(step, scope, token);
}

void Engine::make_calls(FunctionId id) {
  const QueueWorkerSpec& worker = *plan(id).spec->queue_worker;
  FunctionState& state = function(id);
  const std::int64_t most = std::int64_t{worker.workers} * worker.max_inflight;
  while (state.messages.size > 0 && state.under_way < most) {
    const std::uint32_t next = state.messages.front;
    unlink_call(next, state.messages.front, state.messages.back, state.messages.size);
    make_call(next);
  }
}

void Engine::make_call(std::uint32_t index) {
  Invocation& invocation = invocations_[index];
  const FunctionId id = invocation.function;
  count_waiting(id, -1);
  ++function(id).under_way;
  ++invocation.attempts;
  ++invocation.generation;
  invocation.place = Place::on_the_way;
  invocation.instance = kNone;
  invocation.cold = false;
  invocation.started = kNever;
  invocation.outcome = invocation.cause = Outcome::success;
  if (workflow_.gateway.timeout) watch_deadline(index);
  const double hop_s = plan(id).has_hop ? plan(id).hop.seconds.sample(function(id).hop) : 0.0;
  schedule(after(now_, from_seconds(hop_s)), EventKind::call_arrives, index);
}

// The answer to a call for which no caller waits.
void Engine::answer_nobody(std::uint32_t index) {
  const Invocation call = invocations_[index];
  invocations_[index].asynchronous = false;
  release(index);
  if (call.asynchronous) end_attempt(call);
}

// A worker has an answer, or has given up on it. The slot of the call is no longer the worker's.
void Engine::end_attempt(const Invocation& call) {
  const FunctionId id = call.function;
  FunctionState& state = function(id);
  --state.under_way;
  if (call.outcome == Outcome::success) state.usage.transmitted_bytes += plan(id).spec->response_bytes;
  if (is_tried_again(call)) {
    try_later(call);
  } else {
    report_answer(call);
  }
  make_calls(id);
}

bool Engine::is_tried_again(const Invocation& call) const {
  const QueueWorkerSpec& worker = *plan(call.function).spec->queue_worker;
  if (call.outcome == Outcome::success || call.attempts >= worker.attempts) return false;
  return worker.retry_on == RetryOn::failures || call.outcome == Outcome::rejected;
}

void Engine::try_later(const Invocation& call) {
  const QueueWorkerSpec& worker = *plan(call.function).spec->queue_worker;
  const double growth = std::pow(worker.factor, call.attempts - 1);  // which may overflow
  const double back_off_s = std::min(to_seconds(worker.back_off) * growth, to_seconds(worker.max_back_off));
  const std::uint32_t slot = invocations_.take();
  const std::uint32_t generation = invocations_[slot].generation;
  invocations_[slot] = call;
  invocations_[slot].generation = generation;
  invocations_[slot].place = Place::with_workers;
  count_waiting(call.function, 1);
  schedule(after(now_, from_seconds(back_off_s)), EventKind::call_arrives, slot);
}

}  // namespace
}  // namespace faasconf::sim
