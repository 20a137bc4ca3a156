#pragma once
// The interface that fixed configurations, autoscalers, searches and trained networks share, simulated or live.

#include <optional>

#include "sim/policy/observation.hpp"

namespace faasconf::sim {

class Policy {
 public:
  virtual ~Policy() = default;

  // The configuration from now on, given the last window.
  virtual Configuration decide(const Observation& observation) = 0;

  // Whether it needs complete observations. If so, it is not asked after incomplete ones.
  virtual bool needs_every_metric() const { return true; }

  // How often the policy wants to decide; absent: once a window.
  virtual std::optional<Duration> interval() const { return std::nullopt; }
};

// Never changes anything: a configuration that is deployed once.
class FixedPolicy final : public Policy {
 public:
  explicit FixedPolicy(Configuration configuration) : configuration_(std::move(configuration)) {}
  Configuration decide(const Observation&) override { return configuration_; }
  bool needs_every_metric() const override { return false; }

 private:
  Configuration configuration_;
};

}  // namespace faasconf::sim
