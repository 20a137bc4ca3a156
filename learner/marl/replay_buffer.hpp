#pragma once
// Past transitions, to learn from again.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <torch/types.h>

#include "learner/marl/learner.hpp"
#include "sim/core/random.hpp"

namespace faasconf::learner::marl {

// Transitions drawn, rows as environments gave them.
struct Batch {
  torch::Tensor rows;       // batch x agents x features
  torch::Tensor actions;    // batch x agents x kKnobs
  torch::Tensor rewards;    // batch x 1
  torch::Tensor next_rows;  // batch x agents x features
};

// The newest transitions of one shard, `capacity` of them. Episodes are truncated, never terminated, so none is final.
class ReplayBuffer {
 public:
  ReplayBuffer(std::size_t capacity, std::size_t agents, std::size_t features);

  void add(const Experience& experience);
  std::size_t size() const { return filled_; }
  Batch sample(std::size_t count, sim::Rng& rng) const;  // with replacement; size() >= 1

  template <class Archive>
  void archive(Archive& a) {
    a(filled_, next_, rows_, actions_, rewards_, next_rows_);
  }

 private:
  std::size_t capacity_;
  std::size_t agents_;
  std::size_t features_;
  std::size_t filled_ = 0;
  std::size_t next_ = 0;
  // grow as they fill
  std::vector<float> rows_;
  std::vector<float> actions_;
  std::vector<float> rewards_;
  std::vector<float> next_rows_;
};

}  // namespace faasconf::learner::marl
