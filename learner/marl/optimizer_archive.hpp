#pragma once
// An optimiser as a named part of an archive.

#include <string>

#include <torch/optim/optimizer.h>
#include <torch/serialize/archive.h>

namespace faasconf::learner {

inline void save_optimizer(const std::string& name, const torch::optim::Optimizer& optimizer,
                           torch::serialize::OutputArchive& archive) {
  torch::serialize::OutputArchive part(archive.compilation_unit());
  optimizer.save(part);
  archive.write(name, part);
}

inline void load_optimizer(const std::string& name, torch::optim::Optimizer& optimizer,
                           torch::serialize::InputArchive& archive) {
  torch::serialize::InputArchive part;
  archive.read(name, part);
  optimizer.load(part);
}

inline void set_rate(torch::optim::Optimizer& optimizer, double rate) {
  for (auto& group : optimizer.param_groups()) group.options().set_lr(rate);
}

}  // namespace faasconf::learner
