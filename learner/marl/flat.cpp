#include "learner/marl/flat.hpp"

#include <algorithm>
#include <cmath>

#include "sim/core/error.hpp"

namespace faasconf::learner::marl {
namespace {

// one tensor of all, which become views of it
torch::Tensor move_together(std::vector<torch::Tensor>& tensors) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> flat = {torch::zeros({0})};
  for (const torch::Tensor& tensor : tensors) flat.push_back(tensor.flatten());
  torch::Tensor all = torch::cat(flat);
  std::int64_t first = 0;
  for (torch::Tensor& tensor : tensors) {
    tensor.set_data(all.narrow(0, first, tensor.numel()).view(tensor.sizes()));
    first += tensor.numel();
  }
  return all;
}

void read(const std::string& name, torch::serialize::InputArchive& archive, const torch::Tensor& to) {
  torch::Tensor stored;
  archive.read(name, stored);
  if (stored.sizes() != to.sizes()) {
    throw sim::Error(name + ": expected " + std::to_string(to.numel()) + " numbers, got " +
                     std::to_string(stored.numel()));
  }
  const torch::NoGradGuard no_grad;
  to.copy_(stored);
}

}  // namespace

Flat::Flat(const std::vector<Part>& parts) {
  std::vector<torch::Tensor> parameters, buffers;
  std::size_t end = 0;
  for (const Part& part : parts) {
    for (const auto& parameter : part.module->named_parameters()) {
      parameters.push_back(parameter.value());
      names_.emplace_back(end += static_cast<std::size_t>(parameter.value().numel()),
                          part.name + "." + parameter.key());
    }
    for (const auto& buffer : part.module->named_buffers()) buffers.push_back(buffer.value());
  }
  parameters_ = move_together(parameters);
  parameters_.requires_grad_();
  buffers_ = move_together(buffers);

  // gradients of the parts add up in parts of one tensor
  parameters_.mutable_grad() = torch::zeros_like(parameters_);
  std::int64_t first = 0;
  for (torch::Tensor& parameter : parameters) {
    parameter.mutable_grad() = parameters_.grad().narrow(0, first, parameter.numel()).view(parameter.sizes());
    first += parameter.numel();
  }
}

void Flat::clear_gradients() { parameters_.mutable_grad().zero_(); }

std::vector<double> Flat::numbers() const {
  std::vector<double> all(size() + static_cast<std::size_t>(buffers_.numel()));
  const float* const gradient = parameters_.grad().data_ptr<float>();
  const auto middle = std::copy(gradient, gradient + size(), all.begin());
  std::copy_n(buffers_.data_ptr<float>(), buffers_.numel(), middle);
  return all;
}

void Flat::assign(std::span<const double> numbers, double limit) {
  double squares = 0;
  for (std::size_t i = 0; i < size(); ++i) {
    if (!std::isfinite(numbers[i])) throw sim::Error("the gradient of " + name_at(i) + " is not finite any more");
    squares += numbers[i] * numbers[i];
  }
  const double norm = std::sqrt(squares);
  const double factor = limit > 0 && norm > limit ? limit / norm : 1;
  const auto to_float = [](double factor_of_all) {
    return [factor_of_all](double number) { return static_cast<float>(factor_of_all * number); };
  };
  const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(size());
  std::transform(numbers.begin(), middle, parameters_.mutable_grad().data_ptr<float>(), to_float(factor));
  std::transform(middle, numbers.end(), buffers_.data_ptr<float>(), to_float(1));
}

std::string Flat::name_at(std::size_t place) const {
  return std::ranges::upper_bound(names_, place, {}, [](const auto& name) { return name.first; })->second;
}

void Flat::approach(const Flat& other, double tau) {
  const torch::NoGradGuard no_grad;
  parameters_.lerp_(other.parameters_, tau);
  buffers_.lerp_(other.buffers_, tau);
}

void Flat::save(const std::string& name, torch::serialize::OutputArchive& archive) const {
  archive.write(name + ".parameters", parameters_);
  archive.write(name + ".buffers", buffers_, true);
}

void Flat::load(const std::string& name, torch::serialize::InputArchive& archive) {
  read(name + ".parameters", archive, parameters_);
  read(name + ".buffers", archive, buffers_);
}

}  // namespace faasconf::learner::marl
