#pragma once
// The CPU of an instance, shared as the scenario says.

#include <cstdint>
#include <variant>

#include "sim/model/cfs_cpu.hpp"
#include "sim/model/fluid_cpu.hpp"

namespace faasconf::sim {

// A variant and no base class: what is asked of it in the loop is inlined. For the members see FluidCpu.
class InstanceCpu {
 public:
  void reset(Time now) { of_kind<FluidCpu>().reset(now); }
  void reset(Time now, const CfsBandwidth& bandwidth, Duration phase) {
    of_kind<CfsCpu>().reset(now, bandwidth, phase);
  }
  void set_limits(const CpuLimits& limits, Time now) {
    visit(*this, [&](auto& cpu) { cpu.set_limits(limits, now); });
  }
  void set_share(double share, Time now) {
    visit(*this, [&](auto& cpu) { cpu.set_share(share, now); });
  }
  double share() const {
    return visit(*this, [](const auto& cpu) { return cpu.share(); });
  }
  double wanted_cores(Time now) const {
    return visit(*this, [=](const auto& cpu) { return cpu.wanted_cores(now); });
  }
  Time next_switch() const {
    return visit(*this, [](const auto& cpu) { return cpu.next_switch(); });
  }

  void start(std::uint32_t job, double work_s, bool parallel, Time now) {
    visit(*this, [&](auto& cpu) { cpu.start(job, work_s, parallel, now); });
  }
  bool finish_one(Time now, std::uint32_t& job, bool& was_parallel) {
    return visit(*this, [&](auto& cpu) { return cpu.finish_one(now, job, was_parallel); });
  }

  const CpuLimits& limits() const {
    return visit(*this, [](const auto& cpu) -> const CpuLimits& { return cpu.limits(); });
  }
  Time next_completion() const {
    return visit(*this, [](const auto& cpu) { return cpu.next_completion(); });
  }
  bool idle() const {
    return visit(*this, [](const auto& cpu) { return cpu.idle(); });
  }
  std::uint32_t next_job() const {
    return visit(*this, [](const auto& cpu) { return cpu.next_job(); });
  }
  double cpu_s(Time now) const {
    return visit(*this, [=](const auto& cpu) { return cpu.cpu_s(now); });
  }
  double work_s(Time now) const {
    return visit(*this, [=](const auto& cpu) { return cpu.work_s(now); });
  }
  double throttled_s(Time now) const {
    return visit(*this, [=](const auto& cpu) { return cpu.throttled_s(now); });
  }
  template <class Visit>
  void for_each_job(Time now, Visit visit_job) const {
    visit(*this, [&](const auto& cpu) { cpu.for_each_job(now, visit_job); });
  }

  // CFS: what a fluid has not.
  std::int64_t throttled_periods(Time now) const {
    const auto* cfs = std::get_if<CfsCpu>(&cpu_);
    return cfs != nullptr ? cfs->throttled_periods(now) : 0;
  }
  double granted_s(Time now) const {
    const auto* cfs = std::get_if<CfsCpu>(&cpu_);
    return cfs != nullptr ? cfs->granted_s(now) : 0;
  }

  template <class Archive>
  void archive(Archive& a) {
    bool is_cfs = std::holds_alternative<CfsCpu>(cpu_);
    a(is_cfs);
    if (is_cfs) {
      a(of_kind<CfsCpu>());
    } else {
      a(of_kind<FluidCpu>());
    }
  }

 private:
  // With its memory where it was of that kind before.
  template <class Cpu>
  Cpu& of_kind() {
    auto* cpu = std::get_if<Cpu>(&cpu_);
    return cpu != nullptr ? *cpu : cpu_.template emplace<Cpu>();
  }
  // Unlike std::visit without a table.
  template <class Self, class Do>
  static auto visit(Self& self, Do what) -> decltype(what(*std::get_if<FluidCpu>(&self.cpu_))) {
    if (auto* fluid = std::get_if<FluidCpu>(&self.cpu_)) return what(*fluid);
    return what(*std::get_if<CfsCpu>(&self.cpu_));
  }

  std::variant<FluidCpu, CfsCpu> cpu_;
};

}  // namespace faasconf::sim
