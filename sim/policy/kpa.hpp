#pragma once
// Knative's pod autoscaler on concurrency or on requests per second. Where a function's range begins at 0, it scales to
// zero; from zero, the platform scales to one by itself.

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/policy/autoscaler.hpp"

namespace faasconf::sim {

enum class KpaMetric : std::uint8_t { concurrency, rps };

// Defaults of the config map config-autoscaler; in comments its keys, or those of a revision's annotations.
struct KpaParameters {
  Duration interval = std::chrono::seconds(2);        // of the autoscaler's ticks
  Duration stable_window = std::chrono::seconds(60);  // stable-window
  Duration panic_window = std::chrono::seconds(6);    // panic-window-percentage: 10 % of the stable one
  double panic_threshold = 2;                         // panic-threshold-percentage: 200 %
  KpaMetric metric = KpaMetric::concurrency;          // metric
  std::optional<double> target{};                     // target: of each pod, before target_share; absent: see below
  double target_share = 0.7;                          // target-utilization-percentage: 70 % of the limit or target
  double target_unlimited = 100;                      // container-concurrency-target-default, where there is no limit
  double target_rps = 200;                            // requests-per-second-target-default
  double max_scale_up_rate = 1000;                    // max-scale-up-rate
  double max_scale_down_rate = 2;                     // max-scale-down-rate: at most halved at once
  int min_scale = 0;                                  // min-scale
  int max_scale = 0;                                  // max-scale; 0: as many as the range has
  int initial_scale = 0;        // initial-scale: kept until so many were ready once; 0: those that it finds
  int activation_scale = 1;     // activation-scale: the fewest while there are any
  Duration scale_down_delay{};  // scale-down-delay: the most that was wanted within this span stays
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
    SlidingWindow stable_load;
    SlidingWindow panic_load;
    SlidingWindow wanted;                  // of late, for the scale-down delay
    bool initialized = false;              // so many as initial_scale were ready
    std::optional<Time> over_threshold{};  // last seen; absent: it does not panic
    int most_in_panic = 0;
    Time last_busy{};  // end of the last interval with calls in flight, or the beginning of the first one
  };

  int wanted_replicas(FunctionId id, const ReplicaRange& range, const Observation& observation) override;
  int wanted_by_load(Scaler& scaler, double load, const FunctionObservation& function,
                     const FunctionConfiguration& knobs, Time now);
  int within_scales(Scaler& scaler, int wanted, int ready, Time now) const;
  double target_of(const FunctionConfiguration& knobs) const;  // of each pod

  Parameters parameters_;
  std::vector<Scaler> scalers_;  // by FunctionId
};

}  // namespace faasconf::sim
