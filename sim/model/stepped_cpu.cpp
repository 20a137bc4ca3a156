#include "sim/model/stepped_cpu.hpp"

#include <cstdint>
#include <utility>

namespace faasconf::sim {

namespace {

// To one completion, so that a quota of next to nothing does not stop the simulation.
constexpr std::int64_t kMostSteps = 100'000;

}  // namespace

void SteppedCpu::reset(Time now, const CfsBandwidth& bandwidth, std::array<Duration, 2> phases, const Rng& turns) {
  steps_.reset(now, bandwidth, phases, turns);
  changed();
}

void SteppedCpu::set_limits(const CpuLimits& limits, Time now) {
  advance(now);
  steps_.set_limits(limits);
  changed();
}

void SteppedCpu::set_share(double share, Time now) {
  advance(now);
  steps_.set_share(share);
  changed();
}

void SteppedCpu::start(std::uint32_t job, double work_s, bool parallel, Time now) {
  advance(now);
  steps_.start(job, work_s, parallel);
  changed();
}

void SteppedCpu::start_ahead(std::uint32_t job, double work_s, Time now) {
  advance(now);
  steps_.start_ahead(job, work_s);
  changed();
}

void SteppedCpu::spend(double work_s, Time now) {
  advance(now);
  steps_.spend(work_s);
  changed();
}

bool SteppedCpu::finish_one(Time now, std::uint32_t& job, bool& was_parallel) {
  if (next_completion() > now) return false;
  advance(now);
  if (!steps_.any_done()) return false;
  const CfsSteps::Job done = steps_.take_done();
  job = done.id;
  was_parallel = done.parallel;
  changed();
  return true;
}

Time SteppedCpu::next_completion() const {
  if (found_due_) return due_;
  found_due_ = true;
  due_ = kNever;
  if (steps_.any_done()) due_ = steps_.now();
  if (steps_.any_done() || steps_.idle()) return due_;
  ahead_ = steps_;
  ahead_.run_until_done(kMostSteps);
  return due_ = ahead_.now();
}

void SteppedCpu::advance(Time now) {
  if (now == steps_.now()) return;
  if (found_due_ && now == due_) {
    std::swap(steps_, ahead_);
  } else {
    steps_.run_until(now);
  }
  changed();
}

const CfsSteps& SteppedCpu::at(Time now) const {
  if (now == steps_.now()) return steps_;
  if (found_due_ && now == due_) return ahead_;
  if (!found_seen_ || seen_.now() != now) {
    seen_ = steps_;
    seen_.run_until(now);
    found_seen_ = true;
  }
  return seen_;
}

}  // namespace faasconf::sim
