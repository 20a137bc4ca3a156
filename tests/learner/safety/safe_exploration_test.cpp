#include "learner/safety/safe_exploration.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "sim/core/random.hpp"
#include "tests/learner/safety/reviewing.hpp"

namespace faasconf::learner::safety {
namespace {

// All knobs of both functions alike.
std::vector<float> all_at(double action) { return std::vector<float>(8, static_cast<float>(action)); }

// Configurations from cheap to dear at 10 users, all of which met QoS.
void teach(SafeExploration& filter, double users = 10, int count = 50) {
  ActionPrice price = two_step_price();
  for (int i = 0; i < count; ++i) {
    const std::vector<float> actions = all_at(0.3 + 0.6 * i / count);
    filter.learn(users, actions, price(actions), true);
  }
}

TEST(SafeExploration, LetsPassUntilItKnowsEnough) {
  SafeExploration filter(two_step_price());
  sim::Rng rng(1);
  std::vector<float> actions = all_at(0);
  EXPECT_FALSE(filter.review(10, actions, rng));
  teach(filter, 10, 9);
  EXPECT_FALSE(filter.band(10).has_value());
  EXPECT_FALSE(filter.review(10, actions, rng));
  EXPECT_EQ(actions, all_at(0));
}

// Oracle: mean and standard deviation of the cheapest ten of fifty prices, 1 .. 10, are 5.5 and sqrt(55 / 6).
TEST(SafeExploration, TheBandIsTwoDeviationsAroundTheCheapestFifth) {
  SafeExploration filter(two_step_price(), {.fewest = 50});
  for (int price = 50; price >= 1; --price) filter.learn(10, all_at(0.5), price, true);
  ASSERT_TRUE(filter.band(10).has_value());
  EXPECT_NEAR(filter.band(10)->low, 5.5 - 2 * std::sqrt(55.0 / 6), 1e-12);
  EXPECT_NEAR(filter.band(10)->high, 5.5 + 2 * std::sqrt(55.0 / 6), 1e-12);
}

TEST(SafeExploration, WhatMissedQosDoesNotCount) {
  SafeExploration filter(two_step_price(), {.fewest = 10});
  for (int price = 1; price <= 100; ++price) filter.learn(10, all_at(0.5), price, false);
  EXPECT_FALSE(filter.band(10).has_value());
}

TEST(SafeExploration, ReplacesProposalsOnEitherSideByNoisyMembersOfItsLibrary) {
  SafeExploration filter(two_step_price(), {.fewest = 50});
  teach(filter);
  sim::Rng rng(1);
  std::vector<float> inside = all_at(0.36);
  EXPECT_FALSE(filter.review(10, inside, rng));
  EXPECT_EQ(inside, all_at(0.36));
  // members are 0.3 .. 0.408 in all coordinates; the mean of many replacements is theirs, 0.354
  for (const double outside : {0.0, 1.0}) {
    double sum = 0;
    double squares = 0;
    const int count = 4000;
    for (int i = 0; i < count; ++i) {
      std::vector<float> actions = all_at(outside);
      EXPECT_TRUE(filter.review(10, actions, rng));
      for (const float action : actions) {
        sum += action;
        squares += (action - 0.354) * (action - 0.354);
      }
    }
    // variance of a coordinate: the noise's, and of ten steps of 0.012, (10^2 - 1) / 12 x 0.012^2
    const double member_variance = 99.0 / 12 * 0.012 * 0.012;
    const double variance = 0.05 * 0.05 + member_variance;
    const double standard_error = std::sqrt((variance / 8 + member_variance) / count);  // eight share a member
    EXPECT_NEAR(sum / (8 * count), 0.354, 5 * standard_error);
    EXPECT_NEAR(squares / (8 * count), variance, 5 * variance * std::sqrt(2.0 / count));
  }
}

TEST(SafeExploration, AdaptsItsBoundaryAfterMissedWindows) {
  SafeExploration filter(two_step_price(), {.refit_after = 3, .fewest = 50});
  for (int i = 0; i < 50; ++i) filter.learn(10, all_at(0.5), 4, true);
  EXPECT_EQ(filter.band(10)->high, 4);
  for (int i = 0; i < 50; ++i) filter.learn(10, all_at(0.5), 2, true);
  for (int i = 0; i < 2; ++i) filter.learn(10, all_at(0.1), 1, false);
  EXPECT_EQ(filter.band(10)->high, 4) << "two are not enough";
  filter.learn(10, all_at(0.1), 1, false);
  EXPECT_EQ(filter.band(10)->high, 2);
}

TEST(SafeExploration, TakesTheNearestBandForAnUnseenLoad) {
  SafeExploration filter(two_step_price(), {.fewest = 10});
  for (const int users : {10, 20}) {
    for (int i = 0; i < 10; ++i) filter.learn(users, all_at(0.5), users, true);
  }
  filter.learn(15, all_at(0.5), 15, true);  // seen, but too little
  EXPECT_EQ(filter.band(3)->high, 10);
  EXPECT_EQ(filter.band(14)->high, 10);
  EXPECT_EQ(filter.band(15)->high, 20) << "of two the higher";
  EXPECT_EQ(filter.band(40.4)->high, 20);
}

TEST(SafeExploration, RemembersTheNewest) {
  SafeExploration filter(two_step_price(), {.refit_after = 1, .fewest = 10, .remembered = 20});
  for (int i = 0; i < 30; ++i) filter.learn(10, all_at(0.5), 1, true);
  for (int i = 0; i < 20; ++i) filter.learn(10, all_at(0.5), 7, true);
  filter.learn(10, all_at(0.5), 0, false);
  EXPECT_EQ(filter.band(10)->low, 7);
  const std::size_t full = filter.save().size();
  for (int i = 0; i < 1000; ++i) filter.learn(10, all_at(0.5), 7, i % 2 == 0);
  EXPECT_EQ(filter.save().size(), full);
}

TEST(SafeExploration, GoesOnWhereItWasSaved) {
  check_saving([] { return std::make_unique<SafeExploration>(two_step_price()); });
}

TEST(SafeExploration, GoesOnFromItsJson) {
  check_json([] { return std::make_unique<SafeExploration>(two_step_price()); });
}

TEST(SafeExploration, RefusesImpossibleParameters) {
  EXPECT_THROW(SafeExploration(two_step_price(), {.cheapest_share = 0}), sim::Error);
  EXPECT_THROW(SafeExploration(two_step_price(), {.fewest = 20, .remembered = 10}), sim::Error);
}

}  // namespace
}  // namespace faasconf::learner::safety
