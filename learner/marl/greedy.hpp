#pragma once
// How good a policy is without exploration, on loads and random numbers of its own.

#include <cstdint>
#include <vector>

#include "learner/marl/learner.hpp"
#include "learner/marl/trainer.hpp"

namespace faasconf::learner::marl {

struct GreedyReport {
  struct Load {
    std::size_t group = 0;  // workflow
    double level = 0;       // users, or requests per second of an open loop
    double price = 0;       // mean over windows
    double violations = 0;  // share of windows
    std::size_t windows = 0;
  };
  double reward = 0;  // means over all windows
  double price = 0;
  double violations = 0;
  std::vector<Load> loads;  // by group and level
};

// One episode of every plan; workflows stand in the order of those that the learner was made with. Same report for the
// same weights and seed.
GreedyReport run_greedily(Learner& learner, const Plans& plans, std::uint64_t seed, int threads);

}  // namespace faasconf::learner::marl
