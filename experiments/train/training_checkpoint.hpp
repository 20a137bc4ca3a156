#pragma once
// The state of a training on disk: enough to resume to the last bit or to export the policy.

#include <string>

#include "experiments/train/training_file.hpp"
#include "learner/bundle/bundle.hpp"
#include "learner/marl/trainer.hpp"

namespace faasconf::experiments::train {

// What a checkpoint says beside the trainer's state.
struct CheckpointNotes {
  std::string experiment;  // Training::resolved
  double best = 0;         // score of the best evaluation so far
  bool has_best = false;
  std::string record{};  // JSON; empty: of a checkpoint from before there were records
};

// All ranks call it; rank 0 writes aside and renames. Throws std::runtime_error, a full disk for example; what was
// there before is then kept.
void write_checkpoint(const std::string& path, const CheckpointNotes& notes, learner::marl::Trainer& trainer,
                      learner::marl::Communicator& communicator);

class Checkpoint {
 public:
  explicit Checkpoint(const std::string& path);  // throws sim::Error: no checkpoint, damaged, of another version

  const CheckpointNotes& notes() const { return notes_; }
  void restore(learner::marl::Trainer& trainer);  // throws sim::Error where it does not fit

 private:
  std::string path_;
  torch::serialize::InputArchive archive_;
  CheckpointNotes notes_;
};

// The policy of a trainer as a bundle.
learner::bundle::PolicyBundle policy_of(const Training& training, learner::marl::Trainer& trainer);

// The policy in a checkpoint, which is enough to make it. Throws sim::Error as Checkpoint.
learner::bundle::PolicyBundle read_policy(const std::string& path);

}  // namespace faasconf::experiments::train
