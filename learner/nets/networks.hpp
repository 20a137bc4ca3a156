#pragma once
// The networks of the learner: actors, which choose actions, and critics, which value them. Rows are normalised
// observations, batch x agents x features; actions batch x agents x kKnobs in [0, 1].

#include <memory>
#include <vector>

#include "learner/nets/layers.hpp"

namespace faasconf::learner::nets {

class Actor : public torch::nn::Module {
 public:
  // Before the sigmoid: batch x agents x kKnobs.
  virtual torch::Tensor logits(const torch::Tensor& rows, const Structure& structure) = 0;
  torch::Tensor actions(const torch::Tensor& rows, const Structure& structure) {
    return torch::sigmoid(logits(rows, structure));
  }
};

// agents: 0 if the network works for any number of agents.
std::shared_ptr<Actor> make_actor(const bundle::NetworkSpec& spec, std::int64_t agents, std::int64_t features,
                                  at::Generator& generator);

// What a critic looks at.
enum class CriticView {
  neighbourhood,   // Q_j [s_j ; a_j ; s~_j ; a~_j], ~ the attention's mean of the neighbours (AttMF, MF; none: Firm)
  joint_by_agent,  // Q_j [all s ; all a], one network per agent (MADDPG)
  joint,           // one Q of the same (DDPG on the joint problem)
};

struct CriticSpec {
  CriticView view = CriticView::neighbourhood;
  bundle::Attention attention = bundle::Attention::squared;
  bool shared = true;            // one network for all agents; joint_by_agent has one each
  bool shared_attention = true;  // one attention module for all agents
  bundle::Normalisation normalisation = bundle::Normalisation::batch;
  std::vector<std::size_t> hidden = {64, 64};
};

class Critic : public torch::nn::Module {
 public:
  // batch x agents, or batch x 1 where there is one Q for all.
  virtual torch::Tensor values(const torch::Tensor& rows, const torch::Tensor& actions, const Structure& structure) = 0;
  // What an agent's policy is improved by: Q of its proposed action, where others' are the policy's too, or under
  // joint_by_agent the stored ones (Lowe et al. 2017).
  virtual torch::Tensor values_of_policy(const torch::Tensor& rows, const torch::Tensor& proposed,
                                         const torch::Tensor& stored, const Structure& structure) {
    static_cast<void>(stored);
    return values(rows, proposed, structure);
  }
};

std::shared_ptr<Critic> make_critic(const CriticSpec& spec, std::int64_t agents, std::int64_t features,
                                    at::Generator& generator);

// Expected return and expected violations of a workflow of any size: the mean of the agents' embeddings, two layers
// (deep sets, Zaheer et al. 2017).
class ValueNetwork final : public torch::nn::Module {
 public:
  ValueNetwork(std::int64_t features, std::int64_t width, at::Generator& generator);
  torch::Tensor forward(const torch::Tensor& rows);  // batch x 2

 private:
  torch::nn::Linear embed_{nullptr}, hidden_{nullptr}, head_{nullptr};
};

}  // namespace faasconf::learner::nets
