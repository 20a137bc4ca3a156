#include "experiments/jobs/predict.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <mutex>
#include <utility>

#include "experiments/config/promise_file.hpp"
#include "experiments/config/words.hpp"
#include "experiments/config/yaml_writer.hpp"
#include "experiments/jobs/bad_value.hpp"
#include "experiments/jobs/explain_promise.hpp"
#include "experiments/prediction/candidate.hpp"
#include "experiments/prediction/configurations.hpp"
#include "experiments/prediction/ensemble.hpp"
#include "experiments/results/record.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"
#include "sim/core/worker_pool.hpp"
#include "sim/model/promise_text.hpp"
#include "traces/files/part_file.hpp"

namespace faasconf::experiments::jobs {
namespace {

// Where a file does not say how it was measured.
constexpr sim::Duration kWindow = std::chrono::seconds(30);

// How windows are observed, in this job.
struct Protocol {
  prediction::Protocol protocol;
  sim::Duration window{};
  sim::Duration warm_up{};
};

Protocol protocol_of(const PredictJob& job) {
  Protocol how{.protocol = {.kept = true}, .window = kWindow};
  if (const auto& record = job.workflow.record) {
    how = {.protocol = record->protocol, .window = record->window, .warm_up = record->warm_up};
  }
  how.window = job.window.value_or(how.window);
  how.warm_up = job.warm_up.value_or(how.warm_up);
  how.protocol.attribution = job.attribution.value_or(how.protocol.attribution);
  how.protocol.kept = job.kept.value_or(how.protocol.kept);
  return how;
}

void check(const PredictJob& job) {
  if (job.window && *job.window <= sim::Duration::zero()) throw BadValue("window: expected more than 0s");
  if (job.options.replications < 2) throw BadValue("replications: expected at least 2");
}

// Those that were measured know how far off predictions are.
std::vector<prediction::Quantity> quantities_of(const prediction::CalibratedWorkflow& of) {
  std::vector<prediction::Quantity> quantities;
  for (const prediction::Observed& what : prediction::predicted(/*of_function=*/false)) {
    quantities.push_back({what, "", {}});
  }
  for (const sim::FunctionSpec& function : of.workflow.functions) {
    if (function.fixed) continue;
    for (const prediction::Observed& what : prediction::predicted(/*of_function=*/true)) {
      quantities.push_back({what, function.name, {}});
    }
  }
  if (!of.record) return quantities;
  for (prediction::Quantity& quantity : quantities) {
    for (const prediction::Quantity& known : of.record->quantities) {
      if (known.what == quantity.what && known.function == quantity.function) quantity.discrepancy = known.discrepancy;
    }
  }
  return quantities;
}

prediction::Predictor predictor_of(const PredictJob& job, const std::vector<prediction::Quantity>& quantities,
                                   const Progress& progress) {
  const prediction::CalibratedWorkflow& of = job.workflow;
  prediction::PredictorOptions options = job.options;
  options.go_on = progress.go_on;
  options.common_random_numbers = true;
  return {of.record ? prediction::ensemble_of(of.tree, *of.record) : std::vector{of.workflow},
          protocol_of(job).protocol, quantities, std::move(options)};
}

// What was not measured: edited values, another protocol, knobs, load.
std::string extrapolation(const PredictJob& job, const sim::Configuration& configuration,
                          const prediction::Load& load) {
  if (!job.workflow.record) return "workflow: not measured";
  const prediction::CalibrationRecord& record = *job.workflow.record;
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() || part.empty() ? "" : "; ") + part; };
  for (const std::string& edited : prediction::edited_values(job.workflow.tree, record)) add(edited);
  if (load.window != record.window) {
    add("window: " + sim::format(load.window) + ", measured " + sim::format(record.window));
  }
  const sim::Attribution attribution = job.attribution.value_or(record.protocol.attribution);
  if (attribution != record.protocol.attribution) {
    add("attribution: " + config::name_of(attribution) + ", measured " + config::name_of(record.protocol.attribution));
  }
  add(prediction::extrapolation(record.ranges, job.workflow.workflow, configuration, load));
  return text;
}

prediction::PredictedRow predict_row(const PredictJob& job, const prediction::Predictor& predictor,
                                     const prediction::AskedWindow& asked) {
  const Protocol how = protocol_of(job);
  prediction::Load load = asked.load;
  load.window = how.window;
  load.warm_up = how.warm_up;
  return {.outlook = predictor.predict(asked.configuration, load),
          .extrapolates = extrapolation(job, asked.configuration, load)};
}

results::Record record_of(const PredictJob& job) {
  const Protocol how = protocol_of(job);
  std::vector<config::YamlNode> overrides;
  for (const std::string& one : job.overrides) overrides.push_back(config::yaml_scalar(one));
  return {.format = {"faasconf-predictions", 1},
          .job = {.verb = "predict",
                  .options = {{"replications", config::yaml_scalar(std::to_string(job.options.replications))},
                              {"set", config::yaml_list(std::move(overrides))},
                              {"window", config::yaml_scalar(sim::format(how.window))},
                              {"warm_up", config::yaml_scalar(sim::format(how.warm_up))},
                              {"instances", config::yaml_scalar(how.protocol.kept ? "kept" : "fresh")},
                              {"promise", config::yaml_scalar(sim::to_text(job.workflow.workflow.promise))},
                              {"attribution", config::yaml_scalar(config::name_of(how.protocol.attribution))}}},
          .seed = job.options.seed,
          .inputs = job.inputs};
}

}  // namespace

PredictJob read_predict_job(const std::string& workflow, const std::string& table, std::vector<std::string> overrides) {
  config::YamlNode tree = prediction::read_workflow_tree(workflow, overrides);
  config::InputFiles files;
  if (config::YamlNode* const promise = tree.find("promise")) config::load_promise_file(*promise, files);
  PredictJob job{
      .workflow = prediction::read_calibrated(std::move(tree)), .overrides = std::move(overrides), .windows = {}};
  job.table = config::read_table(table);
  job.windows = prediction::read_configurations(job.table, job.workflow.workflow);
  job.inputs = {config::fingerprint(prediction::locate_workflow(workflow)), config::fingerprint(table)};
  std::ranges::move(files.take(), std::back_inserter(job.inputs));
  return job;
}

std::string describe_protocol(const PredictJob& job) {
  const Protocol how = protocol_of(job);
  return std::string(job.workflow.record ? "as its measurements were made: " : "") + "instances " +
         (how.protocol.kept ? "kept" : "fresh") + ", attribution " + config::name_of(how.protocol.attribution) +
         ", windows of " + sim::format(how.window) + " after " + sim::format(how.warm_up) + " of warm-up";
}

std::vector<std::string> impossible_terms(const PredictJob& job) {
  const Protocol how = protocol_of(job);
  std::vector<std::string> sentences;
  std::vector<prediction::Load> seen;
  for (const prediction::AskedWindow& asked : job.windows) {
    prediction::Load load = asked.load;
    load.window = how.window;
    load.warm_up = how.warm_up;
    if (std::ranges::count(seen, load) > 0) continue;
    seen.push_back(load);
    const auto of_load =
        impossible_terms(prediction::scenario_of(job.workflow.workflow, asked.configuration, load, how.protocol));
    sentences.insert(sentences.end(), of_load.begin(), of_load.end());
  }
  return sentences;
}

PredictResult run(const PredictJob& job, const Progress& progress) {
  check(job);
  PredictResult result{.quantities = quantities_of(job.workflow), .rows = {}};
  const prediction::Predictor predictor = predictor_of(job, result.quantities, progress);
  std::vector<std::optional<prediction::PredictedRow>> rows(job.windows.size());
  Step step{.label = "predicting", .total = rows.size()};
  progress.report(step);
  std::mutex mutex;
  sim::parallel_for(rows.size(), job.threads, [&](std::size_t i) {
    try {
      rows[i] = predict_row(job, predictor, job.windows[i]);
    } catch (const sim::Cancelled&) {
      return;  // those that are complete are kept
    }
    const std::scoped_lock lock(mutex);
    ++step.done;
    progress.report(step);
  });

  for (std::optional<prediction::PredictedRow>& row : rows) {
    if (!row) result.interrupted = true;
    if (result.interrupted) break;
    result.rows.push_back(*std::move(row));
  }
  return result;
}

void write(const std::string& path, const PredictJob& job, const PredictResult& result) {
  if (result.rows.size() != job.table.rows.size()) {
    throw sim::Error("expected a prediction for each of the " + std::to_string(job.table.rows.size()) +
                     " rows of the table, got " + std::to_string(result.rows.size()));
  }
  files::write_aside(path, results::csv_comment(record_of(job)) +
                               prediction::prediction_csv(job.table, result.quantities, result.rows));
}

}  // namespace faasconf::experiments::jobs
