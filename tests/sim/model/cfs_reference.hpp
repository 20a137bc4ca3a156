#pragma once
// CFS bandwidth control step by step: from one change to the next, be it a job, the end of the quota or of a period.
// Slow and obvious: every job carries the work that it lacks, and every period is lived through.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "sim/model/cfs_cpu.hpp"

namespace faasconf::sim {

class CfsReference {
 public:
  CfsReference(const CfsBandwidth& bandwidth, Duration phase)
      : period_ns_(static_cast<double>(bandwidth.period.count())),
        cores_(bandwidth.cores),
        period_end_ns_(period_ns_ - static_cast<double>(phase.count())) {}

  void set_limits(const CpuLimits& limits) { limits_ = limits; }
  void start(std::uint32_t job, double work_s, bool parallel) {
    const double threads = parallel ? limits_.parallel_threads : 1;
    jobs_.push_back({.job = job, .threads = threads, .lacks_ns = work_s * 1e9 / threads});
  }
  void run_until(double time_ns) {
    while (now_ns_ < time_ns) step(time_ns);
  }

  bool idle() const { return jobs_.empty(); }
  double now_ns() const { return now_ns_; }

  std::vector<std::pair<std::uint32_t, double>> ends_ns;
  double cpu_ns = 0;
  double work_ns = 0;
  double throttled_ns = 0;
  std::int64_t throttled_periods = 0;

 private:
  struct Job {
    std::uint32_t job = 0;
    double threads = 1;
    double lacks_ns = 0;  // of work per thread
  };

  void step(double horizon_ns) {
    // who runs, and how fast
    double threads = 0;
    for (const Job& job : jobs_) threads += job.threads;
    const double quota_ns = limits_.limit_cores * period_ns_;
    const bool throttled = !jobs_.empty() && spent_ns_ >= quota_ns - kSlack_ns;
    const double cores = throttled ? 0 : std::min(threads, cores_);
    const double efficiency = limits_.speed / (1 + limits_.contention * (static_cast<double>(jobs_.size()) - 1));
    const double speed = cores > 0 ? cores / threads * efficiency : 0;

    // until what comes first
    double span_ns = std::min(horizon_ns, period_end_ns_) - now_ns_;
    if (cores > 0) span_ns = std::min(span_ns, (quota_ns - spent_ns_) / cores);
    for (const Job& job : jobs_) {
      if (speed > 0) span_ns = std::min(span_ns, job.lacks_ns / speed);
    }
    now_ns_ += span_ns;
    spent_ns_ += cores * span_ns;
    cpu_ns += cores * span_ns;
    work_ns += cores * efficiency * span_ns;
    for (Job& job : jobs_) job.lacks_ns -= speed * span_ns;
    if (throttled) throttled_ns += span_ns;
    throttled_in_period_ = throttled_in_period_ || (throttled && span_ns > kSlack_ns);

    std::erase_if(jobs_, [&](const Job& job) {
      const bool done = job.lacks_ns <= kSlack_ns;
      if (done) ends_ns.emplace_back(job.job, now_ns_);
      return done;
    });
    if (now_ns_ >= period_end_ns_ - kSlack_ns) {
      throttled_periods += throttled_in_period_;
      throttled_in_period_ = false;
      period_end_ns_ += period_ns_;
      spent_ns_ = 0;
    }
  }

  static constexpr double kSlack_ns = 1e-3;
  double period_ns_;
  double cores_;
  double now_ns_ = 0;
  double period_end_ns_;
  double spent_ns_ = 0;
  bool throttled_in_period_ = false;
  CpuLimits limits_;
  std::vector<Job> jobs_;
};

}  // namespace faasconf::sim
