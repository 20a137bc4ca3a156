#include "experiments/config/csv_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::config {
namespace {

using testing::HasSubstr;

TEST(MeasuredTable, ReadsHeaderRowsAndTheirLines) {
  const CsvTable table = parse_table(
      "\xEF\xBB\xBF"
      "a, b,a\r\n1,2,3\n\n4,\"x,y\",6\n",
      "t.csv");
  EXPECT_EQ(table.header, (std::vector<std::string>{"a", "b", "a"}));
  EXPECT_EQ(table.rows[1], (std::vector<std::string>{"4", "x,y", "6"}));
  EXPECT_EQ(table.place(1), "t.csv:4");
  EXPECT_EQ(column_named(table, "b"), 1U);
  EXPECT_EQ(number_at(table, 1, 2), 6);
}

TEST(MeasuredTable, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(complaint([] { parse_table("a,b\n", "t.csv"); }), HasSubstr("t.csv: expected a header line and rows"));
  EXPECT_THAT(complaint([] { parse_table("a,b\n1,2\n3\n", "t.csv"); }),
              HasSubstr("t.csv:3: expected 2 columns as in the header, got 1"));
  const CsvTable table = parse_table("mean,p95,p95\n1,nan,\n", "t.csv");
  EXPECT_THAT(complaint([&] { column_named(table, "men"); }), HasSubstr("did you mean \"mean\"?"));
  EXPECT_THAT(complaint([&] { column_named(table, "p95"); }), HasSubstr("got several, at positions 2, 3"));
  EXPECT_THAT(complaint([&] { number_at(table, 0, 1); }),
              HasSubstr("t.csv:2: column 2, \"p95\": expected a finite number, got \"nan\""));
  EXPECT_THAT(complaint([&] { number_at(table, 0, 2); }), HasSubstr("got nothing"));
}

TEST(MeasuredTable, AsksForCommasInPlaceOfSemicolons) {
  EXPECT_THAT(complaint([] { parse_table("users;latency\n10;0,5\n", "m.csv"); }),
              HasSubstr("m.csv:1: expected commas between the columns, got semicolons"));
}

TEST(MeasuredTable, HasCommentsAboveItsHeader) {
  const CsvTable table = parse_table("# faasconf: {\"seed\": 1, \"a\": 2}\na,b\n1,2\n", "t.csv");
  EXPECT_EQ(table.header, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(table.place(0), "t.csv:3");
}

}  // namespace
}  // namespace faasconf::experiments::config
