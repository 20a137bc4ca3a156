#pragma once
// Part of engine.hpp: the path of a call to an instance, and of its answer back.

#include "sim/model/engine/engine.hpp"

namespace faasconf::sim {
namespace {

void Engine::call(StepIndex index, std::uint32_t scope, Outcome input, const Demand* demand) {
  const Step& step = graph_.step(index);
  const FunctionId id = step.function;
  const std::uint64_t request = request_number(step.scope, scope);
  const std::uint32_t slot = invocations_.take();
  // the members about its time in an instance are set by admit()
  Invocation& invocation = invocations_[slot];
  invocation.request = request;
  invocation.called = now_;
  invocation.step = index;
  invocation.scope = scope;
  invocation.instance = kNone;
  invocation.function = id;
  invocation.place = Place::on_the_way;
  invocation.caller_waits = true;
  invocation.cold = false;
  invocation.is_given = demand != nullptr;
  if (demand != nullptr) {
    invocation.work_s = demand->work_s;
    invocation.off_cpu_s = demand->off_cpu_s;
  }
  invocation.input = input;
  invocation.outcome = invocation.cause = Outcome::success;
  invocation.started = kNever;
  ++function(id).calls_in_flight;
  for (Observer* observer : observers_) observer->on_call(id, now_);
  if (workflow_.gateway.timeout) watch_deadline(slot);

  if (!plan(id).goes_by_hop) return send(slot);
  const Delay& hop = plan(id).hop;
  schedule_after(hop, hop.seconds.sample(function(id).hop), EventKind::call_arrives, slot);
}

void Engine::on_call_arrives(std::uint32_t index) {
  Invocation& invocation = invocations_[index];
  if (!invocation.caller_waits && !is_made_by_worker(index)) return;
  const FunctionId id = invocation.function;
  FunctionState& state = function(id);
  const std::int32_t created = state.next_number;
  const std::uint32_t target = route(id);
  if (target == kNone) return find_no_slot(index);
  Instance& instance = instances_[target];
  const FunctionSpec& function_spec = *plan(id).spec;
  invocation.instance = target;
  invocation.cold = instance.state == InstanceState::starting || state.next_number != created;
  state.usage.received_bytes += function_spec.request_bytes;
  // calls that will find a slot in it wait for it in any case; after a scale from zero all calls wait
  const bool starts = instance.state == InstanceState::starting;
  if (starts && (!plan(id).on_demand || instance.queued < instance.slots)) return enqueue(index, target);
  if (!starts && has_slot(instance)) return admit(index, target);
  const std::int32_t beyond_slots = starts ? instance.queued - instance.slots : instance.queued;
  const bool may_wait = function_spec.overflow == Overflow::queue &&
                        (!function_spec.queue_capacity || beyond_slots < *function_spec.queue_capacity);
  if (may_wait) return enqueue(index, target);
  const Outcome outcome = instance.unable ? Outcome::failed : Outcome::rejected;
  if (starts || !plan(id).has_rejection_work) return refuse(index, outcome);
  reject(index, outcome);
}

// The work for a 429 runs beside the executions and takes no slot and no memory. So does that for a bad answer in place
// of a function that is not up yet.
void Engine::reject(std::uint32_t index, Outcome outcome) {
  Invocation& invocation = invocations_[index];
  Instance& instance = instances_[invocation.instance];
  FunctionState& state = function(invocation.function);
  invocation.outcome = invocation.cause = outcome;
  invocation.parallel_work_s = 0;
  invocation.work_s = plan(invocation.function).spec->rejection_work.sample(state.rejection);
  if (invocation.work_s <= 0) return refuse(index, outcome);
  ++instance.rejecting;
  if (plan(invocation.function).may_die) note_inside(index);
  state.usage.admitted_work_s += invocation.work_s;
  const double spare_quota = workflow_.cpu_sharing.spare_quota;
  if (spare_quota > 0 && state.spare.uniform() < spare_quota) {
    invocation.place = Place::spared;
    instance.cpu.spend(invocation.work_s, now_);
    schedule(after(now_, from_seconds(invocation.work_s)), EventKind::answer, index);
  } else {
    invocation.place = Place::rejecting;
    instance.cpu.start_ahead(index, invocation.work_s, now_);
  }
  cpu_changed(invocation.instance);
}

void Engine::rejected(std::uint32_t index) {
  const std::uint32_t left = invocations_[index].instance;
  if (plan(invocations_[index].function).may_die) forget_inside(index);
  --instances_[left].rejecting;
  retire_if_drained(left);
  answer(index);
}

// Of one that did not have to run: its bad answer.
void Engine::answer_event(std::uint32_t index) {
  const Invocation& invocation = invocations_[index];
  if (invocation.started != kNever) return leave_instance(index);
  return invocation.place == Place::spared ? rejected(index) : answer(index);
}

void Engine::refuse(std::uint32_t index, Outcome outcome) {
  Invocation& invocation = invocations_[index];
  invocation.place = Place::refused;
  invocation.outcome = invocation.cause = outcome;
  schedule(now_, EventKind::answer, index);
}

// The instance that a call is sent to: a starting one if the call is to wait for it, kNone if there is none, or none
// that has a slot for a call that would wait centrally.
std::uint32_t Engine::route(FunctionId id) {
  FunctionState& state = function(id);
  if (plan(id).lists_slots) return find_slot(id);
  if (!state.ready.empty()) return route_ready(state);
  if (!plan(id).from_zero) return kNone;
  scale_from_zero(id);
  if (!state.ready.empty()) return state.ready.front();
  return state.starting.empty() ? kNone : state.starting.front();
}

std::uint32_t Engine::route_ready(FunctionState& state) {
  const auto count = static_cast<std::uint32_t>(state.ready.size());
  if (count == 1) return state.ready.front();
  switch (workflow_.gateway.routing) {
    case Routing::random:
      return state.ready[state.routing.below(count)];
    case Routing::round_robin:
      return state.ready[state.round_robin++ % count];
    case Routing::least_connection:
      break;
  }
  return *std::min_element(state.ready.begin(), state.ready.end(), [this](std::uint32_t a, std::uint32_t b) {
    return instances_[a].in_flight + instances_[a].queued < instances_[b].in_flight + instances_[b].queued;
  });
}

// The answer reaches the caller, if it still waits, and the invocation is over.
void Engine::answer(std::uint32_t index) {
  const Invocation& invocation = invocations_[index];
  if (!invocation.caller_waits) return answer_nobody(index);
  if (invocation.outcome == Outcome::success) {
    function(invocation.function).usage.transmitted_bytes += plan(invocation.function).spec->response_bytes;
  }
  const Token token = report_answer(invocation);
  const StepIndex step = invocation.step;
  const std::uint32_t scope = invocation.scope;
  release(index);
  finish(step, scope, token);
}

// The token that leaves the call, by its answer.
Token Engine::report_answer(const Invocation& invocation) {
  --function(invocation.function).calls_in_flight;
  for (Observer* observer : observers_) {
    const std::int32_t number = invocation.instance == kNone ? -1 : instances_[invocation.instance].number;
    observer->on_call_finished({.request = invocation.request,
                                .function = invocation.function,
                                .step = invocation.step,
                                .instance = number,
                                .outcome = invocation.outcome,
                                .cold = invocation.cold,
                                .called = invocation.called,
                                .started = invocation.started,
                                .finished = now_});
  }
  if (invocation.outcome == Outcome::success) return {.cause = invocation.input};
  const Outcome first = invocation.input == Outcome::success ? invocation.cause : invocation.input;
  switch (graph_.step(invocation.step).on_failure) {
    case OnFailure::abort:
      return {.cause = first, .aborted = true};
    case OnFailure::pass_on:
      return {.cause = first};
    case OnFailure::ignore:
      break;
  }
  return {.cause = invocation.input};
}

void Engine::release(std::uint32_t index) {
  ++invocations_[index].generation;
  invocations_[index].place = Place::nowhere;
  invocations_.give_back(index);
}

// Of one whose caller has given up.
void Engine::leave_queue(std::uint32_t index) {
  const std::uint32_t left = invocations_[index].instance;
  if (left == kNone) {
    leave_central_queue(index);
  } else {
    unqueue(index);
  }
  release(index);
  if (left != kNone) retire_if_drained(left);
}

void Engine::watch_deadline(std::uint32_t invocation) {
  const Time deadline = after(now_, *workflow_.gateway.timeout);
  deadlines_.push({.time = deadline, .invocation = invocation, .generation = invocations_[invocation].generation});
  if (!timeout_pending_) schedule(deadline, EventKind::timeout);
  timeout_pending_ = true;
}

void Engine::on_timeout() {
  while (!deadlines_.empty()) {
    const Deadline deadline = deadlines_.front();
    const Invocation& watched = invocations_[deadline.invocation];
    const bool over = watched.generation != deadline.generation || !(watched.caller_waits || watched.asynchronous);
    if (!over && deadline.time > now_) {
      schedule(deadline.time, EventKind::timeout);
      return;
    }
    deadlines_.pop();
    if (over) continue;
    // the caller gives up: a queued invocation leaves the queue, one in service runs on
    Invocation abandoned = invocations_[deadline.invocation];
    invocations_[deadline.invocation].caller_waits = invocations_[deadline.invocation].asynchronous = false;
    abandoned.outcome = abandoned.cause = Outcome::timed_out;
    if (abandoned.place == Place::queued) leave_queue(deadline.invocation);
    if (abandoned.asynchronous) {
      end_attempt(abandoned);
    } else {
      finish(abandoned.step, abandoned.scope, report_answer(abandoned));
    }
  }
  timeout_pending_ = false;
}

}  // namespace
}  // namespace faasconf::sim
