#pragma once
// Kubernetes' HorizontalPodAutoscaler (autoscaling/v2) on CPU use. Requests are taken to equal the limits.

#include "sim/policy/autoscaler.hpp"

namespace faasconf::sim {

// Defaults of kube-controller-manager and of `behavior` in autoscaling/v2.
struct HpaParameters {
  Duration interval = std::chrono::seconds(15);  // --horizontal-pod-autoscaler-sync-period
  double target_utilization = 0.8;               // of the CPU request: averageUtilization when no metric is given
  double tolerance = 0.1;                        // --horizontal-pod-autoscaler-tolerance
  int up_pods = 4;                               // scaleUp.policies, per interval: the larger of 4 pods ...
  double up_share = 1;                           // ... and 100 %
  double down_share = 1;                         // scaleDown.policies, per interval: 100 %
  Duration down_stabilization = std::chrono::minutes(5);  // scaleDown.stabilizationWindowSeconds: 300

  friend bool operator==(const HpaParameters&, const HpaParameters&) = default;
};

class Hpa final : public Autoscaler {
 public:
  using Parameters = HpaParameters;
  explicit Hpa(ReplicaRanges ranges, const Parameters& parameters = {});
  std::optional<Duration> interval() const override { return parameters_.interval; }

 private:
  int wanted_replicas(FunctionId id, const ReplicaRange& range, const Observation& observation) override;
  int recommendation(const FunctionObservation& function, const FunctionConfiguration& knobs) const;

  Parameters parameters_;
  std::vector<SlidingWindow> recommendations_;  // by FunctionId
};

}  // namespace faasconf::sim
