// Values that others have published, of their own simulators or in textbooks.

#include <chrono>
#include <cmath>
#include <optional>
#include <ostream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

// Within 1 % where the runs are as long as they are in release builds.
MATCHER_P(IsWithinOnePercentOf, published, "is within 1 % of " + ::testing::PrintToString(published)) {
  const double deviation = arg.mean / published - 1;
  *result_listener << "which is off by " << 100 * deviation << " %, standard error "
                   << 100 * arg.standard_error / published << " %";
#ifdef NDEBUG
  return std::abs(deviation) <= 0.01 && arg.standard_error <= 0.005 * published;
#else
  return std::abs(deviation) <= 0.01 + 4 * arg.standard_error / published;
#endif
}

// --- SimFaaS, https://github.com/pacslab/simfaas: calls start instances that serve one at a time

ScenarioSpec simfaas(double arrival_rate_per_s, double warm_s, double cold_s, int most) {
  FunctionSpec function = slot_station("function", Exponential{warm_s}, Overflow::reject);
  function.start_up = Deterministic{cold_s - warm_s};
  function.keep_alive = std::chrono::minutes(10);
  return scenario(function, {.replicas = most}, open_loop(arrival_rate_per_s));
}

// Its README: 0.9 calls/s, warm 1.991 s, cold 2.244 s, expiration after 600 s.
TEST(SimFaas, ColdShareAndInstancesOfItsReadme) {
  const auto [cold, instances, running] =
      replicate(simfaas(0.9, 1.991, 2.244, 1000), {.warm_up_s = 5000, .length_s = 60'000, .replications = 40},
                cold_share(), mean_instances(), mean_number());
  EXPECT_THAT(cold, Estimates(0.00135));
  EXPECT_THAT(instances, IsWithinOnePercentOf(7.66));
  EXPECT_THAT(running, IsWithinOnePercentOf(1.788));
}

// Its limit of 1,000 instances under 1,000 calls/s, warm 2.016 s, cold 2.163 s.
TEST(SimFaas, RejectsBeyondAThousandInstances) {
  const auto [rejected] =
      replicate(simfaas(1000, 2.016, 2.163, 1000), {.warm_up_s = 30, .length_s = 100, .replications = 5},
                outcome_share(Outcome::rejected));
  EXPECT_THAT(rejected, IsWithinOnePercentOf(0.504));
}

// --- textbook queues; the unit of time is whatever the example has, here a second

struct Textbook {
  std::string name;
  double arrival_rate = 1;
  double service_time = 1;
  int servers = 1;
  std::optional<int> places;  // to wait; absent: any number
  double response_time = 1;
};
void PrintTo(const Textbook& example, std::ostream* out) { *out << example.name; }

std::string example_name(const ::testing::TestParamInfo<Textbook>& example) { return example.param.name; }

class TextbookQueue : public ::testing::TestWithParam<Textbook> {};
INSTANTIATE_TEST_SUITE_P(Examples, TextbookQueue,
                         ::testing::Values(Textbook{"three_servers_300_a_year_two_days", 300.0 / 365, 2, 3, {}, 2.429},
                                           Textbook{"one_server_one_a_minute_45_s", 1, 0.75, 1, {}, 3},
                                           Textbook{"ten_servers_120_an_hour_three_minutes", 2, 3, 10, {}, 3.076},
                                           Textbook{"eight_servers_of_twelve_places", 17.6426, 0.25, 8, 4, 0.25493}),
                         example_name);

TEST_P(TextbookQueue, TakesAsLongAsPublished) {
  const Textbook& example = GetParam();
  FunctionSpec station = slot_station("station", Exponential{example.service_time}, Overflow::central_queue);
  station.queue_capacity = example.places;
  const auto [response] =
      replicate(scenario(station, {.replicas = example.servers}, open_loop(example.arrival_rate)),
                {.warm_up_s = 1000, .length_s = 50'000 / example.arrival_rate, .replications = 40}, mean_response_s());
  EXPECT_THAT(response, IsWithinOnePercentOf(example.response_time));
}

// 12 erlangs on 15 lines: calls at 3, each 1 / 0.25 long.
TEST(TextbookLoss, RejectsAsPublished) {
  const auto [rejected] =
      replicate(mmc({.arrival_rate_per_s = 3, .service_rate_per_s = 0.25, .servers = 15}, Overflow::reject),
                {.warm_up_s = 100, .length_s = 30'000, .replications = 20}, outcome_share(Outcome::rejected));
  EXPECT_THAT(rejected, IsWithinOnePercentOf(0.08573));
}

// --- machine repair: users are the machines, which work for a time and then want one of the repairers

ScenarioSpec machine_repair(int machines, int repairers, double mean_working_time, double mean_repair_time) {
  return scenario(slot_station("repair", Exponential{mean_repair_time}, Overflow::central_queue),
                  {.replicas = repairers}, closed_loop(machines, Exponential{mean_working_time}));
}

// Minutes: 85 between failures, 15 for a repair.
TEST(MachineRepair, FiveMachinesAndARepairer) {
  const auto [down] = replicate(machine_repair(5, 1, 85, 15),
                                {.warm_up_s = 2000, .length_s = 1'000'000, .replications = 20}, mean_response_s());
  EXPECT_THAT(down, IsWithinOnePercentOf(28.04));
}

// Hours: 10 between failures, 8 for a repair.
TEST(MachineRepair, ThreeMachinesAndTwoRepairers) {
  const auto [down] = replicate(machine_repair(3, 2, 10, 8),
                                {.warm_up_s = 1000, .length_s = 200'000, .replications = 20}, mean_response_s());
  EXPECT_THAT(down, IsWithinOnePercentOf(8.790));
}

}  // namespace
}  // namespace faasconf::sim
