#include "learner/serving/transformer.hpp"

#include <cmath>
#include <string>
#include <utility>

namespace faasconf::learner::serving {
namespace {

using Eigen::Index;

constexpr std::size_t kRelations = 5;

// How agent j stands to agent k, by number: 0 itself, 1 k leads to j only, 2 j leads to k only, 3 both, 4 neither.
Eigen::MatrixXi relations_of(const bundle::Metadata& metadata) {
  const auto agents = static_cast<Index>(metadata.agents.size());
  Eigen::MatrixXi leads = Eigen::MatrixXi::Zero(agents, agents);  // from, to
  for (const auto& [from, to] : metadata.edges) leads(static_cast<Index>(from), static_cast<Index>(to)) = 1;
  Eigen::MatrixXi relations = leads + 2 * leads.transpose();  // k, j
  relations = (relations.array() == 0).select(kRelations - 1, relations);
  relations.diagonal().setZero();
  return relations;
}

}  // namespace

TransformerNetwork::TransformerNetwork(const bundle::TransformerSpec& spec, const bundle::Metadata& metadata,
                                       const bundle::Tensors& tensors)
    : embed_(linear_of(tensors, "embed", spec.width, metadata.feature_names.size())),
      head_(after(affine_of(tensors, "final_norm", spec.width), linear_of(tensors, "head", sim::kKnobs, spec.width))) {
  for (std::size_t layer = 0; layer < spec.layers; ++layer) blocks_.push_back(block(spec, metadata, tensors, layer));
  const auto width = static_cast<Index>(spec.width);
  const auto agents = static_cast<Index>(metadata.agents.size());
  state_.resize(width, agents);
  qkv_.resize(3 * width, agents);
  mixed_.resize(width, agents);
  scores_.resize(agents);
  normal_.resize(width);
  wide_.resize(2 * width);
  step_.resize(width);
}

TransformerNetwork::Block TransformerNetwork::block(const bundle::TransformerSpec& spec,
                                                    const bundle::Metadata& metadata, const bundle::Tensors& tensors,
                                                    std::size_t layer) const {
  const std::string name = "block" + std::to_string(layer) + ".";
  const std::size_t width = spec.width;
  const auto normalised = [&](const std::string& norm, const std::string& map, std::size_t outputs) {
    return after(affine_of(tensors, name + norm, width), linear_of(tensors, name + map, outputs, width));
  };
  Block block{.attention = std::nullopt,
              .up = normalised("norm2", "up", 2 * width),
              .down = linear_of(tensors, name + "down", width, 2 * width)};
  if (!spec.attention) return block;
  block.attention = Attention{
      .qkv = normalised("norm1", "qkv", 3 * width), .bias = {}, .out = linear_of(tensors, name + "out", width, width)};
  const bundle::Tensor& relation = bundle::tensor_named(tensors, name + "relation", {spec.heads, kRelations});
  const Eigen::MatrixXi relations = relations_of(metadata);
  for (std::size_t head = 0; head < spec.heads; ++head) {
    block.attention->bias.push_back(
        relations.unaryExpr([&](int r) { return relation.values[head * kRelations + static_cast<std::size_t>(r)]; }));
  }
  return block;
}

void TransformerNetwork::forward(const Eigen::MatrixXf& x, Eigen::MatrixXf& y) {
  for (Index j = 0; j < x.cols(); ++j) embed_.apply(x.col(j), state_.col(j));
  for (const Block& block : blocks_) {
    if (block.attention) attend(*block.attention);
    for (Index j = 0; j < x.cols(); ++j) {
      normal_ = state_.col(j);
      standardise(normal_);
      block.up.apply(normal_, wide_);
      wide_ = wide_.cwiseMax(0);
      block.down.apply(wide_, step_);
      state_.col(j) += step_;
    }
  }
  for (Index j = 0; j < x.cols(); ++j) {
    normal_ = state_.col(j);
    standardise(normal_);
    head_.apply(normal_, y.col(j));
  }
}

void TransformerNetwork::attend(const Attention& attention) {
  for (Index j = 0; j < state_.cols(); ++j) {
    normal_ = state_.col(j);
    standardise(normal_);
    attention.qkv.apply(normal_, qkv_.col(j));
  }
  for (std::size_t head = 0; head < attention.bias.size(); ++head) mix(attention, head);
  for (Index j = 0; j < state_.cols(); ++j) {
    attention.out.apply(mixed_.col(j), step_);
    state_.col(j) += step_;
  }
}

// o_j = sum_k softmax_k(q_j . k_k / sqrt(d / heads) + bias) v_k.
void TransformerNetwork::mix(const Attention& attention, std::size_t head) {
  const Index width = state_.rows();
  const Index size = width / static_cast<Index>(attention.bias.size());
  const Index first = static_cast<Index>(head) * size;
  const auto queries = qkv_.middleRows(first, size);
  const auto keys = qkv_.middleRows(width + first, size);
  const auto values = qkv_.middleRows(2 * width + first, size);
  const float scale = 1 / std::sqrt(static_cast<float>(size));
  for (Index j = 0; j < state_.cols(); ++j) {
    for (Index k = 0; k < state_.cols(); ++k) scores_[k] = scale * queries.col(j).dot(keys.col(k));
    scores_ += attention.bias[head].col(j);
    scores_ = (scores_.array() - scores_.maxCoeff()).exp();
    scores_ /= scores_.sum();
    mixed_.col(j).segment(first, size).setZero();
    for (Index k = 0; k < state_.cols(); ++k) mixed_.col(j).segment(first, size) += scores_[k] * values.col(k);
  }
}

}  // namespace faasconf::learner::serving
