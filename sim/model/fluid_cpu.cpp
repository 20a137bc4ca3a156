#include "sim/model/fluid_cpu.hpp"

#include <algorithm>
#include <cmath>

namespace faasconf::sim {

namespace {

// Completions fall on whole nanoseconds: a job that lacks less is done.
constexpr double kRounding_ns = 0.75;

}  // namespace

bool FluidCpu::later(const Job& a, const Job& b) {
  if (a.finish_virtual_s != b.finish_virtual_s) return a.finish_virtual_s > b.finish_virtual_s;
  return a.order > b.order;
}

void FluidCpu::reset(Time now) {
  std::vector<Job> jobs = std::move(jobs_);
  jobs.clear();
  *this = FluidCpu();
  jobs_ = std::move(jobs);
  updated_ = now;
}

void FluidCpu::set_limits(const CpuLimits& limits, Time now) {
  advance(now);
  limits_ = limits;
  set_rates();
}

void FluidCpu::start(std::uint32_t job, double work_s, bool parallel, Time now) {
  advance(now);
  if (jobs_.empty()) virtual_s_ = 0;
  const double threads = parallel ? limits_.parallel_threads : 1.0;
  jobs_.push_back(
      {.finish_virtual_s = virtual_s_ + work_s / threads, .order = order_++, .id = job, .parallel = parallel});
  std::push_heap(jobs_.begin(), jobs_.end(), later);
  ++(parallel ? parallel_jobs_ : serial_jobs_);
  set_rates();
}

bool FluidCpu::finish_one(Time now, std::uint32_t& job, bool& was_parallel) {
  if (jobs_.empty()) return false;
  const Job next = jobs_.front();
  const double lacking_s = next.finish_virtual_s - virtual_now(now);
  // at the announced time it is done, even where a double knows no single nanosecond
  if (lacking_s * 1e9 > kRounding_ns * rate_ && now < next_completion()) return false;
  advance(now);
  std::pop_heap(jobs_.begin(), jobs_.end(), later);
  jobs_.pop_back();
  --(next.parallel ? parallel_jobs_ : serial_jobs_);
  set_rates();
  job = next.id;
  was_parallel = next.parallel;
  return true;
}

Time FluidCpu::next_completion() const {
  if (jobs_.empty() || rate_ <= 0) return kNever;
  const double wait_s = (jobs_.front().finish_virtual_s - virtual_s_) / rate_;
  return after(updated_, std::max(Duration::zero(), from_seconds(wait_s)));
}

void FluidCpu::advance(Time now) {
  if (now == updated_) return;
  const double span_s = since(now);
  virtual_s_ += rate_ * span_s;
  cpu_s_ += cpu_rate_ * span_s;
  work_s_ += work_rate_ * span_s;
  if (throttled_) throttled_s_ += span_s;
  updated_ = now;
}

// n threads under a limit of q cores that serves Q = q^exponent: each gets min(1, Q / n) of a core and does
// speed / (1 + kappa (requests - 1)) of work with it. That requests count here and not their threads is what the
// paper's 909 windows say: R2 of the mean latency is .77 so, and .51 with threads.
void FluidCpu::set_rates() {
  if (jobs_.empty()) {
    rate_ = cpu_rate_ = work_rate_ = 0;
    throttled_ = false;
    return;
  }
  const double threads = serial_jobs_ + parallel_jobs_ * limits_.parallel_threads;
  throttled_ = threads > limits_.served_cores;
  const double share = throttled_ ? limits_.served_cores / threads : 1.0;
  const double requests = serial_jobs_ + parallel_jobs_;
  const double efficiency = limits_.speed / (1.0 + limits_.contention * (requests - 1.0));
  rate_ = share * efficiency;
  work_rate_ = rate_ * threads;
  cpu_rate_ = throttled_ ? limits_.limit_cores : std::min(threads, limits_.limit_cores);
}

}  // namespace faasconf::sim
