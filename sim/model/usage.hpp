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
  double idle_s = 0;                       // of instance_s, on demand only: ready, without a call
  double cpu_limit_millicore_s = 0;        // limits of the instances that exist
  double memory_limit_mib_s = 0;
  double received_bytes = 0;
  double transmitted_bytes = 0;
  std::int64_t crashes = 0;
  std::int64_t started = 0;     // instances that were added
  std::int64_t pre_warmed = 0;  // of started: by IdleWindows
  std::int64_t evicted = 0;     // instances stopped early by ClusterSpec::evict_idle

  Usage& operator+=(const Usage& other);
  Usage& operator-=(const Usage& other);
  friend Usage operator-(Usage a, const Usage& b) { return a -= b; }
};

}  // namespace faasconf::sim
