#include "experiments/calibration/measurements.hpp"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/model/scenario.hpp"
#include "tests/experiments/calibration/two_functions.hpp"
#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::calibration {
namespace {

using testing::HasSubstr;

Measurements read(const std::string& rows, const std::string& mapping = kTwoFunctionsMapping) {
  const config::CsvTable table = config::parse_table(kTwoFunctionsHeader + rows, "m.csv");
  const sim::WorkflowSpec workflow = two_functions();
  return read_measurements(table, parse_mapping(mapping, "map.yaml", table, workflow), workflow);
}

std::string complaint_about_rows(const std::string& rows) {
  return complaint([&] { read(rows); });
}

const std::string kRow = "10,770,3,1200,1536,0.34,2.5,20,5,1500\n";

TEST(Measurements, HoldWhatWasSetAndSeen) {
  const Measurements measurements = read(kRow + "12,800,4,1300,1024,0.5,3.5,22,2,1700\n");
  const sim::FunctionConfiguration second{.cpu = {1200}, .memory = {1536}, .replicas = 2, .concurrency = 4};
  EXPECT_EQ(measurements.rows[0].configuration.functions[1], second);
  EXPECT_EQ(measurements.rows[1].load.users, 12);
  EXPECT_EQ(measurements.rows[0].load.window, std::chrono::seconds(30));
  EXPECT_EQ(measurements.rows[0].observed, (std::vector<double>{2.5, 20, 0.8, 1.5}));
  EXPECT_DOUBLE_EQ(measurements.spread[0], 0.70710678118654757);  // of 2.5 and 3.5
}

TEST(Measurements, SayWhichValueCannotBe) {
  EXPECT_THAT(complaint_about_rows("10,nan,3,1200,1536,0.34,2.5,20,5,1500\n"),
              HasSubstr("m.csv:2: column 2, \"first cpu\": expected a finite number, got \"nan\""));
  EXPECT_THAT(complaint_about_rows("10,0.77,3,1200,1536,0.34,2.5,20,5,1500\n"),
              HasSubstr("m.csv:2: first.cpu: expected 250m to 2000m as the workflow's ranges say, got 0.77m"));
  EXPECT_THAT(complaint_about_rows("10,770,3.5,1200,1536,0.34,2.5,20,5,1500\n"),
              HasSubstr("first.replicas: expected a whole number"));
  EXPECT_THAT(complaint_about_rows("0,770,3,1200,1536,0.34,2.5,20,5,1500\n"), HasSubstr("users from 1 on"));
  EXPECT_THAT(complaint_about_rows("10,770,3,1200,1536,0.34,-1,20,5,1500\n"),
              HasSubstr("target latency_mean_s: expected a value from 0 on"));
  EXPECT_THAT(complaint_about_rows("10,770,3,1200,1536,0.34,2.5,20,-5,1500\n"),
              HasSubstr("column 9, \"bad\": expected a count from 0 on, got -5"));
  EXPECT_THAT(complaint_about_rows("10,770,3,1200,1536,0.34,2.5,0,0,1500\n"), HasSubstr("a number to divide by"));
}

TEST(Measurements, RefuseColumnsThatNeverChange) {
  EXPECT_THAT(complaint_about_rows(kRow + "12,770,4,1300,1024,0.5,3.5,22,2,1700\n"),
              HasSubstr("column 2, \"first cpu\", for first.cpu; write a constant into the mapping where it is one: "
                        "expected a column that varies, got 770 in all 2 rows"));
  EXPECT_THAT(complaint_about_rows(kRow + "12,800,4,1300,1024,0.5,2.5,22,2,1700\n"),
              HasSubstr("target latency_mean_s"));
}

TEST(Measurements, CountOnlyTheRowsThatTheMappingChooses) {
  const std::string mapping = std::string("rows: {users: [10, 12]}\n") + kTwoFunctionsMapping;
  const std::string rows = kRow + "12,800,4,1300,1024,0.5,3.5,22,2,1700\n" + "14,800,4,1300,1024,0.5,3.5,22,2,1700\n";
  EXPECT_EQ(read(rows, mapping).rows.size(), 2U);
  EXPECT_THAT(complaint([&] { read(kRow, std::string("rows: {users: 11}\n") + kTwoFunctionsMapping); }),
              HasSubstr("got none of 1"));
}

// --- what is held out

Measurements rows_in_groups(std::size_t count, std::size_t per_group) {
  Measurements measurements;
  measurements.rows.resize(count);
  for (std::size_t i = 0; i < count && per_group > 1; ++i) measurements.rows[i].group = std::to_string(i / per_group);
  return measurements;
}

TEST(Split, HoldsOutTheShareAndNothingTwice) {
  const Split split = split_rows(rows_in_groups(100, 1), 0.3, 5, 1);
  EXPECT_EQ(split.held_out.size(), 30U);
  std::vector<std::size_t> all = split.training;
  all.insert(all.end(), split.held_out.begin(), split.held_out.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::unique(all.begin(), all.end()) - all.begin(), 100);
  EXPECT_NE(split_rows(rows_in_groups(100, 1), 0.3, 5, 2).held_out, split.held_out);
}

TEST(Split, KeepsRepetitionsTogether) {
  const Split split = split_rows(rows_in_groups(60, 3), 0.3, 5, 1);
  EXPECT_EQ(split.held_out.size(), 18U);
  for (std::size_t i = 0; i < split.held_out.size(); i += 3)
    EXPECT_EQ(split.held_out[i] / 3, split.held_out[i + 2] / 3);
}

TEST(Split, WantsThreeRowsAParameter) {
  EXPECT_THAT(complaint([] { split_rows(rows_in_groups(20, 1), 0.3, 5, 1); }),
              HasSubstr("expected at least 15 rows to fit 5 parameters (3 per parameter), got 14 of 20"));
}

}  // namespace
}  // namespace faasconf::experiments::calibration
