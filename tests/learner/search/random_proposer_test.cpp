#include "learner/search/random_proposer.hpp"

#include <cmath>
#include <memory>

#include <gtest/gtest.h>

#include "tests/learner/search/proposing.hpp"

namespace faasconf::learner::search {
namespace {

TEST(RandomProposer, BeginsAnywhere) {
  RandomProposer proposer(1, sim::Rng(1));
  double sum = 0;
  for (int i = 0; i < 1000; ++i) sum += proposer.ask(0.1).front()[0];
  // four standard errors of the mean of 1000 uniform numbers
  EXPECT_NEAR(sum / 1000, 0.5, 4 / std::sqrt(12.0 * 1000));
}

TEST(RandomProposer, ChangesTheBestOnesFoundLess) {
  RandomProposer proposer(3, sim::Rng(1));
  for (int i = 0; i < 16; ++i) proposer.tell(std::vector<Candidate>{{.point = {0.5, 0.5, 0.5}, .score = 1}});
  proposer.tell(std::vector<Candidate>{{.point = {0, 0, 0}, .score = 2}});
  const auto furthest = [&](double spent) {
    double most = 0;
    for (int i = 0; i < 200; ++i) {
      const Point point = proposer.ask(spent).front();
      for (const double coordinate : point) most = std::max(most, std::abs(coordinate - 0.5));
    }
    return most;
  };
  EXPECT_GT(furthest(0.2), 0.3);
  EXPECT_LT(furthest(1), 0.1);
}

TEST(RandomProposer, GoesOnWhereItWasSaved) {
  check_saving([] { return std::make_unique<RandomProposer>(2, sim::Rng(1)); });
}

TEST(RandomProposer, RefusesTheStateOfOtherPoints) {
  RandomProposer two(2, sim::Rng(1)), three(3, sim::Rng(1));
  tell_prices(two, two.ask(0));
  EXPECT_THROW(three.restore(two.save()), sim::Error);
}

}  // namespace
}  // namespace faasconf::learner::search
