#pragma once
// Adam, of one tensor of parameters, as a named part of an archive.

#include <memory>
#include <string>
#include <utility>

#include <torch/optim/adam.h>
#include <torch/serialize/archive.h>

namespace faasconf::learner::marl {

// Not as torch does it: that names the moments by the address of what they are of, so that no two runs write the same.
inline void save_optimizer(const std::string& name, const torch::optim::Adam& optimizer,
                           torch::serialize::OutputArchive& archive) {
  torch::serialize::OutputArchive part(archive.compilation_unit());
  const auto& state = optimizer.state();
  part.write("begun", c10::IValue(!state.empty()));
  if (!state.empty()) {
    const auto& moments = static_cast<const torch::optim::AdamParamState&>(*state.begin()->second);
    part.write("step", c10::IValue(moments.step()));
    part.write("mean", moments.exp_avg());
    part.write("mean_square", moments.exp_avg_sq());
  }
  archive.write(name, part);
}

inline void load_moments(torch::optim::Adam& optimizer, torch::serialize::InputArchive& part) {
  auto moments = std::make_unique<torch::optim::AdamParamState>();
  c10::IValue step;
  torch::Tensor mean, mean_square;
  part.read("step", step);
  part.read("mean", mean);
  part.read("mean_square", mean_square);
  moments->step(step.toInt());
  // what is read belongs to the archive, which others may load from as well
  moments->exp_avg(mean.clone());
  moments->exp_avg_sq(mean_square.clone());
  const torch::Tensor& parameters = optimizer.param_groups().front().params().front();
  optimizer.state()[c10::guts::to_string(parameters.unsafeGetTensorImpl())] = std::move(moments);
}

// Throws c10::Error, also where torch itself wrote the part, as faasconf formerly had it do.
inline void load_optimizer(const std::string& name, torch::optim::Adam& optimizer,
                           torch::serialize::InputArchive& archive) {
  torch::serialize::InputArchive part;
  c10::IValue begun;
  archive.read(name, part);
  part.read("begun", begun);
  optimizer.state().clear();
  if (begun.toBool()) load_moments(optimizer, part);
}

inline void set_rate(torch::optim::Adam& optimizer, double rate) {
  for (auto& group : optimizer.param_groups()) group.options().set_lr(rate);
}

}  // namespace faasconf::learner::marl
