#include "experiments/results/readable.hpp"

#include <cstdint>

#include <gtest/gtest.h>

namespace faasconf::experiments::results {
namespace {

using namespace std::chrono_literals;

TEST(Readable, NumbersHaveCommasBetweenTheirThousands) {
  EXPECT_EQ(readable(std::uint64_t{0}), "0");
  EXPECT_EQ(readable(std::uint64_t{9384}), "9,384");
  EXPECT_EQ(readable(std::uint64_t{20'480}), "20,480");
  EXPECT_EQ(readable(std::uint64_t{801'000'000}), "801,000,000");
}

TEST(Readable, DecimalsAndSignsStayAsTheyAre) {
  EXPECT_EQ(with_thousands("-12345.6789"), "-12,345.6789");
  EXPECT_EQ(with_thousands("1234.56789"), "1,234.56789");
  EXPECT_EQ(with_thousands("123.4"), "123.4");
  EXPECT_EQ(with_thousands("inf"), "inf");
}

TEST(Readable, TimesHaveASpaceBeforeTheirUnit) {
  EXPECT_EQ(readable(sim::Duration(30s)), "30 s");
  EXPECT_EQ(readable(sim::Duration(3500ms)), "3.5 s");
  EXPECT_EQ(readable(sim::Duration(860ms)), "860 ms");
  EXPECT_EQ(readable(sim::Duration(1500us)), "1.5 ms");
  EXPECT_EQ(readable(sim::Duration(7ns)), "7 ns");
  EXPECT_EQ(readable(sim::Duration(85min)), "1 h 25 min");
  EXPECT_EQ(readable(sim::Duration(90s)), "1 min 30 s");
  EXPECT_EQ(readable(sim::Duration(25h)), "25 h");
  EXPECT_EQ(readable(sim::Duration(0s)), "0 s");
}

}  // namespace
}  // namespace faasconf::experiments::results
