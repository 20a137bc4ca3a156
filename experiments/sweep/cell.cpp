#include "experiments/sweep/cell.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <optional>
#include <utility>

#include "experiments/config/honoured_keys.hpp"
#include "experiments/config/promise_file.hpp"
#include "experiments/config/yaml_writer.hpp"
#include "experiments/jobs/simulate.hpp"
#include "experiments/results/metrics.hpp"
#include "experiments/results/record.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"
#include "sim/core/version.hpp"
#include "traces/files/digest.hpp"

namespace faasconf::experiments::sweep {
namespace {

constexpr results::FileFormat kCellFormat{"faasconf-sweep-cell", 1};
// Longer axes are of numbers, as a rule: what each does to the experiment is looked at when its cells are made.
constexpr std::size_t kValuesToTry = 64;

CellId from_hex(const std::string& hex) {
  CellId id{};
  for (std::size_t i = 0; i < id.size(); ++i) {
    id[i] = static_cast<std::uint8_t>(std::stoul(hex.substr(2 * i, 2), nullptr, 16));
  }
  return id;
}

std::string digests_of(const std::vector<config::InputFile>& inputs) {
  std::string text;
  for (const config::InputFile& input : inputs) text += input.sha256 + "\n";
  return text;
}

bool starts_like_a_number(const std::string& text) { return !text.empty() && text[0] >= '0' && text[0] <= '9'; }

template <class Row, class MetricList>
void append_values(std::vector<double>& values, const MetricList& metrics, const Row& row) {
  for (const auto& metric : metrics) {
    values.push_back(metric.value(row).value_or(std::numeric_limits<double>::quiet_NaN()));
  }
}

const std::vector<results::EndToEndMetric>& end_to_end_metrics() {
  static const std::vector<results::EndToEndMetric> metrics = results::summarised(results::metrics().end_to_end);
  return metrics;
}

const std::vector<results::FunctionMetric>& function_metrics() {
  static const std::vector<results::FunctionMetric> metrics = results::summarised(results::metrics().by_function);
  return metrics;
}

std::vector<std::string> column_names(const sim::WorkflowSpec& workflow, bool by_function) {
  std::vector<std::string> names;
  for (const auto& metric : end_to_end_metrics()) names.emplace_back(metric.name);
  if (!by_function) return names;
  for (const sim::FunctionSpec& function : workflow.functions) {
    for (const auto& metric : function_metrics()) names.push_back(function.name + "/" + std::string(metric.name));
  }
  return names;
}

}  // namespace

std::string to_hex(const CellId& id) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : id) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

CellMaker::CellMaker(const Plan& plan) : plan_(plan), source_(plan.sweep().experiment, plan.sweep().overrides) {
  const config::Experiment experiment = source_.read();
  seed_ = plan.sweep().seed.value_or(experiment.seed.value_or(jobs::kSeed));
  // what the file says of seed and replications makes no cell another one
  std::vector<config::Override> overrides = plan.sweep().overrides;
  if (experiment.seed) overrides.push_back(config::parse_override("seed="));
  if (experiment.replications) overrides.push_back(config::parse_override("replications="));
  source_ = config::ExperimentSource(plan.sweep().experiment, overrides);
  for (const Axis& axis : plan.axes()) {
    seed_varies_ = seed_varies_ || axis.key == "seed";
    all_common_ = all_common_ && axis.common;
    any_common_ = any_common_ || axis.common;
  }
  read_values();
}

// What all cells share, and what each value of an axis adds to it. An axis that changes nothing is an error: its cells
// would be the same one.
void CellMaker::read_values() {
  const Sweep& sweep = plan_.sweep();
  const config::Experiment first = make(0).experiment;
  base_digest_ = "model_version: " + std::to_string(sim::kModelVersion) +
                 "\nseed: " + std::to_string(sweep.seed.value_or(source_.read().seed.value_or(jobs::kSeed))) +
                 "\nwarm_up: " + sim::format(sweep.warm_up) + "\n" + digests_of(source_.read().inputs);
  for (const config::Override& change : sweep.overrides) {
    for (const std::string& key : change.keys) base_digest_ += key + ".";
    base_digest_ += "=" + config::yaml_on_one_line(change.value) + "\n";
  }
  for (std::size_t axis = 0; axis < plan_.axes().size(); ++axis) {
    const Axis& of = plan_.axes()[axis];
    bool changes_something = of.values.size() == 1 || of.key == "seed";
    std::vector<std::string>& digests = value_digests_.emplace_back();
    for (std::uint32_t position = 0; position < of.values.size(); ++position) {
      digests.push_back(digest_of_value(axis, position, changes_something));
    }
    if (changes_something) continue;
    throw sim::Error(of.values.front().place.text() + ": " + of.key +
                     ": expected values that make a difference, got ones that all make the same experiment");
  }
}

// The value as it is written, and the files that come with it.
std::string CellMaker::digest_of_value(std::size_t axis, std::uint32_t position, bool& changes_something) {
  const Axis& of = plan_.axes()[axis];
  const std::string text = plan_.value_text(axis, position);
  std::string digest = of.key + (of.common ? " common" : "") + "=" + text + "\n";
  if (position >= kValuesToTry && starts_like_a_number(text)) return digest;
  const auto with = [&](std::uint32_t other) {
    std::vector<config::Override> changes = plan_.changes(0);
    for (config::Override& change : changes) {
      const config::Override own = config::make_override(of.key, of.values[other]);
      if (change.keys == own.keys) change = own;
    }
    return resolve(changes);
  };
  const config::Experiment experiment = with(position);
  if (position > 0 && !changes_something) changes_something = experiment.resolved != with(0).resolved;
  return digest + digests_of(experiment.inputs);
}

// Its text has no seed unless that varies: the streams' is another.
config::Experiment CellMaker::resolve(const std::vector<config::Override>& changes) const {
  config::Experiment experiment = source_.read(changes);
  config::check_keys(experiment, config::Verb::simulate);
  config::check_judgeable(experiment.scenario);
  jobs::check_span(experiment.scenario.window, jobs::duration_of(experiment), plan_.sweep().warm_up);
  return experiment;
}

// Without the seed of the streams, which follows from it.
std::string CellMaker::identity(const config::Experiment& experiment) const {
  const auto option = [](sim::Duration span) { return config::yaml_scalar(sim::format(span)); };
  return results::identity({.format = kCellFormat,
                            .job = {.verb = "simulate",
                                    .options = {{"duration", option(jobs::duration_of(experiment))},
                                                {"warm_up", option(plan_.sweep().warm_up)}},
                                    .experiment = experiment.resolved},
                            .seed = seed_,
                            .inputs = experiment.inputs});
}

// Cells that differ in common axes alone share it; with nothing but common axes, it is the sweep's.
std::uint64_t CellMaker::seed_of(std::size_t index, const config::Experiment& experiment,
                                 const std::string& own_identity) const {
  if (seed_varies_) return experiment.seed.value_or(jobs::kSeed);
  if (all_common_) return seed_;
  const std::string basis = any_common_ ? identity(resolve(plan_.changes_without_common(index))) : own_identity;
  return std::stoull(basis.substr(0, 16), nullptr, 16);
}

PointKey CellMaker::key_of(std::size_t index) const {
  files::Sha256 digest;
  digest.add(base_digest_);
  const auto positions = plan_.cell(index);
  for (std::size_t axis = 0; axis < positions.size(); ++axis) {
    digest.add(positions[axis] == Plan::kOfFile ? "-\n" : value_digests_[axis][positions[axis]]);
  }
  return from_hex(digest.digest());
}

Cell CellMaker::make(std::size_t index) const {
  try {
    Cell cell{.experiment = resolve(plan_.changes(index))};
    const std::string own_identity = identity(cell.experiment);
    cell.experiment.seed = seed_of(index, cell.experiment, own_identity);
    cell.id = from_hex(files::sha256(own_identity + "\nseed: " + std::to_string(*cell.experiment.seed) + "\n"));
    return cell;
  } catch (const sim::Error&) {
    std::throw_with_nested(sim::Error("cell " + std::to_string(index) + " (" + plan_.label(index) + ")"));
  }
}

CellRun::CellRun(const Cell& cell, const Sweep& sweep)
    : seed_(cell.experiment.seed.value_or(jobs::kSeed)),
      options_{.duration = jobs::duration_of(cell.experiment), .warm_up = sweep.warm_up},
      by_function_(sweep.by_function),
      cases_(jobs::ready_cases(cell.experiment, options_.duration)),
      columns_(column_names(cell.experiment.scenario.workflow, by_function_)) {}

std::vector<std::string> CellRun::case_names() const {
  std::vector<std::string> names;
  for (const jobs::ReadyCase& one : cases_) names.push_back(one.name);
  return names;
}

std::vector<double> CellRun::replicate(std::uint64_t replication, const sim::GoOn& go_on) const {
  sim::RunOptions options = options_;
  options.go_on = go_on;
  std::vector<double> values;
  values.reserve(cases_.size() * columns_.size());
  for (const jobs::ReadyCase& one : cases_) {
    const sim::Run run = sim::run(one.scenario, *one.policy(), options, seed_, replication);
    append_values(values, end_to_end_metrics(), results::EndToEnd{run.total, &run});
    if (!by_function_) continue;
    for (const sim::FunctionObservation& function : run.total.functions) {
      append_values(values, function_metrics(), function);
    }
  }
  return values;
}

}  // namespace faasconf::experiments::sweep
