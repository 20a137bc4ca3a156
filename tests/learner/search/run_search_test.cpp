#include "learner/search/run_search.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "learner/search/random_proposer.hpp"
#include "sim/core/error.hpp"
#include "tests/learner/search/known_objective.hpp"

namespace faasconf::learner::search {
namespace {

// Oracle: the cheapest price that keeps the promise is 0.8.
TEST(RunSearch, FindsTheCheapestThatKeepsThePromise) {
  KnownObjective objective = cheapest_at_0_8();
  RandomProposer proposer(2, sim::Rng(1));
  const auto finalists = run_search(objective, proposer, {.windows = 40'000}, {}, always);
  EXPECT_NEAR(finalists.front().estimate.price, 0.8, 0.02);
  EXPECT_TRUE(std::ranges::is_sorted(finalists, {}, &Candidate::score));
}

TEST(RunSearch, StaysWithinItsBudget) {
  KnownObjective objective = cheapest_at_0_8();
  RandomProposer proposer(2, sim::Rng(1));
  const auto finalists = run_search(objective, proposer, {.windows = 2000, .finalists = 5}, {}, always);
  EXPECT_EQ(finalists.size(), 5U);
  EXPECT_LE(objective.windows(), 2000U);
  EXPECT_GT(objective.windows(), 2000U - 16 * 8);
}

TEST(RunSearch, GivesUpEarlyOnWhatFallsBehind) {
  KnownObjective objective = cheapest_at_0_8();
  RandomProposer proposer(2, sim::Rng(1));
  std::size_t tried = 0;
  struct Counting final : Proposer {
    Counting(Proposer& counted, std::size_t& tried) : counted_(counted), tried_(tried) {}
    std::vector<Point> ask(double spent) override { return ++tried_, counted_.ask(spent); }
    void tell(std::span<const Candidate> candidates) override { counted_.tell(candidates); }
    std::vector<std::byte> save() override { return counted_.save(); }
    void restore(std::span<const std::byte> bytes) override { counted_.restore(bytes); }
    Proposer& counted_;
    std::size_t& tried_;
  } counting(proposer, tried);
  run_search(objective, counting, {.windows = 20'000, .finalists = 5}, {}, always);
  EXPECT_GT(tried, 2U * 20'000 / (16 * 8));
}

TEST(RunSearch, EndsAtOnceWithWhatItHas) {
  KnownObjective objective = cheapest_at_0_8();
  RandomProposer proposer(2, sim::Rng(1));
  const auto finalists =
      run_search(objective, proposer, {.windows = 40'000}, {}, [&] { return objective.windows() < 16; });
  ASSERT_EQ(finalists.size(), 1U);
  EXPECT_EQ(finalists.front().estimate.steps(), 2U);
  EXPECT_EQ(objective.windows(), 16U);
}

TEST(RunSearch, HasNothingToReturnBeforeItsFirstStep) {
  KnownObjective objective({.coordinates = 2, .loads = 2, .windows = 8}, sum_of, sum_of);
  RandomProposer proposer(2, sim::Rng(1));
  EXPECT_THROW(run_search(objective, proposer, {.windows = 40'000}, {}, [] { return false; }), sim::Cancelled);
}

}  // namespace
}  // namespace faasconf::learner::search
