#pragma once
// Many environments at once, on all cores.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "sim/core/worker_pool.hpp"
#include "sim/env/environment.hpp"

namespace faasconf::sim {

// Environments that may differ in workflow, load and parameters (one draw of a calibration each: domain randomisation),
// stepped together. Their rows lie one after the other, environment by environment and agent by agent; all see the same
// number of features. An environment whose episode is over is reset in the same step, as Gymnasium's vector API does in
// SAME_STEP mode: observations() then has the new episode's first row, final_observations() the old one's last.
// Results do not depend on the number of threads. step() allocates nothing.
class VectorEnv {
 public:
  // One environment per plan, numbered from 0; a plan may occur more than once. Throws Error: no plan, different
  // features.
  VectorEnv(const std::vector<std::shared_ptr<const EnvironmentPlan>>& plans, std::uint64_t seed, int threads);

  std::size_t size() const { return environments_.size(); }
  std::size_t agents() const { return first_agent_.back(); }  // of all environments
  std::size_t first_agent(std::size_t environment) const { return first_agent_[environment]; }
  std::size_t features() const { return features_; }
  const Environment& environment(std::size_t i) const { return *environments_[i]; }

  void reset();                               // all; before the first step
  void step(std::span<const float> actions);  // agents() x kKnobs, each in [0, 1]

  // The state of all environments, as Environment::save(); it may be restored under another number of threads.
  // restore() throws Error for bytes that are not a state of these plans; call reset() then.
  std::vector<std::byte> save();
  void restore(std::span<const std::byte> bytes);

  std::span<const float> observations() const { return last_.observations; }  // agents() x features()
  std::span<const float> final_observations() const {
    return last_.final_observations;
  }  // where truncated; else as above
  // By environment, of the last step.
  std::span<const double> rewards() const { return last_.rewards; }
  std::span<const double> prices() const { return last_.prices; }
  std::span<const double> violations() const { return last_.violations; }  // share of replications that missed QoS
  std::span<const std::uint8_t> truncated() const { return last_.truncated; }

 private:
  struct LastStep {
    std::vector<float> observations, final_observations;
    std::vector<double> rewards, prices, violations;
    std::vector<std::uint8_t> truncated;

    bool is_as_large_as(const LastStep& other) const;
    template <class Archive>
    void archive(Archive& a) {
      a(observations, final_observations, rewards, prices, violations, truncated);
    }
  };

  void reset_one(std::size_t i);
  void step_one(std::size_t i);
  std::span<float> rows(std::vector<float>& all, std::size_t i) const;

  std::vector<std::unique_ptr<Environment>> environments_;
  std::vector<std::size_t> first_agent_;  // and one beyond the last
  std::size_t features_ = 0;
  LastStep last_;
  std::span<const float> actions_;  // of the present step
  std::function<void(std::size_t)> reset_one_ = [this](std::size_t i) { reset_one(i); };
  std::function<void(std::size_t)> step_one_ = [this](std::size_t i) { step_one(i); };
  WorkerPool pool_;
};

}  // namespace faasconf::sim
