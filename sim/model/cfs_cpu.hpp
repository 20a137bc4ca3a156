#pragma once
// CPU of an instance under CFS bandwidth control: full speed until the quota of a period is spent, then nothing until
// the next one. Turner, Rao and Rao, "CPU bandwidth control for CFS" (2010).

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "sim/core/time.hpp"
#include "sim/model/fluid_cpu.hpp"
#include "sim/model/job_heap.hpp"
#include "sim/model/throttling.hpp"

namespace faasconf::sim {

struct CfsBandwidth {
  Duration period = std::chrono::milliseconds(100);
  double cores = 2;           // the most that the instance's threads use together
  Duration run_slice{};       // slice for which a thread runs in turn; 0: threads share the cores at every moment
  bool random_turns = false;  // a free core goes to a random waiting thread; otherwise to the longest waiting one
  int cgroup_levels = 1;      // that carry the quota: the container; 2: and its pod
  Duration expiring_slice{};  // slice of the quota that a core takes at a time, whose rest it loses; 0: no loss

  bool has_closed_form() const {
    return run_slice == Duration::zero() && cgroup_levels == 1 && expiring_slice == Duration::zero();
  }
};

// A period grants limit_cores x period of CPU time; what is left of it ends with the period. The period's timer goes on
// while the instance is idle. Below the quota the runnable threads share the cores equally, at most one core each.
//
// While the jobs stay the same, all whole periods make the same progress: so there is no event per period, and every
// query is answered by arithmetic from the last change. Virtual time is as in FluidCpu; it stands still while
// the instance is throttled. CpuLimits::served_cores is unused in this mode.
class CfsCpu {
 public:
  // As new, but keeps its memory; a period began `phase` ago.
  void reset(Time now, const CfsBandwidth& bandwidth = {}, Duration phase = {});
  // A new quota counts at once, less what the period has spent.
  void set_limits(const CpuLimits& limits, Time now);
  // As in FluidCpu. A throttled instance wants no CPU: next_switch() is when it next becomes throttled or runs again.
  void set_share(double share, Time now);
  double share() const { return share_; }
  double wanted_cores(Time now) const;
  Time next_switch() const;

  void start(std::uint32_t job, double work_s, bool parallel, Time now);
  bool finish_one(Time now, std::uint32_t& job, bool& was_parallel);

  const CpuLimits& limits() const { return limits_; }
  bool idle() const { return jobs_.empty(); }
  Time next_completion() const { return rates().due; }
  std::uint32_t next_job() const { return jobs_.next_job(); }

  // Integrals over time up to `now`.
  double cpu_s(Time now) const { return (cpu_ns_ + rates().cpu * progress_until(now).running_ns) / 1e9; }
  double work_s(Time now) const { return (work_ns_ + rates().work * progress_until(now).running_ns) / 1e9; }
  Throttling throttling(Time now) const {
    const Throttled more = progress_until(now).throttled;
    return {(throttled_.ns + more.ns) / 1e9, throttled_.periods + more.periods};
  }
  double granted_s(Time now) const;  // quotas of the periods that began: an upper bound of cpu_s()
  template <class Visit>
  void for_each_job(Time now, Visit visit) const {
    const double virtual_now_ns = virtual_ns_ + rates().thread * progress_until(now).running_ns;
    jobs_.for_each(virtual_now_ns, limits_.parallel_threads, visit);
  }

  template <class Archive>
  void archive(Archive& a) {
    a(limits_, share_, bandwidth_.period, bandwidth_.cores, jobs_, virtual_ns_, updated_, period_start_, spent_ns_,
      counted_throttled_, stale_, rates_.thread, rates_.cpu, rates_.work, rates_.run_ns, rates_.due, cpu_ns_, work_ns_,
      throttled_.ns, throttled_.periods, granted_ns_);
  }

 private:
  // What follows from the jobs and the limits, as long as the quota lasts.
  struct Rates {
    double thread = 0;  // work per second and thread
    double cpu = 0;     // cores used
    double work = 0;    // work per second, all threads
    double run_ns = 0;  // how long a whole quota lasts, at most a period
    Time due = kNever;  // of the next completion
  };
  struct Throttled {
    double ns = 0;
    std::int64_t periods = 0;
  };
  // What happens from updated_ until a later time, if no job comes or goes.
  struct Progress {
    double running_ns = 0;
    Throttled throttled;
    std::int64_t periods = 0;  // that begin
    double last_run_ns = 0;    // running time in the last of them
  };
  // Completions fall on whole nanoseconds: a job with less work left is done, and does not wait for another period.
  static constexpr double kRounding_ns = 0.75;

  double period_ns() const { return static_cast<double>(bandwidth_.period.count()); }
  double quota_ns() const { return limits_.limit_cores * period_ns(); }
  Duration rest_of_period() const { return bandwidth_.period - (updated_ - period_start_); }
  // Of the present period, from updated_ on.
  double run_left_ns() const {
    const double rest_ns = static_cast<double>(rest_of_period().count());
    return std::min(rest_ns, std::max(0.0, quota_ns() - spent_ns_) / rates_.cpu);
  }
  const Rates& rates() const {
    if (stale_) find_rates();
    return rates_;
  }
  void find_rates() const;
  Time due_after(double run_ns) const;
  Progress progress_until(Time now) const;
  void advance(Time now);

  CpuLimits limits_;
  double share_ = 1;
  CfsBandwidth bandwidth_;
  JobHeap jobs_;
  double virtual_ns_ = 0;
  Time updated_;
  Time period_start_;               // of the period that updated_ lies in
  double spent_ns_ = 0;             // of its quota
  bool counted_throttled_ = false;  // it is one of the throttled periods
  mutable bool stale_ = false;
  mutable Rates rates_;
  double cpu_ns_ = 0;
  double work_ns_ = 0;
  Throttled throttled_;
  double granted_ns_ = 0;
};

inline void CfsCpu::start(std::uint32_t job, double work_s, bool parallel, Time now) {
  advance(now);
  if (jobs_.empty()) virtual_ns_ = 0;
  const double work_ns = work_s * 1e9;
  jobs_.push(virtual_ns_ + (parallel ? work_ns / limits_.parallel_threads : work_ns), job, parallel);
  stale_ = true;
}

inline bool CfsCpu::finish_one(Time now, std::uint32_t& job, bool& was_parallel) {
  if (jobs_.empty()) return false;
  advance(now);
  // as in FluidCpu: jobs that end together with one that has just left, and the completion announced
  const bool announced = !stale_ && now >= rates_.due;
  if (!announced && jobs_.next_finish_ns() - virtual_ns_ > kRounding_ns * rates_.thread) return false;
  jobs_.pop(job, was_parallel);
  stale_ = true;
  return true;
}

}  // namespace faasconf::sim
