#include "learner/serving/neighbourhood.hpp"

#include <cmath>
#include <cstdint>

namespace faasconf::learner::serving {
namespace {

using Eigen::Index;

constexpr std::size_t kKeyWidth = 32;
constexpr float kSmallest = 1e-3F;  // of the sum of squared scores, so that it can be divided by

std::vector<std::vector<Index>> neighbours_of(const bundle::Metadata& metadata) {
  const std::size_t agents = metadata.agents.size();
  std::vector<std::uint8_t> adjacent(agents * agents);
  for (const auto& [from, to] : metadata.edges) adjacent[from * agents + to] = adjacent[to * agents + from] = 1;
  std::vector<std::vector<Index>> neighbours(agents);
  for (std::size_t i = 0; i < adjacent.size(); ++i) {
    if (adjacent[i] != 0) neighbours[i / agents].push_back(static_cast<Index>(i % agents));
  }
  return neighbours;
}

// One for each agent that asks, or one for all.
std::size_t attention_modules(const bundle::Tensors& tensors, std::size_t agents) {
  const auto query = tensors.find("query");
  const bool own = query != tensors.end() && !query->second.shape.empty() && query->second.shape[0] == agents;
  return own ? agents : 1;
}

}  // namespace

NeighbourhoodNetwork::NeighbourhoodNetwork(const bundle::NeighbourhoodSpec& spec, const bundle::Metadata& metadata,
                                           const bundle::Tensors& tensors)
    : attention_(spec.attention), neighbours_(neighbours_of(metadata)) {
  const std::size_t agents = metadata.agents.size();
  const std::size_t features = metadata.feature_names.size();
  const std::size_t modules = spec.shared ? 1 : agents;
  const std::size_t inputs = attention_ == bundle::Attention::none ? features : 2 * features;
  const PerceptronSpec actor{
      .inputs = inputs, .hidden = spec.hidden, .outputs = sim::kKnobs, .normalisation = spec.normalisation};
  const bool scored = attention_ == bundle::Attention::squared || attention_ == bundle::Attention::softmax;
  const std::size_t attentions = scored ? attention_modules(tensors, agents) : 0;
  for (std::size_t module = 0; module < modules; ++module) actors_.emplace_back(actor, tensors, modules, module);
  for (std::size_t module = 0; module < attentions; ++module) {
    const Eigen::MatrixXf query = matrix_of(tensors, "query", attentions, module, features, kKeyWidth);
    forms_.push_back(matrix_of(tensors, "key", attentions, module, features, kKeyWidth) * query.transpose());
  }
  asked_.resize(static_cast<Index>(features));
  weights_.resize(static_cast<Index>(agents));
  input_.resize(static_cast<Index>(inputs));
}

// Leaves the weights of the agent's neighbours in weights_.
void NeighbourhoodNetwork::weigh(std::size_t agent, const Eigen::MatrixXf& x) {
  const std::vector<Index>& neighbours = neighbours_[agent];
  const auto count = static_cast<Index>(neighbours.size());
  auto weights = weights_.head(count);
  if (attention_ == bundle::Attention::mean) {
    weights.setConstant(1 / static_cast<float>(count));
    return;
  }
  asked_.noalias() = forms_[forms_.size() == 1 ? 0 : agent] * x.col(static_cast<Index>(agent));
  for (Index k = 0; k < count; ++k) weights[k] = asked_.dot(x.col(neighbours[static_cast<std::size_t>(k)]));
  if (attention_ == bundle::Attention::squared) {
    weights = weights.cwiseAbs2();
    weights /= weights.sum() + kSmallest;
  } else {
    weights /= std::sqrt(static_cast<float>(kKeyWidth));
    weights = (weights.array() - weights.maxCoeff()).exp();
    weights /= weights.sum();
  }
}

void NeighbourhoodNetwork::forward(const Eigen::MatrixXf& x, Eigen::MatrixXf& y) {
  const Index features = x.rows();
  for (std::size_t agent = 0; agent < neighbours_.size(); ++agent) {
    const auto column = static_cast<Index>(agent);
    const std::vector<Index>& neighbours = neighbours_[agent];
    input_.setZero();
    input_.head(features) = x.col(column);
    if (attention_ != bundle::Attention::none && !neighbours.empty()) {
      weigh(agent, x);
      auto sum = input_.tail(features);
      for (std::size_t k = 0; k < neighbours.size(); ++k) sum += weights_[static_cast<Index>(k)] * x.col(neighbours[k]);
    }
    actors_[actors_.size() == 1 ? 0 : agent].forward(input_, y.col(column));
  }
}

}  // namespace faasconf::learner::serving
