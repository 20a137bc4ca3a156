#pragma once
// The interface of learning algorithms to the trainer.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <torch/serialize/archive.h>

#include "learner/marl/standardizer.hpp"
#include "learner/nets/networks.hpp"

namespace faasconf::learner::marl {

// The result of one step of a shard's environments. Rows as environments give them, environment by environment.
struct Experience {
  std::span<const float> rows;         // environments x agents x features, that the actions answer
  std::span<const float> actions;      // environments x agents x kKnobs, as carried out
  std::span<const float> next_rows;    // what was seen then, an episode's last row included
  std::span<const double> rewards;     // by environment, like all below
  std::span<const double> violations;  // sim::Reward::violation
  std::span<const double> unserved;    // sim::Reward::unserved
  std::span<const std::uint8_t> truncated;
  std::span<const double> loads;  // of the window that the actions were for
};

// Consecutive environments of one workflow.
struct AgentGroup {
  const sim::AgentGraph* graph;
  std::size_t environments;
  std::vector<double> levels;  // of the load, ascending: a window belongs to the nearest
};

// One shard's part in learning. All shards hold the same weights: in every phase of an update each computes numbers
// from its own experience (gradients, moments), and all apply the same mean of them.
class Learner {
 public:
  virtual ~Learner() = default;

  // Actions for all environments, with exploration: environments x agents x kKnobs in [0, 1].
  virtual void act(std::span<const float> rows, std::span<float> actions) = 0;
  virtual void observe(const Experience& experience) = 0;
  virtual bool wants_experience() const { return true; }                 // false: nothing more is stored
  virtual void set_progress(double share) { static_cast<void>(share); }  // of the training that is done, 0 .. 1

  virtual std::size_t phases() const = 0;                      // of the update after an iteration
  virtual std::vector<double> compute(std::size_t phase) = 0;  // what this shard contributes
  virtual void apply(std::size_t phase, std::span<const double> mean) = 0;

  virtual nets::Actor& actor() = 0;
  virtual const nets::Structure& structure(std::size_t group) const = 0;
  virtual const Standardizer& standardizer() const = 0;
  virtual std::vector<std::pair<std::string, double>> figures() const = 0;  // of the last update, for the log

  // Weights and optimisers are the same in all shards; the rest (experience, random numbers) is a shard's own.
  virtual void save(torch::serialize::OutputArchive& archive) = 0;
  virtual void load(torch::serialize::InputArchive& archive) = 0;
  virtual std::vector<std::byte> save_shard() = 0;
  virtual void load_shard(std::span<const std::byte> bytes) = 0;
};

}  // namespace faasconf::learner::marl
