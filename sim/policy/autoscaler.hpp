#pragma once
// What the platforms' autoscalers have in common: they move the replicas of each function by itself.

#include <optional>
#include <vector>

#include "sim/policy/policy.hpp"

namespace faasconf::sim {

struct ReplicaRange {
  int min = 1;
  int max = 20;
};

// By FunctionId; absent where replicas are not to be touched.
using ReplicaRanges = std::vector<std::optional<ReplicaRange>>;

class Autoscaler : public Policy {
 public:
  // The observation's configuration with other replicas; unchanged when it tells of too few functions.
  Configuration decide(const Observation& observation) final;

 protected:
  explicit Autoscaler(ReplicaRanges ranges) : ranges_(std::move(ranges)) {}

 private:
  // For one function, cut to its range by the caller.
  virtual int wanted_replicas(FunctionId id, const ReplicaRange& range, const Observation& observation) = 0;

  ReplicaRanges ranges_;
};

// The samples of the last so many seconds.
class SlidingWindow {
 public:
  struct Sample {
    Time time;  // end of what it tells of
    double value = 0;
  };

  explicit SlidingWindow(Duration length) : length_(length) {}
  void add(Time now, double value);
  const std::vector<Sample>& samples() const { return samples_; }
  double mean() const;  // 0 without samples
  double max() const;

 private:
  Duration length_;
  std::vector<Sample> samples_;  // in order of time
};

}  // namespace faasconf::sim
