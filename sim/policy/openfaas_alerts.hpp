#pragma once
// OpenFaaS with its default alerts: Prometheus raises an alert while a function is called often, Alertmanager repeats
// it, and the gateway adds a step of replicas for each; when the alert is resolved, it goes back to the fewest.

#include "sim/policy/autoscaler.hpp"

namespace faasconf::sim {

// Defaults of OpenFaaS up to 2023.
struct OpenFaasAlertsParameters {
  Duration interval = std::chrono::seconds(1);      // the alert is evaluated all the time
  Duration rate_window = std::chrono::seconds(10);  // alert APIHighInvocationRate: rate(...{code="200"}[10s]) > 5
  double threshold_per_s = 5;
  Duration hold = std::chrono::seconds(5);     // the alert's `for: 5s`
  Duration repeat = std::chrono::seconds(10);  // of the notification, while the alert fires
  double step_share = 0.2;                     // com.openfaas.scale.factor: 20 % of the most replicas

  friend bool operator==(const OpenFaasAlertsParameters&, const OpenFaasAlertsParameters&) = default;
};

class OpenFaasAlerts final : public Autoscaler {
 public:
  using Parameters = OpenFaasAlertsParameters;
  explicit OpenFaasAlerts(ReplicaRanges ranges, const Parameters& parameters = {});
  std::optional<Duration> interval() const override { return parameters_.interval; }

 private:
  struct Alert {
    SlidingWindow successes_per_s;
    std::optional<Time> pending_since;
    std::optional<Time> notified;  // last; absent: it does not fire
  };

  int wanted_replicas(FunctionId id, const ReplicaRange& range, const Observation& observation) override;

  Parameters parameters_;
  std::vector<Alert> alerts_;  // by FunctionId
};

}  // namespace faasconf::sim
