#include "traces/azure/azure2019_invocations.hpp"

#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/shared_data.hpp"
#include "tests/traces/azure_text.hpp"

namespace faasconf::traces {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Read {
  std::vector<TraceFunction> rows;
  ReadReport report;
};

Read read(const std::string& text, OnBadRow on_bad_row = OnBadRow::error) {
  Azure2019InvocationsReader reader(files::bytes_of(text, "f.csv"), "f.csv", on_bad_row);
  Read result;
  for (TraceFunction row; reader.next(row);) result.rows.push_back(row);
  result.report = reader.report();
  return result;
}

std::string row_with(const std::vector<std::pair<std::size_t, std::string>>& special,
                     std::size_t count = kMinutesPerDay) {
  return "o,a,f,http" + cells(special, count) + "\n";
}

TEST(Azure2019Invocations, GivesKeysTriggerAndSparseCounts) {
  const Read all = read(kHeader + "o1,a1,f1,timer" + cells({{1, "7"}, {61, "4"}, {1440, "4294967295"}}) + "\n");
  ASSERT_EQ(all.rows.size(), 1U);
  const TraceFunction& row = all.rows[0];
  EXPECT_EQ(row.owner, "o1");
  EXPECT_EQ(row.app, "a1");
  EXPECT_EQ(row.function, "f1");
  EXPECT_EQ(row.trigger, Trigger::timer);
  EXPECT_THAT(row.counts,
              ElementsAre(MinuteCount{0, 7}, MinuteCount{60, 4}, MinuteCount{1439, 4294967295}));  // column m: m - 1
  EXPECT_EQ(row.duration, std::nullopt);
  EXPECT_EQ(all.report.rows, 1U);
}

TEST(Azure2019Invocations, KnowsAllTriggers) {
  std::string text = kHeader;
  for (const std::string_view trigger : kTriggerNames) text += "o,a,f," + std::string(trigger) + cells() + "\n";
  const Read all = read(text);
  ASSERT_EQ(all.rows.size(), kTriggerNames.size());
  for (std::size_t i = 0; i < all.rows.size(); ++i) EXPECT_EQ(all.rows[i].trigger, static_cast<Trigger>(i));
  EXPECT_EQ(all.report.of(Fault::unknown_trigger).count, 0U);
}

TEST(Azure2019Invocations, ReadsUnknownTriggersAsOthersAndSaysSo) {
  const Read all = read(kHeader + "o,a,f,blob" + cells() + "\n");
  EXPECT_EQ(all.rows.at(0).trigger, Trigger::others);
  EXPECT_EQ(all.report.of(Fault::unknown_trigger).count, 1U);
  EXPECT_EQ(all.report.of(Fault::unknown_trigger).first, "f.csv:2: column 4: \"blob\"");
}

TEST(Azure2019Invocations, ReadsSeriesExtracts) {
  Azure2019InvocationsReader reader(files::bytes_of(kSeriesHeader + "ab,3" + cells({{2, "5"}}) + "\n", "f.csv"),
                                    "f.csv");
  TraceFunction row;
  ASSERT_TRUE(reader.next(row));
  EXPECT_TRUE(reader.is_series());
  EXPECT_EQ(reader.day(), 3);
  EXPECT_EQ(reader.line(), 2U);
  EXPECT_EQ(row.function, "ab");
  EXPECT_EQ(row.owner + row.app, "");
  EXPECT_THAT(row.counts, ElementsAre(MinuteCount{1, 5}));
  EXPECT_FALSE(reader.next(row));
}

TEST(Azure2019Invocations, ReadsWindowsLineEndsAByteOrderMarkAndAMissingLastNewline) {
  const std::string plain =
      kHeader + "o,a,f,http" + cells({{1440, "12"}}) + "\no,a,g,http" + cells({{1440, "34"}}) + "\n";
  std::string text = "\xef\xbb\xbf" + plain;
  for (std::size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 2)) text.insert(at, "\r");
  EXPECT_EQ(read(text).rows, read(plain).rows);
  text.pop_back();
  EXPECT_EQ(read(text).rows, read(plain).rows);  // ends with \r
  text.pop_back();
  EXPECT_EQ(read(text).rows, read(plain).rows);
}

// The buffer is filled in blocks of 1 MiB: rows lie across their ends.
TEST(Azure2019Invocations, ReadsRowsThatLieAcrossBlocks) {
  std::string text = kHeader;
  for (std::uint32_t i = 0; i < 2000; ++i)
    text += "o,a,f" + std::to_string(i) + ",http" + cells({{700, std::to_string(i + 1)}}) + "\n";
  const Read all = read(text);
  ASSERT_EQ(all.rows.size(), 2000U);
  for (std::uint32_t i = 0; i < 2000; ++i) {
    EXPECT_EQ(all.rows[i].function, "f" + std::to_string(i));
    EXPECT_THAT(all.rows[i].counts, ElementsAre(MinuteCount{699, i + 1}));
  }
}

// As R, pandas and spreadsheets write them.
TEST(Azure2019Invocations, ReadsQuotesFloatsBlanksAndABlankLastLine) {
  const Read plain = read(kHeader + row_with({{1, "7"}, {1440, "12"}}));
  const std::string quoted_row = R"("o","a","f","http")" + cells({{1, "7"}, {1440, "12"}}) + "\n";
  const std::string all_quoted =
      R"("o","a","f","http")" + cells({{1, R"("7")"}, {2, R"("0")"}, {1440, R"("12")"}}) + "\n";
  std::string header;
  for (const char c : kHeader) {
    if (header.empty()) header += '"';
    header += c == ',' ? "\",\"" : c == '\n' ? "\"\n" : std::string(1, c);
  }
  for (const std::string& text :
       {header + quoted_row, kHeader + all_quoted, kHeader + row_with({{1, "7.0"}, {2, "0.0"}, {1440, "12.0"}}),
        kHeader + row_with({{1, " 7"}, {1440, "12 "}}), kHeader + row_with({{1, "7"}, {1440, "12"}}) + "\n\r\n",
        kHeader + row_with({{1, R"("7")"}, {1440, R"("12")"}})}) {
    const Read read_ = read(text);
    EXPECT_EQ(read_.rows, plain.rows) << text.substr(0, 60);
    EXPECT_EQ(read_.report.mended, 0U);
  }
}

TEST(Azure2019BadRows, WithBrokenQuotesAreLeftOut) {
  for (const OnBadRow how : {OnBadRow::skip, OnBadRow::fix}) {
    const Read all = read(kHeader + "\"o,p\",a,f" + cells({{1, "9"}}) + "\n" + row_with({{1, "1"}}), how);
    ASSERT_EQ(all.rows.size(), 1U);
    EXPECT_EQ(all.rows[0].owner, "o");
    EXPECT_EQ(all.report.dropped, 1U);
    EXPECT_EQ(all.report.of(Fault::width).count, 1U);
  }
}

TEST(Azure2019Invocations, AFileWithoutRowsIsEmpty) { EXPECT_THAT(read(kHeader).rows, IsEmpty()); }

TEST(Azure2019InvocationsErrors, NameFileLineAndColumn) {
  const auto message = [](const std::string& row) { return message_of([&] { read(kHeader + row_with({}) + row); }); };
  EXPECT_EQ(message(row_with({{34, "-3"}})),
            "f.csv:3: column 38 (minute 34): expected an integer from 0 to 4294967295, got \"-3\"");
  EXPECT_EQ(message(row_with({{1, "4294967296"}})),
            "f.csv:3: column 5 (minute 1): expected an integer from 0 to 4294967295, got \"4294967296\"");
  EXPECT_EQ(message(row_with({}, 1439)), "f.csv:3: expected 1444 columns, got 1443");
  EXPECT_EQ(message("o,a,f,http" + cells({}, 700)), "f.csv:3: expected 1444 columns, got 704");  // a short last row
  EXPECT_EQ(message("o,a"), "f.csv:3: expected 1444 columns, got 2");
  EXPECT_EQ(message("\n" + row_with({})), "f.csv:3: expected 1444 columns, got a blank line");
  EXPECT_EQ(message(row_with({{2, ""}})),
            "f.csv:3: column 6 (minute 2): expected an integer from 0 to 4294967295, got nothing");
  EXPECT_EQ(message("\"o,p\",a,f,http" + cells()),
            "f.csv:3: expected 1444 columns, got quotes that do not enclose whole fields without commas");
  EXPECT_EQ(message_of([] { read("," + kHeader); }),
            "f.csv:1: column 1: expected \"HashOwner\" or \"HashFunction\", got \"\", a column of row numbers: write "
            "the file without one");
  EXPECT_EQ(message_of([] { read("HashOwner,HashApp,HashFunction,Average\n"); }),
            "f.csv:1: column 4: expected \"Trigger\", got \"Average\"");
}

// Its names of minutes would be counts.
TEST(Azure2019InvocationsErrors, TellDaysThatWerePutBehindEachOther) {
  for (const OnBadRow how : {OnBadRow::error, OnBadRow::skip, OnBadRow::fix}) {
    EXPECT_THAT(message_of([&] { read(kHeader + row_with({}) + kHeader + row_with({}), how); }),
                testing::StartsWith("f.csv:3: expected a row, got a header: a file is one day"));
  }
}

TEST(Azure2019InvocationsErrors, LongLinesAndWhatIsNoText) {
  EXPECT_EQ(message_of([] { read(std::string(100'000, 'x')); }),
            "f.csv:1: expected a line shorter than 65536 bytes, got a longer one");
  EXPECT_EQ(message_of([] { read(kHeader + std::string(2'000'000, '0')); }),
            "f.csv:2: expected a line shorter than 65536 bytes, got a longer one");
}

struct BadRow {
  std::string row;
  Fault fault;
  std::vector<MinuteCount> mended;
};

std::vector<BadRow> bad_rows() {
  return {{row_with({{5, "-3"}, {6, "2"}}), Fault::negative_count, {{5, 2}}},
          {row_with({{5, "x"}, {6, "2"}}), Fault::not_a_number, {{5, 2}}},
          {row_with({{5, ""}, {6, "2"}}), Fault::not_a_number, {{5, 2}}},
          {row_with({{5, "1.5"}, {6, "2"}}), Fault::not_a_number, {{5, 2}}},
          {row_with({{5, "4294967296"}, {6, "2"}}), Fault::overflow, {{4, 4294967295}, {5, 2}}},
          {row_with({{6, "2"}}, 1000), Fault::width, {{5, 2}}},
          {row_with({{6, "2"}, {1441, "9"}}, 1441), Fault::width, {{5, 2}}}};
}

TEST(Azure2019BadRows, AreSkippedAndCounted) {
  for (const BadRow& bad : bad_rows()) {
    const Read all = read(kHeader + bad.row + row_with({{1, "1"}}), OnBadRow::skip);
    ASSERT_EQ(all.rows.size(), 1U);
    EXPECT_THAT(all.rows[0].counts, ElementsAre(MinuteCount{0, 1}));
    EXPECT_EQ(all.report.rows, 2U);
    EXPECT_EQ(all.report.dropped, 1U);
    EXPECT_EQ(all.report.of(bad.fault).count, 1U) << fault_name(bad.fault);
  }
}

TEST(Azure2019BadRows, AreMendedAndCounted) {
  for (const BadRow& bad : bad_rows()) {
    const Read all = read(kHeader + bad.row + row_with({{1, "1"}}), OnBadRow::fix);
    ASSERT_EQ(all.rows.size(), 2U);
    EXPECT_EQ(all.rows[0].counts, bad.mended) << fault_name(bad.fault);
    EXPECT_EQ(all.report.dropped, 0U);
    EXPECT_EQ(all.report.mended, 1U);
    EXPECT_EQ(all.report.of(bad.fault).count, 1U) << fault_name(bad.fault);
  }
}

TEST(Azure2019BadRows, WithoutAllKeysCannotBeMended) {
  const Read all = read(kHeader + "o,a,f\n", OnBadRow::fix);
  EXPECT_THAT(all.rows, IsEmpty());
  EXPECT_EQ(all.report.dropped, 1U);
}

TEST(Azure2019BadRows, OfASeriesWithoutADayAreDropped) {
  const Read all = read(kSeriesHeader + "f,zero" + cells() + "\nf,2" + cells() + "\n", OnBadRow::fix);
  EXPECT_EQ(all.rows.size(), 1U);
  EXPECT_EQ(all.report.of(Fault::not_a_number).first, "f.csv:2: column 2: \"zero\"");
}

TEST(Azure2019BadRows, NumbersMayBeginWithZeros) {
  EXPECT_THAT(read(kHeader + row_with({{5, "007"}, {6, "00"}})).rows.at(0).counts, ElementsAre(MinuteCount{4, 7}));
}

// Oracle: the sums that ../shared/reference/azure-traces.md states.
TEST(RealAzureSlices, NineFunctionsStreamWithTheirSums) {
  const auto file = tests::shared_file("data/azure/azure2019_invocations_9fn.csv");
  if (!file) GTEST_SKIP() << tests::kNoSharedData;
  Azure2019InvocationsReader reader(*file);
  std::vector<std::uint64_t> sums;
  for (TraceFunction row; reader.next(row);) {
    sums.push_back(std::accumulate(row.counts.begin(), row.counts.end(), std::uint64_t{0},
                                   [](std::uint64_t sum, const MinuteCount& minute) { return sum + minute.count; }));
  }
  EXPECT_THAT(sums, ElementsAre(288, 288, 10, 11, 9, 10, 3, 10, 432));
  EXPECT_EQ(reader.report().of(Fault::unknown_trigger).count, 0U);
}

}  // namespace
}  // namespace faasconf::traces
