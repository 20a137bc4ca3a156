#pragma once
// Fluid processor sharing of an instance's CPU limit: at every moment each runnable thread gets the same share.

#include <cstdint>
#include <vector>

#include "sim/core/time.hpp"

namespace faasconf::sim {

// What the share of a thread depends on; the instance's limit and speed, the function's threads.
struct CpuLimits {
  double limit_cores = 1;       // the quota
  double served_cores = 1;      // cores of threads that run under it: limit^exponent
  double contention = 0;        // kappa, per runnable request
  double speed = 1;             // of this instance
  double parallel_threads = 1;  // of one request in its parallel phase
};

// Jobs advance together in virtual time: the work that a thread has been served since the start. A job of work w on m
// threads that starts at virtual time v ends at v + w / m, whatever comes and goes meanwhile, so an arrival or
// departure costs one heap operation (virtual time as in fair queueing: Demers, Keshav and Shenker, 1989).
class FluidCpu {
 public:
  void reset(Time now);  // as new, but for its memory
  void set_limits(const CpuLimits& limits, Time now);

  // A serial job runs on one thread, a parallel one on limits.parallel_threads. Work in core-seconds.
  void start(std::uint32_t job, double work_s, bool parallel, Time now);
  // Takes out a job that is done at `now`, by order of completion; false when there is none.
  bool finish_one(Time now, std::uint32_t& job, bool& was_parallel);

  const CpuLimits& limits() const { return limits_; }
  bool idle() const { return jobs_.empty(); }
  Time next_completion() const;  // kNever when idle

  // Integrals over time up to `now`.
  double cpu_s(Time now) const { return cpu_s_ + cpu_rate_ * since(now); }
  double work_s(Time now) const { return work_s_ + work_rate_ * since(now); }
  double throttled_s(Time now) const { return throttled_s_ + (throttled_ ? since(now) : 0.0); }
  // visit(job, core-seconds that it still needs, parallel)
  template <class Visit>
  void for_each_job(Time now, Visit visit) const {
    const double virtual_time_s = virtual_now(now);
    for (const Job& job : jobs_) {
      const double threads = job.parallel ? limits_.parallel_threads : 1.0;
      visit(job.id, (job.finish_virtual_s - virtual_time_s) * threads, job.parallel);
    }
  }

  template <class Archive>
  void archive(Archive& a) {
    a(limits_, jobs_, virtual_s_, updated_, serial_jobs_, parallel_jobs_, order_, rate_, cpu_rate_, work_rate_,
      throttled_, cpu_s_, work_s_, throttled_s_);
  }

 private:
  struct Job {
    double finish_virtual_s;
    std::uint32_t order;  // of starting: settles ties
    std::uint32_t id;
    bool parallel;
  };
  static bool later(const Job& a, const Job& b);

  double since(Time now) const { return to_seconds(now - updated_); }
  double virtual_now(Time now) const { return virtual_s_ + rate_ * since(now); }
  void advance(Time now);
  void set_rates();

  CpuLimits limits_;
  std::vector<Job> jobs_;  // heap: the next to finish in front
  double virtual_s_ = 0;
  Time updated_;
  std::uint32_t serial_jobs_ = 0;
  std::uint32_t parallel_jobs_ = 0;
  std::uint32_t order_ = 0;
  double rate_ = 0;       // work per second and thread
  double cpu_rate_ = 0;   // cores used
  double work_rate_ = 0;  // work per second, all threads
  bool throttled_ = false;
  double cpu_s_ = 0;
  double work_s_ = 0;
  double throttled_s_ = 0;
};

}  // namespace faasconf::sim
