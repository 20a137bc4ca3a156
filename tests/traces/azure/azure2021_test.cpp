#include "traces/azure/azure2021.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/shared_data.hpp"
#include "tests/traces/azure_text.hpp"

namespace faasconf::traces {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kHeader2021 = "app,func,end_timestamp,duration\n";

Azure2021Reader reader_of(const std::string& rows, OnBadRow on_bad_row = OnBadRow::error) {
  return Azure2021Reader(files::bytes_of(kHeader2021 + rows, "t.csv"), "t.csv", on_bad_row);
}

std::vector<TraceInvocation> all_of(Azure2021Reader& reader) {
  std::vector<TraceInvocation> calls;
  for (TraceInvocation call; reader.next(call);) calls.push_back(call);
  return calls;
}

std::string message(const std::string& row) {
  return message_of([&] {
    auto reader = reader_of(row);
    all_of(reader);
  });
}

TEST(Azure2021, StartIsTheEndLessTheDuration) {
  auto reader = reader_of("a,f,57.25,57\n");
  const auto calls = all_of(reader);
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].start_s, .25);
  EXPECT_EQ(calls[0].duration_s, 57);
}

TEST(Azure2021, AFunctionIsUniqueOnlyWithinItsApp) {
  auto reader = reader_of("a,f,1,0\nb,f,2,0\na,f,3,0\na,g,4,0\n");
  std::vector<std::uint32_t> functions;
  for (const auto& call : all_of(reader)) functions.push_back(call.function);
  EXPECT_THAT(functions, ElementsAre(0, 1, 0, 2));
  EXPECT_EQ(reader.functions()[1].app, "b");
  EXPECT_EQ(reader.functions()[1].func, "f");
}

TEST(Azure2021, ADurationMayBeZero) {
  auto reader = reader_of("a,f,1,0\n");
  EXPECT_EQ(all_of(reader).at(0).duration_s, 0);
  EXPECT_EQ(reader.report().mended, 0U);
}

TEST(Azure2021, ANegativeStartBecomesZeroAndIsCounted) {
  auto reader = reader_of("a,f,1,1.001\n");
  EXPECT_EQ(all_of(reader).at(0).start_s, 0);
  EXPECT_EQ(reader.report().of(Fault::negative_start).count, 1U);
}

TEST(Azure2021, RowsAreOrderedByStartNotByEnd) {
  auto ordered = reader_of("a,f,100,100\na,f,2,1\n");
  all_of(ordered);
  EXPECT_EQ(ordered.report().of(Fault::out_of_order).count, 0U);
  auto unordered = reader_of("a,f,10,1\na,f,9,1\n");
  all_of(unordered);
  EXPECT_EQ(unordered.report().of(Fault::out_of_order).count, 1U);
}

// Oracle: the same calls in seconds since the trace's start, which is a midnight.
TEST(Azure2021, ReadsDatesLikeSecondsSinceTheirMidnight) {
  auto plain = reader_of("a,f,0.5,0.5\na,f,60.5,0.5\na,f,86460,10\n");
  const auto expected = all_of(plain);
  for (const std::string rows :
       {"a,f,1612051200.5,0.5\na,f,1612051260.5,0.5\na,f,1612137660,10\n",
        "a,f,2021-01-31T00:00:00.5Z,0.5\na,f,2021-01-31T00:01:00.5Z,0.5\na,f,2021-02-01T00:01:00Z,10\n",
        "a,f,2021-01-31 01:00:00.5+01:00,0.5\na,f,2021-01-31 01:01:00.5+01:00,0.5\na,f,2021-02-01 00:01:00Z,10\n"}) {
    auto reader = reader_of(rows);
    const auto calls = all_of(reader);
    ASSERT_EQ(calls.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(calls[i].start_s, expected[i].start_s) << rows;
    EXPECT_THAT(reader.report().notes, ElementsAre(HasSubstr("2021-01-31 00:00 UTC")));
  }
}

// Taken as 0 they would be calls of that midnight.
TEST(Azure2021, RefusesDatesBeforeTheFirstMidnight) {
  EXPECT_EQ(message("a,f,1612051200.5,0.5\na,f,1611964800,1\n"),
            "t.csv:3: column 3: end_timestamp: expected a call from 2021-01-31 00:00 UTC on, the midnight before the "
            "first one (sort rows by start), got \"1611964800\"");
}

TEST(Azure2021, ReadsQuotesBlanksAndABlankLastLine) {
  Azure2021Reader reader(
      files::bytes_of("\"app\",\"func\",\"end_timestamp\",\"duration\"\r\n\"a\",\"f\",\"57.25\", 57 \r\n\r\n", "t.csv"),
      "t.csv");
  const auto calls = all_of(reader);
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].start_s, .25);
  EXPECT_EQ(reader.functions()[0].func, "f");
}

TEST(Azure2021Errors, NameFileLineAndColumn) {
  EXPECT_EQ(message("a,f,x,1\n"),
            "t.csv:2: column 3: end_timestamp: expected seconds from 0 on, Unix seconds or a time such as "
            "2021-01-31T12:00:00Z, got \"x\"");
  EXPECT_EQ(message("a,f,1,-2\n"), "t.csv:2: column 4: duration: expected seconds >= 0, got \"-2\"");
  EXPECT_EQ(message("a,f,1,nan\n"), "t.csv:2: column 4: duration: expected seconds >= 0, got \"nan\"");
  EXPECT_EQ(message("a,f,1612051200500,1\n"),
            "t.csv:2: column 3: end_timestamp: expected seconds (divide Unix milliseconds, which this may be, by 1000, "
            "and durations too if they are in these), got \"1612051200500\"");
  EXPECT_EQ(message("a,f,1,\n"), "t.csv:2: column 4: duration: expected seconds >= 0, got \"\"");
  EXPECT_EQ(message("a,\"f,1\",1,1\n"), "t.csv:2: expected 4 columns, got 5");
  EXPECT_EQ(message("a,f,1,1\na,f,1612051200,1\n"),
            "t.csv:3: column 3: end_timestamp: expected seconds from 0 on, as in the rows before, got \"1612051200\"");
  EXPECT_EQ(message("a,f,1\n"), "t.csv:2: expected 4 columns, got 3");
  EXPECT_EQ(message("a,f,1,2,3\n"), "t.csv:2: expected 4 columns, got 5");
  EXPECT_EQ(message_of([] { Azure2021Reader(files::bytes_of("app,func,end\n", "t.csv"), "t.csv"); }),
            "t.csv:1: expected the header app,func,end_timestamp,duration, got \"app,func,end\"");
  EXPECT_EQ(message_of([] { Azure2021Reader(files::bytes_of("", "t.csv"), "t.csv"); }),
            "t.csv:1: expected a header, got an empty file");
}

TEST(Azure2021BadRows, AreLeftOutOrMended) {
  const std::string rows = "a,f,x,1\na,f,1,-2\na,f,1e99,1\na,f\na,f,3,1\n";
  auto skipping = reader_of(rows, OnBadRow::skip);
  EXPECT_EQ(all_of(skipping).size(), 1U);
  EXPECT_EQ(skipping.report().dropped, 4U);
  auto fixing = reader_of(rows, OnBadRow::fix);
  const auto calls = all_of(fixing);
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].duration_s, 0);
  EXPECT_EQ(calls[0].start_s, 1);
  EXPECT_EQ(fixing.report().mended, 1U);
  EXPECT_EQ(fixing.report().dropped, 3U);
  EXPECT_EQ(fixing.report().of(Fault::negative_duration).count, 1U);
}

TEST(ReadAzure2021, CountsStartsPerMinuteAndTakesPercentiles) {
  auto reader = reader_of("a,f,59.9,0\na,f,61,0\na,g,61,.5\na,f,60.5,1\na,f,86461,1\n");
  const Azure2021Trace result = read_azure2021(reader);
  ASSERT_EQ(result.trace.functions.size(), 2U);
  EXPECT_EQ(result.trace.days, 2U);
  EXPECT_THAT(result.trace.functions[0].counts,
              ElementsAre(MinuteCount{0, 2}, MinuteCount{1, 1}, MinuteCount{1441, 1}));
  ASSERT_TRUE(result.trace.functions[1].duration);
  EXPECT_EQ(result.trace.functions[1].duration->average_ms, 500);
  EXPECT_EQ(result.trace.functions[0].duration->count, 4);
  EXPECT_EQ(result.trace.functions[0].duration->percentiles_ms[3], 500);  // between 0, 0, 1000, 1000
}

// Oracle: what ../shared/reference/azure-traces.md states.
TEST(RealAzureSlices, CallsOf2021HaveTheirSums) {
  const auto file = tests::shared_file("data/azure/azure2021_199inv.csv");
  if (!file) GTEST_SKIP() << tests::kNoSharedData;
  Azure2021Reader reader(*file);
  const auto calls = all_of(reader);
  ASSERT_EQ(calls.size(), 199U);
  EXPECT_EQ(reader.functions().size(), 31U);
  double sum_s = 0;
  double largest_s = 0;
  for (const auto& call : calls) {
    sum_s += call.duration_s;
    largest_s = std::max(largest_s, call.duration_s);
  }
  EXPECT_NEAR(sum_s, 10'599.17, .005);
  EXPECT_EQ(largest_s, 404.987);
  EXPECT_EQ(std::ranges::count_if(calls, [](const auto& call) { return call.duration_s == 0; }), 8);
  EXPECT_EQ(reader.report().of(Fault::out_of_order).count, 0U);
}

}  // namespace
}  // namespace faasconf::traces
