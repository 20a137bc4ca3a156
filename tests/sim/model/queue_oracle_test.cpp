// Slots, queues and losses of one function against exact results.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/model/queueing_theory.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

Plan requests(double count, double arrival_rate_per_s, double warm_up_s = 500) {
  return {.warm_up_s = warm_up_s, .length_s = count / arrival_rate_per_s};
}

double busy_slots(const Sample& sample, int slots) {
  const auto& at_number_s = sample.functions[0].at_number_s;
  double busy_s = 0;
  for (std::size_t n = 0; n < at_number_s.size(); ++n)
    busy_s += std::min<double>(static_cast<double>(n), slots) * at_number_s[n];
  return busy_s / sample.length_s;
}

// --- M/M/c

struct Load {
  int servers = 1;
  double utilization = 0.5;
};
std::string load_name(const ::testing::TestParamInfo<Load>& info) {
  return std::to_string(info.param.servers) + "_servers_at_" +
         std::to_string(std::lround(100 * info.param.utilization)) + "_percent";
}
void PrintTo(const Load& load, std::ostream* out) { *out << load.servers << " servers at " << load.utilization; }

class MultiServerQueue : public ::testing::TestWithParam<Load> {};
INSTANTIATE_TEST_SUITE_P(Loads, MultiServerQueue,
                         ::testing::Values(Load{1, 0.5}, Load{1, 0.8}, Load{2, 0.3}, Load{2, 0.7}, Load{8, 0.6},
                                           Load{8, 0.9}),
                         load_name);

// Oracle: M/M/c FCFS. P(wait) = C(c, a); who waits, waits exponentially of rate c mu - lambda, so W = C / (c mu -
// lambda) and E[W^2] = 2 C / (c mu - lambda)^2, which another order than FCFS would raise; T = W + 1 / mu; a servers
// are busy. Kleinrock (1975), section 3.5.
TEST_P(MultiServerQueue, WaitsAsErlangCSays) {
  const int servers = GetParam().servers;
  const double rate_per_s = servers * GetParam().utilization;
  const auto squared_waiting = [](const Sample& sample) {
    const RunningMoments& waiting_s = sample.functions[0].waiting_s;
    return *waiting_s.variance() + *waiting_s.mean() * *waiting_s.mean();
  };
  const auto [delayed, waiting_s, waiting_s2, response_s, busy] =
      replicate(mmc({.arrival_rate_per_s = rate_per_s, .service_rate_per_s = 1, .servers = servers}),
                requests(50'000, rate_per_s), delayed_share(), mean_waiting_s(), squared_waiting, mean_response_s(),
                [&](const Sample& sample) { return busy_slots(sample, servers); });
  const double exact_delayed = erlang_c(servers, rate_per_s);
  const double exact_waiting_s = exact_delayed / (servers - rate_per_s);
  EXPECT_THAT(delayed, Estimates(exact_delayed));
  EXPECT_THAT(waiting_s, Estimates(exact_waiting_s));
  EXPECT_THAT(waiting_s2, Estimates(2 * exact_waiting_s / (servers - rate_per_s)));
  EXPECT_THAT(response_s, Estimates(exact_waiting_s + 1));
  EXPECT_THAT(busy, Estimates(rate_per_s));
}

// --- loss

class LossSystem : public ::testing::TestWithParam<Load> {};
INSTANTIATE_TEST_SUITE_P(Loads, LossSystem,
                         ::testing::Values(Load{1, 0.5}, Load{1, 2}, Load{3, 0.8}, Load{8, 0.5}, Load{8, 1.2}),
                         load_name);

// Oracle: M/M/c/c. Erlang B loses, a (1 - B) servers are busy, no answer takes longer than the service.
TEST_P(LossSystem, RejectsAsErlangBSays) {
  const int servers = GetParam().servers;
  const double rate_per_s = servers * GetParam().utilization;
  const auto [rejected, number, response_s] =
      replicate(mmc({.arrival_rate_per_s = rate_per_s, .service_rate_per_s = 1, .servers = servers}, Overflow::reject),
                requests(40'000, rate_per_s, 100), outcome_share(Outcome::rejected), mean_number(), mean_response_s());
  const double blocking = erlang_b(servers, rate_per_s);
  EXPECT_THAT(rejected, Estimates(blocking));
  EXPECT_THAT(number, Estimates(rate_per_s * (1 - blocking)));
  EXPECT_THAT(response_s, Estimates(1.0));
}

class LossSystemOfAnyDistribution : public ::testing::TestWithParam<ServiceDistribution> {};
INSTANTIATE_TEST_SUITE_P(Services, LossSystemOfAnyDistribution, ::testing::ValuesIn(service_distributions()),
                         distribution_name);

// Oracle: M/G/c/c. Erlang B depends on the service by its mean only. Sevastyanov (1957).
TEST_P(LossSystemOfAnyDistribution, RejectsAsErlangBSays) {
  const auto [rejected, number] = replicate(
      scenario(slot_station("station", GetParam().distribution, Overflow::reject), {.concurrency = 4}, open_loop(3)),
      requests(50'000, 3, 200), outcome_share(Outcome::rejected), mean_number());
  EXPECT_THAT(rejected, Estimates(erlang_b(4, 3)));
  EXPECT_THAT(number, Estimates(3 * (1 - erlang_b(4, 3))));
}

// Oracle: M/M/2/5 as births and deaths; a full house loses.
TEST(BoundedQueue, RejectsWhenTheHouseIsFull) {
  FunctionSpec station = slot_station("station", Exponential{1});
  station.queue_capacity = 3;
  const auto [rejected, number, empty] =
      replicate(scenario(station, {.concurrency = 2}, open_loop(1.6)), requests(40'000, 1.6, 200),
                outcome_share(Outcome::rejected), mean_number(), time_share_at(0));
  const auto probability = birth_death(
      5, [](std::size_t) { return 1.6; }, [](std::size_t n) { return n < 2 ? 1.0 : 2.0; });
  EXPECT_THAT(rejected, Estimates(probability[5]));
  EXPECT_THAT(number, Estimates(mean_of(probability)));
  EXPECT_THAT(empty, Estimates(probability[0]));
}

// Oracle: memory is a loss system too. Requests of 1 or 2 units in 5 units, any service distribution: the units in use
// follow j q(j) = sum_k a_k b_k q(j - b_k); a request of b units is lost when fewer are free. Kaufman (1981), Roberts
// (1981).
TEST(Memory, KillsAsKaufmanAndRobertsSay) {
  FunctionSpec station = slot_station("station", LogNormal::of(1, 1.5), Overflow::none);
  station.process_memory = Empirical{.probabilities = {0, 0.5, 0.5, 1}, .values = {100, 100, 200, 200}};
  station.instance_memory = Mebibytes{50};
  const double load = 2.4;
  const auto [killed] = replicate(scenario(station, {.memory = Mebibytes{550}}, open_loop(load)),
                                  requests(50'000, load, 200), outcome_share(Outcome::out_of_memory));
  std::vector<double> in_use{1};
  double sum = 1;
  for (std::size_t j = 1; j <= 5; ++j) {
    const double two_below = j >= 2 ? in_use[j - 2] : 0.0;
    in_use.push_back((load / 2 * in_use[j - 1] + load / 2 * 2 * two_below) / static_cast<double>(j));
    sum += in_use.back();
  }
  EXPECT_THAT(killed, Estimates((in_use[5] + in_use[4] / 2) / sum));
}

// --- general service, general arrivals

class SingleServerOfAnyDistribution : public ::testing::TestWithParam<ServiceDistribution> {};
INSTANTIATE_TEST_SUITE_P(Services, SingleServerOfAnyDistribution, ::testing::ValuesIn(service_distributions()),
                         distribution_name);

// Oracle: M/G/1 FCFS. P(wait) = rho, W = lambda E[S^2] / (2 (1 - rho)). Pollaczek (1930), Khinchine (1932).
TEST_P(SingleServerOfAnyDistribution, WaitsAsPollaczekAndKhinchineSay) {
  const double rate_per_s = 0.6;
  const auto [delayed, waiting_s] =
      replicate(scenario(slot_station("station", GetParam().distribution), {.concurrency = 1}, open_loop(rate_per_s)),
                requests(40'000, rate_per_s), delayed_share(), mean_waiting_s());
  EXPECT_THAT(delayed, Estimates(rate_per_s));
  EXPECT_THAT(waiting_s, Estimates(rate_per_s * (1 + GetParam().squared_cv) / (2 * (1 - rate_per_s))));
}

// Oracle: the same server may be a CPU that takes one request at a time.
TEST(SingleServer, OfCpuWaitsAsPollaczekAndKhinchineSay) {
  const double rate_per_s = 0.6;
  const auto [waiting_s, cores] = replicate(scenario(cpu_station("station", Deterministic{0.5}, Overflow::queue),
                                                     {.cpu = Millicores{500}, .concurrency = 1}, open_loop(rate_per_s)),
                                            requests(40'000, rate_per_s), mean_waiting_s(), cpu_cores());
  EXPECT_THAT(waiting_s, Estimates(rate_per_s / (2 * (1 - rate_per_s))));
  EXPECT_THAT(cores, Estimates(rate_per_s * 0.5));
}

// Oracle: GI/M/1, see gi_m_1_root; deterministic gaps have the transform exp(-s / lambda).
TEST(SingleServer, WithRegularArrivalsWaitsAsTheRootSays) {
  const double rate_per_s = 0.75;
  const auto [delayed, waiting_s] = replicate(scenario(slot_station("station", Exponential{1}), {.concurrency = 1},
                                                       open_loop(rate_per_s, DeterministicArrivals{})),
                                              requests(40'000, rate_per_s), delayed_share(), mean_waiting_s());
  const double sigma = gi_m_1_root([=](double s) { return std::exp(-s / rate_per_s); }, 1);
  EXPECT_THAT(delayed, Estimates(sigma));
  EXPECT_THAT(waiting_s, Estimates(sigma / (1 - sigma)));
}

// Oracle: GI/M/1; gamma gaps of shape k = 1 / cv^2 have the transform (k lambda / (k lambda + s))^k.
TEST(SingleServer, WithGammaArrivalsWaitsAsTheRootSays) {
  for (const double cv : {0.5, 2.0}) {
    const double rate_per_s = 0.6;
    const double shape = 1 / (cv * cv);
    const auto [delayed, waiting_s] = replicate(
        scenario(slot_station("station", Exponential{1}), {.concurrency = 1}, open_loop(rate_per_s, GammaArrivals{cv})),
        requests(40'000, rate_per_s), delayed_share(), mean_waiting_s());
    const double sigma =
        gi_m_1_root([=](double s) { return std::pow(shape * rate_per_s / (shape * rate_per_s + s), shape); }, 1);
    EXPECT_THAT(delayed, Estimates(sigma)) << cv;
    EXPECT_THAT(waiting_s, Estimates(sigma / (1 - sigma))) << cv;
  }
}

// Oracle: MMPP/M/1 as a Markov chain of the arrivals' state and the number present, cut at 120, solved exactly.
TEST(SingleServer, WithBurstyArrivalsHoldsAsManyAsItsMarkovChain) {
  const std::vector<double> rates_per_s{0.2, 1.1};
  const std::vector<double> stays_s{10, 5};
  const std::size_t most = 120;
  std::vector<std::vector<double>> chain(2 * (most + 1), std::vector<double>(2 * (most + 1)));
  for (std::size_t n = 0; n <= most; ++n) {
    for (std::size_t state : {0U, 1U}) {
      auto& row = chain[2 * n + state];
      row[2 * n + 1 - state] = 1 / stays_s[state];
      if (n < most) row[2 * (n + 1) + state] = rates_per_s[state];
      if (n > 0) row[2 * (n - 1) + state] = 1;
    }
  }
  const auto probability = stationary(chain);
  double exact = 0;
  for (std::size_t n = 0; n <= most; ++n)
    exact += static_cast<double>(n) * (probability[2 * n] + probability[2 * n + 1]);

  const double rate_per_s = (rates_per_s[0] * stays_s[0] + rates_per_s[1] * stays_s[1]) / (stays_s[0] + stays_s[1]);
  const auto [number, empty] =
      replicate(scenario(slot_station("station", Exponential{1}), {.concurrency = 1},
                         open_loop(rate_per_s, MmppArrivals{.relative_rates = {2, 11}, .mean_stay_s = stays_s})),
                requests(40'000, rate_per_s), mean_number(), time_share_at(0));
  EXPECT_THAT(number, Estimates(exact));
  EXPECT_THAT(empty, Estimates(probability[0] + probability[1]));
}

// --- impatience

// Oracle: with a slot for everybody a call outlasts its caller's patience with chance P(S > tau) = exp(-mu tau), and
// those who are served in time take E[S | S <= tau] = 1 / mu - tau exp(-mu tau) / (1 - exp(-mu tau)).
TEST(Timeout, HitsTheServicesThatAreLonger) {
  ScenarioSpec spec = scenario(slot_station("station", Exponential{1}, Overflow::none), {}, open_loop(5));
  spec.workflow.gateway.timeout = from_seconds(1.5);
  const auto [timed_out, response_s, executions] =
      replicate(spec, {.warm_up_s = 20, .length_s = 5'000, .keep_executions = true}, outcome_share(Outcome::timed_out),
                mean_response_s(), [](const Sample& sample) {
                  double sum_s = 0;
                  for (const auto& execution : sample.executions)
                    sum_s += to_seconds(execution.finished - execution.started);
                  return sum_s / static_cast<double>(sample.executions.size());
                });
  const double late = std::exp(-1.5);
  EXPECT_THAT(timed_out, Estimates(late));
  EXPECT_THAT(response_s, Estimates(1 - 1.5 * late / (1 - late)));
  EXPECT_THAT(executions, Estimates(1.0));  // the instance goes on
}

// Oracle: M/M/1 with patience tau in the queue, M/M/1+D (Barrer, 1957). The wait that an arrival would meet has mass
// P0 at 0 and density lambda P0 exp(-(mu - lambda) x) up to tau, lambda P0 exp(lambda tau - mu x) beyond; who would
// meet more than tau leaves the queue unserved, who is in service then is served on but answered in vain.
TEST(Timeout, EmptiesTheQueueOfThoseWhoGaveUp) {
  const double lambda = 0.8;
  const double tau = 3;
  ScenarioSpec spec = mmc({.arrival_rate_per_s = lambda, .service_rate_per_s = 1, .servers = 1});
  spec.workflow.gateway.timeout = from_seconds(tau);
  const auto [timed_out, unserved] =
      replicate(spec, requests(40'000, lambda, 200), outcome_share(Outcome::timed_out), [](const Sample& sample) {
        const Tally& calls = sample.functions[0];
        const double answered = static_cast<double>(calls.count(Outcome::success) + calls.count(Outcome::timed_out));
        return 1 - static_cast<double>(calls.waiting_s.count()) / answered;
      });
  const double tail = std::exp(-(1 - lambda) * tau);
  const double empty = 1 / (1 + lambda * (1 - tail) / (1 - lambda) + lambda * tail);
  EXPECT_THAT(unserved, Estimates(lambda * empty * tail));
  EXPECT_THAT(timed_out, Estimates((1 + lambda) * empty * tail));
}

}  // namespace
}  // namespace faasconf::sim
