#pragma once
// The paper's price of the configuration that the actions of all agents ask for, before it is applied.

#include <cstddef>
#include <span>

#include "sim/env/action.hpp"
#include "sim/model/workflow.hpp"

namespace faasconf::learner::safety {

class ActionPrice {
 public:
  explicit ActionPrice(const sim::WorkflowSpec& workflow, const sim::ActionRounding& rounding = {});

  std::size_t size() const { return actions_.size(); }  // numbers in the actions of all agents
  // sum over agents of (cpu price_per_millicore + memory price_per_mebibyte) replicas, after rounding.
  double operator()(std::span<const float> actions);

 private:
  sim::ActionSpace actions_;
  sim::PriceSpec prices_;
  sim::Configuration decoded_;
};

}  // namespace faasconf::learner::safety
