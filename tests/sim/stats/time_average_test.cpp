#include "sim/stats/time_average.hpp"

#include <gtest/gtest.h>

#include "sim/core/archive.hpp"

namespace faasconf::sim {
namespace {

constexpr std::int64_t second = 1'000'000'000;

TEST(TimeAverage, MatchesNumbersWorkedByHand) {
  TimeAverage replicas(2, 10 * second);
  replicas.set(5, 11 * second);
  replicas.set(1, 13 * second);  // 2 for 1 s, 5 for 2 s, 1 for 1 s
  EXPECT_EQ(replicas.integral_s(14 * second), 13.0);
  EXPECT_EQ(replicas.average(14 * second), 3.25);
  EXPECT_EQ(replicas.value(), 1);
}

TEST(TimeAverage, CountsComingsAndGoings) {
  TimeAverage in_flight;
  in_flight.add(+1, 1 * second);
  in_flight.add(+1, 2 * second);
  in_flight.add(-1, 4 * second);  // 0, 1, 2, 2, 1
  EXPECT_EQ(in_flight.average(5 * second), 1.2);
  EXPECT_EQ(in_flight.value(), 1);
}

TEST(TimeAverage, IsAbsentBeforeAnyTimeHasPassed) {
  const TimeAverage replicas(3, 7 * second);
  EXPECT_FALSE(replicas.average(7 * second));
  EXPECT_EQ(replicas.integral_s(7 * second), 0.0);
}

TEST(TimeAverage, ReadingChangesNothing) {
  const TimeAverage replicas(3, 0);
  EXPECT_EQ(replicas.integral_s(2 * second), 6.0);
  EXPECT_EQ(replicas.integral_s(1 * second), 3.0);
}

TEST(TimeAverage, CarriesItsValueIntoANewWindow) {
  TimeAverage replicas(4, 0);
  replicas.restart(30 * second);
  replicas.set(8, 45 * second);
  EXPECT_EQ(replicas.average(60 * second), 6.0);
}

TEST(TimeAverage, TakesTheLastOfSeveralChangesAtOneTime) {
  TimeAverage replicas(1, 0);
  replicas.set(100, second);
  replicas.set(3, second);
  EXPECT_EQ(replicas.integral_s(2 * second), 4.0);
}

TEST(TimeAverage, IsExactAfterAMillionSteps) {
  TimeAverage in_flight;
  std::int64_t now_ns = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    in_flight.set(i % 2, now_ns);
    now_ns += 333'333'333;
  }
  EXPECT_EQ(in_flight.average(now_ns), 0.5);
}

TEST(TimeAverage, DoesNotOverflowOverAYearOfLargeValues) {
  const std::int64_t year_ns = 365 * 86'400 * second;
  TimeAverage memory_mib(10'000'000, 0);
  EXPECT_EQ(memory_mib.average(year_ns), 1e7);
}

TEST(TimeAverage, SurvivesSavingAndRestoring) {
  TimeAverage replicas(2, second);
  replicas.set(5, 3 * second);
  ArchiveWriter writer;
  replicas.archive(writer);
  const auto bytes = writer.take();

  TimeAverage restored;
  ArchiveReader reader(bytes);
  restored.archive(reader);
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(restored.value(), 5);
  EXPECT_EQ(restored.average(9 * second), replicas.average(9 * second));
}

}  // namespace
}  // namespace faasconf::sim
