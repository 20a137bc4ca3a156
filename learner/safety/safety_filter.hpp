#pragma once
// Reviews proposed actions before they are applied, in training and in serving: learns which configurations met QoS,
// and replaces proposals that may not.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "learner/safety/action_price.hpp"
#include "sim/core/random.hpp"

namespace faasconf::learner::safety {

// Actions are those of all agents of a workflow, agents x kKnobs, in [0, 1].
class SafetyFilter {
 public:
  virtual ~SafetyFilter() = default;

  // Called after a window: its users, the actions in force, their price, and whether it met QoS.
  virtual void learn(double users, std::span<const float> actions, double price, bool qos_met) = 0;
  // Called before a window, with the users expected in it; true where it has replaced the proposal.
  virtual bool review(double users, std::span<float> actions, sim::Rng& rng) = 0;

  // The whole state, bit for bit. restore() throws Error when the bytes are not such a state, and leaves it as it was.
  virtual std::vector<std::byte> save() = 0;
  virtual void restore(std::span<const std::byte> bytes) = 0;
  // What review() needs, for a bundle.
  virtual std::string to_json() const = 0;
};

// From what to_json() wrote. Throws Error: no JSON, an unknown kind, another number of actions, a damaged entry.
std::unique_ptr<SafetyFilter> safety_from_json(const std::string& text, const ActionPrice& price);

}  // namespace faasconf::learner::safety
