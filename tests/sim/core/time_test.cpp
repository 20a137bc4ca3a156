#include "sim/core/time.hpp"

#include <limits>
#include <type_traits>

#include <gtest/gtest.h>

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

template <class A, class B>
concept Subtractable = requires(A a, B b) {
  a - b;
};
template <class C>
concept Ticking = requires {
  C::now();
};

TEST(SimulatedTime, DoesNotMixWithWallTime) {
  static_assert(Subtractable<Time, Time>);
  static_assert(!Subtractable<Time, std::chrono::steady_clock::time_point>);
  static_assert(!std::is_convertible_v<std::chrono::steady_clock::time_point, Time>);
}

TEST(SimulatedTime, DoesNotTickByItself) { static_assert(!Ticking<SimulatedClock>); }

TEST(SimulatedTime, StartsAtZero) { EXPECT_EQ(Time{}.time_since_epoch(), 0ns); }

TEST(FromSeconds, ConvertsWholeAndFractionalSeconds) {
  EXPECT_EQ(from_seconds(0), 0ns);
  EXPECT_EQ(from_seconds(1.5), 1500ms);
  EXPECT_EQ(from_seconds(86400), 24h);
}

TEST(FromSeconds, RoundsToTheNearestNanosecond) {
  EXPECT_EQ(from_seconds(1.4e-9), 1ns);
  EXPECT_EQ(from_seconds(1.6e-9), 2ns);
  EXPECT_EQ(from_seconds(-1.4e-9), -1ns);
  EXPECT_EQ(from_seconds(-1.6e-9), -2ns);
}

// 2^52 + 1 ns is a whole number of nanoseconds to which no half can be added without rounding.
TEST(FromSeconds, DoesNotRoundWhatIsAlreadyWhole) {
  const double nanoseconds = 0x1p52 + 1;
  const double seconds = nanoseconds / 1e9;
  ASSERT_EQ(seconds * 1e9, nanoseconds);
  EXPECT_EQ(from_seconds(seconds), Duration((std::int64_t{1} << 52) + 1));
}

TEST(FromSeconds, CutsValuesOutOfRange) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(from_seconds(1e10), kForever);
  EXPECT_EQ(from_seconds(infinity), kForever);
  EXPECT_EQ(from_seconds(-1e10), -kForever);
  EXPECT_EQ(from_seconds(-infinity), -kForever);
}

TEST(FromSeconds, KeepsTheLongestSpansInRange) { EXPECT_EQ(from_seconds(9.2e9), Duration(9'200'000'000'000'000'000)); }

TEST(ToSeconds, GivesBackRoundNumbersExactly) {
  for (int seconds = 0; seconds <= 100'000; ++seconds) ASSERT_EQ(to_seconds(Duration(1s) * seconds), seconds);
}

TEST(ToSeconds, ReadsATimeAsTheSpanSinceZero) { EXPECT_EQ(to_seconds(Time{} + 250ms), 0.25); }

TEST(ToSeconds, IsUndoneByFromSeconds) {
  for (std::int64_t count = 1; count < (std::int64_t{1} << 50); count = count * 3 + 1) {
    ASSERT_EQ(from_seconds(to_seconds(Duration(count))), Duration(count));
  }
}

TEST(After, AddsASpan) { EXPECT_EQ(after(Time{} + 2s, 3s), Time{} + 5s); }

TEST(After, IsNeverWhenTheSpanLeadsBeyondTheClock) {
  EXPECT_EQ(after(Time{}, kForever), kNever);
  EXPECT_EQ(after(Time{} + 1s, kForever), kNever);
  EXPECT_EQ(after(kNever, 1ns), kNever);
}

TEST(After, ReachesTheLastInstant) { EXPECT_EQ(after(Time{} + 1ns, kForever - 2ns), kNever - 1ns); }

}  // namespace
}  // namespace faasconf::sim
