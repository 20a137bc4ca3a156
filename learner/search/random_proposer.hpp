#pragma once
// Random search: uniform points for a fifth of the budget, then the best ones found, changed by ever smaller normal
// steps.

#include <cstddef>
#include <span>
#include <vector>

#include "learner/search/proposer.hpp"
#include "sim/core/random.hpp"

namespace faasconf::learner::search {

class RandomProposer final : public Proposer {
 public:
  RandomProposer(std::size_t coordinates, const sim::Rng& rng) : coordinates_(coordinates), rng_(rng) {}

  std::vector<Point> ask(double spent) override;  // one
  void tell(std::span<const Candidate> tried) override;
  std::vector<std::byte> save() override;
  void restore(std::span<const std::byte> bytes) override;

 private:
  struct Parent {
    double score = 0;
    Point point{};

    template <class Archive>
    void archive(Archive& a) {
      a(score, point);
    }
  };

  std::size_t coordinates_;
  sim::Rng rng_;
  std::vector<Parent> parents_;  // the best ones, by score
};

}  // namespace faasconf::learner::search
