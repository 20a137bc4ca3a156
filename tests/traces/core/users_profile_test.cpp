#include "traces/core/users_profile.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/shared_data.hpp"
#include "traces/azure/azure2019_series.hpp"
#include "traces/core/trace.hpp"

namespace faasconf::traces {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using tests::kNoSharedData;
using tests::shared_file;

// A day of zeros, but for these counts from a minute on.
MinuteSeries day_with(std::size_t start, const std::vector<std::uint64_t>& counts) {
  MinuteSeries day;
  day.function = "ab12";
  day.counts.assign(kMinutesPerDay, 0);
  std::copy(counts.begin(), counts.end(), day.counts.begin() + static_cast<std::ptrdiff_t>(start));
  return day;
}

std::vector<double> levels(const sim::Profile& profile) {
  std::vector<double> result;
  for (const auto& step : profile.steps) result.push_back(step.level);
  return result;
}

sim::Profile profile_of(const MinuteSeries& day, const ProfileRequest& request) {
  return users_profile(day, request, "file f.csv, sha256 00ff");
}

std::string error_of(const ProfileRequest& request) {
  try {
    profile_of(day_with(0, {}), request);
  } catch (const sim::Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(BusiestWindow, HasTheLargestSum) {
  const std::vector<std::uint64_t> counts{1, 5, 5, 0, 9, 0};
  EXPECT_EQ(busiest_window(counts, 1), 4u);
  EXPECT_EQ(busiest_window(counts, 2), 1u);
  EXPECT_EQ(busiest_window(counts, 3), 2u);
  EXPECT_EQ(busiest_window(counts, 6), 0u);
}

TEST(BusiestWindow, IsTheEarliestOfEquals) {
  const std::vector<std::uint64_t> counts{0, 3, 0, 3, 0};
  EXPECT_EQ(busiest_window(counts, 1), 1u);
  EXPECT_EQ(busiest_window(counts, 2), 0u);
}

TEST(BusiestWindow, MayEndWithTheDay) {
  EXPECT_EQ(busiest_window(day_with(1439, {1}).counts, 85), 1355u);
  EXPECT_EQ(busiest_window(day_with(1438, {0, 1}).counts, 1), 1439u);
}

TEST(BusiestWindow, SumsBeyondThirtyTwoBits) {
  const std::vector<std::uint64_t> counts{1, 4294967295, 4294967295, 1};
  EXPECT_EQ(busiest_window(counts, 2), 1u);
}

TEST(UsersProfile, StepsOnceAMinuteFromZeroOn) {
  const auto profile = profile_of(day_with(600, {1, 2, 3}), {.start = 10h, .length = 3min});
  ASSERT_EQ(profile.steps.size(), 3u);
  for (int m = 0; m < 3; ++m) EXPECT_EQ(profile.steps[static_cast<std::size_t>(m)].start, sim::Time(m * 1min));
}

TEST(UsersProfile, HasNeitherTheMinuteBeforeTheWindowNorTheOneAfter) {
  const auto day = day_with(599, {1000, 10, 20, 30, 1000});
  EXPECT_THAT(levels(profile_of(day, {.start = 10h, .length = 3min})), ElementsAre(12, 28, 44));
}

TEST(UsersProfile, ReachesTheFirstAndTheLastMinuteOfTheDay) {
  MinuteSeries day = day_with(1438, {1, 2});
  day.counts[0] = 3;
  EXPECT_THAT(levels(profile_of(day, {.start = 0min, .length = 2min})), ElementsAre(44, 12));
  EXPECT_THAT(levels(profile_of(day, {.start = 1438min, .length = 2min})), ElementsAre(12, 44));
  EXPECT_EQ(profile_of(day, {.start = 0min, .length = 24h}).steps.size(), 1440u);
}

TEST(UsersProfile, HitsTheSmallestAndTheLargestNumberExactly) {
  for (const std::uint32_t largest : {8u, 124u, 999983u, 4294967295u}) {
    const auto users = levels(profile_of(day_with(0, {7, largest, 7}), {.start = 0min, .length = 3min}));
    EXPECT_THAT(users, ElementsAre(12, 44, 12)) << largest;
  }
}

TEST(UsersProfile, RoundsToTheNearestWholeUserAndHalvesUp) {
  // 0..10 invocations to 0..5 users: half a user each
  const auto day = day_with(0, {0, 1, 2, 3, 4, 10});
  const ProfileRequest request{.start = 0min, .length = 6min, .users_min = 0, .users_max = 5};
  EXPECT_THAT(levels(profile_of(day, request)), ElementsAre(0, 1, 1, 2, 2, 5));
  // 0..3 invocations to 0..5 users: 1.67, 3.33
  const ProfileRequest thirds{.start = 0min, .length = 4min, .users_min = 0, .users_max = 5};
  EXPECT_THAT(levels(profile_of(day, thirds)), ElementsAre(0, 2, 3, 5));
}

TEST(UsersProfile, OfEqualCountsIsTheSmallestNumber) {
  EXPECT_THAT(levels(profile_of(day_with(0, {5, 5, 5}), {.start = 0min, .length = 3min})), Each(12));
  EXPECT_THAT(levels(profile_of(day_with(0, {}), {})), Each(12));
}

TEST(UsersProfile, MayBeFlat) {
  const ProfileRequest request{.start = 0min, .length = 2min, .users_min = 20, .users_max = 20};
  EXPECT_THAT(levels(profile_of(day_with(0, {1, 5}), request)), ElementsAre(20, 20));
}

TEST(UsersProfile, TakesTheBusiestWindowUnlessToldOtherwise) {
  const auto day = day_with(700, {1, 2, 3});
  EXPECT_THAT(levels(profile_of(day, {.length = 3min})), ElementsAre(12, 28, 44));
}

TEST(UsersProfile, SaysWhereItComesFrom) {
  MinuteSeries day = day_with(605, {10, 20, 30});
  EXPECT_EQ(
      profile_of(day, {.start = 605min, .length = 3min}).origin,
      "file f.csv, sha256 00ff, function ab12, start 10:05, length 3m, scale 10..30 invocations/min to 12..44 users");
  day.first_day = 7;
  EXPECT_EQ(profile_of(day, {.length = 3min}).origin,
            "file f.csv, sha256 00ff, function ab12, day 7, start 10:05 (busiest), length 3m, scale 10..30 "
            "invocations/min to 12..44 users");
}

TEST(UsersProfile, StepsMayBeLongerThanAMinute) {
  const auto profile = profile_of(day_with(600, {1, 2, 3, 4, 5, 6}), {.start = 10h, .length = 6min, .step = 2min});
  EXPECT_THAT(levels(profile), ElementsAre(12, 28, 44));
  EXPECT_EQ(profile.steps[1].start, sim::Time(2min));
  EXPECT_THAT(profile.origin, testing::HasSubstr("scale 3..11 invocations/2 min to 12..44 users"));
}

// Two days, of which the second begins with these counts.
MinuteSeries two_days(const std::vector<std::uint64_t>& counts) {
  MinuteSeries series = day_with(0, {});
  series.first_day = 1;
  series.counts.resize(2 * kMinutesPerDay);
  std::copy(counts.begin(), counts.end(), series.counts.begin() + kMinutesPerDay);
  return series;
}

TEST(UsersProfile, MayCrossMidnight) {
  const auto profile = profile_of(two_days({10, 20}), {.start = 23h + 59min, .length = 3min});
  EXPECT_THAT(levels(profile), ElementsAre(12, 28, 44));
  EXPECT_THAT(profile.origin, testing::HasSubstr("day 1, start 23:59, length 3m"));
}

TEST(UsersProfile, FindsTheBusiestWindowOfAllDays) {
  const auto profile = profile_of(two_days({10, 20}), {.length = 2min});
  EXPECT_THAT(profile.origin, testing::HasSubstr("day 2, start 00:00 (busiest), length 2m"));
}

TEST(UsersProfile, OfAnAppNamesIt) {
  MinuteSeries series = day_with(0, {1});
  series.function = "";
  series.app = "cd34";
  series.functions = 3;
  EXPECT_THAT(profile_of(series, {}).origin, testing::HasSubstr(", app cd34 (3 functions), start"));
}

TEST(UsersProfileErrors, WindowsOfSeveralDaysNameTheDay) {
  try {
    profile_of(two_days({}), {.start = 48h - 1min, .length = 2min});
    ADD_FAILURE() << "no error";
  } catch (const sim::Error& error) {
    EXPECT_STREQ(error.what(),
                 "start: expected 1:00:00 to 2:23:58, so that 2 minutes end with the last day, got 2:23:59");
  }
}

TEST(UsersProfileErrors, Steps) {
  EXPECT_EQ(error_of({.step = 0min}), "step: expected whole minutes from 1m to 85m, got 0s");
  EXPECT_EQ(error_of({.step = 2min}), "step: expected whole minutes that divide the length of 85 minutes, got 2m");
}

TEST(UsersProfileErrors, Windows) {
  EXPECT_EQ(error_of({.length = 0min}), "length: expected whole minutes from 1m to 1440m, got 0s");
  EXPECT_EQ(error_of({.length = 1441min}), "length: expected whole minutes from 1m to 1440m, got 24h1m");
  EXPECT_EQ(error_of({.length = 90s}), "length: expected whole minutes from 1m to 1440m, got 1m30s");
  EXPECT_EQ(error_of({.start = -1min}), "start: expected whole minutes from 0m to 1439m, got -1m");
  EXPECT_EQ(error_of({.start = 30s}), "start: expected whole minutes from 0m to 1439m, got 30s");
  EXPECT_EQ(error_of({.start = 1356min}),
            "start: expected 00:00 to 22:35, so that 85 minutes end with the day, got 22:36");
  EXPECT_EQ(error_of({.start = 1355min}), "no error");
}

TEST(UsersProfileErrors, Users) {
  EXPECT_EQ(error_of({.users_min = -1}), "users_min: expected at least 0, got -1");
  EXPECT_EQ(error_of({.users_min = 12, .users_max = 11}), "users_max: expected at least 12, got 11");
  EXPECT_EQ(error_of({.users_min = 0, .users_max = 0}), "users_max: expected at least 1, got 0");
}

TEST(TimeOfDay, ReadsHoursAndMinutes) {
  EXPECT_EQ(parse_time_of_day("00:00"), 0min);
  EXPECT_EQ(parse_time_of_day("07:42"), 462min);
  EXPECT_EQ(parse_time_of_day("23:59"), 1439min);
}

TEST(TimeOfDay, RejectsAllElse) {
  for (const std::string text : {"", "7:42", "24:00", "23:60", "07-42", "07:42:00", "0a:00", "-1:00", "00: 1"}) {
    try {
      parse_time_of_day(text);
      ADD_FAILURE() << "no error for \"" << text << '"';
    } catch (const sim::Error& error) {
      EXPECT_EQ(error.what(), "expected a time of day from 00:00 to 23:59, got \"" + text + "\"");
    }
  }
}

// The file that ships: its first function's busiest window resembles the load of the FaaSConf paper's Fig. 7.
TEST(DemoDay, ResemblesThePapersLoad) {
  const MinuteSeries day =
      read_series({"experiments/configs/azure-demo-day.csv"}, {.whose = FunctionKey(std::size_t{1})});
  EXPECT_EQ(busiest_window(day.counts, 85), 720u);
  const auto users = levels(profile_of(day, {}));
  ASSERT_EQ(users.size(), 85u);
  EXPECT_EQ(users[19], 12);
  EXPECT_NEAR(static_cast<double>(std::ranges::max_element(users) - users.begin()), 34, 1);
  EXPECT_GE(std::ranges::count_if(users, [](double n) { return n >= 22 && n <= 30; }), 60);
}

// Oracle: the same window and users from a few lines of Python over the file.
TEST(RealAzureSlices, BusiestWindowOfTheDemosFunction) {
  const auto file = shared_file("data/azure/azure2019_series_40d07b_d01-d07.csv");
  if (!file) GTEST_SKIP() << kNoSharedData;
  const MinuteSeries day = read_series({*file}, {.whose = FunctionKey("40d07b"), .day = 1});
  EXPECT_EQ(busiest_window(day.counts, 85), 462u);  // 07:42
  const auto users = levels(profile_of(day, {}));
  EXPECT_THAT(std::vector<double>(users.begin(), users.begin() + 6), ElementsAre(15, 20, 19, 21, 18, 30));
  EXPECT_EQ(std::ranges::min(users), 12);
  EXPECT_EQ(std::ranges::max(users), 44);
}

}  // namespace
}  // namespace faasconf::traces
