#include "experiments/calibration/calibration.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>

#include "experiments/config/input_files.hpp"
#include "experiments/config/workflow_file.hpp"
#include "experiments/config/yaml_writer.hpp"
#include "experiments/prediction/ensemble.hpp"
#include "sim/core/error.hpp"
#include "sim/core/worker_pool.hpp"
#include "sim/stats/quantiles.hpp"
#include "traces/files/digest.hpp"

namespace faasconf::experiments::calibration {
namespace {

constexpr std::uint64_t kEvaluationsPerParameter = 100;
constexpr std::size_t kPolishWindows = 8;  // of a half
constexpr int kPolishSteps = 8;
constexpr std::uint64_t kPolishSeed = 0x706f6c69;     // others than those of the search
constexpr std::size_t kPosteriorWindows = 16;         // of a half
constexpr std::uint64_t kPredictionSeed = 1;          // as `faasconf predict`
constexpr std::uint64_t kPosteriorSeed = 0x706f7374;  // others than those of the fit
constexpr std::uint64_t kCeilingSeed = 0x6365696c;

std::string locate_mapping(const std::string& path) {
  const std::string shipped = config::find_shipped(path);
  return shipped.empty() ? path : shipped;
}

Loss loss_of(const prediction::CandidateWorkflow& candidate, const CalibrationInputs& inputs,
             std::size_t windows_per_half, std::uint64_t seed, const CalibrationOptions& options) {
  return Loss(candidate, inputs.measurements, protocol_of(inputs.mapping.protocol), inputs.split.training,
              {.windows_per_half = windows_per_half, .seed = seed, .threads = options.threads, .go_on = options.go_on});
}

// To four digits: more are noise, and a file of them cannot be read.
double rounded(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4g", value);
  return std::strtod(text.data(), nullptr);
}

std::vector<double> rounded(std::vector<double> values, const std::vector<prediction::FittedParameter>& parameters) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = std::clamp(rounded(values[i]), parameters[i].low, parameters[i].high);
  }
  return values;
}

prediction::CalibrationRecord make_record(const CalibrationInputs& inputs, const Posterior& posterior) {
  const std::vector<prediction::FittedParameter>& parameters = inputs.mapping.parameters;
  const prediction::Load& load = inputs.measurements.rows.front().load;
  prediction::CalibrationRecord record{
      .file = inputs.file,
      .sha256 = inputs.sha256,
      .rows = inputs.measurements.rows.size(),
      .held_out = inputs.split.held_out.size(),
      .protocol = protocol_of(inputs.mapping.protocol),
      .window = load.window,
      .warm_up = load.warm_up,
      .ranges = prediction::measured_ranges(windows_of(inputs.measurements), inputs.workflow),
      .parameters = parameters,
      .values = {},
      .intervals = {},
      .warnings = {},
      .notes = posterior.warnings,
      .members = {},
      .quantities = {}};
  for (const std::vector<double>& member : posterior.members) record.members.push_back(rounded(member, parameters));
  record.values = record.members.front();
  for (const ParameterPosterior& one : posterior.parameters) {
    const std::size_t i = record.intervals.size();
    record.intervals.push_back(
        {std::min(rounded(one.low), record.values[i]), std::max(rounded(one.high), record.values[i])});
    record.warnings.push_back(one.warning);
  }
  for (const Target& target : inputs.mapping.targets) {
    record.quantities.push_back({.what = target.what, .function = target.function, .discrepancy = {}});
  }
  return record;
}

std::vector<RowPrediction> predict_rows(const CalibrationInputs& inputs, const prediction::Predictor& predictor,
                                        int threads, const OnPredicted& on_predicted) {
  std::vector<RowPrediction> predictions(inputs.measurements.rows.size());
  std::size_t done = 0;
  std::mutex mutex;
  sim::parallel_for(predictions.size(), threads, [&](std::size_t i) {
    const MeasuredRow& row = inputs.measurements.rows[i];
    predictions[i].row = i;
    predictions[i].targets = predictor.predict(row.configuration, row.load).quantities;
    const std::scoped_lock lock(mutex);
    if (on_predicted) on_predicted(++done, predictions.size());
  });
  for (const std::size_t row : inputs.split.held_out) predictions[row].held_out = true;
  return predictions;
}

// Measured and predicted, where there is a prediction.
struct Column {
  std::vector<double> measured, predicted, low, high;
  std::vector<prediction::Estimate> estimates;
  std::vector<std::size_t> rows;
};

Column column_of(const CalibrationInputs& inputs, const std::vector<RowPrediction>& predictions, std::size_t target,
                 bool held_out) {
  Column column;
  for (const RowPrediction& prediction : predictions) {
    const std::optional<prediction::Estimate>& estimate = prediction.targets[target];
    if (prediction.held_out != held_out || !estimate) continue;
    column.measured.push_back(inputs.measurements.rows[prediction.row].observed[target]);
    column.predicted.push_back(estimate->mean);
    column.low.push_back(estimate->low);
    column.high.push_back(estimate->high);
    column.estimates.push_back(*estimate);
    column.rows.push_back(prediction.row);
  }
  return column;
}

// For each row, the first of the rows that its group names; itself where it has no group.
std::vector<std::size_t> groups_of(const Measurements& measurements, std::span<const std::size_t> rows) {
  std::map<std::string, std::size_t> first;
  std::vector<std::size_t> groups;
  for (const std::size_t row : rows) {
    const std::string& name = measurements.rows[row].group;
    groups.push_back(name.empty() ? row : first.try_emplace(name, row).first->second);
  }
  return groups;
}

// How far off measured windows are, from the training rows.
void learn_intervals(const CalibrationInputs& inputs, prediction::CalibrationRecord& record,
                     std::vector<RowPrediction>& predictions) {
  for (std::size_t t = 0; t < record.quantities.size(); ++t) {
    const Column training = column_of(inputs, predictions, t, false);
    if (training.measured.size() < 2) continue;
    const prediction::Discrepancy found = prediction::find_discrepancy(training.measured, training.estimates,
                                                                       groups_of(inputs.measurements, training.rows),
                                                                       record.quantities[t].what.is_share());
    record.quantities[t].discrepancy = {.low = rounded(found.low),
                                        .high = rounded(found.high),
                                        .floor = rounded(found.floor),
                                        .relative = found.relative};
    for (RowPrediction& prediction : predictions) {
      if (prediction.targets[t]) prediction::set_interval(*prediction.targets[t], record.quantities[t]);
    }
  }
}

// One more window of each row from the model itself: what its noise lets any model reach.
std::vector<std::vector<std::optional<double>>> draw_windows(const CalibrationInputs& inputs,
                                                             const sim::WorkflowSpec& workflow,
                                                             const CalibrationOptions& options) {
  const prediction::Protocol protocol = protocol_of(inputs.mapping.protocol);
  std::vector<std::vector<std::optional<double>>> drawn(inputs.measurements.rows.size());
  sim::parallel_for(drawn.size(), options.threads, [&](std::size_t i) {
    const MeasuredRow& row = inputs.measurements.rows[i];
    simulate_windows(
        prediction::scenario_of(workflow, row.configuration, row.load, protocol), row.load,
        prediction::row_seed(kCeilingSeed, row.line), 1,
        [&](std::size_t, const sim::Observation& window) {
          for (const Target& target : inputs.measurements.targets) {
            std::optional<std::size_t> function;
            if (!target.function.empty()) function = workflow.find(target.function)->index;
            drawn[i].push_back(prediction::observe(window, target.what, function));
          }
        },
        options.go_on);
  });
  return drawn;
}

Accuracy ceiling_of(const Column& column, const std::vector<std::vector<std::optional<double>>>& drawn,
                    std::size_t target) {
  std::vector<double> measured;
  std::vector<double> predicted;
  for (std::size_t i = 0; i < column.rows.size(); ++i) {
    const std::optional<double>& value = drawn[column.rows[i]][target];
    if (!value) continue;
    measured.push_back(*value);
    predicted.push_back(column.predicted[i]);
  }
  return accuracy({measured, predicted});
}

double median_ratio(const Pairs& pairs) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < pairs.measured.size(); ++i) {
    if (pairs.measured[i] > 0) ratios.push_back(pairs.predicted[i] / pairs.measured[i]);
  }
  std::sort(ratios.begin(), ratios.end());
  return sim::quantile_of_sorted(ratios, 0.5).value_or(1);
}

std::vector<TargetReport> make_reports(const CalibrationInputs& inputs, const std::vector<RowPrediction>& predictions,
                                       const sim::WorkflowSpec& workflow, const CalibrationOptions& options) {
  const auto drawn = draw_windows(inputs, workflow, options);
  std::vector<TargetReport> reports;
  for (const bool held_out : {false, true}) {
    if (held_out && inputs.split.held_out.empty()) continue;
    for (std::size_t t = 0; t < inputs.measurements.targets.size(); ++t) {
      const Column column = column_of(inputs, predictions, t, held_out);
      const Pairs pairs{column.measured, column.predicted};
      reports.push_back({.target = inputs.measurements.targets[t].name,
                         .held_out = held_out,
                         .accuracy = accuracy(pairs),
                         .median_ratio = median_ratio(pairs),
                         .r2 = bootstrap(pairs, r2, options.seed),
                         .mape = bootstrap(pairs, mape, options.seed),
                         .coverage = coverage(column.measured, column.low, column.high),
                         .ceiling = ceiling_of(column, drawn, t)});
    }
  }
  return reports;
}

// Over all rows: what a knob explains of the residuals is missing from the model.
std::vector<ResidualTrend> find_trends(const CalibrationInputs& inputs, const std::vector<RowPrediction>& predictions) {
  constexpr double chance = 3.3;  // standard errors: one in a thousand, for some hundred pairs of target and knob
  std::vector<ResidualTrend> trends;
  for (std::size_t t = 0; t < inputs.measurements.targets.size(); ++t) {
    std::vector<double> residuals;
    std::map<std::string, std::vector<double>> knobs;
    for (const RowPrediction& prediction : predictions) {
      const std::optional<prediction::Estimate>& estimate = prediction.targets[t];
      if (!estimate) continue;
      const MeasuredRow& row = inputs.measurements.rows[prediction.row];
      residuals.push_back(row.observed[t] - estimate->mean);
      for (const auto& [name, value] : knobs_of(row, inputs.workflow)) knobs[name].push_back(value);
    }
    for (const auto& [name, values] : knobs) {
      const double correlation = accuracy({residuals, values}).spearman;
      if (std::abs(correlation) * std::sqrt(static_cast<double>(residuals.size())) < chance) continue;
      trends.push_back({inputs.measurements.targets[t].name, name, correlation});
    }
  }
  return trends;
}

}  // namespace

CalibrationInputs::CalibrationInputs(const std::string& measurements_path, const std::string& mapping_path,
                                     const std::string& workflow_path, const CalibrationOptions& options)
    : file(std::filesystem::path(measurements_path).filename().string()),
      tree(prediction::read_workflow_tree(workflow_path)) {
  const config::CsvTable table = config::read_table(measurements_path);
  sha256 = files::sha256_of_file(measurements_path);
  // what another calibration said is not true of this one
  std::erase_if(tree.entries, [](const config::YamlNode::Entry& entry) { return entry.key == "calibration"; });
  workflow = config::read_workflow({tree, ""});
  const std::string mapping_file = locate_mapping(mapping_path);
  const std::string mapping_text = config::read_text_file(mapping_file);
  mapping = parse_mapping(mapping_text, mapping_file, table, workflow);
  measurements = read_measurements(table, mapping, workflow);
  split = split_rows(measurements, options.holdout, mapping.parameters.size(), options.seed);
  const std::string workflow_file = prediction::locate_workflow(workflow_path);
  sources = {{measurements_path, sha256},
             {mapping_file, files::sha256(mapping_text)},
             {workflow_file, files::sha256_of_file(workflow_file)}};
  identity =
      files::sha256(sha256 + mapping_text + config::write_yaml(tree) + " holdout " + std::to_string(options.holdout) +
                    " windows " + std::to_string(options.windows_per_half) + " seed " + std::to_string(options.seed));
}

std::uint64_t evaluations_of(const CalibrationInputs& inputs, const CalibrationOptions& options) {
  return options.evaluations.value_or(kEvaluationsPerParameter * inputs.mapping.parameters.size());
}

Calibration calibrate(const CalibrationInputs& inputs, const CalibrationOptions& options, const OnProgress& on_progress,
                      const OnPredicted& on_predicted) {
  const prediction::CandidateWorkflow candidate(inputs.tree, inputs.mapping.parameters);
  const Loss loss = loss_of(candidate, inputs, options.windows_per_half, options.seed, options);
  Calibration result;
  const std::uint64_t evaluations = evaluations_of(inputs, options);
  result.fit = fit(loss,
                   {.evaluations = evaluations,
                    .polish = evaluations / 8,
                    .seed = options.seed,
                    .checkpoint = options.checkpoint,
                    .identity = inputs.identity,
                    .record = options.record,
                    .resume = options.resume},
                   on_progress);

  // the last steps, on more windows
  const Loss finer = loss_of(candidate, inputs, kPolishWindows, kPolishSeed, options);
  // what the search prefers by a few windows need not be better than what it started from
  const Point written = candidate.point(candidate.written_values());
  const std::array starts{result.fit.best, written};
  if (evaluations > 0) result.fit.best = newton_polish(finer, starts, kPolishSteps);
  result.start_loss = finer(written);
  result.fit.loss = finer(result.fit.best);

  const Loss finest = loss_of(candidate, inputs, kPosteriorWindows, kPosteriorSeed, options);
  result.posterior = explore(finest, result.fit.best, {.members = options.members, .seed = options.seed});
  result.record = make_record(inputs, result.posterior);
  const prediction::Predictor predictor(
      prediction::ensemble_of(candidate.tree(result.record.values), result.record), result.record.protocol,
      result.record.quantities,
      {.replications = options.replications, .seed = kPredictionSeed, .go_on = options.go_on});
  result.predictions = predict_rows(inputs, predictor, options.threads, on_predicted);
  learn_intervals(inputs, result.record, result.predictions);
  result.reports = make_reports(inputs, result.predictions, predictor.workflow(), options);
  result.trends = find_trends(inputs, result.predictions);
  return result;
}

config::YamlNode calibrated_tree(const CalibrationInputs& inputs, const prediction::CalibrationRecord& record) {
  return prediction::CandidateWorkflow(inputs.tree, record.parameters).tree(record.values);
}

std::vector<std::pair<std::string, double>> knobs_of(const MeasuredRow& row, const sim::WorkflowSpec& workflow) {
  std::vector<std::pair<std::string, double>> knobs;
  for (std::size_t f = 0; f < workflow.functions.size(); ++f) {
    if (workflow.functions[f].fixed) continue;
    const std::string& name = workflow.functions[f].name;
    const sim::FunctionConfiguration& set = row.configuration.functions[f];
    knobs.emplace_back(name + ".cpu", set.cpu.value);
    knobs.emplace_back(name + ".memory", set.memory.value);
    knobs.emplace_back(name + ".replicas", set.replicas);
    knobs.emplace_back(name + ".concurrency", set.concurrency);
  }
  return knobs;
}

}  // namespace faasconf::experiments::calibration
