#pragma once
// Part of engine.hpp: an execution in an instance, from its admission to its end.

#include "sim/model/engine/engine.hpp"

namespace faasconf::sim {
namespace {

void Engine::admit(std::uint32_t index, std::uint32_t target) {
  Invocation& invocation = invocations_[index];
  Instance& instance = instances_[target];
  const FunctionPlan& planned = plan(invocation.function);
  const FunctionSpec& function_spec = *planned.spec;
  FunctionState& state = function(invocation.function);
  assert(has_slot(instance) && instance.state != InstanceState::starting);
  invocation.started = now_;
  invocation.memory_mib = 0;
  ++instance.in_flight;
  if (planned.may_die) note_inside(index);
  if (planned.lists_slots) offer(target);

  // the same number of draws whatever happens, so that runs stay comparable
  double serial_work_s = invocation.work_s;
  double parallel_work_s = 0;
  if (!invocation.is_given) [[likely]] {
    serial_work_s = planned.serial_work.sample(state.serial);
    parallel_work_s = planned.parallel_work.sample(state.parallel);
    invocation.off_cpu_s = planned.off_cpu.seconds.sample(state.off_cpu);
  }
  const bool fails = planned.may_fail && state.failure.uniform() < function_spec.failure_probability;

  if (planned.has_memory) {
    double memory_mib = planned.process_memory.sample(state.memory);
    invocation.parallel_memory_mib = planned.parallel_memory.sample(state.parallel_memory);
    if (serial_work_s <= 0) memory_mib += std::exchange(invocation.parallel_memory_mib, 0.0);
    if (!claim_memory(invocation, memory_mib)) {
      invocation.work_s = 0;
      invocation.place = Place::refused;
      schedule(now_, EventKind::answer, index);
      return;
    }
  } else {
    invocation.parallel_memory_mib = 0;
  }

  if (invocation.input != Outcome::success) {
    serial_work_s *= function_spec.failed_input_work_share;
    parallel_work_s = invocation.off_cpu_s = 0;
    invocation.outcome = invocation.cause = Outcome::failed;
  } else if (fails) {
    invocation.outcome = invocation.cause = Outcome::failed;
  }
  invocation.work_s = serial_work_s + parallel_work_s;
  invocation.parallel_work_s = parallel_work_s;
  if (invocation.work_s > 0) {
    state.usage.admitted_work_s += invocation.work_s;
    const bool parallel = serial_work_s <= 0;
    invocation.place = Place::on_cpu;
    instance.cpu.start(index, parallel ? parallel_work_s : serial_work_s, parallel, now_);
    cpu_changed(target);
  } else {
    wait_off_cpu(index);
  }
}

void Engine::wait_off_cpu(std::uint32_t index) {
  Invocation& invocation = invocations_[index];
  invocation.place = Place::off_cpu;
  const Delay& delay = plan(invocation.function).off_cpu;
  // a failed input has no off-CPU time, so its event is not in the order of its lane
  if (invocation.off_cpu_s == delay.seconds.constant) {
    schedule_after(delay, invocation.off_cpu_s, EventKind::off_cpu_done, index);
  } else {
    schedule(after(now_, from_seconds(invocation.off_cpu_s)), EventKind::off_cpu_done, index);
  }
}

// More memory for an execution; false, and the request is killed, when the instance's limit forbids it.
bool Engine::claim_memory(Invocation& invocation, double more_mib) {
  if (more_mib <= 0) return true;
  Instance& instance = instances_[invocation.instance];
  const FunctionSpec& function_spec = *plan(invocation.function).spec;
  if (function_spec.instance_memory.value + instance.memory_mib + more_mib > instance.limits.memory.value) {
    invocation.outcome = invocation.cause = Outcome::out_of_memory;
    if (function_spec.oom_kills == OomKills::instance) {
      instance.out_of_memory = true;
      instance.life_sequence = schedule(now_, EventKind::crash, invocation.instance);
    }
    return false;
  }
  hold_memory(instance, more_mib);
  invocation.memory_mib += more_mib;
  return true;
}

void Engine::on_cpu_event(const Event& event) {
  const std::uint32_t index = event.tag.index();
  if (instances_[index].timer_sequence != event.sequence) return;  // replaced
  instances_[index].timer = kNever;
  instances_[index].timer_sequence = kNoSequence;
  std::uint32_t invocation = kNone;
  bool was_parallel = false;
  while (instances_[index].cpu.finish_one(now_, invocation, was_parallel)) after_cpu(invocation, was_parallel);
  cpu_changed(index);
}

void Engine::after_cpu(std::uint32_t index, bool was_parallel) {
  Invocation& invocation = invocations_[index];
  if (invocation.place != Place::on_cpu) [[unlikely]]
    return invocation.place == Place::rejecting ? rejected(index) : start_work_done(index);
  if (!was_parallel && invocation.parallel_work_s > 0) {
    if (!claim_memory(invocation, std::exchange(invocation.parallel_memory_mib, 0.0))) {
      invocation.work_s -= invocation.parallel_work_s;
      function(invocation.function).usage.admitted_work_s -= invocation.parallel_work_s;
      return leave_instance(index);
    }
    instances_[invocation.instance].cpu.start(index, invocation.parallel_work_s, true, now_);
  } else if (invocation.off_cpu_s > 0) {
    wait_off_cpu(index);
  } else {
    work_done(index);
  }
}

void Engine::off_cpu_done(std::uint32_t index) {
  if (invocations_[index].place == Place::lost) return release(index);
  work_done(index);
}

// Its own work is done; the calls that its function makes follow.
void Engine::work_done(std::uint32_t index) {
  Invocation& invocation = invocations_[index];
  const Step& step = graph_.step(invocation.step);
  if (invocation.outcome == Outcome::success && step.child_count > 0) {
    invocation.place = Place::calling;
    begin(graph_.children(step).front(), index, {});
  } else {
    leave_instance(index);
  }
}

void Engine::leave_instance(std::uint32_t index) {
  Invocation& invocation = invocations_[index];  // nothing below takes a slot before the answer
  if (invocation.place == Place::lost) return release(index);
  const std::uint32_t left = invocation.instance;
  const FunctionId id = invocation.function;
  Instance& instance = instances_[left];
  --instance.in_flight;
  if (plan(id).may_die) forget_inside(index);
  if (invocation.memory_mib > 0) hold_memory(instance, -invocation.memory_mib);
  report_execution(invocation, instance);
  if (instance.queued > 0) admit_queued(left);
  if (plan(id).lists_slots) slots_changed(left);
  if (instance.state == InstanceState::draining) retire_if_drained(left);
  answer(index);
  if (function(id).windows_are_set && is_idle(id)) fall_idle(id);
}

void Engine::report_execution(const Invocation& invocation, const Instance& instance) {
  for (Observer* observer : observers_) {
    observer->on_execution_finished({.request = invocation.request,
                                     .function = invocation.function,
                                     .instance = instance.number,
                                     .outcome = invocation.outcome,
                                     .started = invocation.started,
                                     .finished = now_,
                                     .work_s = invocation.work_s,
                                     .cpu_limit = instance.limits.cpu,
                                     .memory_limit = instance.limits.memory});
  }
}

void Engine::admit_queued(std::uint32_t index) {
  while (instances_[index].queued > 0 && has_slot(instances_[index])) {
    const std::uint32_t next = instances_[index].queue_front;
    unqueue(next);
    admit(next, index);
  }
}

void Engine::enqueue(std::uint32_t index, std::uint32_t target) {
  Invocation& invocation = invocations_[index];
  Instance& instance = instances_[target];
  invocation.place = Place::queued;
  link_call(index, instance.queue_front, instance.queue_back, instance.queued);
}

void Engine::unqueue(std::uint32_t index) {
  Instance& instance = instances_[invocations_[index].instance];
  unlink_call(index, instance.queue_front, instance.queue_back, instance.queued);
}

void Engine::link_call(std::uint32_t index, std::uint32_t& front, std::uint32_t& back, std::int32_t& size) {
  invocations_[index].previous = back;
  invocations_[index].next = kNone;
  (back == kNone ? front : invocations_[back].next) = index;
  back = index;
  ++size;
}

void Engine::unlink_call(std::uint32_t index, std::uint32_t& front, std::uint32_t& back, std::int32_t& size) {
  const Invocation& invocation = invocations_[index];
  (invocation.previous == kNone ? front : invocations_[invocation.previous].next) = invocation.next;
  (invocation.next == kNone ? back : invocations_[invocation.next].previous) = invocation.previous;
  --size;
}

// What an instance that dies takes with it, beside its queue.
void Engine::note_inside(std::uint32_t index) {
  Invocation& invocation = invocations_[index];
  std::uint32_t& front = instances_[invocation.instance].inside_front;
  invocation.previous = kNone;
  invocation.next = front;
  if (front != kNone) invocations_[front].previous = index;
  front = index;
}

void Engine::forget_inside(std::uint32_t index) {
  const Invocation& invocation = invocations_[index];
  std::uint32_t& front = instances_[invocation.instance].inside_front;
  (invocation.previous == kNone ? front : invocations_[invocation.previous].next) = invocation.next;
  if (invocation.next != kNone) invocations_[invocation.next].previous = invocation.previous;
}

void Engine::hold_memory(Instance& instance, double change_mib) {
  instance.memory_mib_ns += instance.memory_mib * static_cast<double>((now_ - instance.memory_updated).count());
  instance.memory_updated = now_;
  instance.memory_mib += change_mib;
  if (instance.in_flight == 0) instance.memory_mib = 0;  // no residue of rounding
}

// To be called after its jobs or limits have changed.
void Engine::cpu_changed(std::uint32_t index) {
  const std::uint32_t node = instances_[index].node;
  if (node != kNone && nodes_[node].may_contend) {
    share_node(node);
  } else {
    set_timer(index);
  }
}

// A pending event that comes too early is kept, and checks again then; one that comes too late is replaced.
void Engine::set_timer(std::uint32_t index) {
  Instance& instance = instances_[index];
  Time due = instance.cpu.next_completion();
  if (instance.node != kNone && nodes_[instance.node].may_contend) due = std::min(due, instance.cpu.next_switch());
  if (due >= instance.timer) return;
  instance.timer = due;
  instance.timer_sequence = schedule(due, EventKind::cpu_completion, index);
}

}  // namespace
}  // namespace faasconf::sim
