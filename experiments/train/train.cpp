#include "experiments/train/train.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <limits>
#include <memory>
#include <sstream>
#include <utility>
#include <vector>

#include "experiments/config/distribution_text.hpp"
#include "experiments/config/input_files.hpp"
#include "experiments/config/yaml_difference.hpp"
#include "experiments/jobs/bad_value.hpp"
#include "experiments/jobs/output_folder.hpp"
#include "experiments/train/training_checkpoint.hpp"
#include "experiments/train/training_log.hpp"
#include "experiments/train/training_record.hpp"
#include "learner/marl/bundle_writer.hpp"
#include "sim/core/error.hpp"
#include "sim/core/random.hpp"
#include "traces/files/lock_file.hpp"
#include "traces/files/part_file.hpp"

namespace faasconf::experiments::train {
namespace {

constexpr double kPenalty = 10;  // of a share of violations beyond the limit, in units of reward
constexpr double kSecondsBetweenLines = 5;

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// What the best policy has most of: reward, or under a constraint a low price within it.
double score_of(const learner::marl::GreedyReport& report, const Selection& selection) {
  const double beyond = selection.feasibility.excess(report.violations);
  return report.reward - (selection.constrained ? kPenalty * beyond : 0);
}

std::string best_checkpoint(const std::string& folder) { return folder + "/best.ckpt"; }
std::string last_checkpoint(const std::string& folder) { return folder + "/last.ckpt"; }

// Neither overwrites a training nor goes on with none.
void check_folder(const TrainJob& job) {
  const bool has_one =
      std::filesystem::exists(last_checkpoint(job.folder)) || std::filesystem::exists(best_checkpoint(job.folder));
  if (has_one && !job.resume) {
    throw jobs::BadValue("out: " + job.folder + " has a training; give --resume to go on with it, or another folder");
  }
  if (!has_one && job.resume) {
    throw jobs::BadValue("resume: no checkpoint " + last_checkpoint(job.folder) + " to go on from");
  }
}

// The policy of the best checkpoint, where a crash came before it was written.
void mend_best_policy(const std::string& folder) {
  if (!std::filesystem::exists(best_checkpoint(folder))) return;
  const std::string path = folder + "/best.fcp";
  const std::string policy = learner::marl::encode_bundle(read_policy(best_checkpoint(folder)));
  if (!std::filesystem::exists(path) || config::read_text_file(path) != policy) files::write_aside(path, policy);
}

// Makes the folder where it is missing. The first rank holds it for all, until the training ends.
std::unique_ptr<files::LockFile> take_folder(const TrainJob& job, bool is_first) {
  jobs::make_output_folder(job.folder);
  std::unique_ptr<files::LockFile> lock;
  if (is_first) lock = std::make_unique<files::LockFile>(job.folder + "/lock");
  check_folder(job);
  if (is_first && job.resume) mend_best_policy(job.folder);
  return lock;
}

// The best one is written first: with a better score than the last one knows, it is of a later step.
Checkpoint newest_checkpoint(const std::string& folder) {
  if (!std::filesystem::exists(last_checkpoint(folder))) return Checkpoint(best_checkpoint(folder));
  Checkpoint last(last_checkpoint(folder));
  if (!std::filesystem::exists(best_checkpoint(folder))) {
    if (!last.notes().has_best) return last;
    throw sim::Error(best_checkpoint(folder) +
                     ": expected the checkpoint of the best policy until now, got none; put it back, or train in "
                     "another folder");
  }
  Checkpoint best(best_checkpoint(folder));
  const bool is_later = !last.notes().has_best || best.notes().best > last.notes().best;
  return is_later ? std::move(best) : std::move(last);
}

// More steps are no other training.
void check_same_training(const std::string& before, const std::string& now, const std::string& folder) {
  std::vector<config::YamlDifference> others =
      config::differences(config::parse_yaml(before, folder), config::parse_yaml(now, "experiment"));
  std::erase_if(others, [](const config::YamlDifference& one) { return one.path == "training.steps"; });
  if (others.empty()) return;
  throw sim::Error(folder + ": expected the training of this experiment, got one of another (" +
                   config::describe(others) + "); only training.steps may change, or train in another folder");
}

class TrainingLoop {
 public:
  TrainingLoop(const TrainJob& job, const jobs::Progress& progress)
      : training_(job.training),
        job_(job),
        progress_(progress),
        communicator_(learner::marl::make_communicator()),
        lock_(take_folder(job, reports())),
        trainer_(training_.trainer, *communicator_, job.threads) {
    notes_.experiment = training_.resolved;
    if (job.resume) resume();
    notes_.record = results::to_json(record_of(training_, kCheckpointFormat), results::ExperimentText::elsewhere);
    if (!reports()) return;
    files::write_aside(in_folder("experiment.yaml"),
                       training_.resolved +
                           results::to_yaml(record_of(training_, kTrainingFormat), results::ExperimentText::elsewhere));
    log_.emplace(job.folder, steps(), results::to_json(record_of(training_, kLogFormat)));
  }

  TrainResult run() {
    const double started_s = now_s();
    const std::uint64_t first = steps();
    TrainResult end;
    report_step();
    while (steps() < training_.steps && !end.interrupted) {
      const std::uint64_t before = steps();
      const learner::marl::IterationReport report =
          trainer_.iterate(static_cast<double>(before) / static_cast<double>(training_.steps));
      note(report, static_cast<double>(steps() - first) / (now_s() - started_s));
      const std::uint64_t every = training_.selection.every_steps;
      if (steps() / every != before / every || steps() >= training_.steps) end.last = select();
      report_step();
      end.interrupted = communicator_->any(progress_.cancelled());
    }
    write_checkpoint(last_checkpoint(job_.folder), notes_, trainer_, *communicator_);
    if (reports()) write_policy("last.fcp");
    end.steps = steps();
    end.steps_here = end.steps - first;
    end.seconds = now_s() - started_s;
    end.best = notes_.best;
    end.open = training_.trainer.plans.front()->is_open();
    end.reports = reports();
    return end;
  }

 private:
  std::string in_folder(const std::string& name) const { return job_.folder + "/" + name; }
  bool reports() const { return communicator_->rank() == 0; }
  // Those of a method that learns from what it has count as if it lived through them.
  std::uint64_t steps() const { return trainer_.iterations() * trainer_.steps_per_iteration(); }

  void resume() {
    Checkpoint checkpoint = newest_checkpoint(job_.folder);
    check_same_training(checkpoint.notes().experiment, training_.resolved, job_.folder);
    checkpoint.restore(trainer_);
    notes_ = checkpoint.notes();
    notes_.experiment = training_.resolved;
  }

  void report_step() const {
    if (!reports()) return;
    progress_.report({.label = training_.method, .done = steps(), .total = training_.steps, .note = last_note_});
  }

  // A line of the log every few seconds, of the windows since the last one.
  void note(const learner::marl::IterationReport& report, double steps_per_s) {
    if (!log_) return;
    const double weight = static_cast<double>(report.steps);
    const std::array<double, 4> means = {report.reward, report.price, 1 - report.violations, report.replaced};
    for (std::size_t i = 0; i < means.size(); ++i) sums_[i] += weight * means[i];
    sum_weight_ += weight;
    if (now_s() - noted_s_ < kSecondsBetweenLines) return;
    noted_s_ = now_s();
    Scalars scalars = trainer_.learner().figures();
    if (sum_weight_ > 0) {
      const char* const names[] = {"reward", "price", "qos", "replaced"};
      for (std::size_t i = 0; i < means.size(); ++i) scalars.emplace_back(names[i], sums_[i] / sum_weight_);
      std::ostringstream text;
      text.precision(3);
      text << "reward " << sums_[0] / sum_weight_ << "  price " << sums_[1] / sum_weight_ << "  QoS "
           << 100 * sums_[2] / sum_weight_ << " %";
      last_note_ = text.str();
    }
    scalars.emplace_back("steps_per_s", steps_per_s);
    log_->add(steps(), "train", scalars);
    sums_ = {};
    sum_weight_ = 0;
  }

  // Evaluates on loads and seeds of its own; keeps the best, and where to go on from. Every rank comes to the same.
  // The order is what resume() goes by.
  learner::marl::GreedyReport select() {
    const std::uint64_t seed = sim::RngStreams(training_.trainer.seed).stream("selection").next();
    const learner::marl::GreedyReport report =
        learner::marl::run_greedily(trainer_.learner(), training_.selection.plans, seed, job_.threads);
    const double score = score_of(report, training_.selection);
    log_selection(report, score);
    const bool is_best = !notes_.has_best || score > notes_.best;
    if (is_best) {
      notes_.best = score;
      notes_.has_best = true;
      write_checkpoint(best_checkpoint(job_.folder), notes_, trainer_, *communicator_);
    }
    write_checkpoint(last_checkpoint(job_.folder), notes_, trainer_, *communicator_);
    if (is_best && reports()) write_policy("best.fcp");
    return report;
  }

  void log_selection(const learner::marl::GreedyReport& report, double score) {
    if (!log_) return;
    Scalars scalars = {
        {"score", score}, {"reward", report.reward}, {"price", report.price}, {"qos", 1 - report.violations}};
    for (const learner::marl::GreedyReport::Load& load : report.loads) {
      const std::string place = std::to_string(load.group) + "/" + config::format_number(load.level);
      scalars.emplace_back("price/" + place, load.price);
      scalars.emplace_back("qos/" + place, 1 - load.violations);
    }
    log_->add(steps(), "selection", scalars);
    log_->synchronise();
  }

  void write_policy(const std::string& name) {
    files::write_aside(in_folder(name), learner::marl::encode_bundle(policy_of(training_, trainer_)));
  }

  const Training& training_;
  const TrainJob& job_;
  const jobs::Progress& progress_;
  std::unique_ptr<learner::marl::Communicator> communicator_;
  std::unique_ptr<files::LockFile> lock_;  // of rank 0, for all
  learner::marl::Trainer trainer_;
  std::optional<TrainingLog> log_;  // of rank 0
  CheckpointNotes notes_;
  std::array<double, 4> sums_{};  // reward, price, qos, replaced
  double sum_weight_ = 0;
  double noted_s_ = -std::numeric_limits<double>::infinity();
  std::string last_note_;
};

}  // namespace

TrainResult run(const TrainJob& job, const jobs::Progress& progress) { return TrainingLoop(job, progress).run(); }

}  // namespace faasconf::experiments::train
