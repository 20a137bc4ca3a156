#include "learner/safety/action_price.hpp"

namespace faasconf::learner::safety {

ActionPrice::ActionPrice(const sim::WorkflowSpec& workflow, const sim::ActionRounding& rounding)
    : actions_(workflow, rounding), prices_(workflow.prices) {
  decoded_.functions.resize(workflow.functions.size());
}

double ActionPrice::operator()(std::span<const float> actions) {
  actions_.decode(actions, decoded_);
  double price = 0;
  for (std::size_t agent = 0; agent < actions_.agents(); ++agent) {
    const sim::FunctionConfiguration& knobs = decoded_.functions[actions_.function(agent).index];
    price += (knobs.cpu.value * prices_.price_per_millicore + knobs.memory.value * prices_.price_per_mebibyte) *
             knobs.replicas;
  }
  return price;
}

}  // namespace faasconf::learner::safety
