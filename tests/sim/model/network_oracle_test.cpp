// Several functions or instances together against exact results.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/model/queueing_theory.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

// --- closed network

class ClosedNetworkOf : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Users, ClosedNetworkOf, ::testing::Values(1, 5, 20),
                         [](const auto& count) { return std::to_string(count.param); });

// Oracle: exact mean-value analysis of a product-form network (Baskett, Chandy, Muntz and Palacios, 1975): users think
// (any distribution), share a CPU (any distribution), queue for a single server (exponential), and think again.
TEST_P(ClosedNetworkOf, UsersFlowsAsMeanValueAnalysisSays) {
  const int users = GetParam();
  const ScenarioSpec spec = scenario(
      {cpu_station("shared", HyperExponential::of(0.2, 2)), slot_station("queued", Exponential{0.25})},
      {{}, {.concurrency = 1}}, sequence({call("shared"), call("queued")}), closed_loop(users, LogNormal::of(2, 1)));
  const ClosedNetwork exact = mean_value_analysis(users, 2, {0.2, 0.25});
  const auto [throughput, latency_s, shared_s, queued_s, cores] =
      replicate(spec, {.warm_up_s = 200, .length_s = 40'000 / exact.throughput_per_s}, throughput_per_s(),
                mean_latency_s(), mean_response_s(kFirst), mean_response_s(kSecond), cpu_cores(kFirst));
  EXPECT_THAT(throughput, Estimates(exact.throughput_per_s));
  EXPECT_THAT(latency_s, Estimates(exact.response_s[0] + exact.response_s[1]));
  EXPECT_THAT(shared_s, Estimates(exact.response_s[0]));
  EXPECT_THAT(queued_s, Estimates(exact.response_s[1]));
  EXPECT_THAT(cores, Estimates(exact.throughput_per_s * 0.2));
}

// Oracle: a machine-repair model. Users who think exponentially before c exponential servers: births (N - n) / Z,
// deaths min(n, c) mu; with the CPU as two servers.
TEST(ClosedNetworkWithTwoCores, FlowsAsTheRepairModelSays) {
  const int users = 8;
  const ScenarioSpec spec =
      scenario(cpu_station("station", Exponential{0.5}), {.cpu = Millicores{2000}}, closed_loop(users, Exponential{1}));
  const auto probability = birth_death(
      users, [](std::size_t n) { return 8.0 - static_cast<double>(n); },
      [](std::size_t n) { return std::min(static_cast<double>(n), 2.0) / 0.5; });
  const double exact = 8 - mean_of(probability);  // thinking users leave at rate 1 each
  const auto [throughput, latency_s] =
      replicate(spec, {.warm_up_s = 100, .length_s = 10'000}, throughput_per_s(), mean_latency_s());
  EXPECT_THAT(throughput, Estimates(exact));
  EXPECT_THAT(latency_s, Estimates(mean_of(probability) / exact));
}

struct RepairShop {
  int users = 8;
  int servers = 1;
  int slots = 8;  // of the orchestrator
};
class NestedCallsFrom : public ::testing::TestWithParam<RepairShop> {};
INSTANTIATE_TEST_SUITE_P(Shops, NestedCallsFrom,
                         ::testing::Values(RepairShop{5, 1, 5}, RepairShop{8, 3, 8}, RepairShop{8, 3, 2}),
                         [](const auto& shop) {
                           return std::to_string(shop.param.users) + "_users_" + std::to_string(shop.param.servers) +
                                  "_servers_" + std::to_string(shop.param.slots) + "_slots";
                         });

// Oracle: the machine repairmen M/M/c//N behind an orchestrator that holds a slot for each call and does nothing
// else: births (N - n) / Z, deaths min(n, c, slots) mu. Its slots are the servers where they are fewer.
TEST_P(NestedCallsFrom, UsersFlowAsTheRepairModelSays) {
  const auto [users, servers, slots] = GetParam();
  FunctionSpec orchestrator = slot_station("orchestrator", kNothing);
  orchestrator.calls = call("station");
  const ScenarioSpec spec = scenario({orchestrator, slot_station("station", Exponential{0.5})},
                                     {{.concurrency = slots}, {.concurrency = servers}}, call("orchestrator"),
                                     closed_loop(users, Exponential{1}));
  const int most = std::min(servers, slots);
  const auto probability = birth_death(
      static_cast<std::size_t>(users), [&](std::size_t n) { return users - static_cast<double>(n); },
      [&](std::size_t n) { return std::min(static_cast<double>(n), static_cast<double>(most)) / 0.5; });
  const double exact = users - mean_of(probability);  // thinking users leave at rate 1 each
  const auto [throughput, latency_s, number, empty, cores] =
      replicate(spec, {.warm_up_s = 100, .length_s = 8'000}, throughput_per_s(), mean_latency_s(), mean_number(),
                time_share_at(0), cpu_cores(kFirst));
  EXPECT_THAT(throughput, Estimates(exact));
  EXPECT_THAT(latency_s, Estimates(mean_of(probability) / exact));
  EXPECT_THAT(number, Estimates(mean_of(probability)));
  EXPECT_THAT(empty, Estimates(probability[0]));
  EXPECT_EQ(cores.mean, 0);
}

// --- open networks

// Oracle: Jackson (1957). What leaves M/M/1 is Poisson (Burke, 1956), so the second stage is M/M/2; means add up.
TEST(Tandem, IsAQueueAfterAQueue) {
  const ScenarioSpec spec =
      scenario({slot_station("first", Exponential{1}), slot_station("second", Exponential{2})},
               {{.concurrency = 1}, {.concurrency = 2}}, sequence({call("first"), call("second")}), open_loop(0.6));
  const double first = 1 / (1 - 0.6);
  const double second = 2 + erlang_c(2, 1.2) / (2 * 0.5 - 0.6);
  const auto [first_s, second_s, latency_s] =
      replicate(spec, {.warm_up_s = 500, .length_s = 80'000}, mean_response_s(kFirst), mean_response_s(kSecond),
                mean_latency_s());
  EXPECT_THAT(first_s, Estimates(first));
  EXPECT_THAT(second_s, Estimates(second));
  EXPECT_THAT(latency_s, Estimates(first + second));
}

// Oracle: Jackson with a choice in front: Poisson streams split into Poisson streams, and both shares share a CPU after
// it, M/G/1-PS.
TEST(OpenNetwork, SplitsAndMergesPoissonStreams) {
  const ScenarioSpec spec =
      scenario({slot_station("rare", Exponential{1}), slot_station("frequent", Exponential{1}),
                cpu_station("shared", Weibull::of(0.5, 0.7))},
               {{.concurrency = 1}, {.concurrency = 1}, {}},
               sequence({choice({0.3, 0.7}, {call("rare"), call("frequent")}), call("shared")}), open_loop(1));
  const auto [rare_s, frequent_s, shared_s, latency_s] =
      replicate(spec, {.warm_up_s = 500, .length_s = 50'000}, mean_response_s({0}), mean_response_s({1}),
                mean_response_s({2}), mean_latency_s());
  EXPECT_THAT(rare_s, Estimates(1 / 0.7));
  EXPECT_THAT(frequent_s, Estimates(1 / 0.3));
  EXPECT_THAT(shared_s, Estimates(1.0));
  EXPECT_THAT(latency_s, Estimates(0.3 / 0.7 + 0.7 / 0.3 + 1));
}

// Oracle: fork-join of two M/M/1 queues: T = (12 - rho) / 8 x 1 / (mu - lambda). Flatto and Hahn (1984), Nelson and
// Tantawi (1988).
TEST(ForkJoin, OfTwoQueuesTakesAsLongAsFlattoAndHahnSay) {
  for (const double load : {0.3, 0.7}) {
    const ScenarioSpec spec =
        scenario({slot_station("left", Exponential{1}), slot_station("right", Exponential{1})},
                 {{.concurrency = 1}, {.concurrency = 1}}, parallel({call("left"), call("right")}), open_loop(load));
    const auto [latency_s, left_s] =
        replicate(spec, {.warm_up_s = 500, .length_s = 40'000 / load}, mean_latency_s(), mean_response_s(kFirst));
    EXPECT_THAT(latency_s, Estimates((12 - load) / 8 / (1 - load))) << load;
    EXPECT_THAT(left_s, Estimates(1 / (1 - load))) << load;
  }
}

// Oracle: without queues the join waits for the longest of k exponential services: the harmonic number H_k.
TEST(ForkJoin, WithoutQueuesTakesTheHarmonicNumber) {
  const ScenarioSpec spec = scenario({slot_station("worker", Exponential{1}, Overflow::none)}, {{}},
                                     fan_out(Deterministic{4}, call("worker")), open_loop(1));
  const auto [latency_s] = replicate(spec, {.warm_up_s = 20, .length_s = 20'000}, mean_latency_s());
  EXPECT_THAT(latency_s, Estimates(1 + 1.0 / 2 + 1.0 / 3 + 1.0 / 4));
}

// Oracle: a caller that holds its only slot during its calls is M/G/1 with the sum of both as its service; the callee
// never sees two at once. W = lambda E[S^2] / (2 (1 - rho)).
TEST(NestedCall, KeepsTheSlotOfTheCaller) {
  FunctionSpec caller = slot_station("caller", Exponential{0.4});
  caller.calls = call("callee");
  const ScenarioSpec spec = scenario({caller, cpu_station("callee", Exponential{0.6})}, {{.concurrency = 1}, {}},
                                     call("caller"), open_loop(0.6));
  const double second_moment = 2 * 0.4 * 0.4 + 2 * 0.6 * 0.6 + 2 * 0.4 * 0.6;
  const double exact_waiting_s = 0.6 * second_moment / (2 * (1 - 0.6));
  const auto [waiting_s, callee_s, latency_s] = replicate(
      spec, {.warm_up_s = 500, .length_s = 50'000}, mean_waiting_s(kFirst), mean_response_s(kSecond), mean_latency_s());
  EXPECT_THAT(waiting_s, Estimates(exact_waiting_s));
  EXPECT_THAT(callee_s, Estimates(0.6));
  EXPECT_THAT(latency_s, Estimates(exact_waiting_s + 1));
}

// Oracle: a database with c connections that is not behind the gateway, called by a function that has done its work and
// waits without CPU: M/G/1-PS for the work (whose departures are Poisson when it is exponential), a hop, and M/M/c.
TEST(ExternalService, IsAQueueBehindACallerThatUsesNoCpu) {
  FunctionSpec caller = cpu_station("caller", Exponential{0.5});
  caller.calls = call("database");
  FunctionSpec database = slot_station("database", Exponential{2});
  database.fixed = FunctionConfiguration{.concurrency = 3};
  database.hop = Deterministic{0.3};
  ScenarioSpec spec = scenario({caller, database}, {{}, *database.fixed}, call("caller"), open_loop(1.2));
  spec.workflow.gateway.hop = Deterministic{0.1};
  const double own_s = 0.5 / (1 - 1.2 * 0.5);
  const double delayed = erlang_c(3, 1.2 * 2);
  const double database_s = 0.3 + 2 + delayed / (3 / 2.0 - 1.2);
  const auto [database_takes_s, database_waits_s, latency_s, cores] = replicate(
      spec, {.warm_up_s = 500, .length_s = 40'000}, mean_response_s(kSecond),
      [](const Sample& sample) {
        // beyond the hop
        const RunningMoments& waiting_s = sample.functions[1].waiting_s;
        return *waiting_s.mean() - 0.3;
      },
      mean_latency_s(), cpu_cores(kFirst));
  EXPECT_THAT(database_takes_s, Estimates(database_s));
  EXPECT_THAT(database_waits_s, Estimates(delayed / (3 / 2.0 - 1.2)));
  EXPECT_THAT(latency_s, Estimates(0.1 + own_s + database_s));
  EXPECT_THAT(cores, Estimates(1.2 * 0.5));
}

// --- routing

ScenarioSpec replicas(Routing routing, int count, double arrival_rate_per_s) {
  ScenarioSpec spec = scenario(slot_station("station", Exponential{1}), {.replicas = count, .concurrency = 1},
                               open_loop(arrival_rate_per_s));
  spec.workflow.gateway.routing = routing;
  return spec;
}

// Oracle: a Poisson stream that is split at random is Poisson: three M/M/1.
TEST(RandomRouting, MakesIndependentQueues) {
  const auto [response_s, waiting_s] = replicate(
      replicas(Routing::random, 3, 1.8), {.warm_up_s = 500, .length_s = 30'000}, mean_response_s(), mean_waiting_s());
  EXPECT_THAT(response_s, Estimates(1 / (1 - 0.6)));
  EXPECT_THAT(waiting_s, Estimates(0.6 / (1 - 0.6)));
}

// Oracle: every second arrival of a Poisson stream: E2/M/1, sigma = (lambda / (lambda + mu (1 - sigma)))^2.
TEST(RoundRobinRouting, MakesErlangArrivals) {
  const auto [delayed, response_s] =
      replicate(replicas(Routing::round_robin, 2, 1.4), {.warm_up_s = 500, .length_s = 40'000}, delayed_share(),
                mean_response_s());
  const double sigma = gi_m_1_root([](double s) { return std::pow(1.4 / (1.4 + s), 2); }, 1);
  EXPECT_THAT(delayed, Estimates(sigma));
  EXPECT_THAT(response_s, Estimates(1 / (1 - sigma)));
}

// Oracle: join the shortest of two queues, the older at a tie: a Markov chain on (i, j), cut at 20 each, where it has
// lost less than 1e-9, solved exactly.
TEST(LeastConnectionRouting, JoinsTheShorterQueue) {
  constexpr std::size_t kPlaces = 21;
  const double rate_per_s = 1.2;
  const auto state = [](std::size_t i, std::size_t j) { return i * kPlaces + j; };
  std::vector<std::vector<double>> chain(kPlaces * kPlaces, std::vector<double>(kPlaces * kPlaces));
  for (std::size_t i = 0; i < kPlaces; ++i) {
    for (std::size_t j = 0; j < kPlaces; ++j) {
      auto& row = chain[state(i, j)];
      if (i > 0) row[state(i - 1, j)] = 1;
      if (j > 0) row[state(i, j - 1)] = 1;
      if (i <= j && i + 1 < kPlaces) row[state(i + 1, j)] = rate_per_s;
      if (j < i) row[state(i, j + 1)] = rate_per_s;
    }
  }
  const auto probability = stationary(chain);
  double number = 0;
  double all_busy = 0;
  double first_busy = 0;
  for (std::size_t i = 0; i < kPlaces; ++i) {
    for (std::size_t j = 0; j < kPlaces; ++j) {
      number += static_cast<double>(i + j) * probability[state(i, j)];
      if (i > 0) first_busy += probability[state(i, j)];
      if (i > 0 && j > 0) all_busy += probability[state(i, j)];
    }
  }
  const auto [response_s, delayed, to_first] =
      replicate(replicas(Routing::least_connection, 2, rate_per_s),
                {.warm_up_s = 500, .length_s = 40'000, .keep_executions = true}, mean_response_s(), delayed_share(),
                [](const Sample& sample) {
                  double first = 0;
                  for (const ExecutionRecord& execution : sample.executions) first += execution.instance == 0 ? 1 : 0;
                  return first / static_cast<double>(sample.executions.size());
                });
  EXPECT_THAT(response_s, Estimates(number / rate_per_s));
  EXPECT_THAT(delayed, Estimates(all_busy));
  EXPECT_THAT(to_first, Estimates(first_busy / rate_per_s));
}

// Oracle: hops are a delay without a queue in front of M/M/1: Poisson arrivals stay Poisson (Mirasol, 1963).
TEST(Hop, DelaysAndChangesNothingElse) {
  ScenarioSpec spec = mmc({.arrival_rate_per_s = 0.6, .service_rate_per_s = 1, .servers = 1});
  spec.workflow.gateway.hop = Gamma::of(0.3, 0.5);
  const auto [response_s] = replicate(spec, {.warm_up_s = 500, .length_s = 50'000}, mean_response_s());
  EXPECT_THAT(response_s, Estimates(0.3 + 1 / (1 - 0.6)));
}

}  // namespace
}  // namespace faasconf::sim
