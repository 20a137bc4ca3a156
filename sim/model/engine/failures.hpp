#pragma once
// Part of engine.hpp: instances that crash and restart, nodes that fail, and what becomes of the requests in them.

#include "sim/model/engine/engine.hpp"

namespace faasconf::sim {
namespace {

// More than any load brings about: an instance that crashes again and again with no time between.
constexpr std::int32_t kMostCrashesAtOnce = 100'000;

void Engine::count_crash(Instance& instance) {
  ++function(instance.function).usage.crashes;
  instance.crashes_at_once = instance.crashed == now_ ? instance.crashes_at_once + 1 : 1;
  instance.crashed = now_;
  if (instance.crashes_at_once <= kMostCrashesAtOnce) return;
  throw Error("time stands still at " + format(now_.time_since_epoch()) + ": an instance of " +
              spec(instance.function).name +
              " crashes and is up again at once; give the function a start_up or its instances more memory, or the "
              "workload a back_off");
}

// A crash: everything in the instance is lost, and it starts up again on the same node.
void Engine::restart(std::uint32_t index) {
  Instance& instance = instances_[index];
  const Outcome outcome = std::exchange(instance.out_of_memory, false) ? Outcome::out_of_memory : Outcome::failed;
  count_crash(instance);
  if (instance.state == InstanceState::draining) return go_on_ending(index, outcome);
  count_until_now(instance.function);
  take_from_group(index);
  instance.state = InstanceState::starting;
  if (plan(instance.function).lists_slots) offer(index);
  std::vector<Invocation> lost;
  lose_all(index, outcome, lost);
  start_up(index);
  answer_callers(lost);
}

// Collects everything in the instance, for answer_callers().
void Engine::lose_all(std::uint32_t index, Outcome outcome, std::vector<Invocation>& lost) {
  Instance& instance = instances_[index];
  keep_cpu_usage(instance);
  instance.cpu.for_each_job(now_, [this](std::uint32_t job, double remaining_s, bool parallel) {
    invocations_[job].work_s -= remaining_s + (parallel ? 0.0 : invocations_[job].parallel_work_s);
  });
  forget_start_work(instance);
  reset_cpu(instance);
  set_cpu_limits(instance);
  instance.timer = kNever;
  instance.timer_sequence = kNoSequence;
  std::vector<std::uint32_t> inside;
  for (const std::uint32_t front : {instance.inside_front, instance.queue_front}) {
    for (std::uint32_t i = front; i != kNone; i = invocations_[i].next) inside.push_back(i);
  }
  std::ranges::sort(inside);  // the order of slots
  for (const std::uint32_t i : inside) lose(i, outcome, lost);
  if (instance.node != kNone) find_contention(instance.node);
}

// A slot that a pending event or a call of its own still refers to is kept until then.
void Engine::lose(std::uint32_t index, Outcome outcome, std::vector<Invocation>& lost) {
  Invocation& invocation = invocations_[index];
  Instance& instance = instances_[invocation.instance];
  const Place place = invocation.place;
  const bool in_use =
      place == Place::off_cpu || place == Place::calling || place == Place::refused || place == Place::spared;
  invocation.outcome = invocation.cause = outcome;
  if (place == Place::queued) {
    unqueue(index);
  } else {
    forget_inside(index);
  }
  if (place == Place::rejecting || place == Place::spared) {
    --instance.rejecting;
  } else if (place != Place::queued) {
    --instance.in_flight;
    if (invocation.memory_mib > 0) hold_memory(instance, -invocation.memory_mib);
    report_execution(invocation, instance);
  }
  if (invocation.caller_waits || invocation.asynchronous) lost.push_back(invocation);
  invocation.place = Place::lost;
  invocation.caller_waits = invocation.asynchronous = false;
  if (!in_use) release(index);
}

// The callers get bad answers at once and may call again, so only after everything lost has been removed.
void Engine::answer_callers(const std::vector<Invocation>& lost) {
  for (const Invocation& invocation : lost) {
    if (invocation.asynchronous) {
      end_attempt(invocation);
    } else {
      finish(invocation.step, invocation.scope, report_answer(invocation));
    }
  }
}

void Engine::schedule_node_failure(std::uint32_t index) {
  const Distribution& distribution = node_spec(index).time_to_failure;
  if (distribution.is_zero()) return;
  schedule(after(now_, from_seconds(distribution.sample(nodes_[index].life))), EventKind::node_changes, index);
}

void Engine::on_node_changes(std::uint32_t index) {
  return nodes_[index].in_service ? on_node_fails(index) : on_node_repaired(index);
}

// Its instances are lost for good; others replace them where there is room.
void Engine::on_node_fails(std::uint32_t index) {
  nodes_[index].in_service = false;
  const std::vector<std::uint32_t> dying = nodes_[index].instances;
  for (const std::uint32_t instance : dying) {
    Instance& victim = instances_[instance];
    ++function(victim.function).usage.crashes;
    count_until_now(victim.function);
    take_from_group(instance);
    if (victim.state != InstanceState::draining) victim.drains_since = now_;
    victim.state = InstanceState::draining;
    function(victim.function).draining.push_back(instance);
    if (plan(victim.function).lists_slots) offer(instance);
  }
  std::vector<Invocation> lost;
  for (const std::uint32_t instance : dying) lose_all(instance, Outcome::failed, lost);
  answer_callers(lost);
  for (const std::uint32_t instance : dying) remove(instance);
  const Duration repair = from_seconds(node_spec(index).repair.sample(nodes_[index].life));
  schedule(after(now_, repair), EventKind::node_changes, index);
  for (std::uint32_t i = 0; i < functions_.size(); ++i) reconcile({i});
}

void Engine::on_node_repaired(std::uint32_t index) {
  nodes_[index].in_service = true;
  schedule_node_failure(index);
  place_pending();
}

}  // namespace
}  // namespace faasconf::sim
