#pragma once
// The keys `method` and `learning` of a training file.

#include "experiments/config/yaml_reader.hpp"
#include "learner/marl/trainer.hpp"
#include "sim/env/environment.hpp"

namespace faasconf::experiments::train {

// A method by its name, with the values of its preset. Throws sim::Error with those there are.
learner::marl::MethodSpec read_method(const config::YamlValue& name);

// What the training's map says under `learning`. The discount is 0 under redeployment unless it says otherwise, since
// nothing of a window outlives it; there are multipliers under the constrained reward alone.
void read_learning(const config::YamlMap& training, const sim::EnvironmentSpec& environment,
                   learner::marl::MethodSpec& method);

}  // namespace faasconf::experiments::train
