#pragma once
// What a training writes while it runs: JSON lines and TensorBoard's events.

#include <cstdint>
#include <string>

#include "experiments/train/tensorboard.hpp"
#include "traces/files/append_file.hpp"

namespace faasconf::experiments::train {

class TrainingLog {
 public:
  // Goes on from a step of the log in this folder, where there is one: later lines are dropped. The first line has
  // the record, JSON. Throws std::runtime_error where it cannot be written, as the others do.
  TrainingLog(const std::string& folder, std::uint64_t step, const std::string& record);

  void add(std::uint64_t step, const std::string& kind, const Scalars& scalars);
  void synchronise() { lines_.synchronise(); }  // to the disk

 private:
  TensorBoard board_;
  files::AppendFile lines_;
};

}  // namespace faasconf::experiments::train
