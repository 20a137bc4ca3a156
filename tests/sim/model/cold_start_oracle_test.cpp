// Instances on demand against exact results: how often a call is cold, how many instances there are.

#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/model/queueing_theory.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

constexpr int kAnyNumber = std::numeric_limits<int>::max();

// Slots for everybody in an instance, or one.
ScenarioSpec on_demand(Distribution service_s, double keep_alive_s, Distribution start_up_s, double arrival_rate_per_s,
                       int concurrency) {
  FunctionSpec function = slot_station("function", std::move(service_s), Overflow::reject);
  function.keep_alive = from_seconds(keep_alive_s);
  function.start_up = std::move(start_up_s);
  return scenario(function, {.replicas = kAnyNumber, .concurrency = concurrency}, open_loop(arrival_rate_per_s));
}
Plan calls(double count, double arrival_rate_per_s) {
  return {.warm_up_s = 100, .length_s = count / arrival_rate_per_s};
}

class UnlimitedConcurrency : public ::testing::TestWithParam<ServiceDistribution> {};
INSTANTIATE_TEST_SUITE_P(Services, UnlimitedConcurrency, ::testing::ValuesIn(service_distributions()),
                         distribution_name);

// Oracle: M/G/infinity in one instance. An arrival finds nobody served with chance exp(-lambda E[S]), whatever the
// distribution, and the instance, idle for an exponential time, has gone with chance exp(-lambda tau): P(cold) =
// exp(-lambda (tau + E[S])). Without start-up the chance that a cold call finds no instance is also the share of time
// without one.
TEST_P(UnlimitedConcurrency, IsColdAfterAnIdleKeepAlive) {
  const double rate_per_s = 0.5;
  const double keep_alive_s = 2;
  const auto [cold, instances, number] =
      replicate(on_demand(GetParam().distribution, keep_alive_s, kNothing, rate_per_s, 0), calls(20'000, rate_per_s),
                cold_share(), mean_instances(), mean_number());
  const double exact = std::exp(-rate_per_s * (keep_alive_s + 1));
  EXPECT_THAT(cold, Estimates(exact));
  EXPECT_THAT(instances, Estimates(1 - exact));
  EXPECT_THAT(number, Estimates(rate_per_s));
}

// Oracle: with no service time to speak of, exp(-lambda tau).
TEST(NegligibleService, IsColdWhenNobodyCameForAKeepAlive) {
  for (const double keep_alive_s : {0.5, 3.0}) {
    const auto [cold] =
        replicate(on_demand(kNothing, keep_alive_s, kNothing, 0.7, 0), calls(20'000, 0.7), cold_share());
    EXPECT_THAT(cold, Estimates(std::exp(-0.7 * keep_alive_s))) << keep_alive_s;
  }
}

// Oracle: with a start-up D besides, a cycle has one call that starts the instance, lambda E[D] on average that wait
// for it, and then as many warm ones as come before a gap of a keep-alive: (1 - p) / p with p = exp(-lambda tau).
TEST(NegligibleService, WhoComesDuringTheStartUpIsColdToo) {
  const double rate_per_s = 0.7;
  const double gone = std::exp(-rate_per_s * 2);
  const double cold_in_cycle = 1 + rate_per_s * 1.5;
  for (const Distribution& start_up_s : {Distribution(Deterministic{1.5}), Distribution(Exponential{1.5})}) {
    const auto [cold, instances, waiting_s] =
        replicate(on_demand(kNothing, 2, start_up_s, rate_per_s, 0), calls(20'000, rate_per_s), cold_share(),
                  mean_instances(), mean_waiting_s());
    const double in_cycle = cold_in_cycle + (1 - gone) / gone;
    EXPECT_THAT(cold, Estimates(cold_in_cycle / in_cycle));
    // the cycle's length is in_cycle / lambda, 1 / lambda of it without instance
    EXPECT_THAT(instances, Estimates(1 - 1 / in_cycle));
    // the first waits D, those who follow D / 2 if it is deterministic, in sum lambda E[D^2] / 2
    const double second_moment = 1.5 * 1.5 * (1 + start_up_s.squared_cv());
    EXPECT_THAT(waiting_s, Estimates((1.5 + rate_per_s * second_moment / 2) / in_cycle));
  }
}

// With a slot each, as many instances as calls are busy: M/M/infinity, Poisson. The one that was free last is taken
// first, so the idle ones are a stack: level n + 1 was last used when n + 1 were last busy. A call that finds n busy is
// cold if no more than n were for a keep-alive; the chain is reversible, so that is the chance of not going up to n + 1
// within tau from n on. Likewise there are as many instances as were busy at most within the last tau. From the
// chain that is killed on its way up.
struct OneSlotEach {
  double cold = 0;
  double instances = 0;
};
OneSlotEach exact_one_slot_each(double load, double service_s, double keep_alive_s) {
  constexpr std::size_t kMost = 30;
  const double birth = load / service_s;
  std::vector<double> busy{std::exp(-load)};
  for (std::size_t n = 1; n <= kMost; ++n) busy.push_back(busy.back() * load / static_cast<double>(n));
  OneSlotEach exact;
  for (std::size_t top = 0; top < kMost; ++top) {
    std::vector<std::vector<double>> rates(top + 1, std::vector<double>(top + 1));
    for (std::size_t n = 0; n < top; ++n) {
      rates[n][n + 1] = birth;
      rates[n + 1][n] = static_cast<double>(n + 1) / service_s;
    }
    std::vector<double> leaving(top + 1);
    leaving[top] = birth;
    std::vector<double> from_top(top + 1);
    from_top[top] = busy[top];
    exact.cold += mass_after(keep_alive_s, from_top, rates, leaving);
    const std::vector<double> from_all(busy.begin(), busy.begin() + static_cast<std::ptrdiff_t>(top) + 1);
    exact.instances += 1 - mass_after(keep_alive_s, from_all, rates, leaving);
  }
  return exact;
}

// Oracle: the chain above; Erlang occupancy of the busy ones.
TEST(OneSlotEach, IsColdAndHasInstancesAsItsMarkovChainSays) {
  struct System {
    double load;
    double keep_alive_s;
  };
  for (const System& system : {System{0.5, 1}, System{2, 3}, System{5, 0.5}}) {
    const auto [cold, instances, busy] =
        replicate(on_demand(Exponential{2}, system.keep_alive_s, kNothing, system.load / 2, 1),
                  calls(20'000, system.load / 2), cold_share(), mean_instances(), mean_number());
    const OneSlotEach exact = exact_one_slot_each(system.load, 2, system.keep_alive_s);
    EXPECT_THAT(cold, Estimates(exact.cold)) << system.load;
    EXPECT_THAT(instances, Estimates(exact.instances)) << system.load;
    EXPECT_THAT(busy, Estimates(system.load)) << system.load;
  }
}

// Oracle: without keep-alive every call has an instance for its start-up and its service: M/G/infinity by both.
TEST(NoKeepAlive, HasAsManyInstancesAsTheInfiniteServer) {
  const auto [cold, instances] = replicate(on_demand(LogNormal::of(1, 1.5), 0, Gamma::of(0.5, 0.5), 2, 1),
                                           calls(20'000, 2), cold_share(), mean_instances());
  EXPECT_THAT(cold, Estimates(1.0));
  EXPECT_THAT(instances, Estimates(2 * (1 + 0.5)));
}

}  // namespace
}  // namespace faasconf::sim
