// One queue before all instances against exact results.

#include <cstddef>
#include <string>

#include <gtest/gtest.h>

#include "tests/sim/model/queueing_theory.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

// Servers are the slots of all instances.
ScenarioSpec servers(int replicas, int concurrency, double arrival_rate_per_s,
                     Overflow overflow = Overflow::central_queue) {
  return scenario(slot_station("station", Exponential{1}, overflow), {.replicas = replicas, .concurrency = concurrency},
                  open_loop(arrival_rate_per_s));
}
Plan requests(double count, double arrival_rate_per_s) {
  return {.warm_up_s = 500, .length_s = count / arrival_rate_per_s, .replications = 20};
}
auto mean_queue_length() {
  return [](const Sample& sample) { return sample.functions[0].usage.waiting_s / sample.length_s; };
}

class CentralQueueByRouting : public ::testing::TestWithParam<Routing> {};
INSTANTIATE_TEST_SUITE_P(All, CentralQueueByRouting,
                         ::testing::Values(Routing::random, Routing::round_robin, Routing::least_connection));

// Oracle: M/M/4 at a load of 0.8, whichever free instance a call gets: 1.7455 s. The number that waits is lambda W
// (Little).
TEST_P(CentralQueueByRouting, IsOneQueueBeforeAllServers) {
  ScenarioSpec spec = servers(4, 1, 3.2);
  spec.workflow.gateway.routing = GetParam();
  const auto [delayed, waiting_s, response_s, length] =
      replicate(spec, requests(60'000, 3.2), delayed_share(), mean_waiting_s(), mean_response_s(), mean_queue_length());
  const double waits = erlang_c(4, 3.2);
  EXPECT_THAT(delayed, Estimates(waits));
  EXPECT_THAT(waiting_s, Estimates(waits / (4 - 3.2)));
  EXPECT_THAT(response_s, Estimates(1 + waits / (4 - 3.2)));
  EXPECT_THAT(length, Estimates(3.2 * waits / (4 - 3.2)));
}

// Oracle: the same M/M/4 of two instances with two slots each.
TEST(CentralQueueOracle, CountsTheSlotsOfAllInstances) {
  const auto [response_s] = replicate(servers(2, 2, 3.2), requests(60'000, 3.2), mean_response_s());
  EXPECT_THAT(response_s, Estimates(1 + erlang_c(4, 3.2) / (4 - 3.2)));
}

// Oracle: the same M/M/4 on demand, where instances start at once and stay.
TEST(CentralQueueOracle, OnDemandIsTheSameWithoutStartUp) {
  ScenarioSpec spec = servers(4, 1, 3.2);
  spec.workflow.functions[0].keep_alive = std::chrono::hours(1000);
  const auto [response_s] = replicate(spec, requests(60'000, 3.2), mean_response_s());
  EXPECT_THAT(response_s, Estimates(1 + erlang_c(4, 3.2) / (4 - 3.2)));
}

// Oracle: M/M/3/8 as births and deaths. A full house loses; who waits, waits by Little's law.
TEST(CentralQueueOracle, ABoundedOneLosesAsMMcKDoes) {
  ScenarioSpec spec = servers(3, 1, 2.7);
  spec.workflow.functions[0].queue_capacity = 5;
  const auto [rejected, waiting_s, number] =
      replicate(spec, requests(40'000, 2.7), outcome_share(Outcome::rejected), mean_waiting_s(), mean_number());
  const auto probability = birth_death(
      8, [](std::size_t) { return 2.7; }, [](std::size_t n) { return n < 3 ? static_cast<double>(n) : 3.0; });
  double waiting = 0;
  for (std::size_t n = 4; n <= 8; ++n) waiting += static_cast<double>(n - 3) * probability[n];
  EXPECT_THAT(rejected, Estimates(probability[8]));
  EXPECT_THAT(waiting_s, Estimates(waiting / (2.7 * (1 - probability[8]))));
  EXPECT_THAT(number, Estimates(mean_of(probability)));
}

// Oracle: without room to wait it is M/M/3/3, which loses as Erlang B says.
TEST(CentralQueueOracle, WithoutRoomItLosesAsErlangBSays) {
  ScenarioSpec spec = servers(3, 1, 2.4);
  spec.workflow.functions[0].queue_capacity = 0;
  const auto [rejected] = replicate(spec, requests(40'000, 2.4), outcome_share(Outcome::rejected));
  EXPECT_THAT(rejected, Estimates(erlang_b(3, 2.4)));
}

// Oracle: workers that make as many calls at once as there are slots are M/M/4 too; their caller waits for nothing.
TEST(QueueWorkerOracle, IsOneQueueBeforeAllServers) {
  ScenarioSpec spec = servers(1, 4, 3.2, Overflow::reject);
  spec.workflow.functions[0].queue_worker = {.workers = 2, .max_inflight = 2};
  const auto [response_s, length, latency_s] =
      replicate(spec, requests(60'000, 3.2), mean_response_s(), mean_queue_length(), mean_latency_s());
  EXPECT_THAT(response_s, Estimates(1 + erlang_c(4, 3.2) / (4 - 3.2)));
  EXPECT_THAT(length, Estimates(3.2 * erlang_c(4, 3.2) / (4 - 3.2)));
  EXPECT_EQ(latency_s.mean, 0);
}

// Oracle: calls that workers make at once and only once are M/M/3/3, which loses as Erlang B says.
TEST(QueueWorkerOracle, WithOneAttemptLosesAsErlangBSays) {
  ScenarioSpec spec = servers(3, 1, 2.4, Overflow::reject);
  spec.workflow.gateway.routing = Routing::least_connection;
  spec.workflow.functions[0].queue_worker = {.max_inflight = 1'000'000, .attempts = 1};
  const auto [rejected] = replicate(spec, requests(40'000, 2.4), outcome_share(Outcome::rejected));
  EXPECT_THAT(rejected, Estimates(erlang_b(3, 2.4)));
}

}  // namespace
}  // namespace faasconf::sim
