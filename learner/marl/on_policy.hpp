#pragma once
// Proximal policy optimisation for all agents of a workflow (PPO, Schulman et al. 2017; MAPPO, Yu et al. 2022), with
// generalised advantages (Schulman et al. 2016) of return and violations apart, joined by Lagrange multipliers:
//   A = A_return - lambda(level) A_violation
// An action is sigmoid(u), u normal with the network's mean and a learnt spread, one per knob; ratios are of the
// densities of u. What serves is sigmoid(mean).

#include <optional>

#include <torch/optim/adam.h>

#include "learner/marl/flat.hpp"
#include "learner/marl/lagrangian.hpp"
#include "learner/marl/learner.hpp"
#include "sim/core/random.hpp"

namespace faasconf::learner::marl {

struct OnPolicySpec {
  bundle::NetworkSpec actor = bundle::TransformerSpec{};
  std::size_t value_width = 64;
  double rate = 1e-3;  // of Adam, falls linearly to final_rate
  double final_rate = 1e-4;
  double gamma = 0;
  double gae_lambda = 0.95;
  double clip = 0.2;
  double entropy = 0.001;       // its weight in the loss
  double initial_spread = 0.6;  // standard deviation of u
  double gradient_limit = 0.5;
  std::size_t epochs = 2;
  std::size_t minibatches = 4;
  bool joint_ratio = false;                                     // one ratio for all agents together: single-agent PPO
  std::optional<LagrangianSpec> lagrangian = LagrangianSpec{};  // absent: the reward alone counts
};

class OnPolicyLearner final : public Learner {
 public:
  // seed: of the weights, the same in all shards; stream: of this shard's random numbers.
  OnPolicyLearner(const OnPolicySpec& spec, const std::vector<AgentGroup>& groups, std::size_t features,
                  std::size_t shards, std::uint64_t seed, sim::Rng stream);

  void act(std::span<const float> rows, std::span<float> actions) override;
  void observe(const Experience& experience) override;
  void set_progress(double share) override;
  std::size_t phases() const override { return 1 + spec_.epochs * spec_.minibatches; }
  std::vector<double> compute(std::size_t phase) override;
  void apply(std::size_t phase, std::span<const double> mean) override;
  nets::Actor& actor() override { return *networks_.actor; }
  const nets::Structure& structure(std::size_t group) const override { return groups_[group].structure; }
  const Standardizer& standardizer() const override { return standardizer_; }
  std::vector<std::pair<std::string, double>> figures() const override;
  void save(torch::serialize::OutputArchive& archive) override;
  void load(torch::serialize::InputArchive& archive) override;
  std::vector<std::byte> save_shard() override;
  void load_shard(std::span<const std::byte> bytes) override;

 private:
  // The windows since the last update in the environments of one workflow, a tensor per step.
  struct Rollout {
    std::vector<torch::Tensor> rows;       // environments x agents x features, standardised
    std::vector<torch::Tensor> drawn;      // u: environments x agents x kKnobs
    std::vector<torch::Tensor> densities;  // log density of u: environments x agents, or x 1
    std::vector<torch::Tensor> values;     // environments x 2
    std::vector<torch::Tensor> gains;      // reward and violation, times 1 - gamma: environments x 2
    std::vector<torch::Tensor> next;       // values of the rows seen then: environments x 2
    std::vector<torch::Tensor> goes_on;    // 0 where the episode was truncated: environments x 1
    std::vector<torch::Tensor> levels;     // number of the load level: environments
  };
  struct Samples {
    torch::Tensor rows, drawn, densities, advantages, returns;
  };
  struct Group {
    AgentGroup spec;
    nets::Structure structure;
    std::size_t first_level;  // among the levels of all groups
    Rollout rollout;
    Samples samples;
    std::vector<std::int64_t> order;  // of the samples, in this epoch

    std::size_t end_level() const { return first_level + spec.levels.size(); }
  };
  // The learnt spread, as a module, so that it is saved and optimised like all else.
  struct Spread final : torch::nn::Module {
    explicit Spread(double initial);
    torch::Tensor log;  // kKnobs
  };
  struct Networks {
    Networks(const OnPolicySpec& spec, const AgentGroup& group, std::int64_t features, std::uint64_t seed);
    std::shared_ptr<nets::Actor> actor;
    std::shared_ptr<Spread> spread;
    std::shared_ptr<nets::ValueNetwork> value;
  };

  static std::vector<Group> numbered(const OnPolicySpec& spec, const std::vector<AgentGroup>& groups);
  torch::Tensor density(const torch::Tensor& mean, const torch::Tensor& drawn) const;
  std::size_t environments() const;  // of all groups
  std::size_t level_of(const Group& group, double load) const;
  std::vector<double> statistics();
  void digest(std::span<const double> mean);
  Samples samples_of(const Group& group) const;
  void shuffle();
  torch::Tensor loss(const Samples& samples, const nets::Structure& structure);
  std::vector<double> gradients(std::size_t minibatch);

  OnPolicySpec spec_;
  std::int64_t features_;
  std::size_t shards_;
  std::vector<Group> groups_;
  Networks networks_;
  Flat flat_;
  torch::optim::Adam optimizer_;
  Lagrangian lagrangian_;
  std::vector<double> level_sums_;  // by level: windows, violations; since the last update
  Standardizer standardizer_;
  RowSums fresh_;
  sim::Rng rng_;
  double policy_loss_ = 0;
  double value_loss_ = 0;
};

}  // namespace faasconf::learner::marl
