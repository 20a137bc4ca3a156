#include "experiments/train/training_checkpoint.hpp"

#include <exception>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <variant>

#include <caffe2/serialize/inline_container.h>
#include <nlohmann/json.hpp>

#include "experiments/train/training_record.hpp"
#include "experiments/version.hpp"
#include "learner/marl/bundle_writer.hpp"
#include "sim/core/error.hpp"
#include "traces/files/digest.hpp"
#include "traces/files/part_file.hpp"
#include "traces/files/readable_file.hpp"
#include "traces/files/seal.hpp"

namespace faasconf::experiments::train {
namespace {

constexpr std::int64_t kFormat = 2;

// A zip ends with the length of its comment, which torch leaves empty: the digest of all before it becomes the comment.
constexpr std::string_view kNoComment("\0\0", 2);
constexpr files::Seal kSeal{.before = std::string_view("\x50\0faasconf sha256 ", 18), .after = ""};

std::string program() {
  const std::string revision(code_revision());
  return "faasconf " + std::string(version()) + (revision.empty() ? "" : " (" + revision + ")");
}

learner::bundle::NetworkSpec network_of(const learner::marl::MethodSpec& method) {
  return std::visit([](const auto& spec) { return spec.actor; }, method);
}

std::string without_comment(std::string archive) {
  if (!archive.ends_with(kNoComment)) throw std::logic_error("a checkpoint: expected an archive without a comment");
  archive.resize(archive.size() - kNoComment.size());
  return archive;
}

// The bytes of a file whose digest fits.
std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream read;
  read << file.rdbuf();
  std::string bytes = std::move(read).str();
  if (file.bad() || !files::looks_sealed(bytes, kSeal)) {
    throw sim::Error(path +
                     ": expected a checkpoint that faasconf train wrote, got something else, a damaged one, or "
                     "one of an older faasconf, without a digest");
  }
  if (files::is_sealed(bytes, kSeal)) return bytes;
  throw sim::Error(path +
                   ": expected a checkpoint as faasconf train wrote it, got a damaged one: its digest is of "
                   "other contents");
}

// Torch runs the code of an archive while it loads it; ours have classes of values only.
void refuse_code(const std::string& bytes) {
  std::istringstream stream(bytes);
  caffe2::serialize::PyTorchStreamReader reader(&stream);
  for (const std::string& name : reader.getAllRecords()) {
    if (!name.starts_with("code/") || !name.ends_with(".py")) continue;
    const auto [text, size] = reader.getRecord(name);
    if (std::string_view(static_cast<const char*>(text.get()), size).find("def ") == std::string_view::npos) continue;
    throw std::runtime_error("an archive with code");
  }
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
  files::write_aside(path, files::sealed(without_comment(std::move(bytes).str()), kSeal));
}

Checkpoint::Checkpoint(const std::string& path) : path_(path) {
  if (const auto reason = files::why_unreadable(path)) throw sim::Error(path + ": " + *reason);
  const std::string bytes = read_whole(path);
  std::int64_t format = 0;
  try {
    refuse_code(bytes);
    archive_.load_from(bytes.data(), bytes.size());
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
  } catch (const sim::Error&) {
    throw;
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
