#include "learner/nets/layers.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "learner/nets/rectified_norm.hpp"

namespace faasconf::learner::nets {
namespace {

constexpr double kEpsilon = 1e-5;       // of normalisation
constexpr double kBatchMomentum = 0.1;  // of the moments that serve
constexpr double kEmptyAttention = 1e-3;

torch::Tensor uniform(at::IntArrayRef shape, std::int64_t in, at::Generator& generator) {
  const double bound = 1 / std::sqrt(static_cast<double>(in));
  return torch::empty(shape).uniform_(-bound, bound, generator);
}

// batch x agents x a times agents x a x b -> batch x agents x b
torch::Tensor by_agent(const torch::Tensor& rows, const torch::Tensor& matrices) {
  return torch::bmm(rows.transpose(0, 1), matrices).transpose(0, 1);
}

// What agent k is to agent j.
std::int64_t relation_of(std::size_t j, std::size_t k, const sim::AgentGraph& graph) {
  if (j == k) return 0;
  const bool before = graph.leads(k, j), after = graph.leads(j, k);
  if (before && after) return 3;
  return before ? 1 : after ? 2 : 4;
}

// The greatest of an agent's pairs, for each of them: without gradient, since a softmax is the same whatever is taken
// off.
torch::Tensor most_by_agent(const torch::Tensor& pairs, const Structure& structure) {
  const torch::NoGradGuard no_grad;
  const std::int64_t agents = structure.degree.size(0);
  const torch::Tensor all =
      torch::full({pairs.size(0), agents * agents}, -std::numeric_limits<float>::infinity())
          .index_copy_(1, structure.neighbours.asking * agents + structure.neighbours.asked, pairs.detach())
          .view({-1, agents, agents});
  return all.amax(-1).index_select(1, structure.neighbours.asking);
}

}  // namespace

Structure::Structure(const sim::AgentGraph& graph) {
  const std::size_t agents = graph.agents();
  std::vector<std::int64_t> from, to, relations;
  std::vector<float> degrees(agents);
  for (std::size_t j = 0; j < agents; ++j) {
    for (std::size_t k = 0; k < agents; ++k) {
      relations.push_back(relation_of(j, k, graph));
      if (j == k || !graph.adjacent(j, k)) continue;
      from.push_back(static_cast<std::int64_t>(j));
      to.push_back(static_cast<std::int64_t>(k));
      ++degrees[j];
    }
  }
  neighbours = {torch::tensor(from, torch::kLong), torch::tensor(to, torch::kLong)};
  degree = torch::tensor(degrees);
  relation = torch::tensor(relations, torch::kLong).view({static_cast<std::int64_t>(agents), -1});
}

AgentLinear::AgentLinear(std::int64_t sets, std::int64_t in, std::int64_t out, at::Generator& generator)
    : weight(register_parameter("weight", uniform({sets, out, in}, in, generator))),
      bias(register_parameter("bias", uniform({sets, out}, in, generator))) {}

torch::Tensor AgentLinear::forward(const torch::Tensor& rows) const {
  if (weight.size(0) == 1) return torch::linear(rows, weight[0], bias[0]);
  return by_agent(rows, weight.transpose(1, 2)) + bias;
}

RectifiedNorm::RectifiedNorm(bundle::Normalisation kind, std::int64_t sets, std::int64_t width)
    : kind_(kind), sets_(sets) {
  if (kind_ == bundle::Normalisation::none) return;
  weight_ = register_parameter("weight", torch::ones({sets, width}));
  bias_ = register_parameter("bias", torch::zeros({sets, width}));
  if (kind_ != bundle::Normalisation::batch) return;
  mean_ = register_buffer("mean", torch::zeros({sets, width}));
  variance_ = register_buffer("variance", torch::ones({sets, width}));
}

torch::Tensor RectifiedNorm::forward(const torch::Tensor& rows) {
  if (kind_ == bundle::Normalisation::batch) {
    const BatchNormState state{.weight = weight_.flatten(),
                               .bias = bias_.flatten(),
                               .mean = mean_.view(-1),
                               .variance = variance_.view(-1),
                               .momentum = kBatchMomentum,
                               .epsilon = kEpsilon};
    return rectified_batch_norm(rows.reshape({-1, weight_.numel()}), state, is_training()).view(rows.sizes());
  }
  const torch::Tensor rectified = torch::relu(rows);
  if (kind_ == bundle::Normalisation::none) return rectified;
  const std::int64_t width = weight_.size(1);
  if (sets_ == 1) return torch::layer_norm(rectified, {width}, weight_[0], bias_[0], kEpsilon);
  return torch::layer_norm(rectified, {width}, {}, {}, kEpsilon) * weight_ + bias_;
}

AgentLayers::AgentLayers(std::int64_t sets, std::int64_t in, const std::vector<std::size_t>& hidden, std::int64_t out,
                         bundle::Normalisation kind, at::Generator& generator) {
  const auto add_linear = [&](std::int64_t to) {
    const std::string name = "layer" + std::to_string(linear_.size());
    linear_.push_back(register_module(name, std::make_shared<AgentLinear>(sets, in, to, generator)));
    in = to;
  };
  for (const std::size_t width : hidden) {
    const std::string name = "norm" + std::to_string(linear_.size());
    add_linear(static_cast<std::int64_t>(width));
    norm_.push_back(register_module(name, std::make_shared<RectifiedNorm>(kind, sets, in)));
  }
  add_linear(out);
}

torch::Tensor AgentLayers::forward(torch::Tensor rows) {
  const std::int64_t batch = rows.size(0), agents = rows.dim() > 2 ? rows.size(1) : 1;
  const bool flat = rows.dim() > 2 && linear_.front()->weight.size(0) == 1;  // agents that share weights are rows
  if (flat) rows = rows.flatten(0, 1);
  for (std::size_t i = 0; i < norm_.size(); ++i) rows = norm_[i]->forward(linear_[i]->forward(rows));
  rows = linear_.back()->forward(rows);
  return flat ? rows.view({batch, agents, -1}) : rows;
}

NeighbourAttention::NeighbourAttention(bundle::Attention kind, std::int64_t sets, std::int64_t features,
                                       at::Generator& generator)
    : kind_(kind) {
  if (kind_ != bundle::Attention::squared && kind_ != bundle::Attention::softmax) return;
  query_ = register_parameter("query", uniform({sets, features, kAttentionWidth}, features, generator));
  key_ = register_parameter("key", uniform({sets, features, kAttentionWidth}, features, generator));
}

torch::Tensor NeighbourAttention::products(const torch::Tensor& rows, const Pairs& pairs) const {
  if (query_.size(0) == 1) return pair_products(torch::matmul(rows, query_[0]), torch::matmul(rows, key_[0]), pairs);
  // the keys are the asking agent's: (s_j Wq_j Wk_j^T) . s_k
  return pair_products(by_agent(by_agent(rows, query_), key_.transpose(1, 2)), rows, pairs);
}

torch::Tensor NeighbourAttention::weights(const torch::Tensor& rows, const Structure& structure) const {
  const Pairs& pairs = structure.neighbours;
  switch (kind_) {
    case bundle::Attention::squared:
      return pair_shares(products(rows, pairs).square(), pairs, kEmptyAttention);
    case bundle::Attention::softmax: {
      const torch::Tensor score = products(rows, pairs) / std::sqrt(static_cast<double>(kAttentionWidth));
      return pair_shares(torch::exp(score - most_by_agent(score, structure)), pairs, 0);
    }
    case bundle::Attention::mean:
      return (1 / structure.degree.index_select(0, pairs.asking)).unsqueeze(0);
    case bundle::Attention::none:
      break;
  }
  return torch::zeros({1, pairs.asking.size(0)});
}

RelationalBlock::RelationalBlock(std::int64_t width, std::int64_t heads, bool attention) : heads_(heads) {
  if (attention) {
    norm1_ = register_module("norm1", torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(kEpsilon)));
    qkv_ = register_module("qkv", torch::nn::Linear(width, 3 * width));
    out_ = register_module("out", torch::nn::Linear(width, width));
    relation_bias_ = register_parameter("relation", torch::zeros({heads, kRelations}));
  }
  norm2_ = register_module("norm2", torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(kEpsilon)));
  up_ = register_module("up", torch::nn::Linear(width, 2 * width));
  down_ = register_module("down", torch::nn::Linear(2 * width, width));
}

torch::Tensor RelationalBlock::forward(torch::Tensor rows, const torch::Tensor& relation) {
  if (norm1_) {
    const std::int64_t agents = relation.size(0);
    const torch::Tensor bias = relation_bias_.index_select(1, relation.flatten()).view({heads_, agents, agents});
    const torch::Tensor seen = attention(qkv_(norm1_(rows)).view({-1, agents, 3 * rows.size(1)}), bias);
    rows = rows + out_(seen.flatten(0, 1));
  }
  return rows + down_(torch::relu(up_(norm2_(rows))));
}

void initialise(torch::nn::Module& module, at::Generator& generator) {
  const torch::NoGradGuard no_grad;
  for (const auto& part : module.modules(/*include_self=*/false)) {
    auto* const linear = part->as<torch::nn::Linear>();
    if (linear == nullptr) continue;
    const double bound = 1 / std::sqrt(static_cast<double>(linear->weight.size(1)));
    linear->weight.uniform_(-bound, bound, generator);
    linear->bias.uniform_(-bound, bound, generator);
  }
}

}  // namespace faasconf::learner::nets
