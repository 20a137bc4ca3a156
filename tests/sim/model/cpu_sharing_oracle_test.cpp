// Requests that share the CPU of one instance against exact results.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/model/queueing_theory.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

constexpr Plan kPlan{.warm_up_s = 500, .length_s = 50'000};

// --- unlimited sharing

class ProcessorSharing : public ::testing::TestWithParam<ServiceDistribution> {};
INSTANTIATE_TEST_SUITE_P(Works, ProcessorSharing, ::testing::ValuesIn(service_distributions()), distribution_name);

// Oracle: M/G/1-PS, whatever the distribution: T = E[S] / (1 - rho), P(n) = (1 - rho) rho^n. Sakata, Noguchi and Oizumi
// (1971).
TEST_P(ProcessorSharing, TakesAsLongForAnyDistributionOfTheSameMean) {
  const auto [response_s, empty, three, cores] =
      replicate(processor_sharing(0.65, GetParam().distribution), kPlan, mean_response_s(), time_share_at(0),
                time_share_at(3), cpu_cores());
  EXPECT_THAT(response_s, Estimates(1 / 0.35));
  EXPECT_THAT(empty, Estimates(0.35));
  EXPECT_THAT(three, Estimates(0.35 * std::pow(0.65, 3)));
  EXPECT_THAT(cores, Estimates(0.65));
}

// Oracle: M/G/1-PS. E[T | work x] = x / (1 - rho): everyone is slowed alike. Kleinrock (1967).
TEST_P(ProcessorSharing, SlowsLargeAndSmallAlike) {
  const double load = 0.6;
  // of executions whose work lies in [from, to)
  const auto slowdown = [](double from, double to) {
    return [=](const Sample& sample) {
      double stay_s = 0;
      double work_s = 0;
      for (const ExecutionRecord& execution : sample.executions) {
        if (execution.work_s < from || execution.work_s >= to) continue;
        stay_s += to_seconds(execution.finished - execution.started);
        work_s += execution.work_s;
      }
      return stay_s / work_s;
    };
  };
  const Plan plan{.warm_up_s = 500, .length_s = 30'000, .keep_executions = true};
  const ScenarioSpec spec = processor_sharing(load, GetParam().distribution);
  if (GetParam().squared_cv == 0) {
    const auto [all] = replicate(spec, plan, slowdown(0, 100));
    EXPECT_THAT(all, Estimates(1 / (1 - load)));
    return;
  }
  const auto [tiny, small, medium, large] =
      replicate(spec, plan, slowdown(0, 0.2), slowdown(0.2, 0.8), slowdown(0.8, 2), slowdown(2, 1000));
  EXPECT_THAT(tiny, Estimates(1 / (1 - load)));
  EXPECT_THAT(small, Estimates(1 / (1 - load)));
  EXPECT_THAT(medium, Estimates(1 / (1 - load)));
  EXPECT_THAT(large, Estimates(1 / (1 - load)));
}

// --- turns that last as long as the work, on one core

class LongTurns : public ::testing::TestWithParam<TurnOrder> {};
INSTANTIATE_TEST_SUITE_P(Orders, LongTurns, ::testing::Values(TurnOrder::round_robin, TurnOrder::random),
                         [](const auto& order) { return order.param == TurnOrder::random ? "random" : "round_robin"; });

// Oracle: M/M/1, first come first served or in random order. The waiting W has the same mean, and a second moment of 2
// rho / (mu - lambda)^2, in random order 2 / (2 - rho) times that (Takacs, 1963); E[T^2] = E[W^2] + 2 E[W] / mu + 2 /
// mu^2.
TEST_P(LongTurns, ScatterAsMuchAsTheirOrderSays) {
  const double load = 0.6;
  ScenarioSpec spec = processor_sharing(load, Exponential{1}, 2);
  spec.workflow.cpu_sharing = {.mode = CpuSharing::cfs,
                               .period = std::chrono::seconds(10),
                               .cores = 1,
                               .run_slice = std::chrono::hours(1),
                               .turn_order = GetParam()};
  const auto mean_square = [](const Sample& sample) {
    double sum = 0;
    for (const ExecutionRecord& execution : sample.executions) {
      sum += std::pow(to_seconds(execution.finished - execution.started), 2);
    }
    return sum / static_cast<double>(sample.executions.size());
  };
  const Plan plan{.warm_up_s = 500, .length_s = 50'000, .keep_executions = true};
  const auto [response_s, square] = replicate(spec, plan, mean_response_s(), mean_square);
  const double spread = GetParam() == TurnOrder::random ? 2 / (2 - load) : 1;
  EXPECT_THAT(response_s, Estimates(1 / (1 - load)));
  EXPECT_THAT(square, Estimates(spread * 2 * load / std::pow(1 - load, 2) + 2 * load / (1 - load) + 2));
}

// --- limited sharing: exponential work, so births and deaths with the rate that n requests get done together

struct Machine {
  std::string name;
  double arrival_rate_per_s = 0.6;
  double cores = 1;
  int slots = 0;       // 0: any number
  int queue = 0;       // places to wait, when there are slots
  double threads = 0;  // 0: the work is serial
  double contention = 0;
  double quota_exponent = 1;
  double share_exponent = 1;
};
void PrintTo(const Machine& machine, std::ostream* out) { *out << machine.name; }

constexpr std::size_t kMost = 400;  // present at once, where nothing else limits them

// Cores' worth of work that a number of requests gets per second.
double work_rate(const Machine& machine, std::size_t present) {
  const auto number = static_cast<double>(present);
  const double running = machine.slots > 0 ? std::min<double>(number, machine.slots) : number;
  const double threads = running * (machine.threads > 0 ? machine.threads : 1);
  const double served = std::min(threads, std::pow(machine.cores, machine.quota_exponent));
  const double share = std::min(1.0, machine.cores / running);
  return served * std::pow(share, machine.share_exponent - 1) / (1 + machine.contention * (running - 1));
}

class SharedCpu : public ::testing::TestWithParam<Machine> {};
INSTANTIATE_TEST_SUITE_P(
    Machines, SharedCpu,
    ::testing::Values(Machine{.name = "two_cores", .arrival_rate_per_s = 1.4, .cores = 2},
                      Machine{.name = "two_and_a_half_cores", .arrival_rate_per_s = 1.8, .cores = 2.5},
                      Machine{.name = "half_a_core", .arrival_rate_per_s = 0.3, .cores = 0.5},
                      Machine{.name = "slots_and_a_long_queue", .arrival_rate_per_s = 0.7, .slots = 3, .queue = 300},
                      Machine{.name = "slots_and_a_short_queue", .arrival_rate_per_s = 0.9, .slots = 3, .queue = 2},
                      Machine{.name = "slots_and_losses", .arrival_rate_per_s = 0.9, .slots = 4},
                      Machine{.name = "contention", .arrival_rate_per_s = 0.7, .slots = 5, .contention = 0.06},
                      Machine{.name = "contention_on_two_and_a_half_cores_with_a_queue",
                              .arrival_rate_per_s = 1.2,
                              .cores = 2.5,
                              .slots = 6,
                              .queue = 300,
                              .contention = 0.08},
                      Machine{.name = "threads", .arrival_rate_per_s = 2.1, .cores = 3, .threads = 2},
                      Machine{.name = "fractional_threads_with_contention_and_losses",
                              .arrival_rate_per_s = 1.5,
                              .cores = 2.5,
                              .slots = 4,
                              .threads = 1.6,
                              .contention = 0.05},
                      Machine{.name = "quota_that_serves_more_than_it_says",
                              .arrival_rate_per_s = 0.5,
                              .cores = 0.5,
                              .slots = 4,
                              .queue = 4,
                              .quota_exponent = 0.6},
                      Machine{.name = "shares_below_a_core",
                              .arrival_rate_per_s = 0.7,
                              .cores = 1.5,
                              .slots = 4,
                              .queue = 4,
                              .share_exponent = 1.34},
                      Machine{.name = "shares_below_a_core_of_threads",
                              .arrival_rate_per_s = 0.7,
                              .cores = 1.5,
                              .slots = 4,
                              .threads = 2,
                              .share_exponent = 1.34}),
    [](const auto& machine) { return machine.param.name; });

// Oracle: of n requests k = min(n, slots) run with m threads each: on min(k m, q^e) cores, at efficiency
// min(1, q / k)^(s - 1) / (1 + kappa (k - 1)). Births and deaths: P(n) / P(n - 1) = lambda / (mu x rate(n)), here mu
// = 1.
TEST_P(SharedCpu, HoldsAsManyAsBirthsAndDeathsLeave) {
  const Machine& machine = GetParam();
  const bool lossy = machine.slots > 0;
  FunctionSpec station = cpu_station("station", kNothing);
  (machine.threads > 0 ? station.parallel_work : station.serial_work) = Exponential{1};
  station.max_threads = std::max(1.0, machine.threads);
  if (lossy) {
    station.overflow = machine.queue > 0 ? Overflow::queue : Overflow::reject;
    station.queue_capacity = machine.queue;
  }
  ScenarioSpec spec = scenario(station, {.cpu = Millicores{1000 * machine.cores}, .concurrency = machine.slots},
                               open_loop(machine.arrival_rate_per_s));
  spec.workflow.cpu_sharing.contention = machine.contention;
  spec.workflow.cpu_sharing.quota_exponent = machine.quota_exponent;
  spec.workflow.cpu_sharing.share_exponent = machine.share_exponent;

  const std::size_t most = lossy ? static_cast<std::size_t>(machine.slots + machine.queue) : kMost;
  const auto probability = birth_death(
      most, [&](std::size_t) { return machine.arrival_rate_per_s; },
      [&](std::size_t n) { return work_rate(machine, n); });
  double work_per_s = 0;
  for (std::size_t n = 1; n <= most; ++n) work_per_s += probability[n] * work_rate(machine, n);

  const auto [number, empty, two, four, work, response_s] = replicate(
      spec, {.warm_up_s = 500, .length_s = 40'000 / machine.arrival_rate_per_s}, mean_number(), time_share_at(0),
      time_share_at(2), time_share_at(4),
      [](const Sample& sample) { return sample.functions[0].usage.work_s / sample.length_s; }, mean_response_s());
  EXPECT_THAT(number, Estimates(mean_of(probability)));
  EXPECT_THAT(empty, Estimates(probability[0]));
  EXPECT_THAT(two, Estimates(probability[2]));
  EXPECT_THAT(four, Estimates(probability[4]));
  EXPECT_THAT(work, Estimates(work_per_s));
  EXPECT_THAT(response_s, Estimates(mean_of(probability) / work_per_s));
  if (most < 20) {
    const auto [rejected] = replicate(spec, {.warm_up_s = 500, .length_s = 20'000 / machine.arrival_rate_per_s},
                                      outcome_share(Outcome::rejected));
    EXPECT_THAT(rejected, Estimates(probability[most]));
  }
}

// Oracle: by hand. Alone for a second, then half a core each, then alone again.
TEST(SharedCpuWithTwoRequests, DividesTheCoreInHalves) {
  ScenarioSpec spec = processor_sharing(1, Deterministic{3});
  spec.workload.source = ArrivalList{{Time(std::chrono::seconds(1)), Time(std::chrono::seconds(2))}};
  const Sample sample = observe(Scenario(spec), {.warm_up_s = 0, .length_s = 100, .keep_executions = true}, 0);
  ASSERT_EQ(sample.executions.size(), 2U);
  EXPECT_EQ(sample.executions[0].finished, Time(std::chrono::seconds(6)));  // 1 s alone, then 2 s of work in 4 s
  EXPECT_EQ(sample.executions[1].finished, Time(std::chrono::seconds(7)));  // 2 s of work by then, then 1 s alone
  EXPECT_NEAR(sample.functions[0].usage.cpu_s, 6, 1e-9);
  EXPECT_NEAR(sample.functions[0].usage.throttled_s, 4, 1e-9);
}

}  // namespace
}  // namespace faasconf::sim
