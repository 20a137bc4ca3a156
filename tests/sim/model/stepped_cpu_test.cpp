#include "sim/model/stepped_cpu.hpp"

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

SteppedCpu cpu_with(const CpuLimits& limits, const CfsBandwidth& bandwidth, std::array<Duration, 2> phases = {}) {
  SteppedCpu cpu;
  cpu.reset(Time{}, bandwidth, phases);
  cpu.set_limits(limits, Time{});
  return cpu;
}

// Jobs that end until the horizon.
template <class Cpu>
std::vector<std::pair<std::uint32_t, Time>> ends(Cpu& cpu, Time horizon = kNever) {
  std::vector<std::pair<std::uint32_t, Time>> ends;
  while (!cpu.idle() && cpu.next_completion() <= horizon) {
    const Time next = cpu.next_completion();
    std::uint32_t job = 0;
    bool parallel = false;
    while (cpu.finish_one(next, job, parallel)) ends.emplace_back(job, next);
  }
  return ends;
}

// --- run-time slices

// 1: 0 to 10 and 20 to 25 ms; 2: 10 to 20 and 25 to 27 ms.
TEST(SteppedCpu, ThreadsTakeTurns) {
  SteppedCpu cpu = cpu_with({.limit_cores = 1}, {.cores = 1, .run_slice = 10ms});
  cpu.start(1, 0.015, false, Time{});
  cpu.start(2, 0.012, false, Time{});
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(1, Time(25ms)), Pair(2, Time(27ms))));
}

// Until 3 comes at 5 ms, 1 and 2 have a core each; they make room at 10 ms, first 1 and then 2, who goes on.
TEST(SteppedCpu, WhoComesWaitsForASliceToEnd) {
  SteppedCpu cpu = cpu_with({.limit_cores = 2}, {.cores = 2, .run_slice = 10ms});
  cpu.start(1, 0.015, false, Time{});
  cpu.start(2, 0.016, false, Time{});
  cpu.start(3, 0.004, false, Time(5ms));
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(3, Time(14ms)), Pair(1, Time(15ms)), Pair(2, Time(20ms))));
}

TEST(SteppedCpu, WhoIsAheadWaitsForNobodyElse) {
  SteppedCpu cpu = cpu_with({.limit_cores = 1}, {.cores = 1, .run_slice = 10ms});
  for (const std::uint32_t job : {1U, 2U, 3U}) cpu.start(job, 0.015, false, Time{});
  cpu.start_ahead(4, 0.001, Time(2ms));
  cpu.start_ahead(5, 0.002, Time(3ms));
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(4, Time(11ms)), Pair(5, Time(13ms)), Pair(1, Time(38ms)), Pair(2, Time(43ms)),
                                     Pair(3, Time(48ms))));
}

// 20 ms of quota; 1 has used 4 ms of its slice when it is spent, and goes on with it in the next period.
TEST(SteppedCpu, AThrottledThreadKeepsItsSlice) {
  SteppedCpu cpu = cpu_with({.limit_cores = 0.2}, {.cores = 1, .run_slice = 8ms});
  cpu.start(1, 0.013, false, Time{});
  cpu.start(2, 0.017, false, Time{});
  // 1: 0 to 8, 16 to 20 and 100 to 101 ms; 2: 8 to 16 and 101 to 110 ms
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(1, Time(101ms)), Pair(2, Time(110ms))));
  EXPECT_EQ(cpu.throttling(Time(1s)).periods, 1);
  EXPECT_DOUBLE_EQ(cpu.throttling(Time(1s)).time_s, 0.08);
}

// 2.5 threads: two with 8 ms each, and one with 4 ms.
TEST(SteppedCpu, AMeanOfThreadsIsWholeOnesAndTheRestOfOne) {
  const CpuLimits limits{.limit_cores = 4, .parallel_threads = 2.5};
  SteppedCpu enough = cpu_with(limits, {.cores = 4, .run_slice = 10ms});
  enough.start(1, 0.02, true, Time{});
  EXPECT_THAT(ends(enough), ElementsAre(Pair(1, Time(8ms))));
  SteppedCpu two = cpu_with(limits, {.cores = 2, .run_slice = 10ms});
  two.start(1, 0.02, true, Time{});
  EXPECT_THAT(ends(two), ElementsAre(Pair(1, Time(12ms))));
  EXPECT_DOUBLE_EQ(two.work_s(Time(1s)), 0.02);
}

// --- two cgroup levels

// The container's period begins at 0, the pod's at 60 ms. Both quotas are spent at 20 ms, and the container is
// throttled first; from 100 ms on both have 20 ms again.
TEST(SteppedCpu, AThreadRunsWhileBothLevelsHaveQuota) {
  SteppedCpu cpu = cpu_with({.limit_cores = 0.2}, {.cgroup_levels = 2}, {0ms, 40ms});
  cpu.start(1, 0.03, false, Time{});
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(1, Time(110ms))));
  EXPECT_DOUBLE_EQ(cpu.throttling(Time(1s)).time_s, 0.08);
  EXPECT_DOUBLE_EQ(cpu.pod_throttling(Time(1s)).time_s, 0);
  EXPECT_EQ(cpu.throttling(Time(1s)).periods, 1);
}

// From 50 ms on, 20 ms; the container has quota again at 100 ms, the pod at 130 ms.
TEST(SteppedCpu, ThePodThrottlesWhenTheContainerHasQuotaAgain) {
  SteppedCpu cpu = cpu_with({.limit_cores = 0.2}, {.cgroup_levels = 2}, {0ms, 70ms});
  cpu.start(1, 0.03, false, Time(50ms));
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(1, Time(140ms))));
  EXPECT_DOUBLE_EQ(cpu.throttling(Time(1s)).time_s, 0.06);
  EXPECT_DOUBLE_EQ(cpu.pod_throttling(Time(1s)).time_s, 0.03);
  EXPECT_EQ(cpu.throttling(Time(1s)).periods, 2);
  EXPECT_EQ(cpu.pod_throttling(Time(1s)).periods, 1);
}

// --- slice expiry

// Three requests of 2 ms, one after the other, take a bandwidth slice of 5 ms each, give 2 back and leave 1 with their
// core. Of the quota of 10 ms the fourth, on another core, finds 1 instead of 4.
TEST(SteppedCpu, CoresThatGoIdleKeepAMillisecondOfTheQuotaForNothing) {
  const CfsBandwidth kind{.cores = 4, .run_slice = 10ms};
  CfsBandwidth expiring = kind;
  expiring.expiring_slice = 5ms;
  SteppedCpu with = cpu_with({.limit_cores = 0.1}, expiring);
  SteppedCpu without = cpu_with({.limit_cores = 0.1}, kind);
  for (std::uint32_t job = 0; job < 3; ++job) {
    const Time start(job * 10ms);
    for (SteppedCpu* cpu : {&with, &without}) {
      cpu->start(job, 0.002, false, start);
      EXPECT_THAT(ends(*cpu), ElementsAre(Pair(job, start + 2ms)));
    }
  }
  for (SteppedCpu* cpu : {&with, &without}) cpu->start(3, 0.003, false, Time(30ms));
  EXPECT_THAT(ends(without), ElementsAre(Pair(3, Time(33ms))));
  EXPECT_THAT(ends(with), ElementsAre(Pair(3, Time(102ms))));
  EXPECT_EQ(with.throttling(Time(1s)).periods, 1);
}

TEST(SteppedCpu, WithOneCoreNothingExpires) {
  CfsBandwidth bandwidth{.cores = 1, .run_slice = 10ms, .expiring_slice = 5ms};
  SteppedCpu cpu = cpu_with({.limit_cores = 0.2}, bandwidth);
  for (const std::uint32_t job : {1U, 2U, 3U}) cpu.start(job, 0.02, false, Time{});
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(1, Time(120ms)), Pair(2, Time(210ms)), Pair(3, Time(220ms))));
}

// --- all together

// As CfsCpu's closed form, where that exists: two quotas in step are one.
TEST(SteppedCpu, InStepIsTheClosedForm) {
  Rng rng(11);
  for (int script = 0; script < 300; ++script) {
    SCOPED_TRACE(script);
    CfsBandwidth bandwidth{.period = std::chrono::microseconds(1000 + rng.below(150'000)),
                           .cores = 1 + 3 * rng.uniform()};
    const Duration phase(rng.below(static_cast<std::uint32_t>(bandwidth.period.count())));
    const CpuLimits limits{.limit_cores = 0.05 + rng.uniform(), .contention = 0.1, .parallel_threads = 2.5};
    CfsCpu closed;
    closed.reset(Time{}, bandwidth, phase);
    closed.set_limits(limits, Time{});
    bandwidth.cgroup_levels = 2;
    SteppedCpu cpu = cpu_with(limits, bandwidth, {phase, phase});
    for (std::uint32_t job = 0; job < 8; ++job) {
      const double work_s = rng.exponential() * to_seconds(bandwidth.period);
      closed.start(job, work_s, job % 3 == 0, Time{});
      cpu.start(job, work_s, job % 3 == 0, Time{});
    }
    const auto expected = ends(closed);
    const auto found = ends(cpu);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_EQ(found[i].first, expected[i].first);
      ASSERT_NEAR(to_seconds(found[i].second), to_seconds(expected[i].second), 1e-6);  // periods, a nanosecond each
    }
    const Time end = found.back().second + 1s;
    ASSERT_EQ(cpu.throttling(end).periods, closed.throttling(end).periods);
    ASSERT_NEAR(cpu.cpu_s(end), closed.cpu_s(end), 1e-6);
    ASSERT_EQ(cpu.pod_throttling(end).periods, 0);
  }
}

TEST(SteppedCpu, ANewQuotaCountsAtOnceLessWhatIsSpent) {
  SteppedCpu cpu = cpu_with({.limit_cores = 0.2}, {.cgroup_levels = 2});
  cpu.start(1, 0.05, false, Time{});
  cpu.set_limits({.limit_cores = 0.3}, Time(50ms));
  cpu.set_limits({.limit_cores = 0.1}, Time(70ms));
  EXPECT_DOUBLE_EQ(cpu.granted_s(Time(70ms)), 0.03);
  EXPECT_DOUBLE_EQ(cpu.granted_s(Time(299ms)), 0.03 + 0.01 + 0.01);
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(1, Time(210ms))));
}

// 10 us a period, for a million periods: there are looks on the way, and they come to an end.
TEST(SteppedCpu, LooksOnlySoFarAhead) {
  SteppedCpu cpu = cpu_with({.limit_cores = 1e-4}, {.run_slice = 10ms});
  cpu.start(1, 10, false, Time{});
  EXPECT_LT(cpu.next_completion(), Time(10'000s));
  EXPECT_THAT(ends(cpu), ElementsAre(Pair(1, Time(100'000s - 100ms + 10us))));
}

TEST(SteppedCpu, QuestionsChangeNothing) {
  SteppedCpu cpu = cpu_with({.limit_cores = 0.3}, {.run_slice = 7ms, .cgroup_levels = 2}, {10ms, 50ms});
  for (std::uint32_t job = 0; job < 6; ++job) cpu.start(job, 0.05, false, Time(job * 3ms));
  SteppedCpu asked = cpu;
  double used_s = 0;
  for (int step = 0; step < 100; ++step) used_s += asked.cpu_s(Time(15ms + step * 1ms));
  EXPECT_GT(used_s, 0);
  EXPECT_EQ(ends(asked), ends(cpu));
}

// Six of 5 ms each on one core, with turns of a millisecond.
TEST(SteppedCpu, RandomTurnsAreThoseOfTheirStream) {
  const auto ends_with = [](std::uint64_t seed) {
    SteppedCpu cpu;
    cpu.reset(Time{}, {.cores = 1, .run_slice = 1ms, .random_turns = true}, {}, Rng(seed));
    cpu.set_limits({.limit_cores = 2}, Time{});
    for (std::uint32_t job = 0; job < 6; ++job) cpu.start(job, 0.005, false, Time{});
    SteppedCpu asked = cpu;
    for (int ms = 1; ms < 40; ++ms) asked.cpu_s(Time(ms * 1ms));
    const auto found = ends(cpu);
    EXPECT_EQ(ends(asked), found) << "questions draw nothing";
    return found;
  };
  const auto one = ends_with(1);
  ASSERT_EQ(one.size(), 6U);
  EXPECT_EQ(one.back().second, Time(30ms)) << "as much work as in turn";
  EXPECT_EQ(ends_with(1), one);
  EXPECT_NE(ends_with(2), one);
}

TEST(SteppedCpu, WhoStartsAheadIsDrawnByNobody) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SteppedCpu cpu;
    cpu.reset(Time{}, {.cores = 1, .run_slice = 1ms, .random_turns = true}, {}, Rng(seed));
    cpu.set_limits({.limit_cores = 2}, Time{});
    for (std::uint32_t job = 0; job < 6; ++job) cpu.start(job, 0.005, false, Time{});
    cpu.start_ahead(6, 0.0005, Time{});
    EXPECT_EQ(ends(cpu).front(), std::pair(6U, Time(1500us)));
  }
}

TEST(SteppedCpu, IsAsNewAfterReset) {
  SteppedCpu cpu = cpu_with({.limit_cores = 0.1}, {.run_slice = 7ms, .expiring_slice = 5ms});
  for (const std::uint32_t job : {1U, 2U, 3U}) cpu.start(job, 1, false, Time{});
  cpu.reset(Time(5s), {.period = 10ms, .cgroup_levels = 2}, {5ms, 5ms});
  cpu.set_limits({.limit_cores = 0.2}, Time(5s));
  EXPECT_TRUE(cpu.idle());
  EXPECT_EQ(cpu.throttling(Time(9s)).periods, 0);
  cpu.start(2, 0.004, false, Time(5s));
  EXPECT_EQ(cpu.next_completion(), Time(5007ms));
}

TEST(SteppedCpu, GoesThroughAnArchive) {
  SteppedCpu cpu = cpu_with(
      {.limit_cores = 0.3, .contention = 0.3, .parallel_threads = 2.5},
      {.period = 70ms, .run_slice = 5ms, .random_turns = true, .cgroup_levels = 2, .expiring_slice = 3ms}, {20ms, 1ms});
  for (std::uint32_t job = 0; job < 10; ++job) cpu.start(job, 0.1 * (job % 4 + 1), job % 3 == 0, Time(job * 30ms));
  ArchiveWriter writer;
  writer(cpu);
  const auto bytes = writer.take();
  SteppedCpu copy;
  ArchiveReader reader(bytes);
  reader(copy);
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(ends(copy), ends(cpu));
  EXPECT_EQ(copy.cpu_s(Time(99s)), cpu.cpu_s(Time(99s)));
  EXPECT_EQ(copy.pod_throttling(Time(99s)).periods, cpu.pod_throttling(Time(99s)).periods);
}

}  // namespace
}  // namespace faasconf::sim
