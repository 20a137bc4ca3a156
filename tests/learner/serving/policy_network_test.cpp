#include "learner/serving/policy_network.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "sim/core/random.hpp"
#include "tests/learner/bundle/policies.hpp"
#include "tests/learner/serving/reference_network.hpp"
#include "tests/sim/env/workflows.hpp"

namespace faasconf::learner::serving {
namespace {

using ::testing::HasSubstr;

// Oracle: the equations, number by number in double precision. Float sums of some hundred terms of size 1 err by 1e-5.
void expect_as_written(bundle::NetworkSpec network) {
  const bundle::Metadata metadata = bundle::five_agents(std::move(network));
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const bundle::PolicyBundle bundle{.metadata = metadata, .weights = bundle::random_weights(metadata, seed)};
    PolicyNetwork served(bundle.metadata, bundle.weights);
    const std::vector<float> rows = bundle::random_rows(metadata, seed);
    const Row expected = ReferenceNetwork(bundle).act(rows);
    std::vector<float> actions(expected.size());
    served.act(rows, actions);
    for (std::size_t i = 0; i < actions.size(); ++i) EXPECT_NEAR(actions[i], expected[i], 2e-5) << i;
  }
}

TEST(PolicyNetwork, NeighbourhoodsFollowTheirEquations) {
  for (const bundle::NetworkSpec& network : bundle::neighbourhoods()) {
    SCOPED_TRACE(to_json(bundle::five_agents(network)));
    expect_as_written(network);
  }
}

TEST(PolicyNetwork, JointNetworksFollowTheirEquations) {
  for (const bundle::Normalisation normalisation :
       {bundle::Normalisation::batch, bundle::Normalisation::layer, bundle::Normalisation::none}) {
    expect_as_written(bundle::JointSpec{.normalisation = normalisation, .hidden = {20, 9}});
  }
  expect_as_written(bundle::JointSpec{.normalisation = bundle::Normalisation::none, .hidden = {}});
}

TEST(PolicyNetwork, TransformersFollowTheirEquations) {
  for (const bool attention : {true, false}) {
    expect_as_written(bundle::TransformerSpec{.width = 12, .heads = 3, .layers = 2, .attention = attention});
    expect_as_written(bundle::TransformerSpec{.width = 8, .heads = 1, .layers = 1, .attention = attention});
  }
}

// By hand: with a single layer that hands on the neighbours' mean of the first feature as the first knob.
TEST(PolicyNetwork, AppendsTheMeanOfTheNeighbours) {
  bundle::Metadata metadata = bundle::five_agents(bundle::NeighbourhoodSpec{
      .attention = bundle::Attention::mean, .normalisation = bundle::Normalisation::none, .hidden = {}});
  metadata.feature_names = {"only"};
  metadata.normalizer = {.mean = {0}, .deviation = {1}, .limit = 10};
  const bundle::Tensors weights = {{"layer0.weight", {{1, 4, 2}, {0, 1, 0, 0, 0, 0, 0, 0}}},
                                   {"layer0.bias", {{1, 4}, {0, 0, 0, 0}}}};
  PolicyNetwork network(metadata, weights);
  std::vector<float> actions(20);
  network.act(std::vector<float>{1, 2, 3, 6, 7}, actions);
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  EXPECT_NEAR(actions[0], sigmoid(2), 1e-6) << "a has b alone";
  EXPECT_NEAR(actions[4], sigmoid((1.0 + 3 + 6) / 3), 1e-6) << "b has a, c and d";
  EXPECT_NEAR(actions[16], 0.5, 1e-6) << "the lonely one has none";
}

TEST(PolicyNetwork, NamesAgentAndFeatureOfNaN) {
  const bundle::Metadata metadata = bundle::five_agents(bundle::JointSpec{});
  PolicyNetwork network(metadata, bundle::random_weights(metadata, 1));
  std::vector<float> rows = bundle::random_rows(metadata, 1);
  std::vector<float> actions(20);
  rows[2 * 7 + 3] = std::numeric_limits<float>::quiet_NaN();
  try {
    network.act(rows, actions);
    FAIL();
  } catch (const sim::Error& error) {
    EXPECT_STREQ(error.what(), "observation of c: expected a number for four, got NaN");
  }
  rows[2 * 7 + 3] = std::numeric_limits<float>::infinity();
  network.act(rows, actions);  // cut to the limit
  for (const float action : actions) EXPECT_TRUE(action >= 0 && action <= 1);
}

std::string refusal(const bundle::Metadata& metadata, const bundle::Tensors& weights) {
  try {
    PolicyNetwork(metadata, weights);
  } catch (const sim::Error& error) {
    return error.what();
  }
  return "";
}

TEST(PolicyNetwork, RefusesWeightsThatAreNotItsOwn) {
  const bundle::Metadata metadata = bundle::five_agents(bundle::NeighbourhoodSpec{});
  const bundle::Tensors good = bundle::random_weights(metadata, 1);
  EXPECT_EQ(refusal(metadata, good), "");

  bundle::Tensors weights = good;
  weights.erase("norm1.mean");
  EXPECT_EQ(refusal(metadata, weights), "weights: norm1.mean is missing");

  weights = good;
  weights.at("layer0.weight").shape = {1, 14, 64};
  EXPECT_EQ(refusal(metadata, weights), "weights: layer0.weight: expected shape 1 x 64 x 14, got 1 x 14 x 64");

  weights = good;
  weights.at("query").values[5] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(refusal(metadata, weights), "weights: query: expected finite numbers, got NaN or infinity");

  weights = good;
  weights.at("norm0.variance").values[5] = -1;
  EXPECT_EQ(refusal(metadata, weights), "weights: norm0.variance: expected numbers from 0 up");

  const bundle::Metadata transformer = bundle::five_agents(bundle::TransformerSpec{.width = 32, .heads = 5});
  EXPECT_THAT(refusal(transformer, bundle::random_weights(transformer, 1)), HasSubstr("a width that its heads divide"));
}

}  // namespace
}  // namespace faasconf::learner::serving
