#pragma once
// The exported actor, run without torch: from the observations of the agents of one environment to their actions.

#include <cstddef>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "learner/bundle/metadata.hpp"
#include "learner/bundle/tensors.hpp"
#include "learner/serving/neighbourhood.hpp"
#include "learner/serving/perceptron.hpp"
#include "learner/serving/transformer.hpp"

namespace faasconf::learner::serving {

// A single perceptron on the rows of all agents, one after the other.
class JointNetwork {
 public:
  JointNetwork(const bundle::JointSpec& spec, const bundle::Metadata& metadata, const bundle::Tensors& tensors);
  void forward(const Eigen::MatrixXf& x, Eigen::MatrixXf& y) { actor_.forward(x.reshaped(), y.reshaped()); }

 private:
  Perceptron actor_;
};

// Copies are independent; one serves one thread at a time, since a network keeps its intermediate results.
class PolicyNetwork {
 public:
  // Throws Error when the weights are not those of such a network.
  PolicyNetwork(const bundle::Metadata& metadata, const bundle::Tensors& weights);

  std::size_t agents() const { return agents_.size(); }
  std::size_t features() const { return features_.size(); }

  // rows: agents x features, as sim::Features writes them; actions: agents x kKnobs, in [0, 1]. Allocates nothing.
  // Throws Error for NaN, naming agent and feature.
  void act(std::span<const float> rows, std::span<float> actions);

 private:
  void standardise(std::span<const float> rows);

  std::vector<std::string> agents_;
  std::vector<std::string> features_;
  bundle::NormalizerMoments moments_;
  std::variant<NeighbourhoodNetwork, JointNetwork, TransformerNetwork> network_;
  Eigen::MatrixXf x_;  // features x agents, standardised
  Eigen::MatrixXf y_;  // knobs x agents, before the sigmoid
};

}  // namespace faasconf::learner::serving
