#include "learner/serving/perceptron.hpp"

#include <string>
#include <utility>

#include "sim/core/error.hpp"

namespace faasconf::learner::serving {
namespace {

constexpr float kEpsilon = 1e-5F;  // torch's

// One module's tensors.
class Module {
 public:
  Module(const bundle::Tensors& tensors, std::size_t modules, std::size_t module)
      : tensors_(tensors), modules_(modules), module_(module) {}

  Linear layer(std::size_t i, std::size_t outputs, std::size_t inputs) const {
    const std::string name = "layer" + std::to_string(i);
    return {.weight = matrix_of(tensors_, name + ".weight", modules_, module_, outputs, inputs),
            .bias = vector_of(tensors_, name + ".bias", modules_, module_, outputs)};
  }
  // Batch normalisation with moments that do not move any more is affine as a whole.
  Affine affine(std::size_t i, std::size_t size, bundle::Normalisation normalisation) const {
    Affine affine{.scale = norm(i, "weight", size), .shift = norm(i, "bias", size)};
    if (normalisation != bundle::Normalisation::batch) return affine;
    const Eigen::VectorXf variance = norm(i, "variance", size);
    if (variance.size() > 0 && variance.minCoeff() < 0) {
      throw sim::Error("weights: norm" + std::to_string(i) + ".variance: expected numbers from 0 up");
    }
    affine.scale.array() /= (variance.array() + kEpsilon).sqrt();
    affine.shift -= affine.scale.cwiseProduct(norm(i, "mean", size));
    return affine;
  }

 private:
  Eigen::VectorXf norm(std::size_t i, const char* what, std::size_t size) const {
    return vector_of(tensors_, "norm" + std::to_string(i) + "." + what, modules_, module_, size);
  }

  const bundle::Tensors& tensors_;
  std::size_t modules_;
  std::size_t module_;
};

}  // namespace

Perceptron::Perceptron(const PerceptronSpec& spec, const bundle::Tensors& tensors, std::size_t modules,
                       std::size_t module)
    : normalisation_(spec.normalisation) {
  const Module weights(tensors, modules, module);
  std::size_t inputs = spec.inputs;
  for (std::size_t i = 0; i <= spec.hidden.size(); ++i) {
    const std::size_t outputs = i < spec.hidden.size() ? spec.hidden[i] : spec.outputs;
    Linear layer = weights.layer(i, outputs, inputs);
    const bool normalised = i > 0 && spec.normalisation != bundle::Normalisation::none;
    if (normalised) layer = after(weights.affine(i - 1, inputs, spec.normalisation), std::move(layer));
    layers_.push_back(std::move(layer));
    if (i < spec.hidden.size()) hidden_.emplace_back(outputs);
    inputs = outputs;
  }
}

void Perceptron::forward(const Eigen::Ref<const Eigen::VectorXf>& x, Eigen::Ref<Eigen::VectorXf> y) {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Eigen::Ref<const Eigen::VectorXf> in = i == 0 ? x : Eigen::Ref<const Eigen::VectorXf>(hidden_[i - 1]);
    if (i + 1 == layers_.size()) return layers_[i].apply(in, y);
    layers_[i].apply(in, hidden_[i]);
    hidden_[i] = hidden_[i].cwiseMax(0);
    if (normalisation_ == bundle::Normalisation::layer) standardise(hidden_[i]);
  }
}

}  // namespace faasconf::learner::serving
