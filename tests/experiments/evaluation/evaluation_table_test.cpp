#include "experiments/evaluation/evaluation_table.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/experiments/evaluation/made_up_evaluation.hpp"

namespace faasconf::experiments::evaluation {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::StartsWith;

// The two of made_up_evaluation; the second keeps its instances.
EvaluationPlan made_up_plan() {
  EvaluationPlan plan = small_plan();
  plan.policies[1].knows = sim::LoadKnowledge::past;
  plan.policies[1].carries_over = true;
  return plan;
}

TEST(EvaluationTable, SaysWhatEachPolicyKnowsAndKeeps) {
  const Evaluation evaluation = made_up_evaluation(some_value);
  std::ostringstream out;
  print_table(out, made_up_plan(), evaluation, judge(evaluation));
  EXPECT_THAT(out.str(), ContainsRegex("knowledge of the load +none +history"));
  EXPECT_THAT(out.str(), ContainsRegex("instances +redeploy +carry-over"));
  EXPECT_THAT(out.str(), ContainsRegex("price \\(the paper's\\) +4\\.0 \\["));
  EXPECT_THAT(out.str(), ContainsRegex("worst load +6\\.0 \\[5\\.0, 8\\.0\\] \\(many\\) +4 \\(many\\)"));
  EXPECT_THAT(out.str(), HasSubstr("difference from lean"));
}

TEST(EvaluationTable, PutsPoliciesTogetherThatKnowTheSame) {
  EvaluationPlan plan = small_plan();
  plan.policies.push_back(plan.policies[0]);
  plan.policies[1].knows = sim::LoadKnowledge::next;
  plan.policies[2].name = "third";
  Evaluation evaluation = made_up_evaluation(some_value);
  evaluation.policies.push_back("third");
  evaluation.scores.resize(3 * evaluation.policies.size() * evaluation.loads.size(),
                           Scores(evaluation.criteria.size(), 1));
  auto verdicts = judge(made_up_evaluation(some_value));
  verdicts.push_back(verdicts[0]);
  std::ostringstream out;
  print_table(out, plan, evaluation, verdicts);
  EXPECT_THAT(out.str(), StartsWith("knowledge of the load"));
  EXPECT_THAT(out.str(), ContainsRegex("knowledge of the load +none +none\n +lean +third\n"));
  EXPECT_THAT(out.str(), ContainsRegex("knowledge of the load +perfect\n +ample\n"));
  EXPECT_THAT(out.str(), ContainsRegex("interquartile mean +3\\.8[^ ]* \\[[^\n]*\\] +3\\.8"));
}

TEST(EvaluationTable, BeginsWithTheNamesWhereAllKnowTheSame) {
  const Evaluation evaluation = made_up_evaluation(some_value);
  std::ostringstream out;
  print_table(out, small_plan(), evaluation, judge(evaluation));
  EXPECT_THAT(out.str(), ContainsRegex("^ +lean +ample\nknowledge of the load +none +none\n"));
}

// A load of the second policy is below 95 %, though its mean is not.
TEST(EvaluationTable, TellsWhoKeepsThePromiseAtEveryLoadForSure) {
  const Evaluation evaluation = made_up_evaluation([](std::size_t policy, std::size_t load, std::size_t seed) {
    const double spread = 0.001 * static_cast<double>(seed);
    return (policy == 1 && load == 1 ? 0.94 : 0.96) + spread;
  });
  std::ostringstream out;
  const auto verdicts = judge(evaluation);
  print_table(out, made_up_plan(), evaluation, verdicts);
  EXPECT_GE(verdicts[1][criterion_named("periods_kept")]->mean.low, 0.95 - 1e-12);
  EXPECT_THAT(out.str(), ContainsRegex("at least 95 % at every load +yes +no"));
}

TEST(EvaluationTable, IsJsonALine) {
  const Evaluation evaluation = made_up_evaluation(some_value);
  std::ostringstream out;
  print_json(out, made_up_plan(), evaluation, judge(evaluation));
  std::istringstream lines(out.str());
  std::vector<nlohmann::json> all;
  for (std::string line; std::getline(lines, line);) all.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(all.size(), 2 * criteria_of().size());
  EXPECT_EQ(all[0]["policy"], "lean");
  EXPECT_EQ(all[0]["criterion"], "price");
  EXPECT_EQ(all[0]["mean"], 4);
  EXPECT_EQ(all[0]["worst_load_name"], "many");
  EXPECT_TRUE(all[0]["difference"].is_null());
  EXPECT_EQ(all[criteria_of().size()]["protocol"], "carry-over");
  EXPECT_EQ(all[criteria_of().size()]["difference"], -0.5);
}

}  // namespace
}  // namespace faasconf::experiments::evaluation
