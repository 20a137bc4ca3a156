#pragma once
// Trains a policy, in a folder: experiment.yaml, log.jsonl, events.out.tfevents.*, last.ckpt, best.ckpt, last.fcp,
// best.fcp. A job as those of experiments/jobs, which stands here since they know nothing of torch.

#include <cstdint>
#include <optional>
#include <string>

#include "experiments/jobs/progress.hpp"
#include "experiments/train/training_file.hpp"
#include "learner/marl/greedy.hpp"

namespace faasconf::experiments::train {

struct TrainJob {
  Training training;
  std::string folder;   // made where it is missing
  bool resume = false;  // from the folder's newest checkpoint; training.steps may then be another
  int threads = 1;      // of this process
};

struct TrainResult {
  bool interrupted = false;
  std::uint64_t steps = 0;
  double seconds = 0;                               // of this run
  std::uint64_t steps_here = 0;                     // in this run
  bool reports = true;                              // of several ranks, the first one does
  std::optional<learner::marl::GreedyReport> last;  // evaluation; absent: interrupted before, or nothing was left to do
  double best = 0;                                  // score
  bool open = false;                                // its loads are rates of an open loop, not users
};

// go_on is asked after each iteration, since only whole iterations resume to the last bit. If cancelled, the last
// checkpoint is written as at the end. However a training ends, a resumed one comes to the same files: each evaluation
// writes its line of the log, then best.ckpt if it is the best, then last.ckpt, then best.fcp, and what of these a
// crash prevented is made again. Throws sim::Error: a folder with another training, or that another process trains in;
// nothing to resume; a gradient that is none, after which the last checkpoint is still there. std::runtime_error where
// a file cannot be written.
TrainResult run(const TrainJob& job, const jobs::Progress& progress = {});

}  // namespace faasconf::experiments::train
