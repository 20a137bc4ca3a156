#include "sim/model/fluid_cpu.hpp"

#include <utility>

namespace faasconf::sim {

void FluidCpu::reset(Time now) {
  JobHeap jobs = std::move(jobs_);
  jobs.clear();
  *this = FluidCpu();
  jobs_ = std::move(jobs);
  updated_ = now;
}

void FluidCpu::set_limits(const CpuLimits& limits, Time now) {
  advance(now);
  limits_ = limits;
  rates_.stale = true;
}

void FluidCpu::set_share(double share, Time now) {
  advance(now);
  share_ = share;
  rates_.stale = true;
}

}  // namespace faasconf::sim
