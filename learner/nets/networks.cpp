#include "learner/nets/networks.hpp"

#include <string>

#include "sim/env/action.hpp"

namespace faasconf::learner::nets {
namespace {

constexpr auto kActions = static_cast<std::int64_t>(sim::kKnobs);
std::int64_t signed_of(std::size_t number) { return static_cast<std::int64_t>(number); }

constexpr double kFirstHead = 0.1;  // of the usual size, so that a first policy is near the middle of all ranges

// [s_j ; sum_k u_jk s_k]
class NeighbourhoodActor final : public Actor {
 public:
  NeighbourhoodActor(const bundle::NeighbourhoodSpec& spec, std::int64_t agents, std::int64_t features,
                     at::Generator& generator)
      : alone_(spec.attention == bundle::Attention::none),
        attention_(
            register_module("attention", std::make_shared<NeighbourAttention>(
                                             spec.attention, spec.shared_attention ? 1 : agents, features, generator))),
        layers_(register_module(
            "layers", std::make_shared<AgentLayers>(spec.shared ? 1 : agents, alone_ ? features : 2 * features,
                                                    spec.hidden, kActions, spec.normalisation, generator))) {}

  torch::Tensor logits(const torch::Tensor& rows, const Structure& structure) override {
    if (alone_) return layers_->forward(rows);
    const torch::Tensor around = pair_sums(attention_->weights(rows, structure), rows, structure.neighbours);
    return layers_->forward(torch::cat({rows, around}, -1));
  }

 private:
  bool alone_;
  std::shared_ptr<NeighbourAttention> attention_;
  std::shared_ptr<AgentLayers> layers_;
};

class JointActor final : public Actor {
 public:
  JointActor(const bundle::JointSpec& spec, std::int64_t agents, std::int64_t features, at::Generator& generator)
      : layers_(register_module("layers",
                                std::make_shared<AgentLayers>(1, agents * features, spec.hidden, agents * kActions,
                                                              spec.normalisation, generator))) {}

  torch::Tensor logits(const torch::Tensor& rows, const Structure&) override {
    return layers_->forward(rows.flatten(1)).view({rows.size(0), rows.size(1), kActions});
  }

 private:
  std::shared_ptr<AgentLayers> layers_;
};

class TransformerActor final : public Actor {
 public:
  TransformerActor(const bundle::TransformerSpec& spec, std::int64_t features, at::Generator& generator)
      : embed_(register_module("embed", torch::nn::Linear(features, signed_of(spec.width)))),
        final_norm_(
            register_module("final_norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({signed_of(spec.width)})))),
        head_(register_module("head", torch::nn::Linear(signed_of(spec.width), kActions))) {
    for (std::size_t i = 0; i < spec.layers; ++i) {
      blocks_.push_back(register_module(
          "block" + std::to_string(i),
          std::make_shared<RelationalBlock>(signed_of(spec.width), signed_of(spec.heads), spec.attention)));
    }
    initialise(*this, generator);
    const torch::NoGradGuard no_grad;
    head_->weight.mul_(kFirstHead);
  }

  torch::Tensor logits(const torch::Tensor& rows, const Structure& structure) override {
    torch::Tensor hidden = embed_(rows.flatten(0, 1));
    for (const auto& block : blocks_) hidden = block->forward(hidden, structure.relation);
    return head_(final_norm_(hidden)).view({rows.size(0), rows.size(1), kActions});
  }

 private:
  torch::nn::Linear embed_;
  std::vector<std::shared_ptr<RelationalBlock>> blocks_;
  torch::nn::LayerNorm final_norm_;
  torch::nn::Linear head_;
};

class NeighbourhoodCritic final : public Critic {
 public:
  NeighbourhoodCritic(const CriticSpec& spec, std::int64_t agents, std::int64_t features, at::Generator& generator)
      : alone_(spec.attention == bundle::Attention::none),
        attention_(
            register_module("attention", std::make_shared<NeighbourAttention>(
                                             spec.attention, spec.shared_attention ? 1 : agents, features, generator))),
        layers_(register_module(
            "layers", std::make_shared<AgentLayers>(spec.shared ? 1 : agents, (alone_ ? 1 : 2) * (features + kActions),
                                                    spec.hidden, 1, spec.normalisation, generator))) {}

  torch::Tensor values(const torch::Tensor& rows, const torch::Tensor& actions, const Structure& structure) override {
    if (alone_) return layers_->forward(torch::cat({rows, actions}, -1)).squeeze(-1);
    const torch::Tensor weights = attention_->weights(rows, structure);
    const torch::Tensor own = torch::cat({rows, actions}, -1);
    return layers_->forward(torch::cat({own, pair_sums(weights, own, structure.neighbours)}, -1)).squeeze(-1);
  }

 private:
  bool alone_;
  std::shared_ptr<NeighbourAttention> attention_;
  std::shared_ptr<AgentLayers> layers_;
};

class JointCritic final : public Critic {
 public:
  JointCritic(const CriticSpec& spec, std::int64_t agents, std::int64_t features, at::Generator& generator)
      : sets_(spec.view == CriticView::joint ? 1 : agents),
        layers_(
            register_module("layers", std::make_shared<AgentLayers>(sets_, agents * (features + kActions), spec.hidden,
                                                                    1, spec.normalisation, generator))) {}

  torch::Tensor values(const torch::Tensor& rows, const torch::Tensor& actions, const Structure&) override {
    return judge(rows, actions.flatten(1).unsqueeze(1).expand({-1, sets_, -1}));
  }

  torch::Tensor values_of_policy(const torch::Tensor& rows, const torch::Tensor& proposed, const torch::Tensor& stored,
                                 const Structure& structure) override {
    if (sets_ == 1) return values(rows, proposed, structure);
    // row j: everybody's stored action, but j's own as proposed
    const torch::Tensor own = torch::eye(sets_).view({1, sets_, sets_, 1});
    return judge(rows, (own * proposed.unsqueeze(2) + (1 - own) * stored.unsqueeze(1)).flatten(2));
  }

 private:
  // joint actions: batch x sets x (agents kKnobs)
  torch::Tensor judge(const torch::Tensor& rows, const torch::Tensor& joint_actions) {
    const torch::Tensor joint_rows = rows.flatten(1).unsqueeze(1).expand({-1, sets_, -1});
    return layers_->forward(torch::cat({joint_rows, joint_actions}, -1)).squeeze(-1);
  }

  std::int64_t sets_;
  std::shared_ptr<AgentLayers> layers_;
};

}  // namespace

std::shared_ptr<Actor> make_actor(const bundle::NetworkSpec& spec, std::int64_t agents, std::int64_t features,
                                  at::Generator& generator) {
  if (const auto* const neighbourhood = std::get_if<bundle::NeighbourhoodSpec>(&spec)) {
    return std::make_shared<NeighbourhoodActor>(*neighbourhood, agents, features, generator);
  }
  if (const auto* const joint = std::get_if<bundle::JointSpec>(&spec)) {
    return std::make_shared<JointActor>(*joint, agents, features, generator);
  }
  return std::make_shared<TransformerActor>(std::get<bundle::TransformerSpec>(spec), features, generator);
}

std::shared_ptr<Critic> make_critic(const CriticSpec& spec, std::int64_t agents, std::int64_t features,
                                    at::Generator& generator) {
  if (spec.view == CriticView::neighbourhood) {
    return std::make_shared<NeighbourhoodCritic>(spec, agents, features, generator);
  }
  return std::make_shared<JointCritic>(spec, agents, features, generator);
}

ValueNetwork::ValueNetwork(std::int64_t features, std::int64_t width, at::Generator& generator)
    : embed_(register_module("embed", torch::nn::Linear(features, width))),
      hidden_(register_module("hidden", torch::nn::Linear(width, width))),
      head_(register_module("head", torch::nn::Linear(width, 2))) {
  initialise(*this, generator);
}

torch::Tensor ValueNetwork::forward(const torch::Tensor& rows) {
  const torch::Tensor embedded = torch::relu(embed_(rows.flatten(0, 1))).view({rows.size(0), rows.size(1), -1});
  return head_(torch::relu(hidden_(embedded.mean(1))));
}

}  // namespace faasconf::learner::nets
