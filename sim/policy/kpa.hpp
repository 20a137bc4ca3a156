#pragma once
// Knative's pod autoscaler on concurrency. Where a function's range begins at 0, it scales to zero; from zero, the
// platform scales to one by itself.

#include "sim/policy/autoscaler.hpp"

namespace faasconf::sim {

// Defaults of the config map config-autoscaler.
struct KpaParameters {
  Duration interval = std::chrono::seconds(2);        // of the autoscaler's ticks
  Duration stable_window = std::chrono::seconds(60);  // stable-window
  Duration panic_window = std::chrono::seconds(6);    // panic-window-percentage: 10 % of the stable one
  double panic_threshold = 2;                         // panic-threshold-percentage: 200 %
  double target_share = 0.7;                          // container-concurrency-target-percentage: 70 % of the limit
  double target_unlimited = 100;                      // container-concurrency-target-default, where there is none
  double max_scale_up_rate = 1000;                    // max-scale-up-rate
  double max_scale_down_rate = 2;                     // max-scale-down-rate: at most halved at once
  // scale-to-zero-grace-period: that the last replica stays when there was nothing to do for a whole stable window
  Duration scale_to_zero_grace = std::chrono::seconds(30);

  friend bool operator==(const KpaParameters&, const KpaParameters&) = default;
};

class Kpa final : public Autoscaler {
 public:
  using Parameters = KpaParameters;
  explicit Kpa(ReplicaRanges ranges, const Parameters& parameters = {});
  std::optional<Duration> interval() const override { return parameters_.interval; }

 private:
  struct Scaler {
    SlidingWindow stable_concurrency;
    SlidingWindow panic_concurrency;
    std::optional<Time> over_threshold{};  // last seen; absent: it does not panic
    int most_in_panic = 0;
    Time last_busy{};  // end of the last interval with calls in flight, or the beginning of the first one
  };

  int wanted_replicas(FunctionId id, const ReplicaRange& range, const Observation& observation) override;
  int wanted_by_load(Scaler& scaler, const FunctionObservation& function, const FunctionConfiguration& knobs, Time now);

  Parameters parameters_;
  std::vector<Scaler> scalers_;  // by FunctionId
};

}  // namespace faasconf::sim
