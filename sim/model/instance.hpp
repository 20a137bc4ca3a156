#pragma once
// The pieces of a simulation's state: requests, joins, invocations, instances, functions. Plain values, addressed by
// index; simulation.cpp says what happens to them.

#include <cstdint>
#include <limits>
#include <vector>

#include "sim/core/random.hpp"
#include "sim/model/graph.hpp"
#include "sim/model/instance_cpu.hpp"
#include "sim/model/observer.hpp"

namespace faasconf::sim {

inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

// What flows along the workflow: whether the answer so far is good, and if not, what failed first.
struct Token {
  Outcome cause = Outcome::success;
  bool aborted = false;  // start nothing more up to the caller
};

struct Request {
  std::uint64_t id = 0;
  Time arrived;
  bool from_user = false;
};

// A parallel block or fan-out under way.
struct Join {
  std::uint32_t scope = kNone;    // of the block itself
  std::uint32_t outstanding = 0;  // branches that are not back
  Token result;
};

enum class Place : std::uint8_t { on_the_way, queued, in_instance, answered };

struct Invocation {
  std::uint64_t request = 0;  // number of the request, for records
  Time called;
  Time started = kNever;
  double work_s = 0;  // drawn: core-seconds, serial and parallel
  double parallel_work_s = 0;
  double off_cpu_s = 0;
  double memory_mib = 0;           // held
  double parallel_memory_mib = 0;  // to be held with the parallel work
  NodeIndex node = 0;
  std::uint32_t scope = kNone;   // slot of the request, join or invocation that its answer goes to
  std::uint32_t generation = 0;  // tells the users of one slot apart
  std::uint32_t instance = kNone;
  std::uint32_t next = kNone;  // in the instance's queue
  std::uint32_t previous = kNone;
  FunctionId function;
  Place place = Place::on_the_way;
  bool caller_waits = true;
  Outcome input = Outcome::success;  // what made its input a failed one
  Outcome outcome = Outcome::success;
  Outcome cause = Outcome::success;  // of its failure, deepest first
};

struct Instance {
  InstanceCpu cpu;
  FunctionId function;
  std::int32_t number = 0;
  bool starting = false;
  bool draining = false;
  std::int32_t in_flight = 0;  // executions: slots taken
  std::int32_t rejecting = 0;  // rejections whose work is not done
  std::int32_t slots = 0;      // the concurrency limit; the largest number where there is none
  double memory_mib = 0;       // held by executions
  double memory_mib_s = 0;     // their integral
  Time memory_updated;
  std::uint32_t queue_front = kNone;
  std::uint32_t queue_back = kNone;
  std::int32_t queued = 0;
  Time timer = kNever;  // of the pending completion event
  std::uint64_t timer_sequence = 0;
  std::uint64_t start_up_sequence = 0;  // of the event that makes it ready

  template <class Archive>
  void archive(Archive& a) {
    a(cpu, function, number, starting, draining, in_flight, rejecting, slots, memory_mib, memory_mib_s, memory_updated,
      queue_front, queue_back, queued, timer, timer_sequence, start_up_sequence);
  }
};

struct FunctionState {
  std::vector<std::uint32_t> starting;  // instances that take no calls yet, oldest first
  std::vector<std::uint32_t> ready;     // that take calls, longest ready first; never empty
  std::vector<std::uint32_t> draining;
  std::int32_t next_number = 0;
  std::uint32_t round_robin = 0;
  std::int64_t calls_in_flight = 0;  // whose caller waits
  // integrals: of the instances that are gone, and of the number and limits of all
  double cpu_s = 0;
  double work_s = 0;
  double admitted_work_s = 0;
  double throttled_s = 0;
  std::int64_t throttled_periods = 0;
  double pod_throttled_s = 0;
  std::int64_t pod_throttled_periods = 0;
  double cpu_granted_s = 0;
  double memory_mib_s = 0;
  double instance_s = 0;
  double cpu_limit_millicore_s = 0;
  double memory_limit_mib_s = 0;
  Time counted_until;
  double received_bytes = 0;
  double transmitted_bytes = 0;
  Rng serial, parallel, off_cpu, memory, parallel_memory, failure, hop, routing, speed, phase, pod_phase, start_up,
      rejection;

  std::size_t instances() const { return starting.size() + ready.size() + draining.size(); }

  template <class Archive>
  void archive(Archive& a) {
    a(starting, ready, draining, next_number, round_robin, calls_in_flight, cpu_s, work_s, admitted_work_s, throttled_s,
      throttled_periods, pod_throttled_s, pod_throttled_periods, cpu_granted_s, memory_mib_s, instance_s,
      cpu_limit_millicore_s, memory_limit_mib_s, counted_until, received_bytes, transmitted_bytes, serial, parallel,
      off_cpu, memory, parallel_memory, failure, hop, routing, speed, phase, pod_phase, start_up, rejection);
  }
};

}  // namespace faasconf::sim
