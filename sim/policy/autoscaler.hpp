#pragma once
// What the platforms' autoscalers have in common: they set the replicas of each function independently of the others.

#include <optional>
#include <vector>

#include "sim/policy/policy.hpp"

namespace faasconf::sim {

struct ReplicaRange {
  int min = 1;
  int max = 20;
  std::optional<Millicores> cpu_request{};  // of an instance; absent: its limit, as Kubernetes sets it
};

// By FunctionId; absent where replicas are not to be touched.
using ReplicaRanges = std::vector<std::optional<ReplicaRange>>;

class Autoscaler : public Policy {
 public:
  // The observation's configuration with other replicas; unchanged when the observation has too few functions.
  Configuration decide(const Observation& observation) final;
  bool needs_every_metric() const final { return false; }

 protected:
  explicit Autoscaler(ReplicaRanges ranges) : ranges_(std::move(ranges)) {}

 private:
  // For one function, cut to its range by the caller; those that it has where the metric for more was not measured.
  virtual int wanted_replicas(FunctionId id, const ReplicaRange& range, const Observation& observation) = 0;

  ReplicaRanges ranges_;
};

// The samples of the last so many seconds.
class SlidingWindow {
 public:
  struct Sample {
    Time time;  // end of the interval that it was measured in
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
