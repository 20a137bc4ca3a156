#pragma once
// Part of engine.hpp: usage and unserved work so far, and the state as bytes.

#include "sim/model/engine/engine.hpp"

namespace faasconf::sim {
namespace {

inline std::uint64_t checksum(std::span<const std::byte> bytes) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  for (const std::byte byte : bytes) hash = (hash ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3ULL;
  return hash;
}

// To be raised when a member of the state comes or goes.
constexpr std::uint32_t kStateLayout = 1;

// A checksum of what determines the form of a saved state. Scenarios that differ in other ways may exchange states.
inline std::uint64_t form_of(const Scenario& scenario) {
  ArchiveWriter form;
  for (StepIndex i = 0; i < scenario.graph().size(); ++i) {
    Step step = scenario.graph().step(i);
    form(step.kind, step.function, step.parent, step.stream);
  }
  for (const FunctionSpec& function : scenario.workflow().functions) {
    bool central = function.overflow == Overflow::central_queue;
    bool asynchronous = function.queue_worker.has_value();
    form(central, asynchronous);
  }
  const Workload& workload = scenario.spec().workload;
  std::size_t functions = scenario.function_count();
  std::size_t source = workload.source.index();
  std::size_t profile_steps = workload.profile ? workload.profile->steps.size() : 0;
  std::size_t states = 0;
  if (const auto* open_loop = std::get_if<OpenLoop>(&workload.source)) {
    if (const auto* mmpp = std::get_if<MmppArrivals>(&open_loop->process)) states = mmpp->mean_stay_s.size();
  }
  CpuSharing sharing = scenario.workflow().cpu_sharing.mode;
  std::int64_t nodes = 0;
  for (const NodeSpec& kind : scenario.workflow().cluster.nodes) nodes += kind.count;
  bool closed_form = bandwidth_of(scenario.workflow().cpu_sharing).has_closed_form();
  std::uint32_t layout = kStateLayout;
  form(functions, source, profile_steps, states, sharing, nodes, closed_form, layout);
  return checksum(form.take());
}

std::int64_t Engine::requests_in_flight(Time from, Time to) {
  if (to < Time{}) return 0;
  const auto arrived_then = [from, to](const Request& request) {
    return request.arrived > from && request.arrived <= to;
  };
  return static_cast<std::int64_t>(requests_.count_if(marked_requests_, arrived_then));
}

std::int64_t Engine::asynchronous_calls() const {
  std::int64_t calls = 0;
  for (std::size_t i = 0; i < functions_.size(); ++i) {
    if (plans_[i].spec->queue_worker) calls += functions_[i].calls_in_flight;
  }
  return calls;
}

Usage Engine::usage(FunctionId id) const {
  const FunctionState& state = functions_[id.index];
  const double uncounted_s = to_seconds(now_ - state.counted_until);
  Usage usage = state.usage;
  usage.instance_s += static_cast<double>(state.instances()) * uncounted_s;
  usage.starting_s += static_cast<double>(state.starting.size()) * uncounted_s;
  usage.outdated_s += state.outdated * to_seconds(now_ - state.outdated_until);
  usage.waiting_s += static_cast<double>(state.waiting) * to_seconds(now_ - state.waiting_until);
  for (const std::uint32_t index : state.draining)
    usage.draining_s += to_seconds(now_ - instances_[index].drains_since);
  usage.wanted_millicore_s += wanted_millicores(id) * uncounted_s;
  if (state.platform_until > now_) usage.platform_s -= kPlatformCores * to_seconds(state.platform_until - now_);
  usage.cpu_limit_millicore_s += state.cpu_limit_millicores * uncounted_s;
  usage.memory_limit_mib_s += state.memory_limit_mib * uncounted_s;
  for (const auto* group : {&state.starting, &state.ready, &state.draining}) {
    for (const std::uint32_t index : *group) {
      const Instance& instance = instances_[index];
      add_cpu_usage(instance, usage);
      const auto held_ns = static_cast<double>((now_ - instance.memory_updated).count());
      if (instance.offer == Offer::idle) usage.idle_s += to_seconds(now_ - instance.idle_since);
      usage.memory_mib_s += (instance.memory_mib_ns + instance.memory_mib * held_ns) / 1e9;
    }
  }
  usage.memory_mib_s += usage.instance_s * spec(id).instance_memory.value;
  return usage;
}

// What the CPU of an instance has used so far.
void Engine::add_cpu_usage(const Instance& instance, Usage& usage) const {
  usage.cpu_s += instance.cpu.cpu_s(now_);
  usage.work_s += instance.cpu.work_s(now_);
  const Throttling throttling = instance.cpu.throttling(now_);
  usage.throttled_s += throttling.time_s;
  usage.throttled_periods += throttling.periods;
  const Throttling of_pod = instance.cpu.pod_throttling(now_);
  usage.pod_throttled_s += of_pod.time_s;
  usage.pod_throttled_periods += of_pod.periods;
  usage.cpu_granted_s += instance.cpu.granted_s(now_);
}

std::vector<std::byte> Engine::save() {
  ArchiveWriter body;
  archive(body);
  std::vector<std::byte> state = body.take();
  ArchiveWriter head;
  std::uint64_t form = form_of(scenario_);
  std::uint64_t sum = checksum(state);
  head(form, sum);
  std::vector<std::byte> bytes = head.take();
  bytes.insert(bytes.end(), state.begin(), state.end());
  return bytes;
}

void Engine::restore(std::span<const std::byte> bytes) {
  constexpr std::size_t kHeadBytes = 2 * sizeof(std::uint64_t);
  std::uint64_t form = 0;
  std::uint64_t sum = 0;
  ArchiveReader head(bytes);
  head(form, sum);
  bytes = bytes.subspan(kHeadBytes);
  if (form != form_of(scenario_)) throw Error("saved state of another workflow, workload or version");
  if (sum != checksum(bytes)) throw Error("saved state is truncated or damaged");
  ArchiveReader body(bytes);
  archive(body);
}

double Engine::unserved_work_s(FunctionId id) const {
  const FunctionState& state = functions_[id.index];
  double sum_s = 0;
  for (const auto* group : {&state.starting, &state.ready, &state.draining}) {
    for (const std::uint32_t index : *group) sum_s += unserved_work_s(instances_[index]);
  }
  return sum_s;
}

double Engine::unserved_work_s(const Instance& instance) const {
  double sum_s = 0;
  instance.cpu.for_each_job(now_, [&](std::uint32_t invocation, double remaining_s, bool parallel) {
    sum_s += remaining_s + (parallel ? 0.0 : invocations_[invocation].parallel_work_s);
  });
  return sum_s;
}

}  // namespace
}  // namespace faasconf::sim
