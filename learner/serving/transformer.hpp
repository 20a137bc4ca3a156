#pragma once
// A pre-norm transformer encoder over the agents (Vaswani et al., 2017; Xiong et al., 2020) with a bias on the scores
// for the relation of two agents in the workflow, as Graphormer has (Ying et al., 2021). One set of weights for
// workflows of any size.

#include <cstddef>
#include <optional>
#include <vector>

#include "learner/bundle/metadata.hpp"
#include "learner/serving/linear.hpp"

namespace faasconf::learner::serving {

class TransformerNetwork {
 public:
  // Of tensors embed, block<l>.norm1, .qkv, .relation, .out, .norm2, .up, .down, final_norm, head: see the members.
  TransformerNetwork(const bundle::TransformerSpec& spec, const bundle::Metadata& metadata,
                     const bundle::Tensors& tensors);

  // x: features x agents; y: knobs x agents, before the sigmoid.
  void forward(const Eigen::MatrixXf& x, Eigen::MatrixXf& y);

 private:
  // Each map has the affine part of the normalisation before it folded in.
  struct Attention {
    Linear qkv;                         // [3 d, d]: queries, keys, values, each head by head
    std::vector<Eigen::MatrixXf> bias;  // by head: of agent k (row) for agent j (column)
    Linear out;                         // [d, d]
  };
  struct Block {
    std::optional<Attention> attention;
    Linear up;    // [2 d, d]
    Linear down;  // [d, 2 d]
  };

  Block block(const bundle::TransformerSpec& spec, const bundle::Metadata& metadata, const bundle::Tensors& tensors,
              std::size_t layer) const;
  void attend(const Attention& attention);
  void mix(const Attention& attention, std::size_t head);

  Linear embed_;  // [d, features]
  std::vector<Block> blocks_;
  Linear head_;             // [knobs, d]
  Eigen::MatrixXf state_;   // d x agents: the residual stream
  Eigen::MatrixXf qkv_;     // 3 d x agents
  Eigen::MatrixXf mixed_;   // d x agents: the heads' outputs
  Eigen::VectorXf scores_;  // by agent k
  Eigen::VectorXf normal_;  // d: a standardised column
  Eigen::VectorXf wide_;    // 2 d
  Eigen::VectorXf step_;    // d: what is added to the state
};

}  // namespace faasconf::learner::serving
