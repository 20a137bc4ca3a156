#pragma once
// The CPU of an instance, shared as the scenario says.

#include <array>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

#include "sim/model/cfs_cpu.hpp"
#include "sim/model/fluid_cpu.hpp"
#include "sim/model/stepped_cpu.hpp"

namespace faasconf::sim {

// A variant and not a base class, so that calls in the loop are inlined. For the members see FluidCpu.
class InstanceCpu {
 public:
  void reset(Time now) { of_kind<FluidCpu>().reset(now); }
  // The phases are of the container and its pod; `turns` draws random ones.
  void reset(Time now, const CfsBandwidth& bandwidth, std::array<Duration, 2> phases, const Rng& turns) {
    if (bandwidth.has_closed_form()) {
      of_kind<Cfs>().cpu->reset(now, bandwidth, phases.front());
    } else {
      of_kind<Stepped>().cpu->reset(now, bandwidth, phases, turns);
    }
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
  // Where threads wait for their turn, before these.
  void start_ahead(std::uint32_t job, double work_s, Time now) {
    auto* stepped = std::get_if<Stepped>(&cpu_);
    return stepped != nullptr ? stepped->cpu->start_ahead(job, work_s, now) : start(job, work_s, false, now);
  }
  // Work that takes no thread's time, only quota. CFS in steps only.
  void spend(double work_s, Time now) {
    if (auto* stepped = std::get_if<Stepped>(&cpu_)) stepped->cpu->spend(work_s, now);
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
  Throttling throttling(Time now) const {
    return visit(*this, [=](const auto& cpu) { return cpu.throttling(now); });
  }
  // The pod's share of it: CFS with two cgroup levels only.
  Throttling pod_throttling(Time now) const {
    const auto* stepped = std::get_if<Stepped>(&cpu_);
    return stepped != nullptr ? stepped->cpu->pod_throttling(now) : Throttling{};
  }
  template <class Visit>
  void for_each_job(Time now, Visit visit_job) const {
    visit(*this, [&](const auto& cpu) { cpu.for_each_job(now, visit_job); });
  }

  // CFS only.
  double granted_s(Time now) const {
    return visit(*this, [=](const auto& cpu) -> double {
      if constexpr (requires { cpu.granted_s(now); }) return cpu.granted_s(now);
      return 0;
    });
  }

  template <class Archive>
  void archive(Archive& a) {
    std::size_t kind = cpu_.index();
    a(kind);
    if (kind == 0) a(of_kind<FluidCpu>());
    if (kind == 1) a(*of_kind<Cfs>().cpu);
    if (kind == 2) a(*of_kind<Stepped>().cpu);
  }

 private:
  // On the heap, so that an instance with a fluid CPU, and the kind itself, take as few cache lines as possible.
  struct Cfs {
    std::unique_ptr<CfsCpu> cpu = std::make_unique<CfsCpu>();
  };
  struct Stepped {
    std::unique_ptr<SteppedCpu> cpu = std::make_unique<SteppedCpu>();
  };

  // Reuses the memory where it was of that kind before.
  template <class Cpu>
  Cpu& of_kind() {
    auto* cpu = std::get_if<Cpu>(&cpu_);
    return cpu != nullptr ? *cpu : cpu_.template emplace<Cpu>();
  }
  template <class Self, class Cpu>
  static auto& as_const_of(Cpu& cpu) {
    if constexpr (std::is_const_v<Self>) {
      return std::as_const(cpu);
    } else {
      return cpu;
    }
  }
  // Unlike std::visit without a table.
  template <class Self, class Do>
  [[gnu::always_inline]] static auto visit(Self& self, Do what) -> decltype(what(*std::get_if<FluidCpu>(&self.cpu_))) {
    if (auto* fluid = std::get_if<FluidCpu>(&self.cpu_)) return what(*fluid);
    // const as the fluid is
    if (auto* cfs = std::get_if<Cfs>(&self.cpu_)) return what(as_const_of<Self>(*cfs->cpu));
    return what(as_const_of<Self>(*std::get_if<Stepped>(&self.cpu_)->cpu));
  }

  std::variant<FluidCpu, Cfs, Stepped> cpu_;
};

}  // namespace faasconf::sim
