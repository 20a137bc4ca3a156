#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/experiments/cli/in_process.hpp"

namespace faasconf::experiments {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

const std::string kShort = "evaluate parallel --quiet --seeds 2 --windows 12 ";

std::vector<nlohmann::json> json_lines(const std::string& text) {
  std::istringstream lines(text);
  std::vector<nlohmann::json> all;
  for (std::string line; std::getline(lines, line);) all.push_back(nlohmann::json::parse(line));
  return all;
}

TEST(EvaluateCommand, PutsPoliciesSideBySide) {
  const Elsewhere elsewhere;
  const Ran ran = faasconf(kShort +
                           "--config demo-lean.yaml --config demo-ample.yaml --users 10,20 --policy fixed "
                           "--policy hpa:demo-lean");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("parallel under 10 users, 20 users: 2 seeds each, 48 windows of 30s a policy"));
  EXPECT_THAT(ran.out, ContainsRegex("knows of the load +nothing +nothing +its past"));
  EXPECT_THAT(ran.out, ContainsRegex("instances +redeploy +redeploy +carry-over"));
  EXPECT_THAT(ran.out, HasSubstr("Not all know the same of the load"));
  EXPECT_THAT(ran.out, HasSubstr("Not all keep their instances"));
}

TEST(EvaluateCommand, IsTheSameForAnyNumberOfThreads) {
  const Elsewhere elsewhere;
  const std::string line = kShort + "--config demo-lean.yaml --config demo-ample.yaml --users 10 --json --threads ";
  const Ran alone = faasconf(line + "1");
  EXPECT_EQ(alone.code, kDone) << alone.err;
  EXPECT_EQ(faasconf(line + "3").out, alone.out);
}

TEST(EvaluateCommand, EvaluatesOnProfilesOfTheirOwnLength) {
  const Elsewhere elsewhere;
  write("day.csv", "# origin: made up\nstart_s,users\n0,4\n60,8\n120,4\n");
  const Ran ran = faasconf(kShort + "--profile day.csv --json --out e.h5");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  const auto lines = json_lines(ran.out);
  EXPECT_EQ(lines[0]["loads"], nlohmann::json({"day"}));
  EXPECT_EQ(lines[0]["windows"], 2 * (6 - 1));
  EXPECT_EQ(lines[1]["criterion"], "price");
  EXPECT_FALSE(lines[1]["mean"].is_null());
  EXPECT_TRUE(std::filesystem::exists("e.h5"));
  const Ran both = faasconf(kShort + "--profile day.csv --users 5,6 --json");
  EXPECT_EQ(json_lines(both.out)[0]["loads"], nlohmann::json({"5 users", "6 users", "day"}));
}

TEST(EvaluateCommand, CarriesOverWhenAsked) {
  const Elsewhere elsewhere;
  const Ran ran = faasconf(kShort + "--users 5 --carry-over");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, ContainsRegex("instances +carry-over"));
  EXPECT_THAT(ran.out, Not(HasSubstr("Not all know")));
}

TEST(EvaluateCommand, IsMisusedWithOneClearMessage) {
  const Elsewhere elsewhere;
  write("rates.csv", "start_s,rate_per_s\n0,1\n60,2\n");
  write("short.csv", "start_s,users\n0,1\n30,2\n");
  write("short2.csv", "start_s,users\n0,1\n");
  const auto expect_misuse = [](const std::string& options, const std::string& message) {
    const Ran ran = faasconf("evaluate parallel " + options);
    EXPECT_EQ(ran.code, kMisused) << options;
    EXPECT_THAT(ran.err, HasSubstr(message));
  };
  expect_misuse("--users 10,x", "--users: expected numbers of users");
  expect_misuse("--users 10,", "--users: expected numbers of users");
  expect_misuse("--users 10,10", "10 given twice");
  expect_misuse("--seeds 1", "--seeds: expected a whole number from 2");
  expect_misuse("--windows 0", "--windows: expected a whole number from 1");
  expect_misuse("--profile rates.csv", "rates.csv: expected a profile of users");
  expect_misuse("--profile short2.csv", "expected a profile of two windows at least");
  expect_misuse("--config demo-lean.yaml --config demo-lean.yaml", "given twice");
  expect_misuse("--policy hpb", "did you mean \"hpa\"?");
  expect_misuse("--out none/e.h5", "--out: the directory");
}

}  // namespace
}  // namespace faasconf::experiments
