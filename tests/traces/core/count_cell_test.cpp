#include "traces/core/count_cell.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faasconf::traces {
namespace {

using testing::ElementsAre;

TEST(CountCell, IsAWholeNumberHoweverItIsWritten) {
  for (const char* text : {"7", "\"7\"", " 7 ", "7\r", "7.0", "7.", "7e0", "70e-1", "007"}) {
    const CountCell cell = read_count(text);
    EXPECT_EQ(cell.count, 7U) << text;
    EXPECT_FALSE(cell.fault) << text;
  }
  EXPECT_EQ(read_count("4294967295.0").count, kLargestCount);
}

TEST(CountCell, IsNothingElse) {
  for (const char* text : {"", " ", "\"\"", "7.5", "x", "nan", "inf", "1 2", "0x7", "1_000", "+7", "1e400"}) {
    EXPECT_EQ(read_count(text).fault, Fault::not_a_number) << text;
  }
  for (const char* text : {"-1", "-1.0"}) EXPECT_EQ(read_count(text).fault, Fault::negative_count) << text;
  for (const char* text : {"4294967296", "4294967296.0", "1e12"}) {
    EXPECT_EQ(read_count(text).fault, Fault::overflow) << text;
  }
}

TEST(AddCalls, KeepsTheOrderOfMinutes) {
  std::vector<MinuteCount> counts;
  for (const std::uint32_t minute : {5U, 9U, 7U, 5U, 1U}) EXPECT_TRUE(add_calls(counts, minute, 2));
  EXPECT_TRUE(add_calls(counts, 3, 0));
  EXPECT_THAT(counts, ElementsAre(MinuteCount{1, 2}, MinuteCount{5, 4}, MinuteCount{7, 2}, MinuteCount{9, 2}));
}

TEST(AddCalls, SaysWhereASumIsBeyondItsType) {
  std::vector<MinuteCount> counts{{4, kLargestCount - 1}};
  EXPECT_TRUE(add_calls(counts, 4, 1));
  EXPECT_FALSE(add_calls(counts, 4, 1));
  EXPECT_EQ(counts.front().count, kLargestCount);
}

}  // namespace
}  // namespace faasconf::traces
