#pragma once
// A search method: it proposes points and is given their estimates.

#include <cstddef>
#include <span>
#include <vector>

#include "learner/search/objective.hpp"
#include "learner/search/point.hpp"

namespace faasconf::learner::search {

// A point and what is known of it.
struct Candidate {
  Point point;
  Estimate estimate{};
  double score = 0;  // the lower the better: the price, and a penalty where the promise may be broken too often
};

class Proposer {
 public:
  virtual ~Proposer() = default;

  // What to try next: at least one point. spent: share of the budget, 0 .. 1.
  virtual std::vector<Point> ask(double spent) = 0;
  // All points of the last ask(), in its order. Those that fell behind were given up early, with fewer steps.
  virtual void tell(std::span<const Candidate> tried) = 0;

  // The whole state, bit for bit. restore() throws Error when the bytes are not such a state, and leaves it as it was.
  virtual std::vector<std::byte> save() = 0;
  virtual void restore(std::span<const std::byte> bytes) = 0;
};

}  // namespace faasconf::learner::search
