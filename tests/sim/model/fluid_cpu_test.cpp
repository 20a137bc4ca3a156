#include "sim/model/fluid_cpu.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/archive.hpp"
#include "sim/core/random.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Pair;

FluidCpu cpu_with(const CpuLimits& limits) {
  FluidCpu cpu;
  cpu.set_limits(limits, Time{});
  return cpu;
}

// Jobs in the order in which they end, from now on.
std::vector<std::pair<std::uint32_t, Time>> ends(FluidCpu& cpu) {
  std::vector<std::pair<std::uint32_t, Time>> ends;
  while (!cpu.idle()) {
    const Time next = cpu.next_completion();
    std::uint32_t job = 0;
    bool parallel = false;
    EXPECT_TRUE(cpu.finish_one(next, job, parallel));
    ends.emplace_back(job, next);
  }
  return ends;
}

TEST(FluidCpu, AnIdleOneNeverCompletes) {
  FluidCpu cpu = cpu_with({});
  std::uint32_t job = 0;
  bool parallel = false;
  EXPECT_TRUE(cpu.idle());
  EXPECT_EQ(cpu.next_completion(), kNever);
  EXPECT_FALSE(cpu.finish_one(Time(1s), job, parallel));
  EXPECT_EQ(cpu.cpu_s(Time(1s)), 0);
}

// 1 s alone, then half the speed each: the second does 0.5 of its 1 by 1.5 s, when the first is done.
TEST(FluidCpu, TwoJobsShareACore) {
  FluidCpu cpu = cpu_with({});
  cpu.start(1, 1, false, Time{});
  EXPECT_EQ(cpu.next_completion(), Time(1s));
  cpu.start(2, 1, false, Time(500ms));
  EXPECT_EQ(cpu.next_completion(), Time(1500ms));
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(1, Time(1500ms)), Pair(2, Time(2s))));
  EXPECT_DOUBLE_EQ(cpu.cpu_s(Time(5s)), 2);
  EXPECT_DOUBLE_EQ(cpu.work_s(Time(5s)), 2);
  EXPECT_DOUBLE_EQ(cpu.throttling(Time(5s)).time_s, 1);  // both, from 0.5 s to 1.5 s
}

TEST(FluidCpu, AThreadUsesOneCoreAtMost) {
  FluidCpu cpu = cpu_with({.limit_cores = 4, .served_cores = 4});
  cpu.start(1, 1, false, Time{});
  cpu.start(2, 2, false, Time{});
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(1, Time(1s)), Pair(2, Time(2s))));
  EXPECT_DOUBLE_EQ(cpu.cpu_s(Time(2s)), 3);
  EXPECT_DOUBLE_EQ(cpu.throttling(Time(2s)).time_s, 0);
}

// Four threads and one on two cores: 2/5 of a core for each thread. The parallel job of 3.2 ends after 2 s, the serial
// one has 0.2 left.
TEST(FluidCpu, SharesAreByThread) {
  FluidCpu cpu = cpu_with({.limit_cores = 2, .served_cores = 2, .parallel_threads = 4});
  cpu.start(1, 3.2, true, Time{});
  cpu.start(2, 1, false, Time{});
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(1, Time(2s)), Pair(2, Time(2200ms))));
}

// Three threads at kappa = 1/4: 1 / 1.5 of the speed; then two, then one.
TEST(FluidCpu, ContentionCostsEfficiency) {
  FluidCpu cpu = cpu_with({.limit_cores = 8, .served_cores = 8, .contention = 0.25});
  cpu.start(1, 1, false, Time{});
  cpu.start(2, 1 + 0.8, false, Time{});
  cpu.start(3, 1 + 0.8 + 0.5, false, Time{});
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(1, Time(1500ms)), Pair(2, Time(2500ms)), Pair(3, Time(3s))));
  EXPECT_DOUBLE_EQ(cpu.cpu_s(Time(3s)), 3 * 1.5 + 2 * 1 + 0.5);
  EXPECT_DOUBLE_EQ(cpu.work_s(Time(3s)), 1 + 1.8 + 2.3);
}

// Two requests at kappa = 1/4, however many threads the parallel one has: 1 / 1.25 each.
TEST(FluidCpu, RequestsContendAndNotTheirThreads) {
  FluidCpu cpu = cpu_with({.limit_cores = 8, .served_cores = 8, .contention = 0.25, .parallel_threads = 4});
  cpu.start(1, 4 * 0.8, true, Time{});
  cpu.start(2, 0.8 + 0.5, false, Time{});
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(1, Time(1s)), Pair(2, Time(1500ms))));
}

// A quarter of a core is served under half a core: 4 s for 1 core-second, and the limit is used up meanwhile.
TEST(FluidCpu, ServesLessThanItsLimitWhenTheExponentSaysSo) {
  FluidCpu cpu = cpu_with({.limit_cores = 0.5, .served_cores = 0.25});
  cpu.start(1, 1, false, Time{});
  EXPECT_EQ(cpu.next_completion(), Time(4s));
  EXPECT_DOUBLE_EQ(cpu.cpu_s(Time(4s)), 2);
  EXPECT_DOUBLE_EQ(cpu.throttling(Time(4s)).time_s, 4);
}

// 2 cores serve 4 threads: three run freely, but no more than the limit is used.
TEST(FluidCpu, NeverUsesMoreThanItsLimit) {
  FluidCpu cpu = cpu_with({.limit_cores = 2, .served_cores = 4});
  for (std::uint32_t job = 0; job < 3; ++job) cpu.start(job, 1, false, Time{});
  EXPECT_EQ(cpu.next_completion(), Time(1s));
  EXPECT_DOUBLE_EQ(cpu.cpu_s(Time(1s)), 2);
  EXPECT_DOUBLE_EQ(cpu.work_s(Time(1s)), 3);
}

TEST(FluidCpu, FastInstancesWorkFaster) {
  FluidCpu cpu = cpu_with({.speed = 1.25});
  cpu.start(1, 1, false, Time{});
  EXPECT_EQ(cpu.next_completion(), Time(800ms));
  EXPECT_DOUBLE_EQ(cpu.cpu_s(Time(800ms)), 0.8);
  EXPECT_DOUBLE_EQ(cpu.work_s(Time(800ms)), 1);
}

// Half a core for 1 s, then two cores: the remaining 1.5 of 2 take 1.5 s.
TEST(FluidCpu, NewLimitsHoldForTheRestOfTheWork) {
  FluidCpu cpu = cpu_with({.limit_cores = 0.5, .served_cores = 0.5});
  cpu.start(1, 2, false, Time{});
  cpu.set_limits({.limit_cores = 2, .served_cores = 2}, Time(1s));
  EXPECT_EQ(cpu.next_completion(), Time(2500ms));
  cpu.set_limits({.limit_cores = 0.5, .served_cores = 0.5}, Time(2s));
  EXPECT_EQ(cpu.next_completion(), Time(3s));
}

TEST(FluidCpu, JobsThatEndTogetherEndInTheOrderOfTheirStart) {
  FluidCpu cpu = cpu_with({});
  for (const std::uint32_t job : {7U, 3U, 9U, 1U, 5U}) cpu.start(job, 0.1, false, Time{});
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(7, Time(500ms)), Pair(3, Time(500ms)), Pair(9, Time(500ms)),
                                     Pair(1, Time(500ms)), Pair(5, Time(500ms))));
}

TEST(FluidCpu, ToldTooEarlyItGoesOn) {
  FluidCpu cpu = cpu_with({});
  cpu.start(1, 1, false, Time{});
  std::uint32_t job = 0;
  bool parallel = false;
  EXPECT_FALSE(cpu.finish_one(Time(1s - 1ns), job, parallel));
  EXPECT_TRUE(cpu.finish_one(Time(1s), job, parallel));
}

TEST(FluidCpu, TellsWhatIsLeft) {
  FluidCpu cpu = cpu_with({.limit_cores = 2, .served_cores = 2, .parallel_threads = 4});
  cpu.start(1, 3.2, true, Time{});
  cpu.start(2, 1, false, Time{});
  double parallel_s = 0;
  double serial_s = 0;
  cpu.for_each_job(Time(1s),
                   [&](std::uint32_t, double left_s, bool parallel) { (parallel ? parallel_s : serial_s) += left_s; });
  EXPECT_DOUBLE_EQ(parallel_s, 1.6);
  EXPECT_DOUBLE_EQ(serial_s, 0.6);
}

TEST(FluidCpu, IsAsNewAfterReset) {
  FluidCpu cpu = cpu_with({.limit_cores = 0.5, .served_cores = 0.5});
  cpu.start(1, 1, false, Time{});
  cpu.reset(Time(5s));
  cpu.set_limits({}, Time(5s));
  EXPECT_TRUE(cpu.idle());
  EXPECT_EQ(cpu.cpu_s(Time(9s)), 0);
  cpu.start(2, 1, false, Time(9s));
  EXPECT_EQ(cpu.next_completion(), Time(10s));
}

// Work that is no whole number of nanoseconds, and spans of which a double knows no single nanosecond: every
// completion that is announced takes place, or time would stand still.
TEST(FluidCpu, CompletesWhenItSaidItWould) {
  Rng rng(1);
  for (const double scale_s : {1e-8, 1e-3, 1.0, 1e4, 1e8}) {
    for (int round = 0; round < 200; ++round) {
      FluidCpu cpu = cpu_with({.limit_cores = rng.uniform_positive() * 3,
                               .served_cores = rng.uniform_positive() * 3,
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

TEST(FluidCpu, GoesThroughAnArchive) {
  FluidCpu cpu = cpu_with({.contention = 0.3});
  for (std::uint32_t job = 0; job < 10; ++job) cpu.start(job, 0.1 * (job % 4 + 1), false, Time(job * 30ms));
  ArchiveWriter writer;
  writer(cpu);
  const auto bytes = writer.take();
  FluidCpu copy;
  ArchiveReader reader(bytes);
  reader(copy);
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(ends(copy), ends(cpu));
  EXPECT_EQ(copy.cpu_s(Time(99s)), cpu.cpu_s(Time(99s)));
}

}  // namespace
}  // namespace faasconf::sim
