#include "traces/counts/second_counts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/traces/message_of.hpp"

namespace faasconf::traces {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::message_of;

SecondCounts read(const std::string& rows, const ReadPolicy& policy = {}) {
  return read_second_counts(files::bytes_of("second,function,count\n" + rows, "s.csv"), "s.csv", policy);
}

std::string error(const std::string& rows) {
  return message_of([&] { read(rows); });
}

TEST(SecondCounts, AreAddedUpByMinutes) {
  const SecondCounts all = read("0,f,1\n59,f,2\n60,f,3\n61,g,4\n90000,g,5\n");
  ASSERT_EQ(all.trace.functions.size(), 2U);
  EXPECT_EQ(all.trace.functions[0].function, "f");
  EXPECT_EQ(all.trace.functions[0].app, "f");
  EXPECT_THAT(all.trace.functions[0].counts, ElementsAre(MinuteCount{0, 3}, MinuteCount{1, 3}));
  EXPECT_THAT(all.trace.functions[1].counts, ElementsAre(MinuteCount{1, 4}, MinuteCount{1500, 5}));
  EXPECT_EQ(all.trace.days, 2U);
  EXPECT_EQ(all.report.rows, 5U);
  EXPECT_THAT(all.report.notes, ElementsAre(HasSubstr("added up by minutes")));
}

TEST(SecondCounts, MayComeInAnyOrderWithQuotesFloatsAndABlankLastLine) {
  const SecondCounts all = read("61,\"f\",\"2\"\n0.0,f,1.0\r\n\n");
  ASSERT_EQ(all.trace.functions.size(), 1U);
  EXPECT_THAT(all.trace.functions[0].counts, ElementsAre(MinuteCount{0, 1}, MinuteCount{1, 2}));
}

TEST(SecondCounts, OfDatesBeginAtTheMidnightBeforeTheFirstRow) {
  const SecondCounts unix_times = read("1612094400,f,1\n1612094460,f,2\n");
  EXPECT_THAT(unix_times.trace.functions[0].counts, ElementsAre(MinuteCount{720, 1}, MinuteCount{721, 2}));
  EXPECT_THAT(unix_times.report.notes.back(), HasSubstr("2021-01-31 00:00 UTC"));
  const SecondCounts iso = read("2021-01-31T12:00:00Z,f,1\n2021-01-31T12:01:00Z,f,2\n");
  EXPECT_EQ(iso.trace.functions, unix_times.trace.functions);
}

TEST(SecondCounts, KnowAFunctionThatIsNotCalled) {
  const SecondCounts all = read("0,f,0\n86400,f,0\n");
  EXPECT_THAT(all.trace.functions[0].counts, IsEmpty());
  EXPECT_EQ(all.trace.days, 2U);
}

TEST(SecondCountsErrors, NameFileLineAndColumn) {
  EXPECT_EQ(error("0,f,1.5\n"), "s.csv:2: column 3: count: expected an integer from 0 to 4294967295, got \"1.5\"");
  EXPECT_EQ(error("0,f,\n"), "s.csv:2: column 3: count: expected an integer from 0 to 4294967295, got nothing");
  EXPECT_EQ(error("0.5,f,1\n"), "s.csv:2: column 1: second: expected a whole second, got \"0.5\"");
  EXPECT_EQ(error("0,,1\n"), "s.csv:2: column 2: function: expected a name, got nothing");
  EXPECT_EQ(error("0,f\n"), "s.csv:2: expected 3 columns, got \"0,f\"");
  EXPECT_EQ(error("0,\"a,b\",1\n"), "s.csv:2: expected 3 columns, got \"0,\"a,b\",1\"");
  EXPECT_EQ(error("0,f,1\n\n1,f,1\n"), "s.csv:3: expected 3 columns, got \"\"");
  EXPECT_THAT(error("1612094400500,f,1\n"), HasSubstr("column 1: second: expected seconds (divide Unix milliseconds"));
  EXPECT_THAT(error("1612094400,f,1\n1612000000,f,1\n"), HasSubstr("the midnight before the first row, on, got"));
  EXPECT_THAT(error("-1,f,1\n"), HasSubstr("expected a second from 0 on, got \"-1\""));
  EXPECT_EQ(message_of([] { read_second_counts(files::bytes_of("second,count\n", "s.csv"), "s.csv"); }),
            "s.csv:1: expected the header second,function,count, got \"second,count\"");
}

TEST(SecondCountsBadRows, AreLeftOutOrMendedAndCounted) {
  const std::string rows = "0,f,1\n1,f,x\n2,f,-3\ny,f,1\n3,f,1\n";
  const SecondCounts skipped = read(rows, {.on_bad_row = OnBadRow::skip});
  EXPECT_THAT(skipped.trace.functions[0].counts, ElementsAre(MinuteCount{0, 2}));
  EXPECT_EQ(skipped.report.dropped, 3U);
  const SecondCounts fixed = read(rows, {.on_bad_row = OnBadRow::fix});
  EXPECT_THAT(fixed.trace.functions[0].counts, ElementsAre(MinuteCount{0, 2}));
  EXPECT_EQ(fixed.report.dropped, 1U);
  EXPECT_EQ(fixed.report.mended, 2U);
}

TEST(SecondCountsDuplicates, AreAddedLeftOutOrRefused) {
  const std::string rows = "0,f,1\n0,f,2\n0,g,4\n";
  const SecondCounts sum = read(rows);
  EXPECT_THAT(sum.trace.functions[0].counts, ElementsAre(MinuteCount{0, 3}));
  EXPECT_EQ(sum.report.of(Fault::duplicate_key).count, 1U);
  const SecondCounts first = read(rows, {.on_duplicate = OnDuplicate::first});
  EXPECT_THAT(first.trace.functions[0].counts, ElementsAre(MinuteCount{0, 1}));
  EXPECT_EQ(first.report.dropped, 1U);
  EXPECT_THAT(message_of([&] { read(rows, {.on_duplicate = OnDuplicate::error}); }),
              HasSubstr("s.csv:3: expected each second of a function once, got \"f\" again"));
}

}  // namespace
}  // namespace faasconf::traces
