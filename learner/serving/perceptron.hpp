#pragma once
// Linear layers with ReLU and a normalisation between them: y = W_L h_L + b_L, h_i+1 = norm_i(relu(W_i h_i + b_i)).

#include <cstddef>
#include <span>
#include <vector>

#include "learner/bundle/metadata.hpp"
#include "learner/serving/linear.hpp"

namespace faasconf::learner::serving {

struct PerceptronSpec {
  std::size_t inputs = 0;
  std::vector<std::size_t> hidden;
  std::size_t outputs = 0;
  bundle::Normalisation normalisation = bundle::Normalisation::none;
};

class Perceptron {
 public:
  // Of tensors layer<i>.weight [modules, out, in], layer<i>.bias, norm<i>.weight, .bias, .mean, .variance [modules,
  // out]. The affine part of a normalisation is folded into the layer that follows. Throws Error as tensor_named does.
  Perceptron(const PerceptronSpec& spec, const bundle::Tensors& tensors, std::size_t modules, std::size_t module);

  void forward(const Eigen::Ref<const Eigen::VectorXf>& x, Eigen::Ref<Eigen::VectorXf> y);

 private:
  bundle::Normalisation normalisation_;
  std::vector<Linear> layers_;
  std::vector<Eigen::VectorXf> hidden_;  // by layer but the last
};

}  // namespace faasconf::learner::serving
