#pragma once
// relu and batch normalisation (Ioffe and Szegedy, 2015) as one operation: torch's two pass over a large batch four
// times as often.

#include <torch/types.h>

namespace faasconf::learner::nets {

// What a batch norm has learnt and gathered, C numbers each.
struct BatchNormState {
  torch::Tensor weight, bias;    // learnt
  torch::Tensor mean, variance;  // of the batches so far, each new one with weight `momentum`; variance unbiased
  double momentum = 0.1;
  double epsilon = 1e-5;
};

// (relu(x) - mean) / sqrt(variance + epsilon) weight + bias. rows: N x C. In training by the moments of these rows,
// which are gathered; otherwise by those gathered.
torch::Tensor rectified_batch_norm(const torch::Tensor& rows, const BatchNormState& state, bool training);

}  // namespace faasconf::learner::nets
