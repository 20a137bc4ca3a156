#pragma once
// A second simulator, slow and obvious, that shares with the first one only the scenario and the names of the random
// streams: functions called in sequence, replicas behind random routing, a concurrency limit that rejects or queues,
// users or a list of arrivals, on ReferenceCpu. Whatever happens next is searched for, and all of it in one list.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "sim/core/random.hpp"
#include "sim/model/scenario.hpp"
#include "sim/model/simulation.hpp"
#include "tests/sim/model/reference_cpu.hpp"

namespace faasconf::sim {

class ReferenceSimulator {
 public:
  struct Request {
    bool from_user = false;
    double arrived_ns = 0;
    std::optional<double> finished_ns;
    bool rejected = false;
  };
  struct Count {
    std::int64_t executions = 0;  // that ended
    std::int64_t rejections = 0;
  };

  ReferenceSimulator(const ScenarioSpec& spec, const RngStreams& streams)
      : spec_(spec), think_(streams.stream("think")), back_off_(streams.stream("back_off")) {
    for (std::uint32_t i = 0; i < spec.workflow.functions.size(); ++i) add_function(i, streams);
    for (const Block& step : std::get<Sequence>(spec.workflow.entry.kind).steps) {
      steps_.push_back(spec.workflow.find(std::get<Call>(step.kind).function)->index);
    }
    counts.resize(functions_.size());
    if (const auto* loop = std::get_if<ClosedLoop>(&spec.workload.source)) {
      for (int user = 0; user < loop->users; ++user) at(0, Kind::user_sends);
    } else {
      for (const Time time : std::get<ArrivalList>(spec.workload.source).times) at(ns(time), Kind::arrival);
    }
  }

  // One change at a time, wherever it is.
  void run_until(double horizon_ns) {
    for (;;) {
      const auto event = std::min_element(events_.begin(), events_.end(), comes_before);
      const double event_ns = event == events_.end() ? std::numeric_limits<double>::infinity() : event->time_ns;
      const auto instance = std::min_element(
          instances_.begin(), instances_.end(),
          [](const Instance& a, const Instance& b) { return a.cpu.next_change_ns() < b.cpu.next_change_ns(); });
      const double cpu_ns = instance->cpu.next_change_ns();
      if (std::min(event_ns, cpu_ns) > horizon_ns) break;
      if (cpu_ns < event_ns) {
        instance->cpu.run_until(cpu_ns);
        for (const auto& [call, end_ns] : instance->cpu.ends_ns) at(end_ns, Kind::cpu_done, call);
        instance->cpu.ends_ns.clear();
      } else {
        const Event now = *event;
        events_.erase(event);
        now_ns_ = now.time_ns;
        handle(now);
      }
    }
    for (Instance& instance : instances_) instance.cpu.run_until(horizon_ns);
  }

  Usage usage(std::uint32_t function) const {
    Usage usage;
    for (const std::uint32_t index : functions_[function].instances) {
      const ReferenceCpu& cpu = instances_[index].cpu;
      usage.cpu_s += cpu.cpu_ns / 1e9;
      usage.work_s += cpu.work_ns / 1e9;
      usage.throttled_s += cpu.throttled_ns() / 1e9;
      usage.throttled_periods += cpu.throttled_periods();
      usage.pod_throttled_s += cpu.pod_throttled_ns() / 1e9;
      usage.pod_throttled_periods += cpu.pod_throttled_periods();
    }
    return usage;
  }

  std::vector<Request> requests;
  std::vector<Count> counts;  // by function

 private:
  enum class Kind { arrival, user_sends, call_arrives, cpu_done, waited, answer };
  struct Event {
    double time_ns = 0;
    std::uint64_t order = 0;
    Kind kind = Kind::arrival;
    std::uint32_t call = 0;
  };
  struct Visit {
    std::uint32_t request = 0;
    std::size_t step = 0;
    std::uint32_t function = 0;
    std::uint32_t instance = 0;
    double parallel_work_s = 0;
    double off_cpu_s = 0;
    bool rejected = false;
  };
  struct Instance {
    ReferenceCpu cpu;
    int in_flight = 0;
    std::deque<std::uint32_t> queue;
  };
  struct Function {
    std::vector<std::uint32_t> instances;
    Rng serial, parallel, off_cpu, hop, routing, rejection;
  };

  static double ns(Time time) { return static_cast<double>(time.time_since_epoch().count()); }
  static double ns(double seconds) { return static_cast<double>(from_seconds(seconds).count()); }
  static bool comes_before(const Event& a, const Event& b) {
    return std::pair(a.time_ns, a.order) < std::pair(b.time_ns, b.order);
  }
  void at(double time_ns, Kind kind, std::uint32_t call = 0) {
    events_.push_back({.time_ns = time_ns, .order = order_++, .kind = kind, .call = call});
  }
  const FunctionSpec& spec(std::uint32_t function) const { return spec_.workflow.functions[function]; }
  const FunctionConfiguration& knobs(std::uint32_t function) const { return spec_.configuration.functions[function]; }

  void add_function(std::uint32_t index, const RngStreams& streams) {
    Function& function = functions_.emplace_back();
    function.serial = streams.stream("serial_work", index);
    function.parallel = streams.stream("parallel_work", index);
    function.off_cpu = streams.stream("off_cpu", index);
    function.hop = streams.stream("hop", index);
    function.routing = streams.stream("routing", index);
    function.rejection = streams.stream("rejection_work", index);
    Rng phase = streams.stream("cfs_phase", index);
    Rng pod_phase = streams.stream("cfs_pod_phase", index);
    const CpuSharingSpec& sharing = spec_.workflow.cpu_sharing;
    const double period_s = to_seconds(sharing.period - Duration(1));
    for (int replica = 0; replica < knobs(index).replicas; ++replica) {
      const std::array phases{from_seconds(phase.uniform() * period_s), from_seconds(pod_phase.uniform() * period_s)};
      ReferenceCpu cpu(sharing, phases);
      const double cores = knobs(index).cpu.value / 1000;
      cpu.set_limits({.limit_cores = cores,
                      .served_cores = std::pow(cores, sharing.quota_exponent),
                      .contention = sharing.contention,
                      .parallel_threads = spec(index).max_threads});
      function.instances.push_back(static_cast<std::uint32_t>(instances_.size()));
      instances_.push_back({.cpu = cpu, .in_flight = 0, .queue = {}});
    }
  }

  void handle(const Event& event) {
    switch (event.kind) {
      case Kind::arrival:
      case Kind::user_sends:
        requests.push_back({.from_user = event.kind == Kind::user_sends, .arrived_ns = now_ns_, .finished_ns = {}});
        return call(static_cast<std::uint32_t>(requests.size() - 1), 0);
      case Kind::call_arrives:
        return arrive(event.call);
      case Kind::cpu_done:
        return cpu_done(event.call);
      case Kind::waited:
        return leave(event.call);
      case Kind::answer:
        return answer(event.call);
    }
  }

  void call(std::uint32_t request, std::size_t step) {
    const auto index = static_cast<std::uint32_t>(calls_.size());
    calls_.push_back({.request = request, .step = step, .function = steps_[step]});
    if (spec_.workflow.gateway.hop.is_zero()) return arrive(index);
    at(now_ns_ + ns(spec_.workflow.gateway.hop.sample(functions_[steps_[step]].hop)), Kind::call_arrives, index);
  }

  void arrive(std::uint32_t index) {
    Visit& call = calls_[index];
    Function& function = functions_[call.function];
    const auto replicas = static_cast<std::uint32_t>(function.instances.size());
    call.instance = function.instances[replicas == 1 ? 0 : function.routing.below(replicas)];
    Instance& instance = instances_[call.instance];
    const Overflow overflow = spec(call.function).overflow;
    const int limit = knobs(call.function).concurrency;
    const bool is_full = overflow != Overflow::none && limit > 0 && instance.in_flight >= limit;
    if (!is_full) return admit(index);
    const auto& capacity = spec(call.function).queue_capacity;
    if (overflow == Overflow::queue && (!capacity || static_cast<int>(instance.queue.size()) < *capacity)) {
      instance.queue.push_back(index);
      return;
    }
    call.rejected = true;
    ++counts[call.function].rejections;
    const double work_s = spec(call.function).rejection_work.sample(function.rejection);
    if (work_s <= 0) return at(now_ns_, Kind::answer, index);
    serve(instance, index, work_s, false, true);
  }

  void serve(Instance& instance, std::uint32_t call, double work_s, bool parallel, bool ahead = false) {
    instance.cpu.run_until(now_ns_);
    instance.cpu.start(call, work_s, parallel, ahead);
  }

  void admit(std::uint32_t index) {
    Visit& call = calls_[index];
    Function& function = functions_[call.function];
    Instance& instance = instances_[call.instance];
    ++instance.in_flight;
    const double serial_work_s = spec(call.function).serial_work.sample(function.serial);
    call.parallel_work_s = spec(call.function).parallel_work.sample(function.parallel);
    call.off_cpu_s = spec(call.function).off_cpu.sample(function.off_cpu);
    if (serial_work_s > 0) return serve(instance, index, serial_work_s, false);
    cpu_done(index);
  }

  void cpu_done(std::uint32_t index) {
    Visit& call = calls_[index];
    if (call.rejected) return answer(index);
    if (call.parallel_work_s > 0) {
      return serve(instances_[call.instance], index, std::exchange(call.parallel_work_s, 0), true);
    }
    if (call.off_cpu_s > 0) return at(now_ns_ + ns(call.off_cpu_s), Kind::waited, index);
    leave(index);
  }

  void leave(std::uint32_t index) {
    const Visit call = calls_[index];
    Instance& instance = instances_[call.instance];
    --instance.in_flight;
    ++counts[call.function].executions;
    if (!instance.queue.empty()) {
      const std::uint32_t next = instance.queue.front();
      instance.queue.pop_front();
      admit(next);
    }
    answer(index);
  }

  void answer(std::uint32_t index) {
    const Visit done = calls_[index];
    if (!done.rejected && done.step + 1 < steps_.size()) return call(done.request, done.step + 1);
    Request& request = requests[done.request];
    request.finished_ns = now_ns_;
    request.rejected = done.rejected;
    if (!request.from_user) return;
    const auto& loop = std::get<ClosedLoop>(spec_.workload.source);
    double pause_s = loop.think_time.sample(think_);
    if (done.rejected) pause_s += loop.back_off.sample(back_off_);
    at(now_ns_ + ns(pause_s), Kind::user_sends);
  }

  const ScenarioSpec& spec_;
  Rng think_, back_off_;
  std::vector<std::uint32_t> steps_;  // functions, in the order of a request's calls
  std::vector<Function> functions_;
  std::vector<Instance> instances_;
  std::vector<Visit> calls_;  // all there ever were
  std::vector<Event> events_;
  std::uint64_t order_ = 0;
  double now_ns_ = 0;
};

}  // namespace faasconf::sim
