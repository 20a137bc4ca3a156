#include "learner/search/cma_es_proposer.hpp"

#include <memory>

#include <gtest/gtest.h>

#include "learner/search/run_search.hpp"
#include "tests/learner/search/proposing.hpp"

namespace faasconf::learner::search {
namespace {

TEST(CmaEsProposer, GoesOnWhereItWasSaved) {
  check_saving([] { return std::make_unique<CmaEsProposer>(CmaEsOptions{.start = {0.5, 0.5}}); });
}

TEST(CmaEsProposer, RefusesTheStateOfOtherPoints) {
  CmaEsProposer two({.start = {0.5, 0.5}}), three({.start = {0.5, 0.5, 0.5}});
  EXPECT_THROW(three.restore(two.save()), sim::Error);
}

TEST(CmaEsProposer, SearchesInTheSameLoop) {
  KnownObjective objective = cheapest_at_0_8();
  CmaEsProposer proposer({.start = {0.5, 0.5}});
  const auto finalists = run_search(objective, proposer, {.windows = 40'000}, {}, always);
  EXPECT_NEAR(finalists.front().estimate.price, 0.8, 0.02);
}

}  // namespace
}  // namespace faasconf::learner::search
