#include "sim/model/cfs_cpu.hpp"

#include <cmath>
#include <utility>

namespace faasconf::sim {

void CfsCpu::reset(Time now, const CfsBandwidth& bandwidth, Duration phase) {
  JobHeap jobs = std::move(jobs_);
  jobs.clear();
  *this = CfsCpu();
  jobs_ = std::move(jobs);
  bandwidth_ = bandwidth;
  updated_ = now;
  period_start_ = now - phase;
}

void CfsCpu::set_limits(const CpuLimits& limits, Time now) {
  advance(now);
  const double before_ns = std::exchange(limits_, limits).limit_cores * period_ns();
  if (granted_ns_ == 0) {
    granted_ns_ = quota_ns();
  } else {
    granted_ns_ += std::max(0.0, quota_ns() - before_ns);
  }
  stale_ = true;
}

void CfsCpu::set_share(double share, Time now) {
  advance(now);
  share_ = share;
  stale_ = true;
}

double CfsCpu::wanted_cores(Time now) const {
  if (jobs_.empty()) return 0;
  const Progress progress = progress_until(now);
  const double spent_ns =
      progress.periods == 0 ? spent_ns_ + rates().cpu * progress.running_ns : rates().cpu * progress.last_run_ns;
  return quota_ns() - spent_ns > kRounding_ns * rates().cpu ? rates().cpu / share_ : 0;
}

// The end of the quota, or of the period in which it has ended; counted from the last change.
Time CfsCpu::next_switch() const {
  if (jobs_.empty()) return kNever;
  const double run_ns = rates().cpu > 0 ? run_left_ns() : 0;
  const double rest_ns = static_cast<double>(rest_of_period().count());
  const bool throttled = run_ns <= kRounding_ns;
  if (throttled || run_ns > rest_ns - 1) return after(updated_, rest_of_period());
  return after(updated_, Duration(static_cast<std::int64_t>(run_ns + 0.5)));
}

double CfsCpu::granted_s(Time now) const {
  return (granted_ns_ + static_cast<double>(progress_until(now).periods) * quota_ns()) / 1e9;
}

CfsCpu::Progress CfsCpu::progress_until(Time now) const {
  Progress progress;
  const Duration span = now - updated_;
  const Duration rest = rest_of_period();
  const Duration in_first = std::min(span, rest);
  const Duration beyond = span - rest;
  Duration in_last{};
  if (beyond >= Duration::zero()) {
    progress.periods = beyond / bandwidth_.period + 1;
    in_last = beyond % bandwidth_.period;
  }
  if (jobs_.empty()) return progress;

  // the rest of the present period, the whole ones after it, the beginning of the last
  const double run_ns = rates().run_ns;
  const double first_ns = static_cast<double>(in_first.count());
  const double last_ns = static_cast<double>(in_last.count());
  const double first_run_ns = std::min(first_ns, run_left_ns());
  const auto whole_periods = static_cast<double>(std::max<std::int64_t>(0, progress.periods - 1));
  progress.last_run_ns = std::min(last_ns, run_ns);
  progress.running_ns = first_run_ns + whole_periods * run_ns + progress.last_run_ns;
  progress.throttled.ns =
      (first_ns - first_run_ns) + whole_periods * (period_ns() - run_ns) + (last_ns - progress.last_run_ns);
  progress.throttled.periods = !counted_throttled_ && first_ns - first_run_ns > 1;
  if (period_ns() - run_ns > 1) progress.throttled.periods += std::max<std::int64_t>(0, progress.periods - 1);
  progress.throttled.periods += last_ns - progress.last_run_ns > 1;
  return progress;
}

void CfsCpu::advance(Time now) {
  if (now == updated_) return;
  const Progress progress = progress_until(now);
  const Rates& rate = rates();
  virtual_ns_ += rate.thread * progress.running_ns;
  cpu_ns_ += rate.cpu * progress.running_ns;
  work_ns_ += rate.work * progress.running_ns;
  throttled_.ns += progress.throttled.ns;
  throttled_.periods += progress.throttled.periods;
  if (progress.periods == 0) {
    spent_ns_ += rate.cpu * progress.running_ns;
    counted_throttled_ = counted_throttled_ || progress.throttled.periods > 0;
  } else {
    granted_ns_ += static_cast<double>(progress.periods) * quota_ns();
    period_start_ += progress.periods * bandwidth_.period;
    spent_ns_ = rate.cpu * progress.last_run_ns;
    counted_throttled_ =
        !jobs_.empty() && static_cast<double>((now - period_start_).count()) - progress.last_run_ns > 1;
  }
  updated_ = now;
}

// n threads run on min(n, cores) cores while the quota lasts, and do speed / (1 + kappa (requests - 1)) of work per
// CPU second, as in FluidCpu.
void CfsCpu::find_rates() const {
  stale_ = false;
  rates_ = Rates();
  if (jobs_.empty()) return;
  const double threads = jobs_.threads(limits_.parallel_threads);
  rates_.cpu = share_ * std::min(threads, bandwidth_.cores);
  rates_.work = rates_.cpu * limits_.speed / (1.0 + limits_.contention * (jobs_.requests() - 1.0));
  rates_.thread = rates_.work / threads;
  rates_.run_ns = std::min(period_ns(), quota_ns() / rates_.cpu);
  rates_.due = due_after((jobs_.next_finish_ns() - virtual_ns_) / rates_.thread);
}

// When the jobs have run so long from updated_ on.
Time CfsCpu::due_after(double run_ns) const {
  double wait_ns = run_ns;
  const double beyond_ns = run_ns - run_left_ns();
  if (beyond_ns > kRounding_ns) {
    const double whole_periods = std::max(0.0, std::ceil((beyond_ns - kRounding_ns) / rates_.run_ns) - 1);
    wait_ns = static_cast<double>(rest_of_period().count()) + whole_periods * period_ns() +
              (beyond_ns - whole_periods * rates_.run_ns);
  }
  if (!(wait_ns < 0x1p62)) return kNever;  // also when nothing is served
  return after(updated_, Duration(std::max<std::int64_t>(0, static_cast<std::int64_t>(wait_ns + 0.5))));
}

}  // namespace faasconf::sim
