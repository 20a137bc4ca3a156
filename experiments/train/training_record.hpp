#pragma once
// Where a training's folder and its policies come from.

#include <string>
#include <vector>

#include "experiments/results/record.hpp"
#include "experiments/train/training_file.hpp"

namespace faasconf::experiments::train {

inline constexpr results::FileFormat kTrainingFormat{"faasconf-training", 1};  // experiment.yaml
inline constexpr results::FileFormat kLogFormat{"faasconf-training-log", 1};
inline constexpr results::FileFormat kPolicyFormat{"faasconf-policy", 1};
inline constexpr results::FileFormat kCheckpointFormat{"faasconf-training-checkpoint", 2};

results::Record record_of(const Training& training, const results::FileFormat& format);
std::vector<config::InputFile> inputs_of(const std::string& record);  // that is written as JSON

}  // namespace faasconf::experiments::train
