#pragma once
// The layers that all networks are made of. A column per agent.

#include <cstddef>
#include <span>
#include <string>

#include <Eigen/Core>

#include "learner/bundle/tensors.hpp"
#include "learner/serving/matvec.hpp"

namespace faasconf::learner::serving {

// y = W x + b.
struct Linear {
  Eigen::MatrixXf weight;  // outputs x inputs
  Eigen::VectorXf bias;

  void apply(const Eigen::Ref<const Eigen::VectorXf>& x, Eigen::Ref<Eigen::VectorXf> y) const {
    multiply_add(numbers_of(weight), numbers_of(x), numbers_of(bias), {y.data(), static_cast<std::size_t>(y.size())});
  }

 private:
  template <class Numbers>
  static std::span<const float> numbers_of(const Numbers& numbers) {
    return {numbers.data(), static_cast<std::size_t>(numbers.size())};
  }
};

// y = scale x + shift, by coordinate: the last part of a normalisation.
struct Affine {
  Eigen::VectorXf scale;
  Eigen::VectorXf shift;
};

// The affine map, then the linear one, as a single linear map.
Linear after(const Affine& first, Linear second);

// x becomes (x - mean) / sqrt(variance + 1e-5), over its coordinates: layer normalisation without its affine part.
void standardise(Eigen::Ref<Eigen::VectorXf> x);

// One module's matrix (vector) of a tensor that holds those of all modules. Throw Error as bundle::tensor_named
// does.
Eigen::MatrixXf matrix_of(const bundle::Tensors& tensors, const std::string& name, std::size_t modules,
                          std::size_t module, std::size_t rows, std::size_t columns);
Eigen::VectorXf vector_of(const bundle::Tensors& tensors, const std::string& name, std::size_t modules,
                          std::size_t module, std::size_t size);
// Of tensors without modules: <name>.weight [outputs, inputs] and <name>.bias [outputs].
Linear linear_of(const bundle::Tensors& tensors, const std::string& name, std::size_t outputs, std::size_t inputs);
Affine affine_of(const bundle::Tensors& tensors, const std::string& name, std::size_t size);

}  // namespace faasconf::learner::serving
