#pragma once
// Kubernetes' HorizontalPodAutoscaler (autoscaling/v2): CPU use beside the pods' requests, calls per second, calls in
// flight, calls that wait; where several are given, the one that asks for most counts.

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/policy/autoscaler.hpp"

namespace faasconf::sim {

// `selectPolicy`: which of several policies bounds a change.
enum class ScalingSelect : std::uint8_t {
  max,       // the one that allows more
  min,       // the one that allows less
  disabled,  // no change this way
};

// `behavior.scaleUp` or `behavior.scaleDown`: by how much the number of pods may change.
struct ScalingRules {
  std::optional<int> pods{};  // policy of type Pods: at most so many ...
  Duration pods_period = std::chrono::seconds(15);
  std::optional<double>
      share{};  // policy of type Percent: at most this share of the pods at the period's beginning ...
  Duration share_period = std::chrono::seconds(15);
  ScalingSelect select = ScalingSelect::max;
  Duration stabilization{};  // stabilizationWindowSeconds: the most cautious recommendation of this span holds

  friend bool operator==(const ScalingRules&, const ScalingRules&) = default;
};

// Defaults of `behavior`: up by 4 pods or 100 % in 15 s, the larger; down by 100 % in 15 s.
struct HpaBehavior {
  ScalingRules up{.pods = 4, .share = 1};
  ScalingRules down{.share = 1, .stabilization = std::chrono::minutes(5)};

  friend bool operator==(const HpaBehavior&, const HpaBehavior&) = default;
};

// Defaults of kube-controller-manager and of autoscaling/v2. A target of 0 is no metric.
struct HpaParameters {
  Duration interval = std::chrono::seconds(15);  // --horizontal-pod-autoscaler-sync-period
  double target_utilization = 0.8;               // of the CPU request: averageUtilization when no metric is given
  double target_rate_per_s = 0;                  // calls per second and pod
  double target_in_flight = 0;                   // calls in flight per pod
  double target_queue_length = 0;                // calls per pod that wait in the central queue or for workers
  double tolerance = 0.1;                        // --horizontal-pod-autoscaler-tolerance
  HpaBehavior behavior{};

  friend bool operator==(const HpaParameters&, const HpaParameters&) = default;
};

class Hpa final : public Autoscaler {
 public:
  using Parameters = HpaParameters;
  explicit Hpa(ReplicaRanges ranges, const Parameters& parameters = {});
  std::optional<Duration> interval() const override { return parameters_.interval; }

 private:
  struct Scaler {
    SlidingWindow recommendations;
    SlidingWindow changes;  // of the number of pods, each with its sign
  };

  int wanted_replicas(FunctionId id, const ReplicaRange& range, const Observation& observation) override;
  // Absent where a metric was not measured and the others do not ask for more.
  std::optional<int> recommendation(const FunctionObservation& function, const FunctionConfiguration& knobs,
                                    const ReplicaRange& range, Duration length) const;
  int by_cpu(double used_cores, double request_cores, int ready, int replicas) const;
  int by_total(double total, double target, int replicas) const;

  Parameters parameters_;
  std::vector<Scaler> scalers_;  // by FunctionId
};

}  // namespace faasconf::sim
