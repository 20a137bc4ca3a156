#include "learner/marl/flat.hpp"

#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>
#include <torch/optim/adam.h>

#include "learner/nets/layers.hpp"
#include "sim/core/error.hpp"

namespace faasconf::learner::marl {
namespace {

// Two hidden layers with moments of batches.
nets::AgentLayers layers(std::uint64_t seed = 1) {
  at::Generator random = at::detail::createCPUGenerator(seed);
  return {1, 3, {4, 4}, 2, bundle::Normalisation::batch, random};
}

torch::Tensor rows() { return torch::randn({20, 3}, at::detail::createCPUGenerator(2)); }

void descend(nets::AgentLayers& module, torch::optim::Optimizer& optimizer) {
  for (torch::Tensor& parameter : module.parameters()) {
    if (parameter.grad().defined()) parameter.mutable_grad().zero_();
  }
  module.forward(rows()).square().mean().backward();
  optimizer.step();
}

// Oracle: Adam treats every number by itself, so it is all one whether it is given one tensor or many.
TEST(Flat, ModulesGoOnInOnePiece) {
  nets::AgentLayers apart = layers(), together = layers();
  Flat flat({{"layers", &together}});
  torch::optim::Adam of_apart(apart.parameters(), 0.01), of_flat({flat.parameters()}, 0.01);
  for (int i = 0; i < 5; ++i) {
    descend(apart, of_apart);
    descend(together, of_flat);
  }
  apart.eval();
  together.eval();
  EXPECT_TRUE(torch::equal(together.forward(rows()), apart.forward(rows())));
  EXPECT_FALSE(torch::equal(together.forward(rows()), layers().forward(rows())));
}

// Of two shards, each of which has seen rows of its own, the mean counts.
TEST(Flat, NumbersAreGradientsAndBuffers) {
  nets::AgentLayers module = layers();
  Flat flat({{"layers", &module}});
  module.forward(rows()).sum().backward();
  const std::vector<double> numbers = flat.numbers();
  const auto gradients = static_cast<std::size_t>(flat.parameters().numel());
  ASSERT_EQ(numbers.size(), gradients + 16) << "a mean and a variance of four numbers by hidden layer";
  EXPECT_EQ(numbers[0], module.parameters()[0].grad().flatten()[0].item<double>());
  EXPECT_EQ(numbers[gradients], module.buffers()[0].flatten()[0].item<double>());

  std::vector<double> doubled = numbers;
  for (double& number : doubled) number *= 2;
  flat.assign(doubled, 0);
  EXPECT_EQ(flat.numbers(), doubled);
  EXPECT_EQ(module.buffers()[0].flatten()[0].item<double>(), 2 * numbers[gradients]);
  flat.clear_gradients();
  EXPECT_EQ(flat.parameters().grad().abs().max().item<double>(), 0);
}

TEST(Flat, ShortensLongGradientsAndNoBuffers) {
  nets::AgentLayers module = layers();
  Flat flat({{"layers", &module}});
  std::vector<double> numbers(flat.numbers().size());
  numbers[1] = 3;
  numbers[5] = -4;
  numbers.back() = 7;
  flat.assign(numbers, 10);
  EXPECT_EQ(flat.numbers(), numbers);
  flat.assign(numbers, 2.5);
  EXPECT_EQ(flat.numbers()[1], 1.5);
  EXPECT_EQ(flat.numbers()[5], -2);
  EXPECT_EQ(flat.numbers().back(), 7);
}

TEST(Flat, NamesAGradientThatIsNoNumber) {
  nets::AgentLayers module = layers(), other = layers();
  Flat flat({{"one", &module}, {"two", &other}});
  std::vector<double> numbers(flat.numbers().size());
  const auto complaint = [&](std::size_t place, double number) -> std::string {
    std::vector<double> broken = numbers;
    broken[place] = number;
    try {
      flat.assign(broken, 0);
    } catch (const sim::Error& error) {
      return error.what();
    }
    return "";
  };
  const auto end = static_cast<std::size_t>(flat.parameters().numel());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(complaint(0, nan), "the gradient of one.layer0.weight is not finite any more");
  EXPECT_EQ(complaint(12, nan), "the gradient of one.layer0.bias is not finite any more") << "after 4 x 3 weights";
  EXPECT_EQ(complaint(end - 1, std::numeric_limits<double>::infinity()),
            "the gradient of two.layer2.bias is not finite any more");
  EXPECT_EQ(complaint(end - 1, 1e30), "");
}

TEST(Flat, ApproachesAnotherByItsShare) {
  nets::AgentLayers target = layers(1), online = layers(2);
  Flat target_flat({{"target", &target}}), online_flat({{"online", &online}});
  online.forward(rows());  // moves the moments
  const torch::Tensor before = target.parameters()[0].clone(), mean_before = target.buffers()[0].clone();
  target_flat.approach(online_flat, 0.25);
  EXPECT_TRUE(torch::allclose(target.parameters()[0], 0.75 * before + 0.25 * online.parameters()[0]));
  EXPECT_TRUE(torch::allclose(target.buffers()[0], 0.75 * mean_before + 0.25 * online.buffers()[0]));
}

TEST(Flat, ComesBackFromItsArchive) {
  nets::AgentLayers module = layers(1), restored = layers(2);
  Flat flat({{"layers", &module}}), restored_flat({{"layers", &restored}});
  module.forward(rows());
  std::stringstream file;
  torch::serialize::OutputArchive out;
  flat.save("flat", out);
  out.save_to(file);
  torch::serialize::InputArchive in;
  in.load_from(file);
  restored_flat.load("flat", in);
  module.eval();
  restored.eval();
  EXPECT_TRUE(torch::equal(restored.forward(rows()), module.forward(rows())));

  at::Generator random = at::detail::createCPUGenerator(1);
  nets::AgentLinear smaller(1, 3, 2, random);
  Flat smaller_flat({{"linear", &smaller}});
  try {
    smaller_flat.load("flat", in);
    FAIL();
  } catch (const sim::Error& error) {
    EXPECT_STREQ(error.what(), "flat.parameters: expected 8 numbers, got 62");
  }
}

}  // namespace
}  // namespace faasconf::learner::marl
