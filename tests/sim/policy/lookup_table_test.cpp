#include "sim/policy/lookup_table.hpp"

#include <gtest/gtest.h>

#include "sim/core/error.hpp"

namespace faasconf::sim {
namespace {

Configuration knobs(double cpu, double memory, int replicas, int concurrency) {
  return {.functions = {{.cpu = {cpu}, .memory = {memory}, .replicas = replicas, .concurrency = concurrency}}};
}

const LookupTable kTable({{20, knobs(1000, 1024, 5, 4)}, {10, knobs(500, 512, 2, 3)}});

TEST(LookupTable, GivesItsEntriesAsTheyAre) {
  EXPECT_EQ(kTable.at(10), knobs(500, 512, 2, 3));
  EXPECT_EQ(kTable.at(20), knobs(1000, 1024, 5, 4));
}

TEST(LookupTable, InterpolatesLimitsAndRoundsCountsUp) {
  EXPECT_EQ(kTable.at(15), knobs(750, 768, 4, 4));  // 3.5 replicas, 3.5 calls
  EXPECT_EQ(kTable.at(12), knobs(600, 614.4, 3, 4));
}

TEST(LookupTable, RoundsNothingUpThatIsWhole) {
  const LookupTable table({{0, knobs(100, 100, 1, 1)}, {3, knobs(100, 100, 4, 1)}});
  EXPECT_EQ(table.at(1).functions[0].replicas, 2);
  EXPECT_EQ(table.at(2).functions[0].replicas, 3);
}

TEST(LookupTable, HasTheNearestEntryBeyondItsEnds) {
  EXPECT_EQ(kTable.at(3), kTable.at(10));
  EXPECT_EQ(kTable.at(44), kTable.at(20));
}

TEST(LookupTable, InterpolatesBetweenRates) {
  const LookupTable table({{0.5, knobs(500, 512, 2, 3)}, {1.5, knobs(1000, 1024, 4, 3)}}, LoadUnit::requests_per_s);
  EXPECT_EQ(table.at(1).functions[0], knobs(750, 768, 3, 3).functions[0]);
}

TEST(LookupTable, RefusesWhatIsNoTable) {
  EXPECT_THROW(LookupTable({}), Error);
  EXPECT_THROW(LookupTable({{10, knobs(1, 1, 1, 1)}, {10, knobs(2, 2, 2, 2)}}), Error);
  EXPECT_THROW(LookupTable({{10, knobs(1, 1, 1, 1)}, {20, {}}}), Error);
}

TEST(LookupPolicy, AsksForTheUsersOfTheWindow) {
  LookupPolicy policy(kTable, [](const Observation& seen) { return seen.window == 3 ? 20 : 10; });
  Observation seen;
  seen.window = 3;
  EXPECT_EQ(policy.decide(seen), kTable.at(20));
  seen.window = 4;
  EXPECT_EQ(policy.decide(seen), kTable.at(10));
  EXPECT_EQ(policy.interval(), std::nullopt);
}

TEST(LookupPolicy, MayHaveAnIntervalOfItsOwn) {
  const LookupPolicy policy(
      kTable, [](const Observation& seen) { return load_of(seen, LoadUnit::users); }, std::chrono::seconds(5));
  EXPECT_EQ(policy.interval(), std::chrono::seconds(5));
}

TEST(LoadOf, IsWhatWasSeenInTheTablesUnit) {
  Observation seen;
  seen.users = 12;
  seen.offered_rate_per_s = 0.5;
  EXPECT_EQ(load_of(seen, LoadUnit::users), 12);
  EXPECT_EQ(load_of(seen, LoadUnit::requests_per_s), 0.5);
}

}  // namespace
}  // namespace faasconf::sim
