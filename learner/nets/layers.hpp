#pragma once
// Layers that serve all agents of a workflow at once: one set of weights for all agents, or one each.
// Rows are batch x agents x numbers throughout. Initial weights come from the generator that is passed, never from
// torch's global one.

#include <cstdint>
#include <vector>

#include <ATen/core/Generator.h>
#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include "learner/bundle/network_spec.hpp"
#include "learner/nets/attention_kernels.hpp"
#include "sim/env/adjacency.hpp"

namespace faasconf::learner::nets {

inline constexpr std::int64_t kAttentionWidth = 32;  // of queries and keys
inline constexpr std::int64_t kRelations = 5;        // itself, leads to it, led to by it, both, not connected

// rows -> rows W^T + b. Weights and biases are uniform in +- 1 / sqrt(in).
class AgentLinear final : public torch::nn::Module {
 public:
  AgentLinear(std::int64_t sets, std::int64_t in, std::int64_t out, at::Generator& generator);  // sets: 1 or agents
  torch::Tensor forward(const torch::Tensor& rows) const;

  torch::Tensor weight;  // sets x out x in
  torch::Tensor bias;    // sets x out
};

// norm(relu(rows)), the norm over the batch (and the agents that share it; momentum 0.1), over the row, or none.
class RectifiedNorm final : public torch::nn::Module {
 public:
  RectifiedNorm(bundle::Normalisation kind, std::int64_t sets, std::int64_t width);
  torch::Tensor forward(const torch::Tensor& rows);

 private:
  bundle::Normalisation kind_;
  std::int64_t sets_;
  torch::Tensor weight_;    // sets x width
  torch::Tensor bias_;      // sets x width
  torch::Tensor mean_;      // sets x width; buffers of batch normalisation
  torch::Tensor variance_;  // sets x width
};

// Hidden layers norm(relu(linear)), then a linear one.
class AgentLayers final : public torch::nn::Module {
 public:
  AgentLayers(std::int64_t sets, std::int64_t in, const std::vector<std::size_t>& hidden, std::int64_t out,
              bundle::Normalisation kind, at::Generator& generator);
  torch::Tensor forward(torch::Tensor rows);

 private:
  std::vector<std::shared_ptr<AgentLinear>> linear_;
  std::vector<std::shared_ptr<RectifiedNorm>> norm_;  // one fewer
};

// The graph of agents, as tensors.
struct Structure {
  explicit Structure(const sim::AgentGraph& graph);

  Pairs neighbours;        // the paper's G, undirected and without self loops
  torch::Tensor degree;    // agents: number of neighbours
  torch::Tensor relation;  // agents x agents, relation of the column's agent to the row's, a number below kRelations
};

// How much each agent attends to each of its neighbours (FaaSConf, ASE 2024, and its code).
// squared: e_jk = ((s_j Wq).(s_k Wk))^2 G_jk, w_jk = e_jk / (sum_l e_jl + 1e-3); softmax: of (s_j Wq).(s_k Wk) / sqrt D
// over the neighbours; mean: all neighbours alike. An agent without neighbours gets a sum of 0.
class NeighbourAttention final : public torch::nn::Module {
 public:
  // sets: 1, or agents: one module for each that attends
  NeighbourAttention(bundle::Attention kind, std::int64_t sets, std::int64_t features, at::Generator& generator);
  torch::Tensor weights(const torch::Tensor& rows, const Structure& structure) const;  // batch (or 1) x pairs

 private:
  torch::Tensor products(const torch::Tensor& rows, const Pairs& pairs) const;  // batch x pairs

  bundle::Attention kind_;
  torch::Tensor query_;  // sets x features x D
  torch::Tensor key_;    // sets x features x D
};

// One layer of an encoder that knows the DAG (pre-norm, Xiong et al. 2020; the score of two agents has a
// learnt bias by their relation in the DAG, as in Graphormer, Ying et al. 2021).
class RelationalBlock final : public torch::nn::Module {
 public:
  RelationalBlock(std::int64_t width, std::int64_t heads, bool attention);
  // rows: (batch agents) x width, to the same; relation: agents x agents, numbers below kRelations
  torch::Tensor forward(torch::Tensor rows, const torch::Tensor& relation);

 private:
  std::int64_t heads_;
  torch::nn::LayerNorm norm1_{nullptr}, norm2_{nullptr};
  torch::nn::Linear qkv_{nullptr}, out_{nullptr}, up_{nullptr}, down_{nullptr};
  torch::Tensor relation_bias_;  // heads x kRelations
};

// Draws the weights and biases of all torch::nn::Linear of a module anew, uniform in +- 1 / sqrt(in).
void initialise(torch::nn::Module& module, at::Generator& generator);

}  // namespace faasconf::learner::nets
