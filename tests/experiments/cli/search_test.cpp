#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/experiments/cli/in_process.hpp"

namespace faasconf::experiments::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

// One function and short windows, so that a search takes a moment.
const std::string kSmall =
    "workflow:\n"
    "  name: small\n"
    "  functions: {only: {serial: 100ms}}\n"
    "  entry: {call: only}\n"
    "  gateway: {hop: 5ms}\n"
    "  qos: {latency: 500ms, successes: 20}\n"
    "instances: fresh\n"
    "workload: {closed_loop: {users: 1}, window: 2s}\n";

TEST(SearchCommand, WritesATableThatEvaluateTakes) {
  const Elsewhere elsewhere;
  write("small.yaml", kSmall);
  const Ran ran = faasconf("search small.yaml --quiet --users 1,4 --windows 40000 --out table.yaml");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, ContainsRegex("\n4 +[0-9.]+ +[0-9.]+ +[0-9.]+ +yes"));
  EXPECT_THAT(contents("table.yaml"),
              HasSubstr("mean latency of successes <= 500ms, >= 20 successes in 30s, in each window"));
  EXPECT_THAT(contents("table.yaml"), HasSubstr("\nrecord:\n  format: faasconf-table\n"));
  const Ran judged = faasconf(
      "evaluate small.yaml --quiet --seeds 2 --windows 20 --users 2,4 --table table.yaml --table table.yaml:last");
  ASSERT_EQ(judged.code, kDone) << judged.err;
  EXPECT_THAT(judged.out, ContainsRegex("policy +middle +table +table:last"));
  EXPECT_THAT(judged.out, ContainsRegex("forecast +none +perfect +history"));
  EXPECT_THAT(ran.out, testing::StartsWith("promise kept: 2 of 2 configurations found are shown to keep it"));
}

TEST(SearchCommand, WritesOneConfigurationForAllLoads) {
  const Elsewhere elsewhere;
  write("small.yaml", kSmall);
  const std::string line = "search small.yaml --quiet --static --users 1,4 --windows 100000 --json ";
  const Ran ran = faasconf(
      line + "--promise served_share>=95%,deadline=500ms,period=20,longest_period=16s --threads 1 --out one.yaml");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  const auto found = nlohmann::json::parse(ran.out);
  EXPECT_EQ(found["users"], nlohmann::json({1, 4}));
  EXPECT_TRUE(found["feasible"]);
  EXPECT_EQ(
      faasconf(line +
               "--promise served_share>=95%,deadline=500ms,period=20,longest_period=16s --threads 2 --out again.yaml")
          .out,
      ran.out);
  EXPECT_EQ(faasconf("evaluate small.yaml --quiet --seeds 2 --windows 20 --users 4 --config one.yaml").code, kDone);
}

TEST(SearchCommand, SaysWhereNothingKeepsThePromise) {
  const Elsewhere elsewhere;
  write("small.yaml", kSmall);
  const Ran ran =
      faasconf("search small.yaml --users 4 --windows 40000 --set workflow.qos.latency=1ms --out table.yaml");
  EXPECT_EQ(ran.code, kFailed);
  EXPECT_THAT(ran.err, HasSubstr("search longer (--windows)"));
  EXPECT_THAT(contents("table.yaml"), HasSubstr("not shown to keep the promise"));
}

TEST(SearchCommand, FindsATableByRatesThatEvaluateTakes) {
  const Elsewhere elsewhere;
  write("small.yaml", kSmall);
  const Ran ran = faasconf("search small.yaml --quiet --rate 1/s,4/s --windows 40000 --out table.yaml");
  EXPECT_THAT(ran.out, ContainsRegex("requests/s +price"));
  EXPECT_THAT(contents("table.yaml"), HasSubstr("- rate: 4/s"));
  const std::string judge = "evaluate small.yaml --quiet --seeds 2 --windows 20 --table table.yaml:last ";
  EXPECT_EQ(faasconf(judge + "--rate 2/s").code, kDone);
  EXPECT_THAT(faasconf(judge + "--users 2").err, HasSubstr("expected an open loop, by whose rate it decides"));
}

TEST(SearchCommand, TakesTheLoadOfTheFile) {
  const Elsewhere elsewhere;
  write("small.yaml", kSmall);
  const std::string line = "search small.yaml --quiet --json --windows 40000 ";
  EXPECT_EQ(nlohmann::json::parse(faasconf(line).out)["users"], nlohmann::json({1}));
  const std::string open =
      "--set workload.closed_loop= --set workload.open_loop.rate=2/s --set workload.open_loop.law=deterministic ";
  EXPECT_EQ(nlohmann::json::parse(faasconf(line + open).out)["rates_per_s"], nlohmann::json({2}));
  const std::string day = "--set workload.profile.steps.0s=1 --set workload.profile.steps.20s=3 --static ";
  EXPECT_EQ(nlohmann::json::parse(faasconf(line + day).out)["over_time"], nlohmann::json({"profile"}));
}

TEST(SearchCommand, SaysBeforeItsRunWhatTheLoadCannotMeet) {
  const Elsewhere elsewhere;
  write("small.yaml", kSmall);
  const Ran ran = faasconf("search small.yaml --rate 0.1/s --windows 40000 --promise published");
  EXPECT_THAT(ran.err,
              HasSubstr("the promise cannot hold: successes: 20 in 30s are asked, and the load offers 3 in 30s"));
}

TEST(SearchCommand, SaysHowATableIsLookedUpUnderCausalKnowledge) {
  const Elsewhere elsewhere;
  write("small.yaml", kSmall + "load_knowledge: causal\n");
  const Ran ran = faasconf("search small.yaml --windows 40000 --out table.yaml");
  EXPECT_THAT(ran.err, HasSubstr("load_knowledge is causal, so look it up as table:table.yaml:last"));
  EXPECT_THAT(contents("table.yaml"), HasSubstr("# load_knowledge: causal, so look it up as table:FILE:last"));
}

TEST(SearchCommand, IsMisusedWithOneClearMessage) {
  const Elsewhere elsewhere;
  const auto expect_misuse = [](const std::string& options, const std::string& message) {
    const Ran ran = faasconf("search parallel " + options);
    EXPECT_EQ(ran.code, kMisused) << options;
    EXPECT_THAT(ran.err, HasSubstr(message));
  };
  expect_misuse("--users 0", "--users: expected numbers of users from 1");
  expect_misuse("--windows 100", "windows at least");
  expect_misuse("--promise loose", "faasconf: --promise: ");
  expect_misuse("--promise none", "needs a promise to keep");
  expect_misuse("--promise strict --set promise=published", "--promise: expected no --set promise=published beside it");
  expect_misuse("--set duration=1h", "--set duration=1h: duration: faasconf search cannot honour it");
  write("day.csv", "start_s,users\n0,1\n30,2\n60,1\n90,1\n");
  expect_misuse("--profile day.csv", "--profile: expected --static beside it");
  expect_misuse("--rate 5/s --users 4", "exclude one another");
  expect_misuse("--out none/t.yaml", "--out: the directory");
}

}  // namespace
}  // namespace faasconf::experiments::cli
