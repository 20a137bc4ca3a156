#pragma once
// How often the promise of a workflow was kept, and what broke it.

#include <cstdint>
#include <optional>
#include <vector>

#include "experiments/results/verdict.hpp"
#include "sim/model/run.hpp"
#include "sim/model/workflow.hpp"
#include "sim/stats/running_moments.hpp"

namespace faasconf::experiments::results {

class PromiseTally {
 public:
  PromiseTally(const sim::QosTarget& promise, std::size_t cases) : promise_(promise), cases_(cases) {}

  void add(std::size_t case_index, const sim::Run& run);                // its windows after the warm-up
  std::optional<PromiseOutcome> outcome(std::size_t case_index) const;  // absent: nothing is promised

 private:
  struct OfCase {
    std::uint64_t kept = 0;
    std::uint64_t windows = 0;
    sim::RunningMoments share;  // over replications
    std::uint64_t without_success = 0;
    std::uint64_t too_slow = 0;
    std::uint64_t too_few = 0;
  };

  void count_causes(const sim::Observation& window, OfCase& seen) const;

  sim::QosTarget promise_;
  std::vector<OfCase> cases_;
};

}  // namespace faasconf::experiments::results
