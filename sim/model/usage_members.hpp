#pragma once
// The members of Usage, one by one: for sums, differences and saved states.

#include "sim/model/usage.hpp"

namespace faasconf::sim {

// Calls what(a.member, b.member) for each member of two usages, in order.
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
}

}  // namespace faasconf::sim
