#include <gmock/gmock.h>

#include "experiments/config/files.hpp"
#include "tests/experiments/cli/in_process.hpp"

namespace faasconf::experiments {
namespace {

using testing::HasSubstr;

// A series of one function over two days: m calls in minute m of the first day, 5 in every minute of the second.
void write_series() {
  std::string text = "HashFunction,day";
  for (int minute = 1; minute <= 1440; ++minute) text += "," + std::to_string(minute);
  text += "\nabc,1";
  for (int minute = 0; minute < 1440; ++minute) text += "," + std::to_string(minute);
  text += "\nabc,2";
  for (int minute = 0; minute < 1440; ++minute) text += ",5";
  write("series.csv", text + "\n");
}

TEST(TraceProfile, WritesUsersThatFollowTheCounts) {
  const Elsewhere elsewhere;
  write_series();
  const Ran ran = faasconf(
      "trace profile series.csv --function abc --day 1 --start 01:00 --length 11m --min-users 10 --max-users 20 --out "
      "p.csv");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("p.csv: 11 steps"));
  const ProfileFile file = read_profile("p.csv");
  EXPECT_TRUE(file.users);
  ASSERT_EQ(file.profile.steps.size(), 11U);
  EXPECT_EQ(file.profile.steps.front().level, 10);
  EXPECT_EQ(file.profile.steps[5].level, 15);
  EXPECT_EQ(file.profile.steps.back().level, 20);
  EXPECT_EQ(file.profile.steps.back().start, sim::Time(std::chrono::minutes(10)));
}

TEST(TraceProfile, TheStartMayNameTheDay) {
  const Elsewhere elsewhere;
  write_series();
  const Ran ran = faasconf(
      "trace profile series.csv --function abc --start 2:00:30 --length 3m --min-users 4 --max-users 9 --out p.csv");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_EQ(read_profile("p.csv").profile.steps.at(2).level, 4);
}

TEST(TraceProfile, MayCrossMidnight) {
  const Elsewhere elsewhere;
  write_series();
  const Ran ran = faasconf("trace profile series.csv --function abc --start 1:23:59 --length 2m --out p.csv --json");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("day 1, start 23:59, length 2m, scale 5..1439 invocations/min"));
  EXPECT_EQ(read_profile("p.csv").profile.steps.at(1).level, 12);
}

TEST(TraceProfile, FindsTheBusiestStretchOfAllDays) {
  const Elsewhere elsewhere;
  write_series();
  const Ran ran = faasconf("trace profile series.csv --function abc --length 10m --step 5m --out p.csv");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("p.csv: 2 steps"));
  EXPECT_THAT(ran.out, HasSubstr("day 1, start 23:50 (busiest)"));
}

TEST(TraceProfile, OfAnAppAddsItsFunctions) {
  const Elsewhere elsewhere;
  const Ran ran = faasconf("trace profile azure-demo-day.csv --app 0953 --out p.csv");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("(2 functions)"));
}

TEST(TraceProfile, SaysWhatItCannotUse) {
  const Elsewhere elsewhere;
  write_series();
  const auto expect_misused = [](const std::string& options, const std::string& message) {
    const Ran ran = faasconf("trace profile series.csv --function abc " + options);
    EXPECT_EQ(ran.code, kMisused) << options;
    EXPECT_THAT(ran.err, HasSubstr(message)) << options;
  };
  expect_misused("--day 0", "--day: ");
  expect_misused("--day 1 --start 2:00:30", "--start: names another day than --day");
  expect_misused("--start x:00:30", "--start: expected hh:mm or d:hh:mm");
  expect_misused("--day 1 --start 25:00", "--start: ");
  expect_misused("--day 1 --out no/where.csv", "--out: ");
  expect_misused("--day 3", "day: expected one of 1, 2");
  expect_misused("--app abc", "--app: expected no --function beside it");
  expect_misused("--step 2m", "step: expected whole minutes that divide the length");
  EXPECT_EQ(faasconf("trace profile none.csv").code, kMisused);
}

}  // namespace
}  // namespace faasconf::experiments
