#include "learner/serving/linear.hpp"

#include <cmath>
#include <utility>

namespace faasconf::learner::serving {
namespace {

using Eigen::Index;
using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr float kEpsilon = 1e-5F;  // torch's

Eigen::Map<const RowMajor> rows_of(const bundle::Tensor& tensor, std::size_t module, std::size_t rows,
                                   std::size_t columns) {
  return {tensor.values.data() + module * rows * columns, static_cast<Index>(rows), static_cast<Index>(columns)};
}

Eigen::Map<const Eigen::VectorXf> numbers_of(const bundle::Tensor& tensor) {
  return {tensor.values.data(), static_cast<Index>(tensor.values.size())};
}

}  // namespace

Linear after(const Affine& first, Linear second) {
  second.bias += second.weight * first.shift;
  second.weight *= first.scale.asDiagonal();
  return second;
}

void standardise(Eigen::Ref<Eigen::VectorXf> x) {
  x.array() -= x.mean();
  x /= std::sqrt(x.squaredNorm() / static_cast<float>(x.size()) + kEpsilon);
}

Eigen::MatrixXf matrix_of(const bundle::Tensors& tensors, const std::string& name, std::size_t modules,
                          std::size_t module, std::size_t rows, std::size_t columns) {
  return rows_of(bundle::tensor_named(tensors, name, {modules, rows, columns}), module, rows, columns);
}

Eigen::VectorXf vector_of(const bundle::Tensors& tensors, const std::string& name, std::size_t modules,
                          std::size_t module, std::size_t size) {
  return rows_of(bundle::tensor_named(tensors, name, {modules, size}), module, size, 1);
}

Linear linear_of(const bundle::Tensors& tensors, const std::string& name, std::size_t outputs, std::size_t inputs) {
  return {.weight = rows_of(bundle::tensor_named(tensors, name + ".weight", {outputs, inputs}), 0, outputs, inputs),
          .bias = numbers_of(bundle::tensor_named(tensors, name + ".bias", {outputs}))};
}

Affine affine_of(const bundle::Tensors& tensors, const std::string& name, std::size_t size) {
  return {.scale = numbers_of(bundle::tensor_named(tensors, name + ".weight", {size})),
          .shift = numbers_of(bundle::tensor_named(tensors, name + ".bias", {size}))};
}

}  // namespace faasconf::learner::serving
