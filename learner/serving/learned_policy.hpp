#pragma once
// A trained policy behind the interface of all policies: features, network, safety filter, configuration.

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "learner/bundle/bundle.hpp"
#include "learner/safety/safety_filter.hpp"
#include "learner/serving/policy_network.hpp"
#include "sim/env/features.hpp"
#include "sim/env/load.hpp"
#include "sim/model/scenario.hpp"
#include "sim/policy/policy.hpp"

namespace faasconf::learner::serving {

struct ServingOptions {
  // Users, or requests per second of an open loop, by window, where they are known: a clairvoyant policy asks for the
  // next window, any policy for the one that it has seen. Without it the policy takes the observation's, whose mean
  // number of users is too low while users still start.
  std::function<double(std::int64_t window)> load{};
  std::vector<double> history{};  // the same of the windows before the first one seen, for a seasonal forecast
  bool safety_learns = false;     // from the windows that it serves
  std::uint64_t seed = 1;         // of the safety filter's draws
  bool any_promise = false;       // also serves under another promise than it was trained to keep
};

// One policy serves one run. Its features are those of sim::Environment in training.
class LearnedPolicy final : public sim::Policy {
 public:
  // The scenario is borrowed. Throws Error where the policy does not fit the workflow, saying what differs, and for a
  // clairvoyant policy without `users`.
  LearnedPolicy(const bundle::PolicyBundle& bundle, const sim::Scenario& scenario, ServingOptions options = {});
  LearnedPolicy(const LearnedPolicy&) = delete;  // parts refer to one another

  // Keeps the observation's configuration where functions are missing from it.
  sim::Configuration decide(const sim::Observation& observation) override;

  std::int64_t replaced() const { return replaced_; }  // proposals, by the safety filter

 private:
  void recall(const sim::Observation& observation);
  void begin_forecast(double load);
  sim::LoadOutlook look_ahead(const sim::Observation& observation);

  const sim::Scenario& scenario_;
  ServingOptions options_;
  sim::ActionSpace actions_;
  sim::AgentGraph graph_;
  sim::Features features_;
  PolicyNetwork network_;
  std::unique_ptr<safety::SafetyFilter> safety_;  // absent: none
  bool clairvoyant_;
  sim::LoadForecast forecast_;
  sim::Rng rng_;
  bool begun_ = false;
  sim::Configuration decided_;
  std::vector<float> last_;  // actions of the window that is seen next, agents x kKnobs
  std::vector<float> rows_;  // agents x features
  std::int64_t replaced_ = 0;
};

}  // namespace faasconf::learner::serving
