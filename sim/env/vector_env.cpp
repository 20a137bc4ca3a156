#include "sim/env/vector_env.hpp"

#include <algorithm>
#include <string>
#include <tuple>

#include "sim/core/archive.hpp"
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
  last_.observations.resize(agents() * features_);
  last_.final_observations.resize(agents() * features_);
  last_.rewards.resize(size());
  last_.prices.resize(size());
  last_.violations.resize(size());
  last_.unserved.resize(size());
  last_.truncated.resize(size());
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

bool VectorEnv::LastStep::is_as_large_as(const LastStep& other) const {
  const auto sizes = [](const LastStep& step) {
    return std::tuple(step.observations.size(), step.final_observations.size(), step.rewards.size(), step.prices.size(),
                      step.violations.size(), step.unserved.size(), step.truncated.size());
  };
  return sizes(*this) == sizes(other);
}

std::vector<std::byte> VectorEnv::save() {
  ArchiveWriter writer;
  std::vector<std::vector<std::byte>> states(size());
  pool_.run(size(), [&](std::size_t i) { states[i] = environments_[i]->save(); });
  writer(states, last_);
  return writer.take();
}

void VectorEnv::restore(std::span<const std::byte> bytes) {
  ArchiveReader reader(bytes);
  std::vector<std::vector<std::byte>> states;
  reader(states);
  if (states.size() != size()) {
    throw Error("saved state of " + std::to_string(states.size()) + " environments, expected one of " +
                std::to_string(size()));
  }
  pool_.run(size(), [&](std::size_t i) { environments_[i]->restore(states[i]); });
  LastStep last;
  reader(last);
  if (!last.is_as_large_as(last_) || !reader.at_end()) throw Error("saved state of environments is damaged");
  last_ = last;
}

void VectorEnv::reset_one(std::size_t i) {
  environments_[i]->reset();
  last_.truncated[i] = 0;
  std::ranges::copy(environments_[i]->observation(), rows(last_.observations, i).begin());
  std::ranges::copy(environments_[i]->observation(), rows(last_.final_observations, i).begin());
}

void VectorEnv::step_one(std::size_t i) {
  Environment& environment = *environments_[i];
  const std::size_t first = kKnobs * first_agent_[i];
  environment.step(actions_.subspan(first, kKnobs * first_agent_[i + 1] - first));
  last_.rewards[i] = environment.reward().value;
  last_.prices[i] = environment.reward().price;
  last_.violations[i] = environment.reward().violation;
  last_.unserved[i] = environment.reward().unserved;
  last_.truncated[i] = environment.truncated() ? 1 : 0;
  std::ranges::copy(environment.observation(), rows(last_.final_observations, i).begin());
  if (environment.truncated()) environment.reset();
  std::ranges::copy(environment.observation(), rows(last_.observations, i).begin());
}

}  // namespace faasconf::sim
