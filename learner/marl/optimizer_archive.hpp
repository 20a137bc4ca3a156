#pragma once
// Adam as a named part of an archive.

#include <string>

#include <torch/optim/adam.h>
#include <torch/serialize/archive.h>

namespace faasconf::learner::marl {

inline void save_optimizer(const std::string& name, const torch::optim::Adam& optimizer,
                           torch::serialize::OutputArchive& archive) {
  torch::serialize::OutputArchive part(archive.compilation_unit());
  optimizer.save(part);
  archive.write(name, part);
}

inline void load_optimizer(const std::string& name, torch::optim::Adam& optimizer,
                           torch::serialize::InputArchive& archive) {
  torch::serialize::InputArchive part;
  archive.read(name, part);
  optimizer.load(part);
  // what is read belongs to the archive, which others may load from as well
  for (auto& [key, state] : optimizer.state()) {
    auto& moments = static_cast<torch::optim::AdamParamState&>(*state);
    moments.exp_avg(moments.exp_avg().clone());
    moments.exp_avg_sq(moments.exp_avg_sq().clone());
  }
}

inline void set_rate(torch::optim::Adam& optimizer, double rate) {
  for (auto& group : optimizer.param_groups()) group.options().set_lr(rate);
}

}  // namespace faasconf::learner::marl
