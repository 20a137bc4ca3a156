#include "experiments/train/training_checkpoint.hpp"

#include <exception>
#include <sstream>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

#include "experiments/train/training_record.hpp"
#include "experiments/version.hpp"
#include "learner/marl/bundle_writer.hpp"
#include "sim/core/error.hpp"
#include "traces/files/digest.hpp"
#include "traces/files/part_file.hpp"
#include "traces/files/readable_file.hpp"

namespace faasconf::experiments::train {
namespace {

constexpr std::int64_t kFormat = 2;

std::string program() {
  const std::string revision(code_revision());
  return "faasconf " + std::string(version()) + (revision.empty() ? "" : " (" + revision + ")");
}

learner::bundle::NetworkSpec network_of(const learner::marl::MethodSpec& method) {
  return std::visit([](const auto& spec) { return spec.actor; }, method);
}

}  // namespace

void write_checkpoint(const std::string& path, const CheckpointNotes& notes, learner::marl::Trainer& trainer,
                      learner::marl::Communicator& communicator) {
  torch::serialize::OutputArchive archive;
  trainer.save(archive);
  if (communicator.rank() != 0) return;
  archive.write("format", c10::IValue(kFormat));
  archive.write("experiment", c10::IValue(notes.experiment));
  archive.write("record", c10::IValue(notes.record));
  archive.write("best", c10::IValue(notes.best));
  archive.write("has_best", c10::IValue(notes.has_best));
  std::ostringstream bytes;
  archive.save_to(bytes);
  files::write_aside(path, bytes.str());
}

Checkpoint::Checkpoint(const std::string& path) : path_(path) {
  if (const auto reason = files::why_unreadable(path)) throw sim::Error(path + ": " + *reason);
  std::int64_t format = 0;
  try {
    archive_.load_from(path);
    c10::IValue value;
    archive_.read("format", value);
    format = value.toInt();
    archive_.read("experiment", value);
    notes_.experiment = value.toStringRef();
    archive_.read("best", value);
    notes_.best = value.toDouble();
    archive_.read("has_best", value);
    notes_.has_best = value.toBool();
    if (archive_.try_read("record", value)) notes_.record = value.toStringRef();
  } catch (const std::exception&) {  // torch throws others than its own
    throw sim::Error(path + ": expected a checkpoint that faasconf train wrote, got something else, or a damaged one");
  }
  if (format != kFormat) {
    throw sim::Error(path + ": expected a checkpoint of format " + std::to_string(kFormat) + ", got " +
                     std::to_string(format) + "; use the faasconf that wrote it");
  }
}

void Checkpoint::restore(learner::marl::Trainer& trainer) {
  try {
    trainer.load(archive_);
  } catch (const c10::Error& error) {
    throw sim::Error(path_ + ": expected the state of this training, got " + error.what_without_backtrace());
  } catch (const sim::Error& error) {
    throw sim::Error(path_ + ": " + error.what() + "; best.ckpt beside it may be whole");
  }
}

learner::bundle::PolicyBundle policy_of(const Training& training, learner::marl::Trainer& trainer) {
  const sim::EnvironmentPlan& plan = *training.trainer.plans.front();
  const sim::EnvironmentSpec& spec = plan.spec();
  learner::bundle::PolicyBundle policy;
  learner::bundle::Metadata& metadata = policy.metadata;
  metadata.program = program();
  learner::bundle::describe(plan.scenario().workflow(), plan.actions(), plan.graph(), metadata);
  metadata.digest = files::sha256(training.resolved);
  metadata.network = network_of(training.trainer.method);
  metadata.features = spec.features;
  metadata.feature_names = plan.features().names();
  metadata.load_knowledge = spec.load_knowledge;
  metadata.smoothing_weight = spec.smoothing_weight;
  metadata.season_windows = spec.season_windows;
  metadata.upper_quantile = spec.upper_quantile;
  metadata.rounding = spec.rounding;
  metadata.normalizer = learner::marl::moments_of(trainer.learner().standardizer());
  if (trainer.safety() != nullptr) metadata.safety = trainer.safety()->to_json();
  metadata.training = nlohmann::json{
      {"method", training.method},
      {"steps", trainer.steps()},
      {"seed", training.trainer.seed},
      {"experiment_sha256", files::sha256(training.resolved)},
      {"record",
       nlohmann::json::parse(results::to_json(record_of(training, kPolicyFormat), results::ExperimentText::elsewhere))},
      {"experiment",
       training.resolved}}.dump();
  policy.weights = learner::marl::weights_of(trainer.learner().actor());
  learner::bundle::check(metadata);
  return policy;
}

learner::bundle::PolicyBundle read_policy(const std::string& path) {
  Checkpoint checkpoint(path);
  Training training = parse_training(checkpoint.notes().experiment, path);
  if (!checkpoint.notes().record.empty()) training.inputs = inputs_of(checkpoint.notes().record);
  learner::marl::Communicator alone;
  learner::marl::Trainer trainer(training.trainer, alone, 1);
  checkpoint.restore(trainer);
  return policy_of(training, trainer);
}

}  // namespace faasconf::experiments::train
