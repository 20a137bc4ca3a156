#pragma once
// What every search method is held to.

#include <functional>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "learner/search/proposer.hpp"
#include "sim/core/error.hpp"
#include "tests/learner/search/known_objective.hpp"

namespace faasconf::learner::search {

inline void tell_prices(Proposer& proposer, const std::vector<Point>& points) {
  std::vector<Candidate> tried;
  for (const Point& point : points) tried.push_back({.point = point, .score = sum_of(point)});
  proposer.tell(tried);
}

inline void check_saving(const std::function<std::unique_ptr<Proposer>()>& make) {
  const auto first = make();
  for (int i = 0; i < 20; ++i) tell_prices(*first, first->ask(0.04 * i));
  const std::vector<std::byte> saved = first->save();
  const auto second = make();
  second->restore(saved);
  for (int i = 0; i < 10; ++i) {
    const std::vector<Point> points = first->ask(0.9);
    EXPECT_EQ(second->ask(0.9), points);
    tell_prices(*first, points);
    tell_prices(*second, points);
  }
  const std::vector<std::byte> whole = second->save();
  EXPECT_THROW(second->restore(std::span(saved).first(saved.size() - 1)), sim::Error);
  EXPECT_EQ(second->save(), whole);
}

}  // namespace faasconf::learner::search
