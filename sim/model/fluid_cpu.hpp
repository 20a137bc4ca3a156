#pragma once
// Fluid processor sharing of an instance's CPU limit: at every moment each runnable thread gets the same share.

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "sim/core/time.hpp"
#include "sim/model/job_heap.hpp"
#include "sim/model/throttling.hpp"

namespace faasconf::sim {

// What the share of a thread depends on; the instance's limit and speed, the function's threads.
struct CpuLimits {
  double limit_cores = 1;       // the quota
  double served_cores = 1;      // cores of threads that run under it: limit^exponent
  double contention = 0;        // kappa, per runnable request
  double share_exponent = 1;    // of a request's share of the limit, where that is below one core
  double speed = 1;             // of this instance
  double parallel_threads = 1;  // of one request in its parallel phase
};

class FluidCpu {
 public:
  void reset(Time now);  // as new, but keeps its memory
  void set_limits(const CpuLimits& limits, Time now);
  // The share of the wanted CPU that the instance gets, in (0, 1]: less than 1 on a contended node.
  void set_share(double share, Time now);
  double share() const { return share_; }
  double wanted_cores(Time /*now*/) const { return rates().cpu / share_; }  // CPU time per second, left alone
  Time next_switch() const { return kNever; }                               // when that changes by itself

  // A serial job runs on one thread, a parallel one on limits.parallel_threads. Work in core-seconds; job < 2^31.
  void start(std::uint32_t job, double work_s, bool parallel, Time now);
  // Takes out a job that is done at `now`, by order of completion; false when there is none.
  bool finish_one(Time now, std::uint32_t& job, bool& was_parallel);

  const CpuLimits& limits() const { return limits_; }
  bool idle() const { return jobs_.empty(); }
  Time next_completion() const { return rates().due; }         // kNever when idle
  std::uint32_t next_job() const { return jobs_.next_job(); }  // unless idle: the first to be done

  // Integrals over time up to `now`.
  double cpu_s(Time now) const { return (cpu_ns_ + rates().cpu * since_ns(now)) / 1e9; }
  double work_s(Time now) const { return (work_ns_ + rates().work * since_ns(now)) / 1e9; }
  Throttling throttling(Time now) const {
    return {.time_s = (throttled_ns_ + (rates().throttled ? since_ns(now) : 0.0)) / 1e9};
  }
  // visit(job, core-seconds that it still needs, parallel)
  template <class Visit>
  void for_each_job(Time now, Visit visit) const {
    jobs_.for_each(virtual_ns_ + rates().thread * since_ns(now), limits_.parallel_threads, visit);
  }

  template <class Archive>
  void archive(Archive& a) {
    a(limits_, share_, jobs_, virtual_ns_, updated_, rates_.stale, rates_.thread, rates_.cpu, rates_.work, rates_.due,
      rates_.throttled, cpu_ns_, work_ns_, throttled_ns_);
  }

 private:
  // What follows from the jobs and the limits; computed on demand, not at every change.
  struct Rates {
    double thread = 0;  // work per second and thread
    double cpu = 0;     // cores used
    double work = 0;    // work per second, all threads
    Time due = kNever;  // of the next completion
    bool throttled = false;
    bool stale = false;
  };
  // Completions fall on whole nanoseconds: a job that lacks less is done.
  static constexpr double kRounding_ns = 0.75;

  double since_ns(Time now) const { return static_cast<double>((now - updated_).count()); }
  const Rates& rates() const {
    if (rates_.stale) find_rates();
    return rates_;
  }
  void find_rates() const;
  void advance(Time now);

  CpuLimits limits_;
  double share_ = 1;
  JobHeap jobs_;
  double virtual_ns_ = 0;
  Time updated_;
  mutable Rates rates_;
  double cpu_ns_ = 0;
  double work_ns_ = 0;
  double throttled_ns_ = 0;
};

inline void FluidCpu::start(std::uint32_t job, double work_s, bool parallel, Time now) {
  advance(now);
  if (jobs_.empty()) virtual_ns_ = 0;
  const double work_ns = work_s * 1e9;
  jobs_.push(virtual_ns_ + (parallel ? work_ns / limits_.parallel_threads : work_ns), job, parallel);
  rates_.stale = true;
}

inline bool FluidCpu::finish_one(Time now, std::uint32_t& job, bool& was_parallel) {
  if (jobs_.empty()) return false;
  advance(now);
  // where the rates are stale, a job has just left at this moment: what ends with it differs by rounding
  // at the announced time it is done, even where a double knows no single nanosecond
  const bool announced = !rates_.stale && now >= rates_.due;
  if (jobs_.next_finish_ns() - virtual_ns_ > kRounding_ns * rates_.thread && !announced) return false;
  jobs_.pop(job, was_parallel);
  rates_.stale = true;
  return true;
}

inline void FluidCpu::advance(Time now) {
  if (now == updated_) return;
  const Rates& rate = rates();
  const double span_ns = since_ns(now);
  virtual_ns_ += rate.thread * span_ns;
  cpu_ns_ += rate.cpu * span_ns;
  work_ns_ += rate.work * span_ns;
  throttled_ns_ += rate.throttled ? span_ns : 0.0;
  updated_ = now;
}

// n threads under a limit of q cores that serves Q = q^exponent: each gets min(1, Q / n) of a core and does
// speed / (1 + kappa (requests - 1)) of work with it. That requests count here and not their threads is what the
// paper's 909 windows say: R2 of the mean latency is .77 so, and .51 with threads. With a share exponent s, n requests
// beyond q cores are slower by another (n / q)^(s - 1), so that one of them alone does (q / n)^s.
inline void FluidCpu::find_rates() const {
  rates_ = Rates();
  if (jobs_.empty()) return;
  const double threads = jobs_.threads(limits_.parallel_threads);
  rates_.throttled = threads > limits_.served_cores;
  const double served = rates_.throttled ? limits_.served_cores : threads;
  const double unhindered = share_ * served * limits_.speed;
  double crowd = 1.0 + limits_.contention * (jobs_.requests() - 1.0);
  if (limits_.share_exponent != 1 && jobs_.requests() > limits_.limit_cores) [[unlikely]]
    crowd *= std::pow(jobs_.requests() / limits_.limit_cores, limits_.share_exponent - 1);
  // three divisions of which none waits for another
  rates_.work = unhindered / crowd;
  rates_.thread = unhindered / (crowd * threads);
  const double wait_ns = (jobs_.next_finish_ns() - virtual_ns_) * (crowd * threads) / unhindered;
  rates_.cpu = share_ * (rates_.throttled ? limits_.limit_cores : std::min(threads, limits_.limit_cores));
  if (!(wait_ns < 0x1p62)) return;  // also when nothing is served
  rates_.due = after(updated_, Duration(std::max<std::int64_t>(0, static_cast<std::int64_t>(wait_ns + 0.5))));
}

}  // namespace faasconf::sim
