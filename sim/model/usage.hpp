#pragma once
// What the instances of a function use: the integrals that utilisation, price and throttling are computed from.

#include <cstdint>

namespace faasconf::sim {

// Since the start of a run, or within a window.
struct Usage {
  double cpu_s = 0;                    // core-seconds of the CPU limit that were used
  double work_s = 0;                   // core-seconds of work done with them: less under contention, by speed
  double admitted_work_s = 0;          // core-seconds drawn for executions and rejections that began
  double throttled_s = 0;              // instance-seconds: fluid, more threads than the limit serves; cfs, quota spent
  std::int64_t throttled_periods = 0;  // cfs: in which threads waited for the next one; container's and pod's
  double pod_throttled_s = 0;          // of throttled_s: because the pod's quota was spent, not yet the container's
  std::int64_t pod_throttled_periods = 0;  // of throttled_periods: the pod's
  double cpu_granted_s = 0;                // cfs: core-seconds, the quotas of the periods that began
  double memory_mib_s = 0;                 // held
  double instance_s = 0;                   // instances that exist: starting, ready, draining
  double starting_s = 0;                   // of instance_s: start-up
  double outdated_s = 0;                   // of instance_s: ready under other limits than the configuration's
  double draining_s = 0;                   // of instance_s: draining
  double idle_s = 0;                       // of instance_s, on demand only: ready, without a call
  double cpu_limit_millicore_s = 0;        // limits of the instances that exist
  double memory_limit_mib_s = 0;
  double wanted_millicore_s = 0;  // the configuration's: limit x replicas; on demand what exists
  double platform_s = 0;          // core-seconds of the platform for instances that started or ended
  double received_bytes = 0;
  double transmitted_bytes = 0;
  double waiting_s = 0;  // calls in the central queue and in that of the workers, back-offs included
  std::int64_t crashes = 0;
  std::int64_t started = 0;     // instances that were added
  std::int64_t pre_warmed = 0;  // of started: by IdleWindows
  std::int64_t evicted = 0;     // instances stopped early by ClusterSpec::evict_idle

  Usage& operator+=(const Usage& other);
  Usage& operator-=(const Usage& other);
  friend Usage operator-(Usage a, const Usage& b) { return a -= b; }
};

// Calls what(a.member, b.member) for each member of two usages, in order: the one list of them, for sums, differences
// and saved states.
template <class A, class B, class Do>
void for_each_member(A& a, B& b, Do what) {
  what(a.cpu_s, b.cpu_s);
  what(a.work_s, b.work_s);
  what(a.admitted_work_s, b.admitted_work_s);
  what(a.throttled_s, b.throttled_s);
  what(a.throttled_periods, b.throttled_periods);
  what(a.pod_throttled_s, b.pod_throttled_s);
  what(a.pod_throttled_periods, b.pod_throttled_periods);
  what(a.cpu_granted_s, b.cpu_granted_s);
  what(a.memory_mib_s, b.memory_mib_s);
  what(a.instance_s, b.instance_s);
  what(a.starting_s, b.starting_s);
  what(a.idle_s, b.idle_s);
  what(a.cpu_limit_millicore_s, b.cpu_limit_millicore_s);
  what(a.memory_limit_mib_s, b.memory_limit_mib_s);
  what(a.received_bytes, b.received_bytes);
  what(a.transmitted_bytes, b.transmitted_bytes);
  what(a.crashes, b.crashes);
  what(a.started, b.started);
  what(a.pre_warmed, b.pre_warmed);
  what(a.evicted, b.evicted);
  what(a.outdated_s, b.outdated_s);
  what(a.draining_s, b.draining_s);
  what(a.wanted_millicore_s, b.wanted_millicore_s);
  what(a.platform_s, b.platform_s);
  what(a.waiting_s, b.waiting_s);
}

}  // namespace faasconf::sim
