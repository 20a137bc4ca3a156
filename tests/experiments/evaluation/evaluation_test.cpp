#include "experiments/evaluation/evaluation.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "tests/experiments/evaluation/made_up_evaluation.hpp"

namespace faasconf::experiments::evaluation {
namespace {

const std::size_t kPrice = criterion_named("price");
const std::size_t kQos = criterion_named("periods_kept");

Evaluation run(const EvaluationPlan& plan) { return evaluate(plan); }

// --- verdicts by hand

TEST(Judge, HasMeansOfAllRuns) {
  const auto verdicts = judge(made_up_evaluation(some_value));
  EXPECT_DOUBLE_EQ(verdicts[0][kPrice]->mean.estimate, 4);
  EXPECT_DOUBLE_EQ(verdicts[1][kPrice]->mean.estimate, 3.5);
  // of 1 2 3 5 5 8 the lowest and the highest left out
  EXPECT_DOUBLE_EQ(verdicts[0][kPrice]->interquartile_mean.estimate, 15 / 4.0);
  EXPECT_LT(verdicts[0][kPrice]->mean.low, 4);
  EXPECT_GT(verdicts[0][kPrice]->mean.high, 4);
}

// Seeds of the first: means 3, 3.5, 5.5; loads: 2, 6. Where more is better, the lowest is the worst.
TEST(Judge, FindsTheWorstSeedAndLoadByTheCriterionsSense) {
  const auto verdicts = judge(made_up_evaluation(some_value));
  EXPECT_DOUBLE_EQ(verdicts[0][kPrice]->worst_seed, 5.5);
  EXPECT_DOUBLE_EQ(verdicts[0][kPrice]->worst_load.estimate, 6);
  EXPECT_DOUBLE_EQ(verdicts[0][kPrice]->worst_load.high, 8) << "8, 8, 8 is drawn in 3.7 % of the cases";
  EXPECT_EQ(verdicts[0][kPrice]->worst_load_index, 1U);
  EXPECT_DOUBLE_EQ(verdicts[0][kQos]->worst_seed, 3);
  EXPECT_DOUBLE_EQ(verdicts[0][kQos]->worst_load.estimate, 2);
  EXPECT_EQ(verdicts[0][kQos]->worst_load_index, 0U);
}

// Differences 1, 1, 1 at one load, -1, -1, -4 at the other.
TEST(Judge, ComparesInPairs) {
  const auto verdicts = judge(made_up_evaluation(some_value));
  EXPECT_FALSE(verdicts[0][kPrice]->difference);
  EXPECT_DOUBLE_EQ(verdicts[1][kPrice]->difference->estimate, -0.5);
  // resampled, the second load gives from -12 to -3 in all; the first always 3
  EXPECT_GE(verdicts[1][kPrice]->difference->low, -1.5);
  EXPECT_DOUBLE_EQ(verdicts[1][kPrice]->difference->high, 0);
}

// Percentiles of many requests that happen to be alike: every score is known to .25.
TEST(Judge, HasIntervalsThatContainTheResolutionOfTheScores) {
  Evaluation evaluation =
      made_up_evaluation([](std::size_t policy, std::size_t, std::size_t) { return policy == 0 ? 4.0 : 5.0; });
  evaluation.resolutions.assign(evaluation.scores.size(), Scores(evaluation.criteria.size(), 0.25));
  const auto verdicts = judge(evaluation);
  const sim::AsymmetricInterval known{4, 3.75, 4.25};
  EXPECT_EQ(verdicts[0][kPrice]->mean, known);
  EXPECT_EQ(verdicts[0][kPrice]->interquartile_mean, known);
  EXPECT_EQ(verdicts[0][kPrice]->worst_load, known);
  EXPECT_EQ(verdicts[0][kPrice]->lowest, 3.75);
  EXPECT_EQ(*verdicts[1][kPrice]->difference, (sim::AsymmetricInterval{1, 0.5, 1.5}));
}

// More than 4,096 requests of a run: its 95th percentile comes from the sketch.
TEST(Evaluate, TellsHowExactPercentilesAre) {
  EvaluationPlan plan = small_plan();
  for (EvaluatedLoad& load : plan.loads) {
    load.levels.assign(200, 5);
    load.windows = 200;
  }
  plan.policies.erase(plan.policies.begin());
  plan.seeds = 2;
  const Evaluation evaluation = run(plan);
  const std::size_t p95 = criterion_named("latency_p95_s");
  EXPECT_DOUBLE_EQ(evaluation.resolutions[0][p95], evaluation.scores[0][p95] / 512);
  EXPECT_EQ(evaluation.resolutions[0][criterion_named("latency_mean_s")], 0);
}

TEST(Judge, LeavesOutRunsWithoutAValueAndSaysNothingWhereALoadHasNone) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const auto some = judge(made_up_evaluation([](std::size_t policy, std::size_t load, std::size_t seed) {
    return load == 1 && seed == 2 ? kNone : some_value(policy, load, seed);
  }));
  EXPECT_DOUBLE_EQ(some[0][kPrice]->mean.estimate, 16 / 5.0);
  EXPECT_DOUBLE_EQ(some[1][kPrice]->difference->estimate, 1 / 5.0);
  const auto none = judge(made_up_evaluation([](std::size_t policy, std::size_t load, std::size_t seed) {
    return policy == 0 && load == 1 ? kNone : some_value(policy, load, seed);
  }));
  EXPECT_FALSE(none[0][kPrice]);
  ASSERT_TRUE(none[1][kPrice]);
  EXPECT_FALSE(none[1][kPrice]->difference);
}

// --- scores

TEST(Score, LeavesTheFirstWindowOut) {
  sim::Run run;
  run.windows.resize(3);
  for (std::size_t i = 0; i < 3; ++i) {
    run.windows[i].price = i == 0 ? 100 : static_cast<double>(i);
    run.windows[i].qos_met = i < 2;
  }
  run.promise = {.periods = 4, .kept = 2};
  const Scores scores = score(run);
  EXPECT_DOUBLE_EQ(scores[kPrice], 1.5);
  EXPECT_DOUBLE_EQ(scores[criterion_named("periods_kept")], 0.5);
  EXPECT_TRUE(std::isnan(scores[criterion_named("latency_mean_s")]));
}

// --- runs

TEST(Evaluate, IsTheSameForAnyNumberOfThreads) {
  const Evaluation alone = run(small_plan());
  EXPECT_EQ(alone.seeds, 4U);
  for (const int threads : {2, 5}) EXPECT_EQ(run(small_plan(threads)).scores, alone.scores);
}

// A policy's runs do not depend on whom it is compared with, nor on the loads behind its own.
TEST(Evaluate, GivesAllPoliciesTheSameRandomNumbers) {
  const Evaluation both = run(small_plan());
  EvaluationPlan plan = small_plan();
  plan.policies = {plan.policies[1], plan.policies[1]};
  plan.loads.pop_back();
  const Evaluation twice = run(plan);
  for (std::size_t seed = 0; seed < plan.seeds; ++seed) {
    EXPECT_EQ(twice.at(0, 0, seed), both.at(1, 0, seed));
    EXPECT_EQ(twice.at(1, 0, seed), both.at(1, 0, seed));
    EXPECT_NE(both.at(1, 0, seed), both.at(1, 1, seed)) << "loads are independent";
  }
  EXPECT_EQ(*judge(twice)[1][kPrice]->difference, (sim::AsymmetricInterval{0, 0, 0}));
}

// The price is that of the configuration, and more instances serve sooner.
TEST(Evaluate, ScoresWhatRan) {
  const Evaluation evaluation = run(small_plan());
  for (std::size_t seed = 0; seed < evaluation.seeds; ++seed) {
    EXPECT_NEAR(evaluation.at(0, 1, seed)[kPrice], 1000 * 1.73e-4 + 512 * 1.2e-5, 1e-12);
    EXPECT_NEAR(evaluation.at(1, 1, seed)[kPrice], 4 * (1000 * 1.73e-4 + 512 * 1.2e-5), 1e-12);
    const std::size_t latency = criterion_named("latency_mean_s");
    EXPECT_LT(evaluation.at(1, 1, seed)[latency], evaluation.at(0, 1, seed)[latency]);
  }
}

// Tells its policy the window that it decides for.
class Scheduled final : public sim::Policy {
 public:
  explicit Scheduled(std::span<const double> users) : users_(users) {}
  sim::Configuration decide(const sim::Observation& observation) override {
    const auto next = std::min(static_cast<std::size_t>(observation.window) + 1, users_.size() - 1);
    return {{knobs(users_[next] > 3 ? 4 : 1)}};
  }

 private:
  std::span<const double> users_;
};

TEST(Evaluate, LetsAPolicyKnowTheLoadThatItIsMadeFor) {
  EvaluationPlan plan = small_plan();
  plan.policies = {
      {.name = "scheduled",
       .knows = sim::LoadKnowledge::next,
       .start = {{knobs(1)}},
       .make = [](const policies::RunToServe& served) { return std::make_unique<Scheduled>(served.levels); }}};
  const Evaluation evaluation = run(plan);
  EXPECT_NEAR(evaluation.at(0, 0, 0)[kPrice], 1000 * 1.73e-4 + 512 * 1.2e-5, 1e-12);
  EXPECT_NEAR(evaluation.at(0, 1, 0)[kPrice], 4 * (1000 * 1.73e-4 + 512 * 1.2e-5), 1e-12);
}

TEST(Judge, AsksWhetherToGoOnWhileItResamples) {
  EvaluationPlan plan = small_plan();
  const Evaluation evaluation = run(plan);
  int asked = 0;
  EXPECT_EQ(judge(evaluation, [&asked] { return ++asked > 0; }).size(), plan.policies.size());
  EXPECT_GT(asked, 100) << "2,000 resamples of each interval";
  EXPECT_THROW(judge(evaluation, [] { return false; }), sim::Cancelled);
}

TEST(ValuesOfALoad, AreTheSameWhateverItsNameAndHowItIsWritten) {
  sim::Workload steady{.source = sim::ClosedLoop{.users = 12}, .retry = {}, .profile = {}};
  EXPECT_EQ(values_of(steady), "12 users");
  sim::Workload flat = steady;
  flat.profile = sim::Profile{.steps = {{sim::Time{}, 12}, {sim::Time(std::chrono::seconds(60)), 12}}, .origin = "a"};
  EXPECT_EQ(values_of(flat), "12 users");
  sim::Workload day = flat;
  day.profile->steps.back().level = 20;
  sim::Workload copied = day;
  copied.profile->origin = "b";
  EXPECT_EQ(values_of(day), values_of(copied));
  EXPECT_NE(values_of(day), values_of(flat));
  day.source = sim::OpenLoop{.rate_per_s = 1, .process = {}};
  EXPECT_NE(values_of(day), values_of(copied)) << "rates are not users";
}

TEST(Evaluate, KeepsWholeSeedsWhenItIsCancelled) {
  const EvaluationPlan plan = small_plan();
  std::size_t done = 0;
  const Evaluation ended = evaluate(
      plan, [&done](std::size_t runs) { done = runs; }, [&done] { return done < 6; });
  EXPECT_EQ(done, 6U);
  EXPECT_EQ(ended.seeds, 1U);
  const Evaluation whole = run(plan);
  EXPECT_TRUE(std::equal(ended.scores.begin(), ended.scores.end(), whole.scores.begin()));
  EXPECT_EQ(ended.scores.size(), 4U);
}

// Asked once before each run, and many times in a long one.
TEST(Evaluate, EndsInTheMiddleOfARun) {
  EvaluationPlan plan = small_plan(2);
  for (EvaluatedLoad& load : plan.loads) load.levels.assign(100'000, 5);
  std::atomic<int> asked = 0;
  const Evaluation ended = evaluate(plan, {}, [&asked] { return ++asked < 5; });
  EXPECT_EQ(ended.seeds, 0U);
  EXPECT_LT(asked, 5 + 2 * 16 + 2) << "once for each run that is not begun";
}

}  // namespace
}  // namespace faasconf::experiments::evaluation
