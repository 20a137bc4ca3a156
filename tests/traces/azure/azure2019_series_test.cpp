#include "traces/azure/azure2019_series.hpp"

#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/shared_data.hpp"
#include "tests/traces/azure_text.hpp"
#include "traces/core/trace.hpp"

namespace faasconf::traces {
namespace {

using ::testing::ElementsAre;
using tests::kNoSharedData;
using tests::shared_file;

MinuteSeries read(const std::string& text, const FunctionKey& key, std::optional<int> day = std::nullopt) {
  return read_series(files::bytes_of(text, "f.csv"), "f.csv", {.whose = key, .day = day});
}

std::string error_of(const std::string& text, const FunctionKey& key = std::size_t{1},
                     std::optional<int> day = std::nullopt) {
  return message_of([&] { read(text, key, day); });
}

std::uint64_t sum(const MinuteSeries& series) {
  return std::accumulate(series.counts.begin(), series.counts.end(), std::uint64_t{0});
}

const std::string kTwoFunctions =
    kHeader + "o1,a1,f123,http" + cells({{1, "7"}}) + "\n" + "o1,a2,f145,timer" + cells({{1440, "9"}}) + "\n";
const std::string kTwoDays = kSeriesHeader + "ab,1" + cells({{1, "5"}}) + "\nab,3" + cells({{1, "6"}}) + "\n";

TEST(MinuteSeries, GivesARowsKeysAndCounts) {
  const MinuteSeries day = read(kTwoFunctions, "f14");
  EXPECT_EQ(day.app, "a2");
  EXPECT_EQ(day.function, "f145");
  EXPECT_EQ(day.functions, 1u);
  EXPECT_EQ(day.first_day, std::nullopt);
  EXPECT_EQ(day.days(), 1u);
  EXPECT_EQ(day.counts.size(), kMinutesPerDay);
}

TEST(MinuteSeries, ColumnMIsTheMinuteThatBeginsAtMMinusOne) {
  EXPECT_EQ(read(kTwoFunctions, "f123").counts.front(), 7u);
  EXPECT_EQ(read(kTwoFunctions, "f145").counts.back(), 9u);
  const MinuteSeries day = read(kHeader + "o,a,f,http" + cells({{61, "4"}}), std::size_t{1});
  EXPECT_EQ(day.counts[60], 4u);  // 01:00 to 01:01
  EXPECT_EQ(sum(day), 4u);
}

TEST(MinuteSeries, CountsRowsFromOneWithoutTheHeader) {
  EXPECT_EQ(read(kTwoFunctions, std::size_t{1}).function, "f123");
  EXPECT_EQ(read(kTwoFunctions, std::size_t{2}).function, "f145");
}

TEST(MinuteSeries, ReadsWindowsLineEndsAByteOrderMarkAndAMissingLastNewline) {
  std::string text = "\xef\xbb\xbf" + kTwoFunctions;
  for (std::size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 2)) text.insert(at, "\r");
  const auto expected = read(kTwoFunctions, "f145").counts;
  EXPECT_EQ(read(text, "f145").counts, expected);
  text.pop_back();
  EXPECT_EQ(read(text, "f145").counts, expected);  // ends with \r
  text.pop_back();
  EXPECT_EQ(read(text, "f145").counts, expected);
}

TEST(MinuteSeries, ReadsTheLargestCount) {
  EXPECT_EQ(read(kHeader + "o,a,f,http" + cells({{2, "4294967295"}}), std::size_t{1}).counts[1], 4294967295u);
}

TEST(MinuteSeries, DoesNotMindAnotherFunctionsCounts) {
  EXPECT_EQ(sum(read(kHeader + "o,a,bad,http" + cells({{2, "-1"}}) + "\no,a,good,http" + cells({{3, "8"}}), "good")),
            8u);
}

TEST(SeriesExtract, TakesTheDayAskedFor) {
  const MinuteSeries day = read(kTwoDays, "a", 3);
  EXPECT_EQ(day.function, "ab");
  EXPECT_EQ(day.first_day, 3);
  EXPECT_EQ(day.days(), 1u);
  EXPECT_EQ(day.counts[0], 6u);
}

TEST(SeriesExtract, IsOtherwiseAllDaysWithZerosWhereARowLacks) {
  const MinuteSeries days = read(kTwoDays, "ab");
  EXPECT_EQ(days.first_day, 1);
  EXPECT_EQ(days.days(), 3u);
  EXPECT_EQ(days.counts[0], 5u);
  EXPECT_EQ(days.counts[2 * kMinutesPerDay], 6u);
  EXPECT_EQ(sum(days), 11u);
}

TEST(SeriesExtract, OfARowIsThatRowsDay) {
  const MinuteSeries day = read(kTwoDays, std::size_t{2});
  EXPECT_EQ(day.first_day, 3);
  EXPECT_EQ(day.days(), 1u);
  EXPECT_EQ(day.counts[0], 6u);
}

const std::string kSecondDay = kHeader + "o1,a9,f9,http" + cells() + "\no1,a2,f145,timer" + cells({{1, "2"}}) + "\n";

TEST(SeveralDays, AreJoinedWithZerosWhereARowLacks) {
  const Files files({kTwoFunctions, kSecondDay});
  const MinuteSeries both = read_series(files.paths(), {.whose = FunctionKey("f145")});
  EXPECT_EQ(both.first_day, 1);
  EXPECT_EQ(both.days(), 2u);
  EXPECT_EQ(both.counts[1439], 9u);
  EXPECT_EQ(both.counts[1440], 2u);
  const MinuteSeries first_only = read_series(files.paths(), {.whose = FunctionKey("f123")});
  EXPECT_EQ(first_only.days(), 2u);
  EXPECT_EQ(sum(first_only), 7u);
}

TEST(SeveralDays, FollowTheFunctionOfARowOfTheFirst) {
  const Files files({kTwoFunctions, kSecondDay});
  EXPECT_EQ(sum(read_series(files.paths(), {.whose = FunctionKey(std::size_t{2})})), 11u);
}

TEST(SeveralDays, AreNoSeriesExtracts) {
  const Files files({kTwoDays, kTwoDays});
  EXPECT_EQ(message_of([&] { read_series(files.paths(), {.whose = FunctionKey("ab")}); }),
            files.paths()[1] + ": expected files of one day each, or one series extract alone");
}

TEST(MinuteSeriesOfAnApp, SumsItsFunctions) {
  const std::string text = kHeader + "o,a1,f1,http" + cells({{1, "7"}}) + "\no,a1,f2,queue" +
                           cells({{1, "5"}, {3, "1"}}) + "\no,b1,f3,queue" + cells({{1, "100"}}) + "\n";
  const MinuteSeries app = read_series(files::bytes_of(text, "f.csv"), "f.csv", {.whose = AppKey{"a"}});
  EXPECT_EQ(app.app, "a1");
  EXPECT_EQ(app.function, "");
  EXPECT_EQ(app.functions, 2u);
  EXPECT_EQ(app.counts[0], 12u);
  EXPECT_EQ(sum(app), 13u);
}

TEST(MinuteSeriesOfAnApp, NeedsOneApp) {
  const auto of_app = [](const std::string& text, const std::string& hash) {
    return message_of([&] { read_series(files::bytes_of(text, "f.csv"), "f.csv", {.whose = AppKey{hash}}); });
  };
  EXPECT_EQ(of_app(kTwoFunctions, "a"),
            "f.csv:3: HashApp: expected one app to begin with \"a\", got \"a2\" after \"a1\" in line 2");
  EXPECT_EQ(of_app(kTwoFunctions, "x"),
            "f.csv: HashApp: expected an app's hash or its beginning, got \"x\", which none of the 2 rows has");
  EXPECT_EQ(of_app(kTwoDays, "a"), "f.csv: app: expected a file with a column HashApp, got a series extract");
}

// every message of the reader

TEST(MinuteSeriesErrors, Header) {
  EXPECT_EQ(error_of(""), "f.csv:1: expected a header, got an empty file");
  EXPECT_EQ(error_of("app,func,end_timestamp,duration\n"),
            R"(f.csv:1: column 1: expected "HashOwner" or "HashFunction", got "app")");
  EXPECT_EQ(error_of("HashOwner,HashApp,HashFunction" + minute_names() + "\n"),
            R"(f.csv:1: column 4: expected "Trigger", got "1")");
  EXPECT_EQ(error_of("HashOwner,HashApp,HashFunction,Trigger" + minute_names(1439)),
            "f.csv:1: expected 1444 columns, got 1443");
  EXPECT_EQ(error_of("HashOwner,HashApp,HashFunction,Trigger" + minute_names(1441)),
            "f.csv:1: expected 1444 columns, got 1445");
  EXPECT_EQ(error_of("HashFunction,Day" + minute_names()), R"(f.csv:1: column 2: expected "day", got "Day")");
  EXPECT_EQ(error_of("HashFunction,day" + minute_names(7)), "f.csv:1: expected 1442 columns, got 9");
}

TEST(MinuteSeriesErrors, AnotherKindOfFile) {
  EXPECT_EQ(error_of(std::string("PK\x03\x04", 4)),
            R"(f.csv:1: column 1: expected "HashOwner" or "HashFunction", got "PK\x03\x04")");
  EXPECT_EQ(error_of(std::string(100, 'x')),
            "f.csv:1: column 1: expected \"HashOwner\" or \"HashFunction\", got \"" + std::string(72, 'x') + "...\"");
  EXPECT_EQ(error_of(std::string(100000, 'x')), "f.csv:1: expected a line shorter than 65536 bytes, got a longer one");
}

TEST(MinuteSeriesErrors, RowsThatAreShortOrLongAnywhere) {
  const std::string good = "o,a,f,http" + cells() + "\n";
  EXPECT_EQ(error_of(kHeader + good + "o,a,g,http" + cells({}, 1439) + "\n"),
            "f.csv:3: expected 1444 columns, got 1443");
  EXPECT_EQ(error_of(kHeader + good + "o,a,g,http" + cells({}, 1441) + "\n"),
            "f.csv:3: expected 1444 columns, got 1445");
  EXPECT_EQ(error_of(kHeader + good + "o,a"), "f.csv:3: expected 1444 columns, got 2");
  EXPECT_EQ(error_of(kHeader + good + "\n" + good), "f.csv:3: expected 1444 columns, got a blank line");
  EXPECT_EQ(error_of(kSeriesHeader + "f,1" + cells({}, 1)), "f.csv:2: expected 1442 columns, got 3");
}

TEST(MinuteSeriesErrors, CountsThatAreNone) {
  const std::string expected = "expected an integer from 0 to 4294967295, got ";
  EXPECT_EQ(error_of(kHeader + "o,a,f,http" + cells({{34, ""}})),
            "f.csv:2: column 38 (minute 34): " + expected + "nothing");
  for (const std::string text : {"-3", "+3", "1.5", "x", "nan", "4294967296", "99999999999999999999"}) {
    EXPECT_EQ(error_of(kHeader + "o,a,f,http" + cells({{34, text}})),
              "f.csv:2: column 38 (minute 34): " + expected + '"' + text + '"');
  }
  EXPECT_EQ(error_of(kSeriesHeader + "f,1" + cells({{1440, "-"}})),
            "f.csv:2: column 1442 (minute 1440): " + expected + "\"-\"");
}

TEST(MinuteSeriesErrors, FunctionsThatAreNotThere) {
  EXPECT_EQ(
      error_of(kTwoFunctions, "g"),
      "f.csv: HashFunction: expected a function's hash or its beginning, got \"g\", which none of the 2 rows has");
  EXPECT_EQ(error_of(kTwoFunctions, std::size_t{3}), "f.csv: expected a row from 1 to 2, got 3");
  EXPECT_EQ(error_of(kHeader), "f.csv: expected a row from 1 to 0, got 1");
}

TEST(MinuteSeriesErrors, FunctionsThatAreNotAlone) {
  EXPECT_EQ(error_of(kTwoFunctions, "f1"),
            "f.csv:3: HashFunction: expected one function to begin with \"f1\", got \"f145\" after \"f123\" in line 2");
  EXPECT_EQ(
      error_of(kTwoFunctions + "o1,a2,f145,http" + cells(), "f145"),
      "f.csv:4: HashFunction: expected one row of function \"f145\", got a second one after line 3; a row's number "
      "selects one");
  EXPECT_EQ(error_of(kTwoDays + "ab,3" + cells(), "ab", 3),
            "f.csv:4: HashFunction: expected one row of function \"ab\", got a second one after line 3; a row's number "
            "selects one");
  // even where only one of them has this day
  EXPECT_EQ(error_of(kTwoDays + "ac,4" + cells(), "a", 4),
            "f.csv:4: HashFunction: expected one function to begin with \"a\", got \"ac\" after \"ab\" in line 2");
}

TEST(MinuteSeriesErrors, Days) {
  EXPECT_EQ(error_of(kTwoFunctions, "f14", 2), "f.csv: day: expected one of 1 for function \"f145\", got 2");
  EXPECT_EQ(error_of(kTwoDays, "ab", 2), "f.csv: day: expected one of 1, 3 for function \"ab\", got 2");
  EXPECT_EQ(error_of(kTwoDays, std::size_t{1}, 3), "f.csv: day: expected one of 1 for function \"ab\", got 3");
  for (const std::string text : {"", "0", "-1", "one", "10000", "1.5"}) {
    EXPECT_EQ(error_of(kSeriesHeader + "ab," + text + cells()),
              "f.csv:2: day: expected an integer from 1 to 9999, got \"" + text + '"');
  }
}

TEST(MinuteSeriesErrors, FilesThatCannotBeRead) {
  const auto error_of_file = [](const std::string& path) {
    return message_of([&] { read_series({path}, {.whose = FunctionKey(std::size_t{1})}); });
  };
  EXPECT_EQ(error_of_file("no/such.csv"), "no/such.csv: cannot be opened: No such file or directory");
  EXPECT_EQ(error_of_file("tests"), "tests: cannot be read: Is a directory");
}

// Oracle: the sums that ../shared/reference/azure-traces.md states.
TEST(RealAzureSlices, NineFunctionsHaveTheirSums) {
  const auto file = shared_file("data/azure/azure2019_invocations_9fn.csv");
  if (!file) GTEST_SKIP() << kNoSharedData;
  std::vector<std::uint64_t> sums;
  for (std::size_t row = 1; row <= 9; ++row) sums.push_back(sum(read_series({*file}, {.whose = FunctionKey(row)})));
  EXPECT_THAT(sums, ElementsAre(288, 288, 10, 11, 9, 10, 3, 10, 432));
}

TEST(RealAzureSlices, AFunctionIsFoundByTheBeginningOfItsHash) {
  const auto file = shared_file("data/azure/azure2019_invocations_9fn.csv");
  if (!file) GTEST_SKIP() << kNoSharedData;
  EXPECT_EQ(sum(read_series({*file}, {.whose = FunctionKey("33429b")})), 432u);
}

TEST(RealAzureSlices, SeriesHaveTheirSums) {
  const auto sum_of = [](const std::string& file, const std::string& hash, std::size_t days) {
    const MinuteSeries series = read_series({file}, {.whose = FunctionKey(hash)});
    EXPECT_EQ(series.days(), days);
    return sum(series);
  };
  const auto first = shared_file("data/azure/azure2019_series_40d07b_d01-d07.csv");
  const auto second = shared_file("data/azure/azure2019_series_24b667_d01-d05.csv");
  const auto third = shared_file("data/azure/azure2019_series_9c9e6b_d01-d05.csv");
  if (!first || !second || !third) GTEST_SKIP() << kNoSharedData;
  EXPECT_EQ(sum_of(*first, "40d07b", 7), 78508u);
  EXPECT_EQ(sum_of(*second, "24b667", 5), 82946u);
  EXPECT_EQ(sum_of(*third, "9c9e6b", 5), 53219u);
}

}  // namespace
}  // namespace faasconf::traces
