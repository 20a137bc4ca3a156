// The simulator against the slow and obvious one, on small random scenarios: the same requests, the same outcomes, the
// same times.

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "tests/sim/model/event_log.hpp"
#include "tests/sim/model/reference_simulator.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

// Both round the same things to nanoseconds; sums of doubles differ, and now and then a rounding with them.
constexpr double kTolerance_ns = 10;
constexpr Duration kHorizon = 6s;

enum class Sharing { fluid, cfs, two_levels, turns, turns_two_levels };

CpuSharingSpec draw_sharing(Sharing kind, Rng& rng) {
  CpuSharingSpec sharing{.contention = rng.below(2) == 0 ? 0 : 0.2 * rng.uniform()};
  if (kind == Sharing::fluid) {
    sharing.quota_exponent = rng.below(2) == 0 ? 1 : 1.3;
    return sharing;
  }
  sharing.mode = CpuSharing::cfs;
  sharing.period = std::chrono::milliseconds(10 + rng.below(140));
  sharing.cores = 1 + rng.below(3);
  const bool turns = kind == Sharing::turns || kind == Sharing::turns_two_levels;
  if (turns) sharing.run_slice = std::chrono::microseconds(1000 + rng.below(20'000));
  if (kind == Sharing::two_levels || kind == Sharing::turns_two_levels) sharing.cgroup_levels = 2;
  return sharing;
}

FunctionSpec draw_function(std::string name, Rng& rng) {
  FunctionSpec function;
  function.name = std::move(name);
  function.serial_work = Exponential{0.002 + 0.05 * rng.uniform()};
  if (rng.below(3) == 0) function.parallel_work = Gamma::of(0.002 + 0.05 * rng.uniform(), 0.5);
  if (rng.below(2) == 0) function.max_threads = 1 + 3 * rng.uniform();
  if (rng.below(3) == 0) function.off_cpu = Exponential{0.03};
  function.overflow = rng.below(2) == 0 ? Overflow::reject : rng.below(3) == 0 ? Overflow::none : Overflow::queue;
  if (rng.below(3) == 0) function.queue_capacity = static_cast<int>(rng.below(3));
  if (rng.below(2) == 0) function.rejection_work = Exponential{0.002};
  return function;
}

ScenarioSpec draw(Sharing sharing, std::uint64_t seed) {
  Rng rng = RngStreams(seed).stream("small scenario");
  std::vector<FunctionSpec> functions;
  std::vector<FunctionConfiguration> knobs;
  std::vector<Block> steps;
  const std::uint32_t count = 1 + rng.below(3);
  for (std::uint32_t i = 0; i < count; ++i) {
    functions.push_back(draw_function(std::string(1, static_cast<char>('a' + i)), rng));
    knobs.push_back({.cpu = Millicores{static_cast<double>(100 + 50 * rng.below(15))},
                     .replicas = 1 + static_cast<int>(rng.below(3)),
                     .concurrency = static_cast<int>(rng.below(5))});
    steps.push_back(call(functions.back().name));
  }
  Workload workload = closed_loop(1 + static_cast<int>(rng.below(8)), Exponential{0.1 * rng.uniform()});
  std::get<ClosedLoop>(workload.source).back_off = Deterministic{0.1};
  if (rng.below(2) == 0) {
    ArrivalList list;
    const double rate_per_s = 2 + 20 * rng.uniform();
    for (Time time{}; time < Time(kHorizon); time += from_seconds(rng.exponential() / rate_per_s)) {
      list.times.push_back(time);
    }
    workload.source = list;
  }
  ScenarioSpec spec = scenario(std::move(functions), std::move(knobs), sequence(std::move(steps)), std::move(workload));
  spec.workflow.cpu_sharing = draw_sharing(sharing, rng);
  if (rng.below(2) == 0) spec.workflow.gateway.hop = Exponential{0.002};
  return spec;
}

struct Compared {
  std::size_t requests = 0;
  std::int64_t rejections = 0;
  std::int64_t throttled_periods = 0;
};

void compare_requests(const EventLog& log, const ReferenceSimulator& reference, Compared& compared) {
  std::size_t finished = 0;
  for (const auto& request : reference.requests) finished += request.finished_ns.has_value();
  ASSERT_EQ(log.requests.size(), finished);
  for (const RequestRecord& record : log.requests) {
    ASSERT_LT(record.request, reference.requests.size());
    const auto& request = reference.requests[record.request];
    ASSERT_TRUE(request.finished_ns);
    ASSERT_EQ(record.outcome, request.rejected ? Outcome::rejected : Outcome::success);
    ASSERT_NEAR(static_cast<double>(record.arrived.time_since_epoch().count()), request.arrived_ns, kTolerance_ns);
    ASSERT_NEAR(static_cast<double>(record.finished.time_since_epoch().count()), *request.finished_ns, kTolerance_ns);
  }
  compared.requests += finished;
}

void compare(const ScenarioSpec& spec, std::uint64_t seed, Compared& compared) {
  const Scenario scenario(spec);
  EventLog log(scenario);
  InvariantChecker invariants(scenario);
  Simulation simulation(scenario, RngStreams(seed), {&log, &invariants});
  simulation.run_until(Time(kHorizon));
  ASSERT_NO_THROW(invariants.check(simulation));
  ReferenceSimulator reference(spec, RngStreams(seed));
  reference.run_until(static_cast<double>(kHorizon.count()));

  ASSERT_NO_FATAL_FAILURE(compare_requests(log, reference, compared));
  for (std::uint32_t i = 0; i < scenario.function_count(); ++i) {
    const auto of_function = [&](const auto& record) { return record.function.index == i; };
    ASSERT_EQ(std::count_if(log.executions.begin(), log.executions.end(), of_function), reference.counts[i].executions);
    const Usage usage = simulation.usage({i});
    const Usage expected = reference.usage(i);
    ASSERT_NEAR(usage.cpu_s, expected.cpu_s, 1e-7);
    ASSERT_NEAR(usage.work_s, expected.work_s, 1e-6);  // a fraction of a nanosecond a completion
    ASSERT_NEAR(usage.throttled_s, expected.throttled_s, 1e-7);
    ASSERT_NEAR(usage.pod_throttled_s, expected.pod_throttled_s, 1e-7);
    ASSERT_EQ(usage.throttled_periods, expected.throttled_periods);
    ASSERT_EQ(usage.pod_throttled_periods, expected.pod_throttled_periods);
    compared.rejections += reference.counts[i].rejections;
    compared.throttled_periods += usage.throttled_periods;
  }
}

std::string sharing_name(const ::testing::TestParamInfo<Sharing>& sharing) {
  const std::array names{"Fluid", "Cfs", "TwoLevels", "Turns", "TurnsTwoLevels"};
  return names[static_cast<std::size_t>(sharing.param)];
}

class Reference : public ::testing::TestWithParam<Sharing> {};

TEST_P(Reference, IsMatchedOnRandomScenarios) {
  Compared compared;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    ASSERT_NO_FATAL_FAILURE(compare(draw(GetParam(), seed), seed, compared));
  }
  // the scenarios are no idle ones
  EXPECT_GT(compared.requests, 5000U);
  EXPECT_GT(compared.rejections, 1000);
  EXPECT_GT(compared.throttled_periods, GetParam() == Sharing::fluid ? -1 : 5000);
}

INSTANTIATE_TEST_SUITE_P(Sharings, Reference,
                         ::testing::Values(Sharing::fluid, Sharing::cfs, Sharing::two_levels, Sharing::turns,
                                           Sharing::turns_two_levels),
                         sharing_name);

}  // namespace
}  // namespace faasconf::sim
