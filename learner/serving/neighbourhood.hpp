#pragma once
// Attention mean-field actors (FaaSConf, ASE 2024): an agent acts on its own row and the weighted sum of its
// neighbours' rows.

#include <cstddef>
#include <vector>

#include "learner/serving/perceptron.hpp"

namespace faasconf::learner::serving {

class NeighbourhoodNetwork {
 public:
  // Of tensors query, key [modules, features, 32], with one module or one for each agent that asks, and a perceptron's.
  NeighbourhoodNetwork(const bundle::NeighbourhoodSpec& spec, const bundle::Metadata& metadata,
                       const bundle::Tensors& tensors);

  // x: features x agents; y: knobs x agents, before the sigmoid.
  void forward(const Eigen::MatrixXf& x, Eigen::MatrixXf& y);

 private:
  void weigh(std::size_t agent, const Eigen::MatrixXf& x);

  bundle::Attention attention_;
  std::vector<std::vector<Eigen::Index>> neighbours_;  // by agent: G, undirected, without self loops
  std::vector<Eigen::MatrixXf> forms_;                 // by module: Wk Wq^T; a score is x_k^T Wk Wq^T x_j
  std::vector<Perceptron> actors_;                     // by module
  Eigen::VectorXf asked_;                              // Wk Wq^T x_j
  Eigen::VectorXf weights_;                            // of an agent's neighbours, in their order
  Eigen::VectorXf input_;                              // own row and neighbours' sum
};

}  // namespace faasconf::learner::serving
