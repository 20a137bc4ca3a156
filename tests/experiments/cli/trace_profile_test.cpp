#include <gmock/gmock.h>

#include "experiments/config/profile_file.hpp"
#include "tests/experiments/cli/in_process.hpp"

namespace faasconf::experiments::cli {
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
  const config::ProfileFile file = config::read_profile("p.csv");
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
  EXPECT_EQ(config::read_profile("p.csv").profile.steps.at(2).level, 4);
}

TEST(TraceProfile, MayCrossMidnight) {
  const Elsewhere elsewhere;
  write_series();
  const Ran ran = faasconf("trace profile series.csv --function abc --start 1:23:59 --length 2m --out p.csv --json");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("day 1, start 23:59, length 2m, scale 5..1439 invocations/min"));
  EXPECT_EQ(config::read_profile("p.csv").profile.steps.at(1).level, 12);
}

TEST(TraceProfile, FindsTheBusiestStretchOfAllDays) {
  const Elsewhere elsewhere;
  write_series();
  const Ran ran = faasconf("trace profile series.csv --function abc --length 10m --step 5m --out p.csv");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("p.csv: 2 steps"));
  EXPECT_THAT(ran.out, HasSubstr("day 1, start 23:50 (busiest)"));
}

TEST(TraceProfile, IsTheSameFromAStore) {
  const Elsewhere elsewhere;
  write_series();
  ASSERT_EQ(faasconf("trace convert series.csv --out s.h5").code, kDone);
  for (const std::string options : {"--function abc --length 10m", "--function 1 --day 1 --start 01:00 --length 11m",
                                    "--function abc --start 1:23:59 --length 2m"}) {
    const Ran of_csv = faasconf("trace profile series.csv --out a.csv " + options);
    ASSERT_EQ(of_csv.code, kDone) << of_csv.err;
    const Ran of_store = faasconf("trace profile s.h5 --out b.csv " + options);
    ASSERT_EQ(of_store.code, kDone) << of_store.err;
    const auto steps = [](const std::string& text) { return text.substr(text.find("start_s")); };
    EXPECT_EQ(steps(contents("a.csv")), steps(contents("b.csv"))) << options;
    EXPECT_THAT(of_store.out, HasSubstr("s.h5, sha256 "));
    EXPECT_THAT(of_store.out, HasSubstr("(Azure Functions 2019: series.csv sha256 "));
  }
}

TEST(TraceProfile, TakesTheCallsOf2021) {
  const Elsewhere elsewhere;
  write("2021.txt", "app,func,end_timestamp,duration\na,f,1.5,0.5\na,g,70,1\na,f,130,2\na,f,131,2\n");
  const Ran ran = faasconf("trace profile 2021.txt --function f --start 00:00 --length 3m --min-users 0 --out p.csv");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  const auto steps = config::read_profile("p.csv").profile.steps;
  EXPECT_EQ(steps.at(0).level, 22);
  EXPECT_EQ(steps.at(1).level, 0);
  EXPECT_EQ(steps.at(2).level, 44);
}

TEST(TraceProfile, MendsRowsWhenAsked) {
  const Elsewhere elsewhere;
  write_series();
  const std::string text = contents("series.csv");
  write("series.csv", text.substr(0, text.rfind(",5")) + ",-5\n");
  const std::string line =
      "trace profile series.csv --function abc --start 2:23:58 --length 2m --min-users 4 --out p.csv";
  EXPECT_THAT(faasconf(line).err, HasSubstr("series.csv:3: column 1442 (minute 1440): expected an integer"));
  const Ran fixed = faasconf(line + " --on-bad-row fix");
  EXPECT_EQ(fixed.code, kDone) << fixed.err;
  EXPECT_THAT(fixed.err, HasSubstr("1 of 2 rows mended"));
  EXPECT_EQ(config::read_profile("p.csv").profile.steps.at(1).level, 4);
  const Ran skipped = faasconf(line + " --on-bad-row skip");
  EXPECT_EQ(skipped.code, kDone) << skipped.err;
  EXPECT_THAT(skipped.err, HasSubstr("1 of 2 rows left out"));
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
  ASSERT_EQ(faasconf("trace synthesize --functions 30 --out t.h5").code, kDone);
  EXPECT_THAT(faasconf("trace profile t.h5 --function xyz").err, HasSubstr("which none of the 30 functions has"));
  EXPECT_THAT(faasconf("trace profile t.h5 --day 2").err, HasSubstr("t.h5: day: expected one from 1 to 1, got 2"));
  write("2021.txt", "app,func,end_timestamp,duration\na,f1,1,0\nb,f2,2,0\n");
  EXPECT_THAT(faasconf("trace profile 2021.txt --function f").err,
              HasSubstr("expected one function to begin with \"f\", got \"f2\" after \"f1\""));
}

}  // namespace
}  // namespace faasconf::experiments::cli
