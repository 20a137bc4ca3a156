// A network takes no memory when it acts. A program of its own, whose linker leads the calls of operator new and of
// malloc, by which Eigen allocates, to the functions here.

#include <cstddef>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "learner/serving/policy_network.hpp"
#include "sim/core/random.hpp"
#include "tests/learner/bundle/policies.hpp"
#include "tests/sim/env/workflows.hpp"

namespace {

std::int64_t allocations = 0;

}  // namespace

// NOLINTBEGIN: the linker's names
extern "C" {
void* __real_malloc(std::size_t size);
void* __wrap_malloc(std::size_t size) {
  ++allocations;
  return __real_malloc(size);
}
void* __real__Znwm(std::size_t size);
void* __wrap__Znwm(std::size_t size) {
  ++allocations;
  return __real__Znwm(size);
}
}
// NOLINTEND

namespace faasconf::learner::serving {
namespace {

std::int64_t allocations_of_acting(const bundle::NetworkSpec& spec) {
  const bundle::PolicyBundle bundle = bundle::random_policy(sim::Scenario(sim::two_steps().scenario), spec);
  PolicyNetwork network(bundle.metadata, bundle.weights);
  const std::vector<float> rows(network.agents() * network.features(), 0.5F);
  std::vector<float> actions(network.agents() * sim::kKnobs);
  const std::int64_t before = allocations;
  for (int i = 0; i < 10; ++i) network.act(rows, actions);
  return allocations - before;
}

TEST(PolicyNetwork, AllocatesNothingWhenItActs) {
  for (const bundle::Attention attention :
       {bundle::Attention::squared, bundle::Attention::softmax, bundle::Attention::mean, bundle::Attention::none}) {
    for (const bundle::Normalisation normalisation :
         {bundle::Normalisation::batch, bundle::Normalisation::layer, bundle::Normalisation::none}) {
      EXPECT_EQ(
          allocations_of_acting(bundle::NeighbourhoodSpec{.attention = attention, .normalisation = normalisation}), 0);
      EXPECT_EQ(allocations_of_acting(bundle::JointSpec{.normalisation = normalisation}), 0);
    }
  }
  EXPECT_EQ(allocations_of_acting(bundle::TransformerSpec{.layers = 2}), 0);
}

TEST(PolicyNetwork, IsCountedWhenItAllocates) {
  const std::int64_t before = allocations;
  const Eigen::VectorXf by_malloc = Eigen::VectorXf::Zero(100);
  EXPECT_GT(allocations, before);
  const std::int64_t between = allocations;
  const std::vector<float> by_new(100, by_malloc[0]);
  EXPECT_GT(allocations, between);
  EXPECT_EQ(by_new.size(), 100U);
}

}  // namespace
}  // namespace faasconf::learner::serving
