#include "learner/serving/policy_network.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "sim/core/error.hpp"

namespace faasconf::learner::serving {
namespace {

using Network = std::variant<NeighbourhoodNetwork, JointNetwork, TransformerNetwork>;

struct MakeNetwork {
  const bundle::Metadata& metadata;
  const bundle::Tensors& weights;

  Network operator()(const bundle::NeighbourhoodSpec& spec) const {
    return NeighbourhoodNetwork(spec, metadata, weights);
  }
  Network operator()(const bundle::JointSpec& spec) const { return JointNetwork(spec, metadata, weights); }
  Network operator()(const bundle::TransformerSpec& spec) const { return TransformerNetwork(spec, metadata, weights); }
};

Network network_of(const bundle::Metadata& metadata, const bundle::Tensors& weights) {
  check(metadata);
  return std::visit(MakeNetwork{metadata, weights}, metadata.network);
}

}  // namespace

JointNetwork::JointNetwork(const bundle::JointSpec& spec, const bundle::Metadata& metadata,
                           const bundle::Tensors& tensors)
    : actor_({.inputs = metadata.agents.size() * metadata.feature_names.size(),
              .hidden = spec.hidden,
              .outputs = metadata.agents.size() * sim::kKnobs,
              .normalisation = spec.normalisation},
             tensors, 1, 0) {}

PolicyNetwork::PolicyNetwork(const bundle::Metadata& metadata, const bundle::Tensors& weights)
    : agents_(metadata.agents),
      features_(metadata.feature_names),
      moments_(metadata.normalizer),
      network_(network_of(metadata, weights)),
      x_(features_.size(), agents_.size()),
      y_(sim::kKnobs, agents_.size()) {}

void PolicyNetwork::act(std::span<const float> rows, std::span<float> actions) {
  assert(rows.size() == agents() * features() && actions.size() == agents() * sim::kKnobs);
  standardise(rows);
  std::visit([this](auto& network) { network.forward(x_, y_); }, network_);
  Eigen::Map<Eigen::ArrayXf>(actions.data(), y_.size()) = ((-y_.reshaped().array()).exp() + 1).inverse();
}

// As sim::Normalizer does while training.
void PolicyNetwork::standardise(std::span<const float> rows) {
  const auto limit = static_cast<float>(moments_.limit);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t column = i % features();
    if (std::isnan(rows[i])) {
      throw sim::Error("observation of " + agents_[i / features()] + ": expected a number for " + features_[column] +
                       ", got NaN");
    }
    const double deviation = moments_.deviation[column];
    const double scaled = deviation > 0 ? (rows[i] - moments_.mean[column]) / deviation : 0;
    x_.data()[i] = std::clamp(static_cast<float>(scaled), -limit, limit);
  }
}

}  // namespace faasconf::learner::serving
