#include "sim/env/vector_env.hpp"

#include <algorithm>
#include <string>

#include "sim/core/error.hpp"

namespace faasconf::sim {

VectorEnv::VectorEnv(const std::vector<std::shared_ptr<const EnvironmentPlan>>& plans, std::uint64_t seed, int threads)
    : first_agent_(1), pool_(threads) {
  if (plans.empty()) throw Error("a vector of environments: expected at least one, got none");
  features_ = plans.front()->features().size();
  for (const auto& plan : plans) {
    if (plan->features().size() != features_) {
      throw Error("a vector of environments: expected the same features everywhere, got " + std::to_string(features_) +
                  " and " + std::to_string(plan->features().size()));
    }
    environments_.push_back(std::make_unique<Environment>(plan, seed, environments_.size()));
    first_agent_.push_back(first_agent_.back() + plan->agents());
  }
  observations_.resize(agents() * features_);
  final_observations_.resize(agents() * features_);
  rewards_.resize(size());
  prices_.resize(size());
  violations_.resize(size());
  truncated_.resize(size());
}

std::span<float> VectorEnv::rows(std::vector<float>& all, std::size_t i) const {
  return std::span(all).subspan(first_agent_[i] * features_, (first_agent_[i + 1] - first_agent_[i]) * features_);
}

void VectorEnv::reset() { pool_.run(size(), reset_one_); }

void VectorEnv::step(std::span<const float> actions) {
  if (actions.size() != kKnobs * agents()) {
    throw Error("a vector of environments: expected " + std::to_string(kKnobs * agents()) +
                " numbers for the actions, got " + std::to_string(actions.size()));
  }
  actions_ = actions;
  pool_.run(size(), step_one_);
}

void VectorEnv::reset_one(std::size_t i) {
  environments_[i]->reset();
  truncated_[i] = 0;
  std::ranges::copy(environments_[i]->observation(), rows(observations_, i).begin());
  std::ranges::copy(environments_[i]->observation(), rows(final_observations_, i).begin());
}

void VectorEnv::step_one(std::size_t i) {
  Environment& environment = *environments_[i];
  const std::size_t first = kKnobs * first_agent_[i];
  environment.step(actions_.subspan(first, kKnobs * first_agent_[i + 1] - first));
  rewards_[i] = environment.reward().value;
  prices_[i] = environment.reward().price;
  violations_[i] = environment.reward().violation;
  truncated_[i] = environment.truncated() ? 1 : 0;
  std::ranges::copy(environment.observation(), rows(final_observations_, i).begin());
  if (environment.truncated()) environment.reset();
  std::ranges::copy(environment.observation(), rows(observations_, i).begin());
}

}  // namespace faasconf::sim
