#include "traces/azure/azure2019.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/traces/azure_text.hpp"

namespace faasconf::traces {
namespace {

using ::testing::ElementsAre;

std::string row(const std::string& function, const std::vector<std::pair<std::size_t, std::string>>& special) {
  return "o,a," + function + ",http" + cells(special) + "\n";
}

TEST(ReadAzure2019, JoinsDaysByKeyWithZerosWhereARowLacks) {
  const Files files({kHeader + row("f", {{1, "5"}}) + row("g", {{1440, "6"}}),
                     kHeader + row("h", {{2, "7"}}) + row("f", {{1, "8"}})});
  const auto [trace, report] = read_azure2019({.invocations = files.paths()});
  EXPECT_EQ(trace.days, 2U);
  ASSERT_EQ(trace.functions.size(), 3U);
  EXPECT_EQ(trace.functions[0].function, "f");
  EXPECT_THAT(trace.functions[0].counts, ElementsAre(MinuteCount{0, 5}, MinuteCount{1440, 8}));
  EXPECT_THAT(trace.functions[1].counts, ElementsAre(MinuteCount{1439, 6}));
  EXPECT_EQ(trace.functions[2].function, "h");
  EXPECT_THAT(trace.functions[2].counts, ElementsAre(MinuteCount{1441, 7}));
  EXPECT_EQ(report.rows, 4U);
}

TEST(ReadAzure2019, KeysAreOwnerAppAndFunctionTogether) {
  const Files files({kHeader + "o,a,f,http" + cells() + "\no,b,f,http" + cells() + "\np,a,f,http" + cells() + "\n"});
  EXPECT_EQ(read_azure2019({.invocations = files.paths()}).trace.functions.size(), 3U);
}

TEST(ReadAzure2019, PlacesTheDaysOfASeriesExtract) {
  const Files files({kSeriesHeader + "f,3" + cells({{1, "9"}}) + "\nf,1" + cells({{2, "4"}}) + "\n"});
  const Trace trace = read_azure2019({.invocations = files.paths()}).trace;
  EXPECT_EQ(trace.days, 3U);
  ASSERT_EQ(trace.functions.size(), 1U);
  EXPECT_THAT(trace.functions[0].counts, ElementsAre(MinuteCount{1, 4}, MinuteCount{2880, 9}));
}

TEST(ReadAzure2019, SumsDuplicatesAndSaysSo) {
  const Files files({kHeader + row("f", {{1, "5"}, {3, "1"}}) + row("f", {{1, "6"}, {2, "7"}})});
  const auto [trace, report] = read_azure2019({.invocations = files.paths()});
  ASSERT_EQ(trace.functions.size(), 1U);
  EXPECT_THAT(trace.functions[0].counts, ElementsAre(MinuteCount{0, 11}, MinuteCount{1, 7}, MinuteCount{2, 1}));
  EXPECT_EQ(report.of(Fault::duplicate_key).count, 1U);
  EXPECT_EQ(report.of(Fault::duplicate_key).first, files.paths()[0] + ":3: o,a,f");
}

TEST(ReadAzure2019, SumsOfDuplicatesDoNotWrapAround) {
  const Files files({kHeader + row("f", {{1, "4294967295"}}) + row("f", {{1, "2"}})});
  const auto [trace, report] = read_azure2019({.invocations = files.paths()});
  EXPECT_THAT(trace.functions[0].counts, ElementsAre(MinuteCount{0, 4294967295}));
  EXPECT_EQ(report.of(Fault::overflow).count, 1U);
}

TEST(ReadAzure2019, KeepsTheFirstOfDuplicatesOrRefusesThem) {
  const Files files({kHeader + row("f", {{1, "5"}}) + row("f", {{1, "6"}})});
  const auto first = read_azure2019({.invocations = files.paths()}, {.on_duplicate = OnDuplicate::first});
  EXPECT_THAT(first.trace.functions[0].counts, ElementsAre(MinuteCount{0, 5}));
  EXPECT_EQ(first.report.dropped, 1U);
  EXPECT_EQ(message_of([&] { read_azure2019({.invocations = files.paths()}, {.on_duplicate = OnDuplicate::error}); }),
            files.paths()[0] + ":3: expected each key once, got \"o,a,f\" again");
}

TEST(ReadAzure2019, JoinsDurationsAndMemoryWeightedByTheirCounts) {
  Files files;
  const std::string one = files.add(kHeader + row("f", {{1, "10"}}));
  const std::string two = files.add(kHeader + row("f", {{1, "30"}}));
  const std::string durations_one = files.add(kDurationsHeader + "o,a,f,100,10,5,500,1,1,1,1,1,1,1\n");
  const std::string durations_two = files.add(kDurationsHeader + "o,a,f,200,30,9,300,5,5,5,5,5,5,5\n");
  const std::string memory = files.add(kMemoryHeader + "o,a,2,64,1,1,1,1,1,1,1,1\n");
  const auto [trace, report] =
      read_azure2019({.invocations = {one, two}, .durations = {durations_one, durations_two}, .memory = {memory}});
  const TraceFunction& function = trace.functions.at(0);
  ASSERT_TRUE(function.duration);
  EXPECT_EQ(function.duration->average_ms, 175);  // (10 x 100 + 30 x 200) / 40
  EXPECT_EQ(function.duration->count, 40);
  EXPECT_EQ(function.duration->minimum_ms, 5);
  EXPECT_EQ(function.duration->maximum_ms, 500);
  EXPECT_EQ(function.duration->percentiles_ms[3], 4);
  ASSERT_TRUE(function.app_memory);
  EXPECT_EQ(function.app_memory->average_mb, 64);
  EXPECT_EQ(report.of(Fault::count_differs).count, 0U);
}

// No mean is taken where there is nothing to take it of: 0.69 x 7 / 7 is not 0.69.
TEST(ReadAzure2019, KeepsASingleDayToTheLastBit) {
  Files files;
  const std::string day = files.add(kHeader + row("f", {{1, "7"}}));
  const std::string durations = files.add(kDurationsHeader + "o,a,f,0.3,7,0.1,0.7,0.1,0.1,0.3,0.69,0.7,0.7,0.7\n");
  const std::string memory = files.add(kMemoryHeader + "o,a,7,0.3,0.1,0.1,0.3,0.69,0.7,0.7,0.7,0.7\n");
  const auto [trace, report] = read_azure2019({.invocations = {day}, .durations = {durations}, .memory = {memory}});
  ASSERT_NE(.69 * 7 / 7, .69);
  EXPECT_EQ(trace.functions.at(0).duration->average_ms, .3);
  EXPECT_THAT(trace.functions.at(0).duration->percentiles_ms, ElementsAre(.1, .1, .3, .69, .7, .7, .7));
  EXPECT_THAT(trace.functions.at(0).app_memory->percentiles_mb, ElementsAre(.1, .1, .3, .69, .7, .7, .7, .7));
}

TEST(ReadAzure2019, CountsWhatTheFilesDoNotAgreeOn) {
  Files files;
  const std::string day =
      files.add(kHeader + row("f", {{1, "10"}}) + row("g", {{1, "1"}}) + "o,b,h,http" + cells() + "\n");
  const std::string durations =
      files.add(kDurationsHeader + "o,a,f,1,11,1,1,1,1,1,1,1,1,1\no,a,x,1,1,1,1,1,1,1,1,1,1,1\n");
  const std::string memory = files.add(kMemoryHeader + "o,a,2,64,1,1,1,1,1,1,1,1\no,z,2,64,1,1,1,1,1,1,1,1\n");
  const auto [trace, report] = read_azure2019({.invocations = {day}, .durations = {durations}, .memory = {memory}});
  EXPECT_EQ(report.of(Fault::count_differs).count, 1U);  // f: 10 calls, Count 11
  EXPECT_EQ(report.of(Fault::no_duration).count, 2U);    // g, h
  EXPECT_EQ(report.of(Fault::unknown_function).count, 1U);
  EXPECT_EQ(report.of(Fault::no_memory).count, 1U);  // of app b
  EXPECT_EQ(report.of(Fault::unknown_app).count, 1U);
  EXPECT_EQ(trace.functions[2].app_memory, std::nullopt);
}

TEST(ReadAzure2019, AddsUpTheReportsOfItsFiles) {
  Files files({kHeader + row("f", {{1, "-1"}}), kHeader + row("f", {{1, "x"}})});
  const auto [trace, report] = read_azure2019({.invocations = files.paths()}, {.on_bad_row = OnBadRow::fix});
  EXPECT_EQ(report.mended, 2U);
  EXPECT_EQ(report.of(Fault::negative_count).count, 1U);
  EXPECT_EQ(report.of(Fault::not_a_number).count, 1U);
}

TEST(ReadAzure2019, RefusesFilesThatDoNotFitTogether) {
  const Files files({kSeriesHeader + "f,1" + cells() + "\n", kHeader + row("f", {})});
  EXPECT_EQ(message_of([] { read_azure2019({}); }), "invocations: expected at least one file, got none");
  EXPECT_EQ(message_of([&] { read_azure2019({.invocations = files.paths()}); }),
            files.paths()[0] + ": expected a file of one day, since there are several, got a series extract");
  EXPECT_EQ(message_of([&] {
              read_azure2019({.invocations = {"x"}, .durations = {"y", "z"}});
            }),
            "durations: expected at most 1 files, one for each of invocations, got 2");
}

TEST(ReadAzure2019, TellsOfProgress) {
  const Files files({kHeader + row("f", {}), kHeader + row("f", {})});
  std::uint64_t last = 0;
  read_azure2019({.invocations = files.paths()}, {.progress = [&](std::uint64_t bytes) { last = bytes; }});
  EXPECT_EQ(last, 2 * (kHeader + row("f", {})).size());
}

}  // namespace
}  // namespace faasconf::traces
