#pragma once
// Operations compared with the same formula written with torch's own.

#include <functional>
#include <vector>

#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

namespace faasconf::learner::nets {

using Formula = std::function<torch::Tensor(const std::vector<torch::Tensor>&)>;

inline torch::Tensor normal(at::IntArrayRef shape, std::uint64_t seed) {
  return torch::randn(shape, at::detail::createCPUGenerator(seed));
}

// a value, then its gradients by all inputs under the weights `of_value`
inline std::vector<torch::Tensor> with_gradients(const Formula& formula, std::vector<torch::Tensor> inputs,
                                                 const torch::Tensor& of_value) {
  for (torch::Tensor& input : inputs) input = input.detach().clone().requires_grad_();
  const torch::Tensor value = formula(inputs);
  std::vector<torch::Tensor> all = {value.detach()};
  for (const torch::Tensor& gradient : torch::autograd::grad({value}, inputs, {of_value})) all.push_back(gradient);
  return all;
}

// Oracle: the formula in double precision. The operation is in float: sums of some hundred numbers err by 1e-6.
inline void expect_computes(const Formula& operation, const Formula& formula,
                            const std::vector<torch::Tensor>& inputs) {
  const torch::Tensor of_value = normal(operation(inputs).sizes(), 99);
  std::vector<torch::Tensor> exactly;
  for (const torch::Tensor& input : inputs) exactly.push_back(input.to(torch::kDouble));
  const auto got = with_gradients(operation, inputs, of_value);
  const auto expected = with_gradients(formula, exactly, of_value.to(torch::kDouble));
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i].sizes(), expected[i].sizes());
    const double largest = expected[i].abs().max().item<double>();
    EXPECT_LT((got[i] - expected[i]).abs().max().item<double>(), 1e-5 * largest)
        << (i == 0 ? "value" : "gradient by input ") << i;
  }
}

}  // namespace faasconf::learner::nets
