#pragma once
// Deterministic policy gradients with a replay buffer: AttMF, MF, MADDPG, DDPG and Firm are settings of one learner
// (Silver et al. 2014; Lillicrap et al. 2016; Lowe et al. 2017; FaaSConf, ASE 2024), and so is AttMF with later
// improvements (twin critics, target smoothing, delayed policies: Fujimoto et al. 2018).
//   y_j = r + gamma Q'_j(s', mu'(s')),  L_critic = mean (y - Q)^2,  L_actor = -mean Q_j(s, mu(s)),
//   theta' <- tau theta + (1 - tau) theta'

#include <torch/optim/adam.h>

#include "learner/marl/flat.hpp"
#include "learner/marl/learner.hpp"
#include "learner/marl/replay_buffer.hpp"

namespace faasconf::learner::marl {

struct OffPolicySpec {
  bundle::NetworkSpec actor;
  nets::CriticSpec critic;
  double actor_rate = 1e-4;
  double critic_rate = 1e-4;
  double gamma = 0.9;
  double tau = 0.01;
  double gradient_limit = 0;     // of the norm of all gradients of a network; 0: none
  double noise = 0.05;           // standard deviation of what exploration adds to an action
  std::size_t batch = 64;        // transitions of an update, all shards together
  std::size_t updates = 1;       // after an iteration
  std::size_t warm_up = 0;       // environment steps of a shard with uniform actions and no update
  std::size_t buffer = 100'000;  // transitions that a shard keeps
  bool offline = false;          // learns only from what the warm-up stored
  bool twin = false;             // the lesser of two critics counts
  double target_noise = 0;       // standard deviation on the target's actions, cut at 2.5 of it
  std::size_t policy_delay = 1;  // critic updates per update of actor and targets
};

// Settings of the paper by name: attmf, attmf-softmax, mf, maddpg, ddpg, firm, attmf-modern. Throws sim::Error.
OffPolicySpec off_policy_preset(const std::string& name);

class OffPolicyLearner final : public Learner {
 public:
  // seed: of the weights, the same in all shards; stream: of this shard's random numbers.
  OffPolicyLearner(const OffPolicySpec& spec, const sim::AgentGraph& graph, std::size_t features, std::size_t shards,
                   std::uint64_t seed, sim::Rng stream);

  void act(std::span<const float> rows, std::span<float> actions) override;
  void observe(const Experience& experience) override;
  std::size_t phases() const override;
  std::vector<double> compute(std::size_t phase) override;
  void apply(std::size_t phase, std::span<const double> mean) override;
  bool wants_experience() const override { return !(spec_.offline && warm()); }
  nets::Actor& actor() override { return *online_.actor; }
  const nets::Structure& structure(std::size_t) const override { return structure_; }
  const Standardizer& standardizer() const override { return standardizer_; }
  std::vector<std::pair<std::string, double>> figures() const override;
  void save(torch::serialize::OutputArchive& archive) override;
  void load(torch::serialize::InputArchive& archive) override;
  std::vector<std::byte> save_shard() override;
  void load_shard(std::span<const std::byte> bytes) override;

 private:
  struct Networks {
    std::shared_ptr<nets::Actor> actor;
    std::vector<std::shared_ptr<nets::Critic>> critics;

    std::vector<Flat::Part> actor_part() const { return {{"actor", actor.get()}}; }
    std::vector<Flat::Part> critic_parts() const;
  };
  Networks make_networks(std::uint64_t seed) const;
  bool warm() const { return steps_ >= spec_.warm_up; }
  std::vector<double> compute_critics();
  std::vector<double> compute_actor();
  torch::Tensor target(const torch::Tensor& rewards, const torch::Tensor& next_rows);
  bool moves_policy() const { return (updates_ + 1) % spec_.policy_delay == 0; }

  OffPolicySpec spec_;
  nets::Structure structure_;
  std::int64_t agents_;
  std::int64_t features_;
  std::size_t shards_;
  Networks online_;
  Networks targets_;
  Flat actor_flat_, critics_flat_;
  Flat target_actor_flat_, target_critics_flat_;
  torch::optim::Adam actor_optimizer_;
  torch::optim::Adam critic_optimizer_;
  Standardizer standardizer_;
  RowSums fresh_;
  ReplayBuffer buffer_;
  sim::Rng rng_;
  std::size_t steps_ = 0;    // of this shard's environments
  std::size_t updates_ = 0;  // of the critics
  Batch batch_;              // of the update in progress, standardised
  double critic_loss_ = 0;
  double actor_loss_ = 0;
};

}  // namespace faasconf::learner::marl
