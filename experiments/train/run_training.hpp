#pragma once
// A training from beginning to end, in a folder: experiment.yaml, log.jsonl, events.out.tfevents.*, last.ckpt,
// best.ckpt, last.fcp, best.fcp.

#include <optional>
#include <string>

#include "experiments/cli/command.hpp"
#include "experiments/train/training_file.hpp"
#include "learner/marl/greedy.hpp"

namespace faasconf::experiments::train {

struct TrainingRun {
  std::string folder;
  bool resume = false;  // from the folder's last checkpoint
  bool quiet = false;
  int threads = 1;  // of this process
};

struct TrainingEnd {
  bool interrupted = false;
  std::uint64_t steps = 0;
  double seconds = 0;                               // of this run
  std::uint64_t steps_here = 0;                     // in this run
  std::optional<learner::marl::GreedyReport> last;  // evaluation
  double best = 0;                                  // score
};

// Throws sim::Error: a folder with another training, nothing to resume; a gradient that is none, after which the last
// checkpoint is still there.
TrainingEnd run_training(const Training& training, const TrainingRun& run, const cli::Console& console);

}  // namespace faasconf::experiments::train
