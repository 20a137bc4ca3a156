#include "experiments/config/profile_file.hpp"

#include <gtest/gtest.h>

#include "tests/experiments/config/reading.hpp"
#include "tests/scratch_folder.hpp"

namespace faasconf::experiments::config {
namespace {

using namespace std::chrono_literals;

TEST(ProfileFile, ReadsUsersAndOrigin) {
  const ProfileFile file = parse_profile(
      "# origin: Azure 2019, day 3\r\n# another remark\r\nstart_s,users\r\n0,12\r\n60.5, 44\r\n\r\n", "p.csv");
  EXPECT_TRUE(file.users);
  EXPECT_EQ(file.profile.origin, "Azure 2019, day 3");
  ASSERT_EQ(file.profile.steps.size(), 2u);
  EXPECT_EQ(file.profile.steps[0].level, 12);
  EXPECT_EQ(file.profile.steps[1].start, sim::Time(60500ms));
  EXPECT_EQ(file.profile.steps[1].level, 44);
}

// 10 for 45 s, then 20, then 4: the last lasts as long as the shortest before it, 30 s.
TEST(ProfileFile, IsALoadByWindows) {
  const ProfileFile file = parse_profile("start_s,users\n0,10\n45,20\n75,4\n", "p.csv");
  EXPECT_EQ(length_of(file.profile), 105s);
  EXPECT_EQ(users_by_window(file, 30s, "p.csv"), (std::vector<int>{10, 15, 12}));
  EXPECT_EQ(users_by_window(file, 15s, "p.csv"), (std::vector<int>{10, 10, 10, 20, 20, 4, 4}));
}

TEST(ProfileFile, SaysWhatIsNoLoad) {
  EXPECT_THROW(users_by_window(parse_profile("start_s,rate_per_s\n0,1\n60,2\n", "p.csv"), 30s, "p.csv"), sim::Error);
  EXPECT_THROW(users_by_window(parse_profile("start_s,users\n0,1\n10,2\n", "p.csv"), 30s, "p.csv"), sim::Error);
}

TEST(ProfileFile, ReadsRatesAndTakesItsPathForAnOrigin) {
  const ProfileFile file = parse_profile("start_s,rate_per_s\n0,0.25", "p.csv");
  EXPECT_FALSE(file.users);
  EXPECT_EQ(file.profile.steps[0].level, 0.25);
  EXPECT_EQ(file.profile.origin, "p.csv");
}

TEST(ProfileFile, WhatIsWrittenReadsBackExactly) {
  const std::string path = scratch_folder("profile_file") / "p.csv";
  ProfileFile written;
  written.users = false;
  written.profile.origin = "a, b\nc";
  written.profile.steps = {{sim::Time(0s), 1.0 / 3}, {sim::Time(1ns), 0}, {sim::Time(400 * 24h + 1ns), 1e9}};
  write_profile(path, written);
  const ProfileFile read = read_profile(path);
  EXPECT_FALSE(read.users);
  EXPECT_EQ(read.profile.origin, "a, b c");
  ASSERT_EQ(read.profile.steps.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(read.profile.steps[i].start, written.profile.steps[i].start);
    EXPECT_EQ(read.profile.steps[i].level, written.profile.steps[i].level);
  }
}

TEST(ProfileFile, WhatIsWrongIsNamedWithItsLine) {
  const struct {
    std::string text;
    std::string message;
  } cases[] = {
      {"", "p.csv:1: expected the header start_s,users or start_s,rate_per_s, got an empty file"},
      {"0,12\n", "p.csv:1: expected the header start_s,users or start_s,rate_per_s, got \"0,12\""},
      {"# x\nstart_s,users\n", "p.csv:2: expected rows below the header, got none"},
      {"start_s,users\n0\n", "p.csv:2: expected two columns, got \"0\""},
      {"start_s,users\n0,1,2\n", "p.csv:2: expected two columns, got \"0,1,2\""},
      {"start_s,users\n0,12\n0,13\n", "p.csv:3: expected start_s above the last one, got \"0\""},
      {"start_s,users\n-1,12\n", "p.csv:2: expected start_s to be a number of seconds such as 60 or 0.5, got \"-1\""},
      {"start_s,users\n1m,12\n", "p.csv:2: expected start_s to be a number of seconds such as 60 or 0.5, got \"1m\""},
      {"start_s,users\n0,-12\n", "p.csv:2: expected users to be a number from 0 to 1000000, got \"-12\""},
      {"start_s,users\n0,nan\n", "p.csv:2: expected users to be a number from 0 to 1000000, got \"nan\""},
      {"start_s,rate_per_s\n0,inf\n", "p.csv:2: expected rate_per_s to be a number >= 0, got \"inf\""},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(complaint([&] { parse_profile(text, "p.csv"); }), message);
}

TEST(ProfileFile, FilesThatCannotBeReadAreErrors) {
  EXPECT_EQ(complaint([] { read_profile("/nowhere/p.csv"); }),
            "/nowhere/p.csv: expected a readable file, got \"No such file or directory\"");
  EXPECT_EQ(complaint([] { read_profile("/"); }), "/: expected a readable file, got a directory");
  EXPECT_EQ(complaint([] { read_profile("/dev/zero"); }), "/dev/zero: expected a readable file, got a device or pipe");
}

TEST(ProfileFile, ArrivalsAreInOrder) {
  EXPECT_EQ(parse_arrivals("arrival_s\n0\n0\n1.5\n", "a.csv").times.back(), sim::Time(1500ms));
  EXPECT_EQ(complaint([] { parse_arrivals("arrival_s\n2\n1\n", "a.csv"); }),
            "a.csv:3: expected arrival_s not below the last one, got \"1\"");
  EXPECT_EQ(complaint([] { parse_arrivals("0\n", "a.csv"); }), "a.csv:1: expected the header arrival_s, got \"0\"");
}

TEST(ProfileFile, IsWrittenBelowItsComments) {
  const tests::ScratchFolder folder;
  const ProfileFile profile = parse_profile("# origin: made up\nstart_s,users\n0,4\n60,8\n", "p.csv");
  write_profile(folder / "p.csv", profile, "# faasconf: {}\n");
  EXPECT_EQ(tests::read_file(folder / "p.csv"), "# faasconf: {}\n# origin: made up\nstart_s,users\n0,4\n60,8\n");
  EXPECT_EQ(read_profile(folder / "p.csv").profile.origin, "made up");
}

}  // namespace
}  // namespace faasconf::experiments::config
