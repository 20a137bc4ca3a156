#pragma once
// The kinds of actors that a policy may have, and what each is made of.

#include <cstddef>
#include <variant>
#include <vector>

namespace faasconf::learner::bundle {

// How the rows of an agent's neighbours are weighted before their sum is appended to the agent's own.
enum class Attention {
  squared,  // squared scores over their sum: the paper's code
  softmax,  // the paper's text
  mean,     // equal weights: mean field
  none,     // nothing is appended
};

enum class Normalisation { batch, layer, none };

// An agent sees its own row and the weighted sum of its neighbours'; a perceptron shared by all, or one per agent.
struct NeighbourhoodSpec {
  Attention attention = Attention::squared;
  bool shared = true;
  bool shared_attention = true;  // queries and keys; serving reads it from their shapes
  Normalisation normalisation = Normalisation::batch;
  std::vector<std::size_t> hidden = {64, 64};

  friend bool operator==(const NeighbourhoodSpec&, const NeighbourhoodSpec&) = default;
};

// A single perceptron sees the rows of all agents and acts for all.
struct JointSpec {
  Normalisation normalisation = Normalisation::batch;
  std::vector<std::size_t> hidden = {64, 64};

  friend bool operator==(const JointSpec&, const JointSpec&) = default;
};

// A pre-norm transformer over the agents, whose scores have a bias for the relation of two agents.
struct TransformerSpec {
  std::size_t width = 32;
  std::size_t heads = 4;
  std::size_t layers = 1;
  bool attention = true;

  friend bool operator==(const TransformerSpec&, const TransformerSpec&) = default;
};

using NetworkSpec = std::variant<NeighbourhoodSpec, JointSpec, TransformerSpec>;

}  // namespace faasconf::learner::bundle
