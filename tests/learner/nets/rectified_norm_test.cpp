#include "learner/nets/rectified_norm.hpp"

#include <cmath>

#include "tests/learner/nets/gradients.hpp"

namespace faasconf::learner::nets {
namespace {

constexpr double kMomentum = 0.1, kEpsilon = 1e-5;

// More rows than are added up in one go; the last column never exceeds 0.
torch::Tensor rows() {
  torch::Tensor all = normal({100, 5}, 1) + 0.3;
  all.select(1, 4) = -all.select(1, 4).abs();
  return all;
}

// by the moments of others than these rows
torch::Tensor gathered_mean() { return normal({5}, 2); }
torch::Tensor gathered_variance() { return normal({5}, 3).square() + 0.5; }

class RectifiedBatchNormTest : public ::testing::TestWithParam<bool> {};

TEST_P(RectifiedBatchNormTest, IsBatchNormOfRelu) {
  const bool training = GetParam();
  const auto norm = [&](const std::vector<torch::Tensor>& in) {
    const BatchNormState state{in[1], in[2], gathered_mean(), gathered_variance(), kMomentum, kEpsilon};
    return rectified_batch_norm(in[0], state, training);
  };
  const auto formula = [&](const std::vector<torch::Tensor>& in) {
    return torch::batch_norm(torch::relu(in[0]), in[1], in[2], gathered_mean().to(torch::kDouble),
                             gathered_variance().to(torch::kDouble), training, kMomentum, kEpsilon, false);
  };
  expect_computes(norm, formula, {rows(), normal({5}, 4), normal({5}, 5)});
}

INSTANTIATE_TEST_SUITE_P(InTrainingAndAfter, RectifiedBatchNormTest, ::testing::Bool());

TEST(RectifiedBatchNorm, GathersMomentsInTrainingOnly) {
  const torch::Tensor mean = gathered_mean(), variance = gathered_variance();
  const BatchNormState state{torch::ones({5}), torch::zeros({5}), mean, variance, kMomentum, kEpsilon};
  rectified_batch_norm(rows(), state, false);
  EXPECT_TRUE(torch::equal(mean, gathered_mean()));
  EXPECT_TRUE(torch::equal(variance, gathered_variance()));

  rectified_batch_norm(rows(), state, true);
  const torch::Tensor rectified = torch::relu(rows());
  EXPECT_TRUE(torch::allclose(mean, 0.9 * gathered_mean() + 0.1 * rectified.mean(0)));
  EXPECT_TRUE(torch::allclose(variance, 0.9 * gathered_variance() + 0.1 * rectified.var(0, /*unbiased=*/true)));
}

// By hand: 1 and 3 are one deviation off their mean, -5 counts as 0.
TEST(RectifiedBatchNorm, ByHand) {
  const BatchNormState state{torch::tensor({2.0F}), torch::tensor({1.0F}), torch::zeros({1}), torch::ones({1}), 1, 0};
  EXPECT_TRUE(torch::allclose(rectified_batch_norm(torch::tensor({{1.0F}, {3.0F}}), state, true),
                              torch::tensor({{-1.0F}, {3.0F}})));
  EXPECT_FLOAT_EQ(state.mean.item<float>(), 2);
  EXPECT_FLOAT_EQ(state.variance.item<float>(), 2);  // divisor N - 1
  EXPECT_FLOAT_EQ(rectified_batch_norm(torch::tensor({{-5.0F}}), state, false).item<float>(), 1 - 4 / std::sqrt(2.0F));
}

TEST(RectifiedBatchNorm, OneRowIsItsOwnMean) {
  const BatchNormState state{torch::ones({1}), torch::full({1}, 7.0F), torch::zeros({1}), torch::ones({1})};
  EXPECT_FLOAT_EQ(rectified_batch_norm(torch::full({1, 1}, 4.0F), state, true).item<float>(), 7);
  EXPECT_FLOAT_EQ(state.variance.item<float>(), 0.9F);
}

}  // namespace
}  // namespace faasconf::learner::nets
