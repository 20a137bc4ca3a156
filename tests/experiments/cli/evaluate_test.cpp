#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "experiments/config/experiment_file.hpp"
#include "experiments/results/text_table.hpp"
#include "learner/bundle/bundle.hpp"
#include "tests/experiments/cli/in_process.hpp"
#include "tests/learner/bundle/archives.hpp"
#include "tests/learner/bundle/policies.hpp"

namespace faasconf::experiments::cli {
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

const std::string kTable =
    "table:\n"
    "  - users: 5\n    configuration: {cpu: 1, memory: 1Gi, replicas: 1, concurrency: 4}\n"
    "  - users: 25\n    configuration: {cpu: 2, memory: 2Gi, replicas: 8, concurrency: 4}\n";

TEST(EvaluateCommand, PutsPoliciesSideBySide) {
  const Elsewhere elsewhere;
  const Ran ran = faasconf(kShort +
                           "--config demo-lean.yaml --config demo-ample.yaml --users 10,20 --policy fixed "
                           "--policy hpa:demo-lean");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("parallel under 10 users, 20 users: 2 seeds each, 48 windows of 30 s per policy"));
  EXPECT_THAT(ran.out, ContainsRegex("\nforecast +none +none +history"));
  EXPECT_THAT(ran.out, Not(ContainsRegex("worst seed")));
  EXPECT_THAT(ran.out, HasSubstr("Not all policies have the same forecast of the load"));
  EXPECT_THAT(ran.out, HasSubstr("promise: strict"));
  EXPECT_THAT(ran.out, ContainsRegex("(^|\n)demo-ample: promise (kept at every load|broken|undecided[^:]*): "));
  const Ran fresh = faasconf(kShort + "--instances fresh --users 10 --policy fixed --policy hpa --all");
  EXPECT_THAT(fresh.out, ContainsRegex("instances +redeploy\n"));
  EXPECT_THAT(fresh.out, ContainsRegex("instances +carry-over\n"));
  EXPECT_THAT(fresh.out, HasSubstr("Not all policies keep their instances"));
}

TEST(EvaluateCommand, BeginsWithTheVerdictsAndFitsAScreen) {
  const Elsewhere elsewhere;
  write("t.yaml", kTable);
  const std::string line = kShort + "--config demo-lean.yaml --config demo-ample.yaml --users 10 --policy fixed " +
                           "--policy hpa --policy kpa:demo-lean --table t.yaml --all";
  const Ran ran = faasconf(line);
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, testing::StartsWith("demo-lean: promise "));
  EXPECT_THAT(ran.out, ContainsRegex("\ndemo-ample +[a-z]+ +none +[0-9,]+"));  // a row each
  std::istringstream lines(ran.out);
  for (std::string one; std::getline(lines, one);) EXPECT_LE(results::display_width(one), 110U) << one;
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
  const Ran ran = faasconf("evaluate parallel --quiet --seeds 2 --profile day.csv --json --out e.h5");
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

TEST(EvaluateCommand, TakesTheLoadOfTheFileWhereNoOptionSaysOne) {
  const Elsewhere elsewhere;
  const auto loads = [](const std::string& options) {
    return json_lines(faasconf(kShort + "--json " + options).out)[0]["loads"];
  };
  EXPECT_EQ(loads("--set workload.open_loop.rate=0.5/s"), nlohmann::json({"0.5 requests/s"}));
  EXPECT_EQ(loads("--set workload.closed_loop.users=3"), nlohmann::json({"3 users"}));
  EXPECT_EQ(loads("--set workload.closed_loop.users=3 --set loads.users=[1,2]"), nlohmann::json({"1 user", "2 users"}));
  EXPECT_EQ(loads("--set workload.closed_loop.users=3 --users 4"), nlohmann::json({"4 users"}));
  EXPECT_EQ(loads("--set workload.profile.steps.0s=1 --set workload.profile.steps.60s=2"), nlohmann::json({"profile"}));
}

TEST(EvaluateCommand, LabelsLoadsThatTheWorkflowWasNotMeasuredUnder) {
  const Elsewhere elsewhere;
  EXPECT_THAT(faasconf(kShort + "--users 5,12").out,
              HasSubstr("\nextrapolation: measured under 10 users, asked under 5 to 12 users\n"));
  EXPECT_THAT(faasconf(kShort + "--users 10").out, Not(HasSubstr("extrapolation")));
  EXPECT_THAT(faasconf(kShort + "--rate 0.2/s").out, HasSubstr("asked under 0.2 requests/s\n"));
}

void write_bundle(const std::string& path, const learner::bundle::PolicyBundle& policy) {
  learner::bundle::write_archive(path, learner::bundle::members_of(policy));
}

// With random weights.
learner::bundle::PolicyBundle policy_for(const std::string& workflow, sim::LoadForecasting knowledge) {
  const sim::Scenario scenario(config::read_experiment(workflow).scenario);
  learner::bundle::PolicyBundle policy = learner::bundle::random_policy(scenario, learner::bundle::NeighbourhoodSpec{});
  policy.metadata.load_knowledge = knowledge;
  return policy;
}

TEST(EvaluateCommand, PutsTrainedPoliciesBesideOthersAndSaysWhatTheyKnow) {
  const Elsewhere elsewhere;
  write_bundle("seeing.fcp", policy_for("parallel", sim::LoadForecasting::clairvoyant));
  write_bundle("causal.fcp", policy_for("parallel", sim::LoadForecasting::persistence));
  const std::string line = kShort + "--config demo-lean.yaml --users 10,20 --bundle seeing.fcp --bundle causal.fcp ";
  const Ran ran = faasconf(line + "--threads 1 --out e.h5");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, ContainsRegex("policy +demo-lean +seeing +causal"));
  EXPECT_THAT(ran.out, ContainsRegex("forecast +none +perfect +history"));
  EXPECT_EQ(faasconf(line + "--threads 3").out, ran.out);
}

// Oracle: the same policies on their own. With two seeds each training has one, in order of their names.
TEST(EvaluateCommand, GivesTheSeedsToTheTrainingsOfAFolderInTurn) {
  const Elsewhere elsewhere;
  for (const int training : {1, 2}) {
    const std::string folder = "method/" + std::to_string(training);
    std::filesystem::create_directories(folder);
    learner::bundle::PolicyBundle policy = policy_for("parallel", sim::LoadForecasting::persistence);
    policy.weights = learner::bundle::random_weights(policy.metadata, static_cast<std::uint64_t>(training));
    write_bundle(folder + "/best.fcp", policy);
  }
  std::filesystem::create_directories("method/unfinished");
  const Ran ran =
      faasconf(kShort + "--users 10 --bundle method --bundle method/1/best.fcp --bundle method/2/best.fcp --out e.h5");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  ASSERT_EQ(faasconf("export-csv e.h5 --out tables").code, kDone);
  std::istringstream rows(contents("tables/runs.csv"));
  std::map<std::pair<std::string, std::string>, std::string> price;  // by policy and seed
  for (std::string line; std::getline(rows, line);) {
    if (line.starts_with('#')) continue;
    std::ranges::replace(line, ' ', '_');
    std::ranges::replace(line, ',', ' ');
    const std::vector<std::string> cells = words(line);
    price[{cells.at(0), cells.at(2)}] = cells.at(3);
  }
  EXPECT_EQ((price.at({"method", "0"})), (price.at({"method/1/best.fcp", "0"})));
  EXPECT_EQ((price.at({"method", "1"})), (price.at({"method/2/best.fcp", "1"})));
  EXPECT_NE((price.at({"method", "0"})), (price.at({"method", "1"})));
  const Ran odd = faasconf("evaluate parallel --quiet --seeds 3 --bundle method");
  EXPECT_EQ(odd.code, kMisused);
  EXPECT_THAT(odd.err, HasSubstr("--seeds: expected a multiple of the 2 trainings in method, got 3"));
  EXPECT_THAT(faasconf("evaluate parallel --bundle method/unfinished").err, HasSubstr("best.fcp in each"));
}

// Oracle: the options that say the same.
TEST(EvaluateCommand, SpellsPoliciesAsAllCommandsDo) {
  const Elsewhere elsewhere;
  write_bundle("p.fcp", policy_for("parallel", sim::LoadForecasting::persistence));
  write("t.yaml", kTable);
  const std::string line = kShort + "--config demo-lean.yaml --users 10,20 --json ";
  const Ran spelled = faasconf(line +
                               "--policy fixed --policy table:t.yaml --policy table:t.yaml:last "
                               "--policy bundle:p.fcp");
  ASSERT_EQ(spelled.code, kDone) << spelled.err;
  EXPECT_EQ(spelled.out, faasconf(line + "--table t.yaml --table t.yaml:last --bundle p.fcp").out);
  const Ran file = faasconf(line + "--policy fixed:demo-lean.yaml");
  EXPECT_EQ(file.code, kDone) << file.err;
  EXPECT_EQ(file.out, faasconf(line).out);
}

TEST(EvaluateCommand, RefusesAPolicyForAnotherWorkflow) {
  const Elsewhere elsewhere;
  write_bundle("other.fcp", policy_for("sequential", sim::LoadForecasting::persistence));
  const Ran ran = faasconf(kShort + "--users 10 --bundle other.fcp");
  EXPECT_EQ(ran.code, kMisused);
  EXPECT_THAT(ran.err, HasSubstr("other.fcp"));
  EXPECT_THAT(ran.err, HasSubstr("does not fit workflow parallel"));
}

TEST(EvaluateCommand, CarriesOverWhenAsked) {
  const Elsewhere elsewhere;
  const Ran ran = faasconf(kShort + "--users 5 --carry-over --all");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, ContainsRegex("instances +carry-over"));
  EXPECT_THAT(ran.out, Not(HasSubstr("Not all policies have")));
  EXPECT_EQ(faasconf(kShort + "--users 5 --instances kept --all").out, ran.out);
}

TEST(EvaluateCommand, IsMisusedWithOneClearMessage) {
  const Elsewhere elsewhere;
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
  expect_misuse("--profile short2.csv", "expected a profile of two windows at least");
  expect_misuse("--config demo-lean.yaml --config demo-lean.yaml", "given twice");
  expect_misuse("--policy hpb", "did you mean \"hpa\"?");
  write("fixed.fcp", "no zip");
  expect_misuse("--bundle fixed.fcp", "fixed.fcp");
  expect_misuse("--bundle none.fcp", "--bundle: none.fcp: expected a readable file");
  expect_misuse("--table none.yaml", "--table: none.yaml: expected a readable file");
  expect_misuse("--out none/e.h5", "--out: the directory");
}

}  // namespace
}  // namespace faasconf::experiments::cli
