#include "learner/safety/qos_probability.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "sim/core/random.hpp"
#include "sim/env/environment.hpp"
#include "tests/benchmarks/parallel_workflow.hpp"
#include "tests/learner/safety/reviewing.hpp"

namespace faasconf::learner::safety {
namespace {

std::vector<float> random_actions(std::size_t size, sim::Rng& rng, double from = 0) {
  std::vector<float> actions(size);
  for (float& action : actions) action = static_cast<float>(from + (1 - from) * rng.uniform());
  return actions;
}

// The share of pairs, one met and one missed, that scores put in order: the area under the ROC curve (Mann and
// Whitney).
double area_under_curve(const std::vector<double>& met, const std::vector<double>& missed) {
  double ordered = 0;
  for (const double high : met) {
    for (const double low : missed) ordered += high > low ? 1 : high == low ? 0.5 : 0;
  }
  return ordered / static_cast<double>(met.size() * missed.size());
}

// An upper bound of its standard error (Bamber, 1975).
double standard_error(double area, const std::vector<double>& met, const std::vector<double>& missed) {
  return std::sqrt(area * (1 - area) / static_cast<double>(std::min(met.size(), missed.size())));
}

struct Scores {
  std::vector<double> met;
  std::vector<double> missed;

  void add(double score, bool qos_met) { (qos_met ? met : missed).push_back(score); }
  double area() const { return area_under_curve(met, missed); }
  double error() const { return standard_error(area(), met, missed); }
};

// A known set: QoS is met in a ball around (0.7, ..., 0.7), of which some three windows in ten are drawn.
bool feasible(std::span<const float> actions) {
  double squares = 0;
  for (const float action : actions) squares += (action - 0.7) * (action - 0.7);
  return squares < 0.75;
}

QosProbabilityFilter taught_the_ball(int windows = 4000) {
  QosProbabilityFilter filter(two_step_price());
  sim::Rng rng(3);
  for (int i = 0; i < windows; ++i) {
    const std::vector<float> actions = random_actions(8, rng);
    filter.learn(10 + 10 * rng.below(3), actions, 1, feasible(actions));
  }
  return filter;
}

TEST(QosProbabilityFilter, LearnsAKnownSet) {
  const QosProbabilityFilter filter = taught_the_ball();
  sim::Rng rng(4);
  Scores scores;
  for (int i = 0; i < 2000; ++i) {
    const std::vector<float> actions = random_actions(8, rng);
    scores.add(filter.probability(20, actions), feasible(actions));
  }
  EXPECT_GT(scores.area(), 0.97) << "1 when it is known for sure";
}

TEST(QosProbabilityFilter, PassesWhatItTrusts) {
  QosProbabilityFilter filter = taught_the_ball();
  sim::Rng rng(1);
  std::vector<float> actions(8, 0.7F);
  EXPECT_FALSE(filter.review(20, actions, rng));
  EXPECT_EQ(actions, std::vector<float>(8, 0.7F));
}

TEST(QosProbabilityFilter, MovesOtherProposalsToTheThreshold) {
  QosProbabilityFilter filter = taught_the_ball();
  sim::Rng rng(4);
  int replaced = 0;
  int met = 0;
  for (int i = 0; i < 500; ++i) {
    std::vector<float> actions = random_actions(8, rng);
    const double before = filter.probability(20, actions);
    const bool moved = filter.review(20, actions, rng);
    EXPECT_EQ(moved, before < 0.9);
    if (!moved) continue;
    ++replaced;
    met += feasible(actions) ? 1 : 0;
    EXPECT_NEAR(filter.probability(20, actions), 0.9, 1e-3) << "no further than it must";
  }
  EXPECT_GT(replaced, 300);
  EXPECT_GT(met, 0.95 * replaced);
}

TEST(QosProbabilityFilter, PrefersTheCheapWay) {
  QosProbabilityFilter one_way(two_step_price(), {.ways = 1});
  QosProbabilityFilter many_ways(two_step_price(), {.ways = 200});
  for (QosProbabilityFilter* filter : {&one_way, &many_ways}) {
    sim::Rng rng(3);
    for (int i = 0; i < 3000; ++i) {
      const std::vector<float> actions = random_actions(8, rng);
      filter->learn(10, actions, 1, feasible(actions));
    }
  }
  const auto mean_price = [](QosProbabilityFilter& filter) {
    ActionPrice price = two_step_price();
    sim::Rng rng(1);
    double sum = 0;
    int count = 0;
    while (count < 200) {
      std::vector<float> actions(8, 0.1F);
      if (!filter.review(10, actions, rng)) continue;
      sum += price(actions);
      ++count;
    }
    return sum / count;
  };
  EXPECT_LT(mean_price(many_ways), 0.9 * mean_price(one_way));
}

TEST(QosProbabilityFilter, LetsPassUntilItKnowsEnough) {
  QosProbabilityFilter filter(two_step_price(), {.fewest = 100});
  sim::Rng rng(1);
  std::vector<float> actions(8, 0.0F);
  teach_at_random(filter, 1, 99);
  EXPECT_FALSE(filter.review(10, actions, rng));
  EXPECT_EQ(actions, std::vector<float>(8, 0.0F));
}

TEST(QosProbabilityFilter, RemembersAUniformSample) {
  QosProbabilityFilter filter(two_step_price(), {.remembered = 100});
  teach_at_random(filter, 1, 100);
  const std::size_t full = filter.save().size();
  teach_at_random(filter, 2, 400);
  EXPECT_EQ(filter.save().size(), full);
}

TEST(QosProbabilityFilter, GoesOnWhereItWasSaved) {
  check_saving([] { return std::make_unique<QosProbabilityFilter>(two_step_price()); });
}

TEST(QosProbabilityFilter, GoesOnFromItsJson) {
  check_json([] { return std::make_unique<QosProbabilityFilter>(two_step_price()); });
}

TEST(QosProbabilityFilter, RefusesImpossibleParameters) {
  EXPECT_THROW(QosProbabilityFilter(two_step_price(), {.threshold = 1}), sim::Error);
  EXPECT_THROW(QosProbabilityFilter(two_step_price(), {.fewest = 0}), sim::Error);
}

// Windows of Parallel under random actions of which about half met QoS: the model orders unseen ones better than their
// price does.
TEST(QosProbabilityFilter, KnowsTheWindowsOfParallelBetterThanTheirPrice) {
  sim::EnvironmentSpec spec;
  spec.scenario = benchmarks::parallel_workflow(0);
  spec.load.levels = {10, 20, 30};
  spec.episode_windows = 5;
  const auto plan = std::make_shared<const sim::EnvironmentPlan>(std::move(spec));
  QosProbabilityFilter filter(ActionPrice(plan->scenario().workflow()));
  sim::Environment environment(plan, 1);
  sim::Rng rng(2);
  Scores by_model;
  Scores by_price;
  environment.reset();
  for (int i = 0; i < 6000; ++i) {
    if (environment.truncated()) environment.reset();
    const std::vector<float> actions = random_actions(plan->actions().size(), rng, 0.2);
    environment.step(actions);
    const sim::Observation& window = environment.window();
    if (i >= 5000) {
      by_model.add(filter.probability(environment.load(), actions), window.qos_met);
      by_price.add(window.price, window.qos_met);
    } else {
      filter.learn(environment.load(), actions, window.price, window.qos_met);
    }
  }
  RecordProperty("area_by_model", std::to_string(by_model.area()));
  RecordProperty("area_by_price", std::to_string(by_price.area()));
  EXPECT_GT(by_model.met.size(), 300U);
  EXPECT_GT(by_model.missed.size(), 300U);
  EXPECT_GT(by_model.area(), 0.9 - by_model.error());
  EXPECT_GT(by_model.area(), by_price.area() + 3 * (by_model.error() + by_price.error()));
}

}  // namespace
}  // namespace faasconf::learner::safety
