#include "traces/core/call_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faasconf::traces {
namespace {

using testing::HasSubstr;

// Oracle: `date -u -d 2021-01-31T12:00:00 +%s`.
TEST(IsoTime, IsSecondsSince1970) {
  EXPECT_EQ(parse_iso_time("2021-01-31T12:00:00Z"), 1612094400);
  EXPECT_EQ(parse_iso_time("2021-01-31 12:00:00"), 1612094400);
  EXPECT_EQ(parse_iso_time("2021-01-31 12:00:00 UTC"), 1612094400);
  EXPECT_EQ(parse_iso_time("2021-01-31T13:30:00.25+01:30"), 1612094400.25);
  EXPECT_EQ(parse_iso_time("2021-01-31T07:00:00-0500"), 1612094400);
  EXPECT_EQ(parse_iso_time("1970-01-01T00:00:00Z"), 0);
}

TEST(IsoTime, IsNothingElse) {
  for (const char* text :
       {"", "2021-01-31", "2021-02-30T00:00:00Z", "2021-01-31T24:00:00Z", "2021-01-31T12:00", "2021-01-31T12:00:00.",
        "2021-01-31T12:00:00+1", "31.01.2021 12:00:00", "12:00:00", "2021-01-31T12:00:00Zx"}) {
    EXPECT_EQ(parse_iso_time(text), std::nullopt) << text;
  }
}

TEST(CallClock, CountsPlainSecondsFromZero) {
  CallClock clock;
  EXPECT_EQ(clock.since_midnight(clock.read("90000.5").seconds), 90000.5);
  EXPECT_EQ(clock.midnight(), std::nullopt);
}

TEST(CallClock, CountsUnixSecondsFromTheMidnightBefore) {
  CallClock clock;
  EXPECT_EQ(clock.since_midnight(clock.read("1612094400.5").seconds), 43200.5);
  EXPECT_EQ(clock.midnight(), "2021-01-31 00:00 UTC");
  EXPECT_EQ(clock.since_midnight(clock.read("1612180800").seconds), 129600);
}

TEST(CallClock, IsNotMisledByTheRoundingOfDates) {
  CallClock clock;
  clock.read("1612051200.1");
  EXPECT_EQ(clock.since_midnight(1612051200.1 - .1), 0);
  EXPECT_EQ(clock.midnight(), "2021-01-31 00:00 UTC");
}

TEST(CallClock, RefusesWhatCountsSomethingShorterThanSeconds) {
  for (const char* text : {"1612094400500", "1612094400500000", "1612094400500000000", "1e400"}) {
    CallClock clock;
    EXPECT_EQ(clock.read(text).fault, Fault::overflow) << text;
    EXPECT_THAT(clock.expected(text), HasSubstr("divide Unix milliseconds")) << text;
  }
}

TEST(CallClock, RefusesAnotherKindThanThatOfTheFirst) {
  CallClock plain;
  plain.read("60");
  EXPECT_EQ(plain.read("1612094400").fault, Fault::overflow);
  EXPECT_EQ(plain.expected("1612094400"), "seconds from 0 on, as in the rows before");
  CallClock dates;
  dates.read("2021-01-31T12:00:00Z");
  EXPECT_EQ(dates.read("1612094400").fault, Fault::overflow);
  EXPECT_EQ(dates.read("60").fault, Fault::overflow);
  EXPECT_EQ(dates.read("x").fault, Fault::not_a_number);
}

}  // namespace
}  // namespace faasconf::traces
