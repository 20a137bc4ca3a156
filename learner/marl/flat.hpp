#pragma once
// The parameters of networks in one piece of memory: optimisers, targets and shards deal with one tensor, not dozens.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <torch/nn/module.h>
#include <torch/serialize/archive.h>

namespace faasconf::learner::marl {

class Flat {
 public:
  struct Part {
    std::string name;
    torch::nn::Module* module;
  };
  // Moves the parameters and buffers of the modules, which go on using them where they now are.
  explicit Flat(const std::vector<Part>& parts);
  Flat(const Flat&) = delete;

  const torch::Tensor& parameters() const { return parameters_; }  // for an optimiser; its gradient is all gradients

  void clear_gradients();
  // Gradients, then buffers.
  std::vector<double> numbers() const;
  // Takes what numbers() gave, or a mean of such. Gradients longer than `limit` together are shortened to it; 0: no
  // limit. Throws sim::Error naming the parameter whose gradient is not finite.
  void assign(std::span<const double> numbers, double limit);
  // Moves parameters and buffers towards another's: theta <- tau other + (1 - tau) theta.
  void approach(const Flat& other, double tau);

  void save(const std::string& name, torch::serialize::OutputArchive& archive) const;
  // Throws sim::Error when what is stored has another size.
  void load(const std::string& name, torch::serialize::InputArchive& archive);

 private:
  std::size_t size() const { return static_cast<std::size_t>(parameters_.numel()); }
  std::string name_at(std::size_t place) const;

  torch::Tensor parameters_;
  torch::Tensor buffers_;
  std::vector<std::pair<std::size_t, std::string>> names_;  // of parameters, with their ends
};

}  // namespace faasconf::learner::marl
