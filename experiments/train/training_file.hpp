#pragma once
// The file that says how policies are trained.

#include <cstdint>
#include <string>
#include <vector>

#include "experiments/config/experiment_file.hpp"
#include "learner/marl/trainer.hpp"
#include "learner/search/feasibility.hpp"

namespace faasconf::experiments::train {

// Evaluation while training, which selects the best checkpoint: at loads and by random numbers that training does not
// see. What is reported in the end should be measured at others still.
struct Selection {
  learner::marl::Plans plans;     // an episode each
  std::uint64_t every_steps = 0;  // of environments
  learner::search::Feasibility
      feasibility{};  // under the reward `constrained`: the cheapest policy within it is the best
  bool constrained = true;
};

struct Training {
  std::string method;
  learner::marl::TrainerSpec trainer;
  std::uint64_t steps = 0;  // of environments, all together
  Selection selection;
  // To be said before it begins, a sentence each: workflows that were not measured under these loads, terms of the
  // promise that a load cannot meet.
  std::vector<std::string> warnings;
  std::vector<config::InputFile> inputs;
  std::string resolved;  // YAML with workflows and overrides in their places: reading it gives the same training
};

// Throws sim::Error with file, line, what was expected and what came.
Training read_training(const std::string& path, const config::Overrides& overrides = {});
Training parse_training(const std::string& text, const std::string& path, const config::Overrides& overrides = {});

}  // namespace faasconf::experiments::train
