#include "sim/model/cfs_cpu.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/archive.hpp"
#include "sim/core/random.hpp"
#include "tests/sim/model/reference_cpu.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Pair;

CfsCpu cpu_with(const CpuLimits& limits, const CfsBandwidth& bandwidth = {}, Duration phase = {}) {
  CfsCpu cpu;
  cpu.reset(Time{}, bandwidth, phase);
  cpu.set_limits(limits, Time{});
  return cpu;
}

// Jobs that end until the horizon.
std::vector<std::pair<std::uint32_t, Time>> ends(CfsCpu& cpu, Time horizon = kNever) {
  std::vector<std::pair<std::uint32_t, Time>> ends;
  while (!cpu.idle() && cpu.next_completion() <= horizon) {
    const Time next = cpu.next_completion();
    std::uint32_t job = 0;
    bool parallel = false;
    EXPECT_TRUE(cpu.finish_one(next, job, parallel));
    ends.emplace_back(job, next);
    while (cpu.finish_one(next, job, parallel)) ends.emplace_back(job, next);
  }
  return ends;
}

TEST(CfsCpu, RunsAtFullSpeedWithinItsQuota) {
  CfsCpu cpu = cpu_with({.limit_cores = 0.2});
  cpu.start(1, 0.015, false, Time{});
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(1, Time(15ms))));
  EXPECT_DOUBLE_EQ(cpu.throttling(Time(1s)).time_s, 0);
  EXPECT_EQ(cpu.throttling(Time(1s)).periods, 0);
}

// 20 ms in each of two periods, then 5 ms.
TEST(CfsCpu, WaitsForTheNextPeriodWhenTheQuotaIsSpent) {
  CfsCpu cpu = cpu_with({.limit_cores = 0.2});
  cpu.start(1, 0.045, false, Time{});
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(1, Time(205ms))));
  EXPECT_DOUBLE_EQ(cpu.cpu_s(Time(1s)), 0.045);
  EXPECT_DOUBLE_EQ(cpu.throttling(Time(1s)).time_s, 0.16);
  EXPECT_EQ(cpu.throttling(Time(1s)).periods, 2);
}

TEST(CfsCpu, WorkOfExactlyTheQuotaWaitsForNoOtherPeriod) {
  CfsCpu cpu = cpu_with({.limit_cores = 0.2});
  cpu.start(1, 0.02, false, Time{});
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(1, Time(20ms))));
  cpu.start(2, 0.04, false, Time(100ms));
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(2, Time(220ms))));
  EXPECT_EQ(cpu.throttling(Time(1s)).periods, 1);
}

// The last 20 ms of one period and the first 20 ms of the next.
TEST(CfsCpu, UsesTwoQuotasAcrossAPeriodBoundary) {
  CfsCpu cpu = cpu_with({.limit_cores = 0.2}, {}, 80ms);
  cpu.start(1, 0.04, false, Time{});
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(1, Time(40ms))));
}

TEST(CfsCpu, CarriesNoBudgetOver) {
  CfsCpu cpu = cpu_with({.limit_cores = 0.2});
  cpu.start(1, 0.03, false, Time(990ms));  // 10 ms, then 20 ms from 1 s on
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(1, Time(1020ms))));
  cpu.start(2, 0.03, false, Time(5s));
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(2, Time(5110ms))));
}

TEST(CfsCpu, TwoRequestsBurnTheQuotaOnTwoCores) {
  CfsCpu cpu = cpu_with({.limit_cores = 0.2});
  cpu.start(1, 0.012, false, Time{});
  cpu.start(2, 0.012, false, Time{});
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(1, Time(102ms)), Pair(2, Time(102ms))));
  EXPECT_DOUBLE_EQ(cpu.throttling(Time(1s)).time_s, 0.09);
}

TEST(CfsCpu, ThreeRequestsShareTwoCores) {
  CfsCpu cpu = cpu_with({.limit_cores = 2});
  for (const std::uint32_t job : {3U, 1U, 2U}) cpu.start(job, 0.02, false, Time{});
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(3, Time(30ms)), Pair(1, Time(30ms)), Pair(2, Time(30ms))));
  EXPECT_EQ(cpu.throttling(Time(1s)).periods, 0);
}

// Throttled from 20 ms on; the new quota has 10 ms to give, the newest one less than is spent.
TEST(CfsCpu, ANewQuotaCountsAtOnceLessWhatIsSpent) {
  CfsCpu cpu = cpu_with({.limit_cores = 0.2});
  cpu.start(1, 0.05, false, Time{});
  cpu.set_limits({.limit_cores = 0.3}, Time(50ms));
  cpu.set_limits({.limit_cores = 0.1}, Time(70ms));
  EXPECT_DOUBLE_EQ(cpu.granted_s(Time(70ms)), 0.03);
  EXPECT_DOUBLE_EQ(cpu.granted_s(Time(299ms)), 0.03 + 0.01 + 0.01);
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(1, Time(210ms))));
}

TEST(CfsCpu, YearsOfPeriodsAreOneStep) {
  CfsCpu cpu = cpu_with({.limit_cores = 0.1});
  cpu.start(1, 1e7, false, Time{});  // 1e9 periods
  EXPECT_EQ(cpu.next_completion(), Time(100'000'000s - 90ms));
  EXPECT_EQ(cpu.throttling(Time(1h)).periods, 36'000);
}

// Oracle: the reference, which knows no closed form. Completions are rounded to nanoseconds, and every half nanosecond
// of service that this moves to another request takes longer the more threads share the cores.
TEST(CfsCpu, MatchesTheReferenceOnRandomScripts) {
  constexpr double kTolerance_ns = 40;
  Rng rng(7);
  const auto between = [&](double low, double high) { return low + (high - low) * rng.uniform(); };
  std::int64_t throttled_periods = 0;
  for (int script = 0; script < 600; ++script) {
    SCOPED_TRACE(script);
    const CfsBandwidth bandwidth{.period = Duration(1'000'000 + rng.below(150'000'000)),
                                 .cores = rng.below(2) == 0 ? 1.0 + rng.below(4) : between(0.5, 3)};
    const auto phase = Duration(rng.below(static_cast<std::uint32_t>(bandwidth.period.count())));
    CfsCpu cpu;
    cpu.reset(Time{}, bandwidth, phase);
    ReferenceCpu reference({.mode = CpuSharing::cfs, .period = bandwidth.period, .cores = bandwidth.cores}, {phase});
    const double contention = rng.below(2) == 0 ? 0 : between(0, 0.3);
    const auto set_limits = [&](Time now) {
      const CpuLimits limits{.limit_cores = rng.below(5) == 0 ? between(1, 4) : between(0.05, 1),
                             .contention = contention,
                             .speed = between(0.8, 1.2),
                             .parallel_threads = 2.5};
      cpu.set_limits(limits, now);
      reference.set_limits(limits);
    };
    set_limits(Time{});

    Time now{};
    std::vector<std::pair<std::uint32_t, Time>> found;
    const double period_s = to_seconds(bandwidth.period);
    for (std::uint32_t job = 0; job < 12; ++job) {
      const auto more = ends(cpu, now);
      found.insert(found.end(), more.begin(), more.end());
      reference.run_until(static_cast<double>(now.time_since_epoch().count()));
      if (rng.below(5) == 0) set_limits(now);
      const double work_s = rng.exponential() * period_s * (rng.below(3) == 0 ? 3 : 0.2);
      const bool parallel = rng.below(4) == 0;
      cpu.start(job, work_s, parallel, now);
      reference.start(job, work_s, parallel);
      now += from_seconds(rng.exponential() * period_s * (rng.below(4) == 0 ? 20 : 0.5));
    }
    const auto rest = ends(cpu);
    found.insert(found.end(), rest.begin(), rest.end());
    while (!reference.idle()) reference.run_until(reference.now_ns() + 1e9);

    // who ends within a nanosecond of another may do so before it
    std::sort(found.begin(), found.end());
    std::sort(reference.ends_ns.begin(), reference.ends_ns.end());
    ASSERT_EQ(found.size(), reference.ends_ns.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_EQ(found[i].first, reference.ends_ns[i].first);
      ASSERT_NEAR(static_cast<double>(found[i].second.time_since_epoch().count()), reference.ends_ns[i].second,
                  kTolerance_ns);
    }
    const Time end(Duration(static_cast<std::int64_t>(reference.now_ns())));
    ASSERT_NEAR(cpu.cpu_s(end), reference.cpu_ns / 1e9, kTolerance_ns / 1e9);
    ASSERT_NEAR(cpu.work_s(end), reference.work_ns / 1e9, kTolerance_ns / 1e9);
    ASSERT_NEAR(cpu.throttling(end).time_s, reference.throttled_ns() / 1e9, 12 * kTolerance_ns / 1e9);
    ASSERT_EQ(cpu.throttling(end).periods, reference.throttled_periods());
    ASSERT_LE(cpu.cpu_s(end), cpu.granted_s(end) + 1e-9);
    throttled_periods += reference.throttled_periods();
  }
  EXPECT_GT(throttled_periods, 20'000);  // the scripts are no idle ones
}

// As the period shrinks, the threads share the quota at every moment, if there are cores for all of them.
TEST(CfsCpu, WithATinyPeriodIsTheFluid) {
  Rng rng(3);
  for (const Duration period : {Duration(100us), Duration(1us)}) {
    for (int script = 0; script < 200; ++script) {
      SCOPED_TRACE(script);
      const double cores = 0.1 + 3 * rng.uniform();
      const CpuLimits limits{
          .limit_cores = cores, .served_cores = cores, .contention = 0.1, .speed = 1.1, .parallel_threads = 2.5};
      CfsCpu cfs = cpu_with(limits, {.period = period, .cores = 100});
      FluidCpu fluid;
      fluid.set_limits(limits, Time{});
      for (std::uint32_t job = 0; job < 6; ++job) {
        const double work_s = rng.exponential();
        cfs.start(job, work_s, job % 3 == 0, Time{});
        fluid.start(job, work_s, job % 3 == 0, Time{});
      }
      for (const auto& [job, end] : ends(cfs)) {
        std::uint32_t fluid_job = 0;
        bool parallel = false;
        const Time fluid_end = fluid.next_completion();
        ASSERT_TRUE(fluid.finish_one(fluid_end, fluid_job, parallel));
        ASSERT_EQ(job, fluid_job);
        ASSERT_NEAR(to_seconds(end - fluid_end), 0, 2 * to_seconds(period));
      }
    }
  }
}

// As in fluid_cpu_test.cpp: what is announced takes place, however little a double knows of it.
TEST(CfsCpu, CompletesWhenItSaidItWould) {
  Rng rng(1);
  for (const double scale_s : {1e-8, 1e-3, 1.0, 1e4, 1e8}) {
    for (int round = 0; round < 200; ++round) {
      CfsCpu cpu = cpu_with({.limit_cores = rng.uniform_positive() * 3,
                             .contention = rng.uniform(),
                             .speed = 0.5 + rng.uniform(),
                             .parallel_threads = 1 + 4 * rng.uniform()});
      Time now{};
      for (std::uint32_t job = 0; job < 5; ++job) {
        cpu.start(job, rng.exponential() * scale_s, job % 2 == 0, now);
        now = now + (cpu.next_completion() - now) / 3;
      }
      int events = 0;
      while (!cpu.idle() && ++events < 100) {
        now = cpu.next_completion();
        std::uint32_t job = 0;
        bool parallel = false;
        while (cpu.finish_one(now, job, parallel)) {
        }
      }
      ASSERT_TRUE(cpu.idle()) << scale_s;
    }
  }
}

TEST(CfsCpu, IsAsNewAfterReset) {
  CfsCpu cpu = cpu_with({.limit_cores = 0.1});
  cpu.start(1, 1, false, Time{});
  cpu.reset(Time(5s), {.period = 10ms}, 5ms);
  cpu.set_limits({.limit_cores = 0.2}, Time(5s));
  EXPECT_TRUE(cpu.idle());
  EXPECT_EQ(cpu.throttling(Time(9s)).periods, 0);
  cpu.start(2, 0.004, false, Time(5s));
  EXPECT_EQ(cpu.next_completion(), Time(5007ms));
}

TEST(CfsCpu, GoesThroughAnArchive) {
  CfsCpu cpu = cpu_with({.limit_cores = 0.3, .contention = 0.3}, {.period = 70ms, .cores = 1.5}, 20ms);
  for (std::uint32_t job = 0; job < 10; ++job) cpu.start(job, 0.1 * (job % 4 + 1), false, Time(job * 30ms));
  ArchiveWriter writer;
  writer(cpu);
  const auto bytes = writer.take();
  CfsCpu copy;
  ArchiveReader reader(bytes);
  reader(copy);
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(ends(copy), ends(cpu));
  EXPECT_EQ(copy.cpu_s(Time(99s)), cpu.cpu_s(Time(99s)));
  EXPECT_EQ(copy.throttling(Time(99s)).periods, cpu.throttling(Time(99s)).periods);
}

}  // namespace
}  // namespace faasconf::sim
