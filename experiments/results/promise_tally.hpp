#pragma once
// How the runs of a comparison kept the promise of their workflow, and what broke it.

#include <cstddef>
#include <optional>
#include <vector>

#include "experiments/results/verdict.hpp"
#include "sim/model/run.hpp"
#include "sim/stats/running_moments.hpp"

namespace faasconf::experiments::results {

class PromiseTally {
 public:
  PromiseTally(const sim::Promise& promise, std::size_t cases) : promise_(promise), cases_(cases) {}

  void add(std::size_t case_index, const sim::Run& run);
  std::optional<PromiseOutcome> outcome(std::size_t case_index) const;  // absent: nothing is promised

 private:
  struct OfCase {
    sim::PromiseKept kept;       // by all runs
    sim::RunningMoments shares;  // over runs; neighbouring periods of one run are dependent
  };

  sim::Promise promise_;
  std::vector<OfCase> cases_;
};

}  // namespace faasconf::experiments::results
