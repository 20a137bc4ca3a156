#pragma once
// The small sums of attention, with their gradients, as single operations. A workflow has a dozen agents: torch's
// operations on such matrices spend their time on being called, and without MKL it multiplies batches of them one by
// one. All tensors are float and contiguous rows; sums run in a fixed order.

#include <torch/types.h>

namespace faasconf::learner::nets {

// Pairs of agents, an asking one j and an asked one k, and numbers for each.
struct Pairs {
  torch::Tensor asking;  // pairs, of int64
  torch::Tensor asked;   // pairs, of int64
};

// q_j . k_k of each pair. queries, keys: batch x agents x D -> batch x pairs.
torch::Tensor pair_products(const torch::Tensor& queries, const torch::Tensor& keys, const Pairs& pairs);

// e_jk / (sum_l e_jl + least) over the pairs of the same asking agent. batch x pairs -> the same.
torch::Tensor pair_shares(const torch::Tensor& numbers, const Pairs& pairs, double least);

// sum_k w_jk x_k. weights: batch (or 1) x pairs; numbers: batch x agents x D -> batch x agents x D.
torch::Tensor pair_sums(const torch::Tensor& weights, const torch::Tensor& numbers, const Pairs& pairs);

// Attention of every agent to all, with several heads: softmax over k of q_j . k_k / sqrt(D) + bias_jk, times v_k.
// qkv: batch x agents x (3 heads D), the queries of all heads first, then keys, then values; bias: heads x agents x
// agents -> batch x agents x (heads D).
torch::Tensor attention(const torch::Tensor& qkv, const torch::Tensor& bias);

}  // namespace faasconf::learner::nets
