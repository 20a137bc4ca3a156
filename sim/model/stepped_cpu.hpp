#pragma once
// CPU of an instance under CFS bandwidth control that has no closed form: run-time slices, two cgroup levels, slice
// expiry.

#include <array>
#include <cstdint>

#include "sim/core/time.hpp"
#include "sim/model/cfs_steps.hpp"
#include "sim/model/throttling.hpp"

namespace faasconf::sim {

// No event per slice or period: the next completion, or the use so far, is found by stepping there from the last
// change, at a cost that grows with the slices and periods in between. For the members see FluidCpu.
class SteppedCpu {
 public:
  void reset(Time now, const CfsBandwidth& bandwidth, std::array<Duration, 2> phases, const Rng& turns = Rng());
  void set_limits(const CpuLimits& limits, Time now);
  void set_share(double share, Time now);
  double share() const { return steps_.share(); }
  double wanted_cores(Time now) const { return at(now).wanted_cores(); }
  Time next_switch() const { return steps_.next_switch(); }

  void start(std::uint32_t job, double work_s, bool parallel, Time now);
  void start_ahead(std::uint32_t job, double work_s, Time now);  // on one thread, ahead of the queue
  void spend(double work_s, Time now);
  bool finish_one(Time now, std::uint32_t& job, bool& was_parallel);

  const CpuLimits& limits() const { return steps_.limits(); }
  bool idle() const { return steps_.idle() && !steps_.any_done(); }
  Time next_completion() const;  // or, if that is far away, an earlier time at which to ask again
  std::uint32_t next_job() const { return steps_.first_job(); }

  double cpu_s(Time now) const { return at(now).cpu_ns() / 1e9; }
  double work_s(Time now) const { return at(now).work_ns() / 1e9; }
  Throttling throttling(Time now) const {  // the container's and the pod's
    const auto& container = at(now).container();
    const auto& pod = at(now).pod();
    return {(container.time_ns + pod.time_ns) / 1e9, container.periods + pod.periods};
  }
  Throttling pod_throttling(Time now) const { return {at(now).pod().time_ns / 1e9, at(now).pod().periods}; }
  double granted_s(Time now) const { return at(now).granted_ns() / 1e9; }
  template <class Visit>
  void for_each_job(Time now, Visit visit) const {
    at(now).for_each_job(visit);
  }

  template <class Archive>
  void archive(Archive& a) {
    a(steps_);
    changed();
  }

 private:
  void changed() { found_due_ = found_seen_ = false; }
  void advance(Time now);
  const CfsSteps& at(Time now) const;

  CfsSteps steps_;          // at the last change
  mutable CfsSteps ahead_;  // at the next completion
  mutable CfsSteps seen_;   // at the time of the last query
  mutable Time due_ = kNever;
  mutable bool found_due_ = false;  // due_ and ahead_ hold
  mutable bool found_seen_ = false;
};

}  // namespace faasconf::sim
