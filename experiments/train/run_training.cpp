#include "experiments/train/run_training.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <ostream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "experiments/cli/interrupt.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/progress.hpp"
#include "experiments/train/checkpoint.hpp"
#include "experiments/train/tensorboard.hpp"
#include "learner/marl/bundle_writer.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::train {
namespace {

constexpr double kPenalty = 10;  // of a share of violations beyond the limit, in units of reward
constexpr double kSecondsBetweenLines = 5;

using nlohmann::json;

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// What the best policy has most of: reward, or under a constraint a low price within it.
double score_of(const learner::marl::GreedyReport& report, const Selection& selection) {
  const double beyond = selection.feasibility.excess(report.violations);
  return report.reward - (selection.constrained ? kPenalty * beyond : 0);
}

json to_json(const Scalars& scalars) {
  json all = json::object();
  for (const auto& [name, number] : scalars) all[name] = number;
  return all;
}

// The lines of a log up to a step: what a resumed training goes on from.
std::string lines_until(const std::string& path, std::uint64_t step) {
  std::ifstream file(path);
  std::string kept;
  for (std::string line; std::getline(file, line);) {
    const json entry = json::parse(line, nullptr, false);
    if (entry.is_object() && entry.value("step", std::uint64_t{0}) <= step) kept += line + "\n";
  }
  return kept;
}

// JSON lines and TensorBoard's events, on one rank.
class TrainingLog {
 public:
  TrainingLog(const std::string& folder, std::uint64_t step) : board_(folder, "faasconf." + std::to_string(step)) {
    const std::string path = folder + "/log.jsonl";
    cli::write_aside(path, lines_until(path, step));
    lines_.open(path, std::ios::app);
  }

  void add(std::uint64_t step, const char* kind, const Scalars& scalars) {
    json entry = to_json(scalars);
    entry["step"] = step;
    entry["kind"] = kind;
    lines_ << entry.dump() << "\n" << std::flush;
    Scalars named;
    for (const auto& [name, number] : scalars) named.emplace_back(std::string(kind) + "/" + name, number);
    board_.add(static_cast<std::int64_t>(step), named);
  }

 private:
  TensorBoard board_;
  std::ofstream lines_;
};

class TrainingLoop {
 public:
  TrainingLoop(const Training& training, const TrainingRun& run, const cli::Console& console)
      : training_(training),
        run_(run),
        communicator_(learner::marl::make_communicator()),
        trainer_(training.trainer, *communicator_, run.threads),
        progress_(console.err, console.is_terminal && !run.quiet && communicator_->rank() == 0) {
    notes_.experiment = training.resolved;
    if (run.resume) resume();
    if (communicator_->rank() != 0) return;
    cli::write_aside(in_folder("experiment.yaml"), training.resolved);
    log_.emplace(run.folder, steps());
  }

  TrainingEnd run() {
    const cli::Interrupt interrupt;
    const double started_s = now_s();
    const std::uint64_t first = steps();
    TrainingEnd end;
    progress_.start(training_.method, training_.steps);
    progress_.advance(first);
    while (steps() < training_.steps && !end.interrupted) {
      const std::uint64_t before = steps();
      const learner::marl::IterationReport report =
          trainer_.iterate(static_cast<double>(before) / static_cast<double>(training_.steps));
      note(report, static_cast<double>(steps() - first) / (now_s() - started_s));
      const std::uint64_t every = training_.selection.every_steps;
      if (steps() / every != before / every || steps() >= training_.steps) end.last = select();
      end.interrupted = communicator_->any(interrupt.requested());
    }
    write_checkpoint(in_folder("last.ckpt"), notes_, trainer_, *communicator_);
    if (communicator_->rank() == 0) write_policy("last.fcp");
    progress_.clear();
    end.steps = steps();
    end.steps_here = end.steps - first;
    end.seconds = now_s() - started_s;
    end.best = notes_.best;
    return end;
  }

  bool reports() const { return communicator_->rank() == 0; }

 private:
  std::string in_folder(const std::string& name) const { return run_.folder + "/" + name; }
  // Those of a method that learns from what it has count as if it lived through them.
  std::uint64_t steps() const { return trainer_.iterations() * trainer_.steps_per_iteration(); }

  void resume() {
    Checkpoint checkpoint(in_folder("last.ckpt"));
    if (checkpoint.notes().experiment != training_.resolved) {
      throw sim::Error(in_folder("last.ckpt") +
                       ": expected a checkpoint of this experiment, got one of another; compare it with " +
                       in_folder("experiment.yaml") + ", or train in another folder");
    }
    checkpoint.restore(trainer_);
    notes_ = checkpoint.notes();
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
    progress_.advance(steps(), last_note_);
    sums_ = {};
    sum_weight_ = 0;
  }

  // Evaluates on loads and seeds of its own; keeps the best, and where to go on from. Every rank comes to the same.
  learner::marl::GreedyReport select() {
    const std::uint64_t seed = sim::RngStreams(training_.trainer.seed).stream("selection").next();
    const learner::marl::GreedyReport report =
        learner::marl::run_greedily(trainer_.learner(), training_.selection.plans, seed, run_.threads);
    const double score = score_of(report, training_.selection);
    const bool is_best = !notes_.has_best || score > notes_.best;
    if (is_best) {
      notes_.best = score;
      notes_.has_best = true;
      write_checkpoint(in_folder("best.ckpt"), notes_, trainer_, *communicator_);
    }
    write_checkpoint(in_folder("last.ckpt"), notes_, trainer_, *communicator_);
    if (!log_) return report;
    if (is_best) write_policy("best.fcp");
    Scalars scalars = {
        {"score", score}, {"reward", report.reward}, {"price", report.price}, {"qos", 1 - report.violations}};
    for (const learner::marl::GreedyReport::Load& load : report.loads) {
      const std::string place = std::to_string(load.group) + "/" + std::to_string(load.users);
      scalars.emplace_back("price/" + place, load.price);
      scalars.emplace_back("qos/" + place, 1 - load.violations);
    }
    log_->add(steps(), "selection", scalars);
    return report;
  }

  void write_policy(const std::string& name) {
    cli::write_aside(in_folder(name), learner::marl::encode_bundle(policy_of(training_, trainer_)));
  }

  const Training& training_;
  const TrainingRun& run_;
  std::unique_ptr<learner::marl::Communicator> communicator_;
  learner::marl::Trainer trainer_;
  cli::Progress progress_;
  std::optional<TrainingLog> log_;  // of rank 0
  CheckpointNotes notes_;
  std::array<double, 4> sums_{};  // reward, price, qos, replaced
  double sum_weight_ = 0;
  double noted_s_ = -std::numeric_limits<double>::infinity();
  std::string last_note_;
};

}  // namespace

TrainingEnd run_training(const Training& training, const TrainingRun& run, const cli::Console& console) {
  cli::make_output_folder("out", run.folder);
  const bool has_one = std::filesystem::exists(run.folder + "/last.ckpt");
  if (has_one && !run.resume) {
    throw sim::Error("--out: " + run.folder + " has a training; give --resume to go on with it, or another folder");
  }
  if (!has_one && run.resume) throw sim::Error("--resume: no checkpoint " + run.folder + "/last.ckpt to go on from");
  TrainingLoop loop(training, run, console);
  TrainingEnd end = loop.run();
  if (!loop.reports()) end.last.reset();
  return end;
}

}  // namespace faasconf::experiments::train
