#include "learner/search/judge.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "tests/learner/search/known_objective.hpp"

namespace faasconf::learner::search {
namespace {

// The price is the first coordinate, the chance of a violation the second.
KnownObjective price_and_chance() {
  return KnownObjective(
      {.coordinates = 2, .loads = 1, .windows = 8}, [](const Point& point) { return point[0]; },
      [](const Point& point) { return point[1]; });
}

Candidate seen_as_good(const Point& point) {
  Candidate candidate{.point = point, .estimate = {.price = point[0], .violations = {{}}}};
  candidate.estimate.violations[0].add(0);
  return candidate;
}

TEST(Judge, PrefersTheCheapestThatKeepsThePromise) {
  KnownObjective objective = price_and_chance();
  const std::vector<Candidate> finalists = {seen_as_good({0.25, 0.5}), seen_as_good({0.75, 0}), seen_as_good({0.5, 0})};
  const SearchResult best = judge(objective, finalists, 50, {}, always);
  EXPECT_TRUE(best.feasible);
  EXPECT_EQ(best.price, 0.5);
  EXPECT_EQ(best.actions, (std::vector<float>{0.5F, 0}));
  EXPECT_EQ(objective.windows(), 3U * 50 * 8);
}

TEST(Judge, TakesTheLowestBoundWhereNoneKeepsThePromise) {
  KnownObjective objective = price_and_chance();
  const std::vector<Candidate> finalists = {seen_as_good({0.25, 0.75}), seen_as_good({0.75, 0.25})};
  const SearchResult best = judge(objective, finalists, 50, {}, always);
  EXPECT_FALSE(best.feasible);
  EXPECT_EQ(best.price, 0.75);
  EXPECT_GT(best.violation_bound, best.violation);
}

TEST(Judge, SaysWhereItIsEndedBeforeItHasJudged) {
  KnownObjective objective = price_and_chance();
  const std::vector<Candidate> finalists = {seen_as_good({0.25, 0}), seen_as_good({0.5, 0})};
  const SearchResult best = judge(objective, finalists, 50, {}, [] { return false; });
  EXPECT_FALSE(best.judged);
  EXPECT_FALSE(best.feasible);
  EXPECT_EQ(best.price, 0.25);
}

}  // namespace
}  // namespace faasconf::learner::search
