#pragma once
// OpenFaaS's later autoscaler, which functions set up by labels com.openfaas.scale.*: so many replicas that each has
// its share of the load.
// Sources: https://docs.openfaas.com/architecture/autoscaling, https://www.openfaas.com/blog/queue-based-scaling

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/policy/autoscaler.hpp"

namespace faasconf::sim {

// com.openfaas.scale.type
enum class OpenFaasScaleType : std::uint8_t {
  rps,       // calls per second
  capacity,  // calls in flight
  cpu,       // millicores used
  queue,     // calls that wait for a worker
};

struct OpenFaasAutoscalerParameters {
  Duration interval = std::chrono::seconds(10);       // of its decisions; not documented, Prometheus' rate is over 10 s
  OpenFaasScaleType type = OpenFaasScaleType::rps;    // com.openfaas.scale.type
  double target = 50;                                 // com.openfaas.scale.target: load of a replica
  double target_share = 0.9;                          // com.openfaas.scale.target-proportion
  int min_scale = 1;                                  // com.openfaas.scale.min
  int max_scale = 20;                                 // com.openfaas.scale.max
  bool to_zero = false;                               // com.openfaas.scale.zero
  Duration zero_duration = std::chrono::minutes(15);  // com.openfaas.scale.zero-duration: idle before it goes to zero

  friend bool operator==(const OpenFaasAutoscalerParameters&, const OpenFaasAutoscalerParameters&) = default;
};

class OpenFaasAutoscaler final : public Autoscaler {
 public:
  using Parameters = OpenFaasAutoscalerParameters;
  explicit OpenFaasAutoscaler(ReplicaRanges ranges, const Parameters& parameters = {});
  std::optional<Duration> interval() const override { return parameters_.interval; }

 private:
  int wanted_replicas(FunctionId id, const ReplicaRange& range, const Observation& observation) override;

  Parameters parameters_;
  std::vector<std::optional<Time>> last_busy_;  // by FunctionId; absent before the first observation
};

}  // namespace faasconf::sim
