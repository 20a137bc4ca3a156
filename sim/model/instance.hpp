#pragma once
// The pieces of a simulation's state: requests, joins, invocations, instances, functions, nodes. Plain values,
// addressed by index; the engine changes them.

#include <cstdint>
#include <limits>
#include <vector>

#include "sim/core/random.hpp"
#include "sim/model/graph.hpp"
#include "sim/model/instance_cpu.hpp"
#include "sim/model/observer.hpp"
#include "sim/model/usage.hpp"

namespace faasconf::sim {

inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::uint64_t kNoSequence = std::numeric_limits<std::uint64_t>::max();

// What flows along the workflow: whether the answer so far is good, and if not, what failed first.
struct Token {
  Outcome cause = Outcome::success;
  bool aborted = false;  // start nothing more up to the caller
};

struct Request {
  std::uint64_t id = 0;
  Time arrived;
  std::int32_t attempts = 1;
  bool from_user = false;
};

// A parallel block or fan-out under way.
struct Join {
  std::uint64_t request = 0;      // its number, for records
  std::uint32_t scope = kNone;    // of the block itself
  std::uint32_t outstanding = 0;  // branches that are not back
  Token result;
};

enum class Place : std::uint8_t {
  nowhere,     // the slot is free
  on_the_way,  // to an instance
  queued,      // before an instance, or before all
  on_cpu,
  off_cpu,
  calling,       // it waits for the calls that it makes
  rejecting,     // on the CPU of the instance that refuses it
  spared,        // refused by work beside the quota of the instance
  refused,       // its bad answer is on the way back
  lost,          // its instance is gone and its caller notified; something still refers to the slot
  start_work,    // no call: the work that an instance does at its start
  with_workers,  // asynchronous: in their queue, or until its next attempt is due
};

struct alignas(64) Invocation {
  std::uint64_t request = 0;  // number of the request, for records
  Time called;
  StepIndex step = 0;
  std::uint32_t scope = kNone;   // slot of the request, join or invocation that its answer goes to
  std::uint32_t generation = 0;  // distinguishes successive owners of the slot
  std::uint32_t instance = kNone;
  FunctionId function;
  std::uint32_t next = kNone;  // in a queue, or among those inside an instance
  std::uint32_t previous = kNone;
  Place place = Place::nowhere;
  bool caller_waits = true;
  bool is_given = false;             // work_s and off_cpu_s are given with the call, not drawn
  bool cold = false;                 // it waited for its instance to start
  Outcome input = Outcome::success;  // what made its input a failed one
  Outcome outcome = Outcome::success;
  Outcome cause = Outcome::success;  // of its failure, deepest first
  bool asynchronous = false;         // a worker waits for its answer, not its caller
  std::uint16_t attempts = 0;        // asynchronous: that workers have begun
  // of its stay in an instance
  Time started = kNever;
  double work_s = 0;  // drawn: core-seconds, serial and parallel
  double parallel_work_s = 0;
  double off_cpu_s = 0;
  double memory_mib = 0;           // held
  double parallel_memory_mib = 0;  // to be held with the parallel work
};

enum class InstanceState : std::uint8_t {
  gone,
  starting,  // takes no calls yet, or again
  ready,
  draining,  // takes no more calls and goes when it is empty and its time is over
};

// Of an instance on demand or before which calls wait centrally: the list in which a call finds it.
enum class Offer : std::uint8_t { none, idle, open };

// What every event reads comes first, in as few cache lines as possible.
struct alignas(64) Instance {
  FunctionId function;
  std::int32_t number = 0;
  std::int32_t in_flight = 0;  // executions: slots taken
  std::int32_t slots = 0;      // the concurrency limit; the largest number where there is none
  std::int32_t queued = 0;
  std::uint32_t queue_front = kNone;
  std::uint32_t queue_back = kNone;
  std::uint32_t node = kNone;  // of the cluster
  InstanceState state = InstanceState::gone;
  Offer offer = Offer::none;
  bool out_of_memory = false;  // why it is about to crash
  bool runs = false;           // its function has begun
  bool unable = false;         // its function does its start work and serves nothing, though it may be ready
  Time timer = kNever;         // of the pending event of its CPU
  std::uint64_t timer_sequence = kNoSequence;
  InstanceCpu cpu;
  double memory_mib = 0;     // held by executions
  double memory_mib_ns = 0;  // their integral
  Time memory_updated;
  FunctionConfiguration limits;
  double speed = 1;
  std::int32_t rejecting = 0;          // rejections whose work is not done
  std::uint32_t inside_front = kNone;  // executions and rejections, where an instance may die of its own
  std::uint32_t newer = kNone;         // in its function's list of idle or open instances
  std::uint32_t older = kNone;
  std::uint64_t life_sequence = kNoSequence;  // of the event that makes it ready, lets it fail or ends it
  Time idle_since;
  Time up_at;                        // when its start-up is, or was, over
  Time drains_since;                 // while it is draining
  Time ends_at = Time::min();        // it is not gone before
  std::uint32_t start_work = kNone;  // slot of its start work under way
  Time crashed = Time::min();        // last
  std::int32_t crashes_at_once = 0;  // without time passing between them

  template <class Archive>
  void archive(Archive& a) {
    a(cpu, function, number, state, offer, in_flight, slots, queued, rejecting, queue_front, queue_back, node,
      out_of_memory, speed, timer, timer_sequence, memory_mib, memory_mib_ns, memory_updated, limits.cpu.value,
      limits.memory.value, limits.replicas, limits.concurrency, life_sequence, newer, older, idle_since, runs, unable,
      up_at, drains_since, ends_at, start_work, inside_front, crashed, crashes_at_once);
  }
};

// A queue of calls, linked through them.
struct CallQueue {
  std::uint32_t front = kNone;
  std::uint32_t back = kNone;
  std::int32_t size = 0;
};

// A list through the instances of a function, the newest in front.
struct InstanceList {
  std::uint32_t newest = kNone;
  std::uint32_t oldest = kNone;
  std::uint32_t size = 0;
};

struct FunctionState {
  std::vector<std::uint32_t> starting;  // oldest first
  std::vector<std::uint32_t> ready;     // longest ready first
  std::vector<std::uint32_t> draining;
  std::int32_t pending = 0;           // instances that no node has room for
  std::int32_t scaled_to = 0;         // rolling: the number of replicas that the instances were last scaled to
  std::int32_t outdated = 0;          // ready ones under other limits than the configuration's
  Time outdated_until;                // to which Usage::outdated_s counts
  Time platform_until = Time::min();  // the platform works for it; Usage::platform_s has all of it already
  InstanceList idle;                  // on demand: ready ones without executions, by when they became so
  InstanceList open;                  // ready ones with a free slot; on demand, those with executions as well
  CallQueue central;                  // calls that wait before all instances
  CallQueue messages;                 // asynchronous calls that no worker makes yet
  std::int64_t under_way = 0;         // asynchronous calls that workers are making
  std::int64_t waiting = 0;           // Usage::waiting_s counts them
  Time waiting_until;                 // to which it counts
  IdleWindows windows;                // on demand: from the next time on that the function falls idle
  bool windows_are_set = false;       // by the owner of the simulation
  Duration keep_alive{};              // in force
  Time pre_warm_at = kNever;
  Time idle_timer = kNever;  // of the pending event keep_alive; those of other times are stale
  std::int32_t next_number = 0;
  std::uint32_t round_robin = 0;
  std::int64_t calls_in_flight = 0;  // whose caller waits
  double served_cores = 1;           // under the present CPU limit, as the fluid has it
  // sums over the instances that exist
  double cpu_limit_millicores = 0;
  double memory_limit_mib = 0;
  Usage usage;         // of the instances that are gone; the integrals of numbers and limits of all
  Time counted_until;  // of these integrals
  Rng serial, parallel, off_cpu, memory, parallel_memory, failure, hop, routing, speed, phase, pod_phase, turns,
      start_up, rejection, life, start_work, drain, victims, spare;

  std::size_t instances() const { return starting.size() + ready.size() + draining.size(); }

  template <class Archive>
  void archive(Archive& a) {
    a(starting, ready, draining, pending, scaled_to, outdated, outdated_until, platform_until, idle, open, windows,
      windows_are_set, keep_alive, pre_warm_at, idle_timer, next_number, round_robin, calls_in_flight, served_cores,
      cpu_limit_millicores, memory_limit_mib, central, messages, under_way, waiting, waiting_until);
    for_each_member(usage, usage, [&](auto& member, const auto&) {
      a(member);
      if (static_cast<const void*>(&member) == &usage.memory_limit_mib_s)
        a(counted_until);  // its place in saved states
    });
    a(serial, parallel, off_cpu, memory, parallel_memory, failure, hop, routing, speed, phase, pod_phase, turns,
      start_up, rejection, life, start_work, drain, victims, spare);
  }
};

// State of a node of the cluster.
struct ClusterNode {
  double cpu_requested_millicores = 0;  // by its instances
  double memory_requested_mib = 0;
  bool in_service = true;
  bool may_contend = false;           // its instances together may want more than its cores
  Time platform_until = Time::min();  // the platform keeps one of its cores busy
  Duration relist_phase{};            // of its looks at its instances
  std::vector<std::uint32_t> instances;
  Rng life;

  template <class Archive>
  void archive(Archive& a) {
    a(cpu_requested_millicores, memory_requested_mib, in_service, may_contend, platform_until, relist_phase, instances,
      life);
  }
};

}  // namespace faasconf::sim
