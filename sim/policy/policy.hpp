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

  // How often the policy wants to decide; absent: once a window.
  virtual std::optional<Duration> interval() const { return std::nullopt; }
};

// Never changes anything: the configuration that a team would deploy and forget.
class FixedPolicy final : public Policy {
 public:
  explicit FixedPolicy(Configuration configuration) : configuration_(std::move(configuration)) {}
  Configuration decide(const Observation&) override { return configuration_; }

 private:
  Configuration configuration_;
};

}  // namespace faasconf::sim
