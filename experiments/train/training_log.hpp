#pragma once
// What a training writes while it runs: JSON lines and TensorBoard's events.

#include <cstdint>
#include <fstream>
#include <string>

#include "experiments/train/tensorboard.hpp"

namespace faasconf::experiments::train {

class TrainingLog {
 public:
  // Goes on from a step of the log in this folder, where there is one: later lines are dropped. The first line has
  // the record, JSON.
  TrainingLog(const std::string& folder, std::uint64_t step, const std::string& record);

  void add(std::uint64_t step, const std::string& kind, const Scalars& scalars);

 private:
  TensorBoard board_;
  std::ofstream lines_;
};

}  // namespace faasconf::experiments::train
