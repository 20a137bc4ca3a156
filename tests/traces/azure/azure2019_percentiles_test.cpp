#include "traces/azure/azure2019_percentiles.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/traces/azure_text.hpp"

namespace faasconf::traces {
namespace {

using ::testing::ElementsAre;

Azure2019DurationsReader durations(const std::string& rows, OnBadRow on_bad_row = OnBadRow::error) {
  return Azure2019DurationsReader(files::bytes_of(kDurationsHeader + rows, "d.csv"), "d.csv", on_bad_row);
}

Azure2019MemoryReader memory(const std::string& rows, OnBadRow on_bad_row = OnBadRow::error) {
  return Azure2019MemoryReader(files::bytes_of(kMemoryHeader + rows, "m.csv"), "m.csv", on_bad_row);
}

std::string duration_error(const std::string& row) {
  return message_of([&] {
    FunctionDuration duration;
    durations(row).next(duration);
  });
}

TEST(Azure2019Durations, GivesKeysAndPercentiles) {
  auto reader = durations("o,a,f,12.5,40,1,99,1,2,5,10,20,80,99\n");
  FunctionDuration row;
  ASSERT_TRUE(reader.next(row));
  EXPECT_EQ(row.owner + row.app + row.function, "oaf");
  EXPECT_EQ(row.duration.average_ms, 12.5);
  EXPECT_EQ(row.duration.count, 40);
  EXPECT_EQ(row.duration.minimum_ms, 1);
  EXPECT_EQ(row.duration.maximum_ms, 99);
  EXPECT_THAT(row.duration.percentiles_ms, ElementsAre(1, 2, 5, 10, 20, 80, 99));
  EXPECT_FALSE(reader.next(row));
}

TEST(Azure2019Durations, ReadsCrlfAByteOrderMarkAndAMissingLastNewline) {
  Azure2019DurationsReader reader(
      files::bytes_of("\xef\xbb\xbf" + kDurationsHeader.substr(0, kDurationsHeader.size() - 1) +
                          "\r\no,a,f,1,1,1,1,1,1,1,1,1,1,1\r\no,a,g,1,1,1,1,1,1,1,1,1,1,7",
                      "d.csv"),
      "d.csv");
  FunctionDuration row;
  ASSERT_TRUE(reader.next(row));
  ASSERT_TRUE(reader.next(row));
  EXPECT_EQ(row.duration.percentiles_ms.back(), 7);
}

TEST(Azure2019Durations, KeepsADurationOfZeroAndSaysSo) {
  auto reader = durations("o,a,f,0,40,0,99,0,0,0,0,0,0,0\n");
  FunctionDuration row;
  ASSERT_TRUE(reader.next(row));
  EXPECT_EQ(row.duration.average_ms, 0);
  EXPECT_EQ(reader.report().of(Fault::zero_duration).count, 1U);
  EXPECT_EQ(reader.report().mended, 0U);
}

TEST(Azure2019Durations, ReadsQuotesBlanksFloatsAndABlankLastLine) {
  auto reader = durations("\"o\",\"a\",\"f\",\"12.5\",40.0, 1,99,1,2,5,10,20,80,99\n\n");
  FunctionDuration row;
  ASSERT_TRUE(reader.next(row));
  EXPECT_EQ(row.owner + row.app + row.function, "oaf");
  EXPECT_EQ(row.duration.average_ms, 12.5);
  EXPECT_EQ(row.duration.count, 40);
  EXPECT_FALSE(reader.next(row));
}

TEST(Azure2019Durations, LeavesOutARowWithoutSamplesAndSaysSo) {
  auto reader = durations("o,a,f,,0,,,,,,,,,\no,a,g,1,1,1,1,1,1,1,1,1,1,1\n");
  FunctionDuration row;
  ASSERT_TRUE(reader.next(row));
  EXPECT_EQ(row.function, "g");
  EXPECT_EQ(reader.report().of(Fault::no_samples).count, 1U);
  EXPECT_EQ(reader.report().dropped, 1U);
}

TEST(Azure2019DurationsErrors, NameFileLineAndColumn) {
  EXPECT_EQ(duration_error("o,a,f,-1,1,1,1,1,1,1,1,1,1,1\n"),
            "d.csv:2: column 4: Average: expected a number >= 0, got \"-1\"");
  EXPECT_EQ(duration_error("o,a,f,1,1,1,1,1,1,1,nan,1,1,1\n"),
            "d.csv:2: column 11: percentile_Average_50: expected a number >= 0, got \"nan\"");
  EXPECT_EQ(duration_error("o,a,f,1,1,1,1e999,1,1,1,1,1,1,1\n"),
            "d.csv:2: column 7: Maximum: expected a number >= 0, got \"1e999\"");
  EXPECT_EQ(duration_error("o,a,f,1,1,1,1,1,1,5,4,5,5,5\n"),
            "d.csv:2: column 11: percentile_Average_50: expected at least the percentile before it, got \"4\"");
  EXPECT_EQ(duration_error("o,a,f,1,1.5,1,1,1,1,1,1,1,1,1\n"),
            "d.csv:2: column 5: Count: expected a whole number >= 0, got \"1.5\"");
  EXPECT_EQ(duration_error("o,a,f,,3,1,1,1,1,1,1,1,1,1\n"),
            "d.csv:2: column 4: Average: expected a number >= 0, got \"\"");
  EXPECT_EQ(duration_error("o,a,\"f,g\",1,1,1,1,1,1,1,1,1,1,1\n"),
            "d.csv:2: expected 14 columns, got quotes that do not enclose whole fields without commas");
  EXPECT_EQ(duration_error("o,a,f,1,1,1"), "d.csv:2: expected 14 columns, got 6");
  EXPECT_EQ(message_of([] { Azure2019DurationsReader(files::bytes_of(kMemoryHeader, "m.csv"), "m.csv"); }),
            "m.csv:1: column 3: expected \"HashFunction\", got \"SampleCount\"");
}

TEST(Azure2019DurationsBadRows, AreSkippedOrMended) {
  const std::string rows =
      "o,a,f,-1,1,-5,1,1,1,1,1,1,1,1\n"
      "o,a,g,1,-2,1,1,1,1,1,1,1,1,1\n"
      "o,a,h,1,1,1,1,3,2,1,4,5,6,7\n"
      "o,a,i,1,x,1,1,1,1,1,1,1,1,1\n"
      "o,a,j,1,1,1\n"
      "o,a,k,1,1,1,1,1,1,1,1,1,1,1\n";
  auto skipping = durations(rows, OnBadRow::skip);
  FunctionDuration row;
  ASSERT_TRUE(skipping.next(row));
  EXPECT_EQ(row.function, "k");
  EXPECT_FALSE(skipping.next(row));
  EXPECT_EQ(skipping.report().dropped, 5U);

  auto fixing = durations(rows, OnBadRow::fix);
  std::vector<FunctionDuration> all;
  while (fixing.next(row)) all.push_back(row);
  ASSERT_EQ(all.size(), 6U);
  EXPECT_EQ(all[0].duration.average_ms, 0);
  EXPECT_EQ(all[0].duration.minimum_ms, 0);
  EXPECT_EQ(all[1].duration.count, 0);
  EXPECT_THAT(all[2].duration.percentiles_ms, ElementsAre(1, 2, 3, 4, 5, 6, 7));
  EXPECT_EQ(all[4].duration.percentiles_ms.back(), 0);
  const ReadReport& report = fixing.report();
  EXPECT_EQ(report.mended, 5U);
  EXPECT_EQ(report.of(Fault::negative_duration).count, 2U);
  EXPECT_EQ(report.of(Fault::negative_count).count, 1U);
  EXPECT_EQ(report.of(Fault::unordered_percentiles).count, 1U);
  EXPECT_EQ(report.of(Fault::not_a_number).count, 1U);
  EXPECT_EQ(report.of(Fault::width).count, 1U);
}

TEST(Azure2019Memory, GivesKeysAndPercentiles) {
  auto reader = memory("o,a,30,120.5,1,2,3,4,5,6,7,8\n");
  AppMemory row;
  ASSERT_TRUE(reader.next(row));
  EXPECT_EQ(row.owner + row.app, "oa");
  EXPECT_EQ(row.memory.samples, 30);
  EXPECT_EQ(row.memory.average_mb, 120.5);
  EXPECT_THAT(row.memory.percentiles_mb, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
}

TEST(Azure2019MemoryBadRows, OfBytesAreRefused) {
  AppMemory row;
  EXPECT_EQ(message_of([&] { memory("o,a,30,134217728,1,2,3,4,5,6,7,8\n").next(row); }),
            "m.csv:2: column 4: AverageAllocatedMb: expected megabytes, below a million (divide bytes by 1e6), got "
            "\"134217728\"");
}

TEST(Azure2019MemoryBadRows, AreErrorsOrMended) {
  AppMemory row;
  EXPECT_EQ(message_of([&] { memory("o,a,30,-1,1,2,3,4,5,6,7,8\n").next(row); }),
            "m.csv:2: column 4: AverageAllocatedMb: expected a number >= 0, got \"-1\"");
  auto fixing = memory("o,a,30,-1,1,2,3,4,5,6,7,8\n", OnBadRow::fix);
  ASSERT_TRUE(fixing.next(row));
  EXPECT_EQ(row.memory.average_mb, 0);
  EXPECT_EQ(fixing.report().of(Fault::negative_memory).count, 1U);
}

}  // namespace
}  // namespace faasconf::traces
