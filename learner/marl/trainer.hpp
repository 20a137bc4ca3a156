#pragma once
// Training: environments and learners of several shards, in step.

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "learner/marl/communicator.hpp"
#include "learner/marl/off_policy.hpp"
#include "learner/marl/on_policy.hpp"
#include "learner/safety/safety_filter.hpp"
#include "sim/core/worker_pool.hpp"
#include "sim/env/vector_env.hpp"

namespace faasconf::learner::marl {

using Plans = std::vector<std::shared_ptr<const sim::EnvironmentPlan>>;
using MethodSpec = std::variant<OffPolicySpec, OnPolicySpec>;

// Groups of neighbouring environments whose workflows have the same name and number of agents.
std::vector<AgentGroup> groups_of(const Plans& plans);

struct TrainerSpec {
  Plans plans;  // one per environment of a shard; those of one workflow stand together
  MethodSpec method;
  // reviews what off-policy methods explore; empty: no review
  std::function<std::unique_ptr<safety::SafetyFilter>()> safety;
  std::size_t shards = 2;
  std::size_t steps_per_iteration = 16;  // of every environment
  std::uint64_t seed = 1;
};

// Means over the windows of an iteration, all shards together.
struct IterationReport {
  double reward = 0;
  double price = 0;
  double violations = 0;  // share of the windows
  double replaced = 0;    // share of the actions that the safety filter replaced
  std::size_t steps = 0;  // of environments; 0 where the method learns from what it has
};

// Same numbers for a seed and a number of shards, whatever the number of threads and ranks.
class Trainer {
 public:
  // threads: for this rank's shards. Throws sim::Error for what does not fit.
  Trainer(TrainerSpec spec, Communicator& communicator, int threads);

  // Simulates some windows and learns from them. share: of the training that is done by now, 0 .. 1. Throws sim::Error
  // when a number is no longer finite, saying which and when; the weights then stay as they were.
  IterationReport iterate(double share);

  Learner& learner() { return *shards_.front()->learner; }  // all shards have the same weights
  safety::SafetyFilter* safety() { return shards_.front()->safety.get(); }
  std::uint64_t steps() const { return steps_; }  // of all environments so far
  std::uint64_t iterations() const { return iterations_; }
  std::size_t steps_per_iteration() const;  // of all environments

  // The whole state; what save() leaves in the archive of rank 0 is to be written.
  void save(torch::serialize::OutputArchive& archive);
  void load(torch::serialize::InputArchive& archive);

 private:
  struct Shard {
    sim::VectorEnv environments;
    std::unique_ptr<Learner> learner;
    std::unique_ptr<safety::SafetyFilter> safety;
    sim::Rng safety_stream;
    std::vector<float> rows{};     // before the step
    std::vector<float> actions{};  // of all environments
    std::vector<double> loads{};
    std::vector<double> sums{};      // reward, price, violations, replaced; of the iteration
    std::vector<double> computed{};  // numbers for the other shards
  };

  std::unique_ptr<Shard> make_shard(std::size_t number) const;
  void live(Shard& shard) const;
  void step(Shard& shard) const;
  std::size_t review(Shard& shard) const;
  void learn();
  std::vector<double> mean_over_shards(const std::function<std::vector<double>(Shard&)>& numbers);
  void for_all_shards(const std::function<void(Shard&)>& work);

  TrainerSpec spec_;
  Communicator& communicator_;
  sim::WorkerPool pool_;
  // One thread at a time computes with torch: with Debian's serial OpenBLAS, unlike the reference BLAS, two concurrent
  // threads sometimes gave different numbers. Environments still step in parallel; processes (MPI) do both.
  mutable std::mutex torch_;
  std::vector<std::unique_ptr<Shard>> shards_;  // of this rank
  std::uint64_t steps_ = 0;
  std::uint64_t iterations_ = 0;
};

}  // namespace faasconf::learner::marl
