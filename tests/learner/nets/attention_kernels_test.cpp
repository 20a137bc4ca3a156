#include "learner/nets/attention_kernels.hpp"

#include <cmath>

#include "tests/learner/nets/gradients.hpp"

namespace faasconf::learner::nets {
namespace {

// 0 - 1, 1 - 2, 1 - 3; nobody is next to 4
Pairs pairs() {
  return {torch::tensor({0, 1, 1, 1, 2, 3}, torch::kLong), torch::tensor({1, 0, 2, 3, 1, 1}, torch::kLong)};
}

TEST(AttentionKernels, ProductsOfPairs) {
  const Pairs who = pairs();
  expect_computes(
      [&](const auto& in) { return pair_products(in[0], in[1], who); },
      [&](const auto& in) { return (in[0].index_select(1, who.asking) * in[1].index_select(1, who.asked)).sum(-1); },
      {normal({3, 5, 32}, 1), normal({3, 5, 32}, 2)});
}

TEST(AttentionKernels, SharesOfPairs) {
  const Pairs who = pairs();
  for (const double least : {0.0, 1e-3, 1.0}) {
    expect_computes([&](const auto& in) { return pair_shares(in[0], who, least); },
                    [&](const auto& in) {
                      const auto by_agent = torch::zeros({3, 5}, torch::kDouble).index_add(1, who.asking, in[0]);
                      return in[0] / (by_agent + least).index_select(1, who.asking);
                    },
                    {normal({3, 6}, 1).square() + 0.1});
  }
}

// Numbers worked by hand: agent 1 has 1, 2 and 5 beside a least of 2; the others have one pair each.
TEST(AttentionKernels, SharesByHand) {
  const torch::Tensor shares = pair_shares(torch::tensor({{3.0F, 1.0F, 2.0F, 5.0F, 0.0F, 6.0F}}), pairs(), 2);
  EXPECT_TRUE(torch::allclose(shares, torch::tensor({{0.6F, 0.1F, 0.2F, 0.5F, 0.0F, 0.75F}}))) << shares;
}

torch::Tensor sums_of(const torch::Tensor& weights, const torch::Tensor& numbers, const Pairs& who) {
  return torch::zeros_like(numbers).index_add(1, who.asking,
                                              weights.unsqueeze(-1) * numbers.index_select(1, who.asked));
}

TEST(AttentionKernels, SumsOverPairs) {
  const Pairs who = pairs();
  for (const int weights_of_batch : {3, 1}) {
    expect_computes([&](const auto& in) { return pair_sums(in[0], in[1], who); },
                    [&](const auto& in) { return sums_of(in[0], in[1], who); },
                    {normal({weights_of_batch, 6}, 1), normal({3, 5, 7}, 2)});
  }
}

TEST(AttentionKernels, NobodyBesideMeansZeros) {
  const Pairs nobody{torch::empty({0}, torch::kLong), torch::empty({0}, torch::kLong)};
  const torch::Tensor rows = normal({2, 3, 4}, 1);
  const torch::Tensor weights = pair_shares(pair_products(rows, rows, nobody).square(), nobody, 1e-3);
  EXPECT_EQ(weights.numel(), 0);
  EXPECT_TRUE(torch::equal(pair_sums(weights, rows, nobody), torch::zeros_like(rows)));
}

// batch x agents x (3 heads D) with a softmax of torch's
torch::Tensor attention_of(const torch::Tensor& qkv, const torch::Tensor& bias) {
  const std::int64_t heads = bias.size(0), width = qkv.size(2) / (3 * heads);
  const auto parts = qkv.view({qkv.size(0), qkv.size(1), 3, heads, width}).permute({2, 0, 3, 1, 4}).unbind(0);
  const auto score = torch::matmul(parts[0], parts[1].transpose(-1, -2)) / std::sqrt(static_cast<double>(width)) + bias;
  return torch::matmul(torch::softmax(score, -1), parts[2]).transpose(1, 2).flatten(2);
}

TEST(AttentionKernels, AttentionWithSeveralHeads) {
  for (const std::int64_t heads : {1, 2, 4}) {
    expect_computes([](const auto& in) { return attention(in[0], in[1]); },
                    [](const auto& in) { return attention_of(in[0], in[1]); },
                    {normal({3, 5, 24}, 1), normal({heads, 5, 5}, 2)});
  }
}

// Numbers worked by hand, one head of width 1: agent 0 has query 2 and scores 2 * 1 + 0 and 2 * 0.5 + 1, which are
// equal, and sees (3 + 5) / 2; agent 1 has query 0 and scores 0 and ln 3, and sees (3 + 3 * 5) / 4.
TEST(AttentionKernels, AttentionByHand) {
  const torch::Tensor qkv = torch::tensor({{{2.0F, 1.0F, 3.0F}, {0.0F, 0.5F, 5.0F}}});
  const torch::Tensor bias = torch::tensor({{{0.0F, 1.0F}, {0.0F, std::log(3.0F)}}});
  EXPECT_TRUE(torch::allclose(attention(qkv, bias), torch::tensor({{{4.0F}, {4.5F}}}))) << attention(qkv, bias);
}

TEST(AttentionKernels, GreatScoresDoNotOverflow) {
  const torch::Tensor seen = attention(torch::full({1, 2, 3}, 1e4F), torch::zeros({1, 2, 2}));
  EXPECT_TRUE(torch::equal(seen, torch::full({1, 2, 1}, 1e4F))) << seen;
}

// Views and the gradient of a sum, one number for all, have rows that do not lie one after the other.
TEST(AttentionKernels, TakeRowsThatAreNotContiguous) {
  const Pairs who = pairs();
  const torch::Tensor across = normal({3, 7, 5}, 1).requires_grad_();
  pair_sums(normal({6, 3}, 2).t(), across.transpose(1, 2), who).sum().backward();
  const torch::Tensor got = across.grad().clone();
  across.mutable_grad().zero_();
  sums_of(normal({6, 3}, 2).t(), across.transpose(1, 2), who).sum().backward();
  EXPECT_TRUE(torch::allclose(got, across.grad()));
}

}  // namespace
}  // namespace faasconf::learner::nets
