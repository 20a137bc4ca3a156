#pragma once
// An objective whose prices and chances of violations are formulas.

#include <functional>
#include <utility>

#include "learner/search/objective.hpp"
#include "sim/core/random.hpp"

namespace faasconf::learner::search {

inline bool always() { return true; }

class KnownObjective final : public Objective {
 public:
  using Formula = std::function<double(const Point&)>;
  // chance: that a window breaks the promise
  KnownObjective(Size size, Formula price, Formula chance, std::uint64_t seed = 1)
      : Objective(size), price_(std::move(price)), chance_(std::move(chance)), rng_(seed) {}

 private:
  Outcome simulate(const Point& point, std::size_t /*load*/, std::size_t /*step*/, const GoOn& /*go_on*/) override {
    double broken = 0;
    for (std::size_t i = 0; i < size().windows; ++i) broken += rng_.uniform() < chance_(point) ? 1 : 0;
    return {.price = price_(point), .violation = broken / static_cast<double>(size().windows)};
  }

  Formula price_;
  Formula chance_;
  sim::Rng rng_;
};

inline double sum_of(const Point& point) {
  double sum = 0;
  for (const double coordinate : point) sum += coordinate;
  return sum;
}

// Two coordinates, whose sum is the price; the promise is kept from 0.8 on: the cheapest price.
inline KnownObjective cheapest_at_0_8(std::uint64_t seed = 1) {
  const auto chance = [](const Point& point) { return sum_of(point) < 0.8 ? 0.5 : 0.01; };
  return KnownObjective({.coordinates = 2, .loads = 1, .windows = 8}, sum_of, chance, seed);
}

}  // namespace faasconf::learner::search
