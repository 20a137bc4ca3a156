#include "sim/env/action.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "sim/core/error.hpp"

namespace faasconf::sim {
namespace {

constexpr std::array<const char*, kKnobs> kKnobNames = {"cpu", "memory", "replicas", "concurrency"};

double scaled(float action, double min, double max, double step) {
  const double value = min + std::clamp(static_cast<double>(action), 0.0, 1.0) * (max - min);
  return step > 0 ? std::clamp(std::round(value / step) * step, min, max) : value;
}

float share(double value, double min, double max) {
  return max > min ? static_cast<float>(std::clamp((value - min) / (max - min), 0.0, 1.0)) : 0.0F;
}

}  // namespace

ActionSpace::ActionSpace(const WorkflowSpec& workflow, const ActionRounding& rounding) : rounding_(rounding) {
  for (std::uint32_t i = 0; i < workflow.functions.size(); ++i) {
    const FunctionSpec& function = workflow.functions[i];
    if (function.fixed) continue;
    agents_.push_back({i});
    ranges_.push_back(function.ranges);
    names_.push_back(function.name);
  }
  if (agents_.empty()) throw Error("workflow " + workflow.name + ": all functions are fixed, so there are no agents");
}

void ActionSpace::check(std::span<const float> actions) const {
  for (std::size_t i = 0; i < actions.size(); ++i) {
    if (!std::isnan(actions[i])) continue;
    throw Error("action of " + names_[i / kKnobs] + ": expected numbers from 0 to 1, got NaN for " +
                kKnobNames[i % kKnobs]);
  }
}

int ActionSpace::integer(float action, int min, int max) const {
  const double a = std::clamp(static_cast<double>(action), 0.0, 1.0);
  const int width = max - min + (rounding_.integers == IntegerKnob::equal_bins ? 1 : 0);
  return std::min(max, min + static_cast<int>(a * width));
}

void ActionSpace::decode(std::span<const float> actions, Configuration& configuration) const {
  assert(actions.size() == size());
  check(actions);
  for (std::size_t agent = 0; agent < agents_.size(); ++agent) {
    const auto action = actions.subspan(kKnobs * agent, kKnobs);
    const KnobRanges& range = ranges_[agent];
    configuration.functions[agents_[agent].index] = {
        .cpu = {scaled(action[0], range.cpu_min.value, range.cpu_max.value, rounding_.cpu_step.value)},
        .memory = {scaled(action[1], range.memory_min.value, range.memory_max.value, rounding_.memory_step.value)},
        .replicas = integer(action[2], range.replicas_min, range.replicas_max),
        .concurrency = integer(action[3], range.concurrency_min, range.concurrency_max)};
  }
}

void ActionSpace::encode(const Configuration& configuration, std::span<float> actions) const {
  assert(actions.size() == size());
  // the middle of the actions that give an integer, or its lowest one where only a = 1 gives the highest
  const auto of_integer = [this](int value, int min, int max) {
    return rounding_.integers == IntegerKnob::equal_bins ? share(value + 0.5, min, max + 1)
                                                         : share(value == max ? max : value + 0.5, min, max);
  };
  for (std::size_t agent = 0; agent < agents_.size(); ++agent) {
    const FunctionConfiguration& knobs = configuration.functions[agents_[agent].index];
    const KnobRanges& range = ranges_[agent];
    const auto action = actions.subspan(kKnobs * agent, kKnobs);
    action[0] = share(knobs.cpu.value, range.cpu_min.value, range.cpu_max.value);
    action[1] = share(knobs.memory.value, range.memory_min.value, range.memory_max.value);
    action[2] = of_integer(knobs.replicas, range.replicas_min, range.replicas_max);
    action[3] = of_integer(knobs.concurrency, range.concurrency_min, range.concurrency_max);
  }
}

}  // namespace faasconf::sim
