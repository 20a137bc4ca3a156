#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <iomanip>
#include <limits>
#include <ostream>
#include <sstream>
#include <system_error>
#include <thread>

#include <nlohmann/json.hpp>

#include "experiments/calibration/calibration.hpp"
#include "experiments/calibration/next_windows.hpp"
#include "experiments/cli/command.hpp"
#include "experiments/cli/interrupt.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/progress.hpp"
#include "experiments/cli/python.hpp"
#include "experiments/config/distributions.hpp"
#include "experiments/config/workflow_file.hpp"
#include "experiments/results/text_table.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::cli {
namespace {

struct Plan {
  std::string measurements, mapping, workflow, out, predictions, plot;
  calibration::CalibrationOptions options;
  std::size_t next = 0;
  bool json = false;
  bool quiet = false;
};

// --- what is asked for

double read_share(const Arguments& arguments, const std::string& name) {
  const std::string& text = arguments.text(name);
  double share = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), share);
  if (status != std::errc() || end != text.data() + text.size() || !(share >= 0 && share < 1)) {
    throw sim::Error("--" + name + ": expected a share from 0 to below 1 such as 0.3, got \"" + text + "\"");
  }
  return share;
}

std::string required(const Arguments& arguments, const std::string& name) {
  if (!arguments.given(name)) throw sim::Error("--" + name + ": expected a value, got none");
  return arguments.text(name);
}

Plan make_plan(const Arguments& arguments) {
  Plan plan;
  plan.workflow = required(arguments, "workflow");
  plan.next = static_cast<std::size_t>(arguments.given("next") ? arguments.integer("next", 1, 1000) : 0);
  plan.options.seed =
      static_cast<std::uint64_t>(arguments.integer("seed", 0, std::numeric_limits<std::int64_t>::max()));
  plan.options.threads = arguments.text("threads") == "all"
                             ? static_cast<int>(std::max(1U, std::thread::hardware_concurrency()))
                             : static_cast<int>(arguments.integer("threads", 1, 4096));
  plan.json = arguments.given("json");
  plan.quiet = arguments.given("quiet");
  const bool only_next = plan.next > 0 && !arguments.given("measurements");
  if (only_next) {
    for (const char* name : {"mapping", "out", "predictions", "plot", "resume"}) {
      if (arguments.given(name)) throw sim::Error("--" + std::string(name) + ": expected --measurements beside it");
    }
    return plan;
  }

  plan.measurements = find_input(required(arguments, "measurements"));
  plan.mapping = required(arguments, "mapping");
  plan.out = required(arguments, "out");
  check_output_file("out", plan.out);
  plan.predictions = output_file(arguments, "predictions");
  plan.plot = figure_file(arguments, "plot");
  check_apart({{"--out", plan.out}, {"--predictions", plan.predictions}, {"--plot", plan.plot}},
              {{"--measurements", plan.measurements}, {"--mapping", plan.mapping}, {"--workflow", plan.workflow}});
  plan.options.holdout = read_share(arguments, "holdout");
  if (arguments.given("budget")) {
    plan.options.evaluations = static_cast<std::uint64_t>(arguments.integer("budget", 0, 100'000'000));
  }
  plan.options.windows_per_half = static_cast<std::size_t>(arguments.integer("windows", 1, 10'000));
  plan.options.members = static_cast<std::size_t>(arguments.integer("members", 1, 1000));
  plan.options.replications = static_cast<std::size_t>(arguments.integer("replications", 2, 100'000));
  plan.options.checkpoint = plan.out + ".checkpoint";
  plan.options.resume = arguments.given("resume");
  if (plan.options.resume && !std::filesystem::exists(plan.options.checkpoint)) {
    throw sim::Error("--resume: no checkpoint " + plan.options.checkpoint + " to go on from");
  }
  return plan;
}

// --- what came of it

std::string fixed(double value, int decimals) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(decimals) << value;
  return text.str();
}

std::string with_interval(const sim::AsymmetricInterval& interval, double factor, int decimals) {
  return fixed(factor * interval.estimate, decimals) + " (" + fixed(factor * interval.low, decimals) + " to " +
         fixed(factor * interval.high, decimals) + ")";
}

void print_accuracy(std::ostream& out, const calibration::Calibration& calibration, bool held_out) {
  results::TextTable table{.header = {{"target", "rows", "R2", "MAPE [%]", "median APE [%]", "MAE", "Spearman",
                                       "coverage [%]", "ceiling R2", "ceiling MAPE [%]"}},
                           .rows = {}};
  for (const calibration::TargetReport& report : calibration.reports) {
    if (report.held_out != held_out) continue;
    table.rows.push_back({report.target, std::to_string(report.accuracy.rows), with_interval(report.r2, 1, 3),
                          with_interval(report.mape, 100, 1), fixed(100 * report.accuracy.median_ape, 1),
                          fixed(report.accuracy.mae, 3), fixed(report.accuracy.spearman, 3),
                          fixed(100 * report.coverage, 1), fixed(report.ceiling.r2, 3),
                          fixed(100 * report.ceiling.mape, 1)});
  }
  if (table.rows.empty()) return;
  out << (held_out ? "held-out rows, never seen by the fit:\n" : "training rows:\n");
  table.print(out);
  out << "\n";
}

void print_parameters(std::ostream& out, const calibration::Calibration& calibration) {
  const prediction::CalibrationRecord& record = calibration.record;
  results::TextTable table{.header = {{"parameter", "value", "90 % interval", ""}}, .rows = {}};
  for (std::size_t i = 0; i < record.parameters.size(); ++i) {
    const prediction::Dimension dimension = record.parameters[i].dimension;
    table.rows.push_back({record.parameters[i].name, prediction::format_amount(record.values[i], dimension),
                          prediction::format_amount(record.intervals[i].low, dimension) + " to " +
                              prediction::format_amount(record.intervals[i].high, dimension),
                          record.warnings[i]});
  }
  table.print(out);
  for (const std::string& note : record.notes) out << note << "\n";
  out << "\n";
}

void print_trends(std::ostream& out, const calibration::Calibration& calibration) {
  if (calibration.trends.empty()) return;
  std::vector<calibration::ResidualTrend> trends = calibration.trends;
  std::sort(trends.begin(), trends.end(), [](const calibration::ResidualTrend& a, const calibration::ResidualTrend& b) {
    return std::abs(a.correlation) > std::abs(b.correlation);
  });
  out << "residuals (measured - predicted) that depend on a knob, by rank correlation:\n";
  constexpr std::size_t most = 10;
  for (std::size_t i = 0; i < std::min(most, trends.size()); ++i) {
    out << "  " << trends[i].target << " on " << trends[i].knob << ": " << fixed(trends[i].correlation, 2) << "\n";
  }
  if (trends.size() > most) out << "  and " << trends.size() - most << " smaller ones\n";
  out << "\n";
}

void print_tables(std::ostream& out, const calibration::CalibrationInputs& inputs,
                  const calibration::Calibration& calibration) {
  const prediction::CalibrationRecord& record = calibration.record;
  out << inputs.workflow.name << " fitted to " << record.rows - record.held_out << " of " << record.rows
      << " rows: loss " << fixed(calibration.start_loss, 4) << " before, " << fixed(calibration.fit.loss, 4)
      << " after " << calibration.fit.evaluations << " evaluations in " << calibration.fit.runs
      << (calibration.fit.runs == 1 ? " run" : " runs") << "; " << record.members.size() << " members\n\n";
  print_parameters(out, calibration);
  print_accuracy(out, calibration, false);
  print_accuracy(out, calibration, true);
  print_trends(out, calibration);
}

// A unit that is wrong in the mapping shows as predictions that are far from all that was measured.
void warn_of_units(std::ostream& err, const calibration::Calibration& calibration) {
  constexpr double kFar = 20;
  for (const calibration::TargetReport& report : calibration.reports) {
    if (report.held_out || (report.median_ratio > 1 / kFar && report.median_ratio < kFar)) continue;
    err << "faasconf: " << report.target << ": predictions are " << std::setprecision(3) << report.median_ratio
        << " times what was measured, in the median; is the unit of its column or of the window another one?\n";
  }
}

void print_json(std::ostream& out, const calibration::Calibration& calibration) {
  const prediction::CalibrationRecord& record = calibration.record;
  out << nlohmann::ordered_json{{"rows", record.rows},
                                {"held_out", record.held_out},
                                {"start_loss", calibration.start_loss},
                                {"loss", calibration.fit.loss},
                                {"evaluations", calibration.fit.evaluations}}
             .dump()
      << "\n";
  for (std::size_t i = 0; i < record.parameters.size(); ++i) {
    out << nlohmann::ordered_json{{"parameter", record.parameters[i].name},
                                  {"value", record.values[i]},
                                  {"low", record.intervals[i].low},
                                  {"high", record.intervals[i].high},
                                  {"warning", record.warnings[i]}}
               .dump()
        << "\n";
  }
  for (const calibration::TargetReport& report : calibration.reports) {
    out << nlohmann::ordered_json{{"target", report.target},
                                  {"held_out", report.held_out},
                                  {"rows", report.accuracy.rows},
                                  {"r2", report.r2.estimate},
                                  {"r2_low", report.r2.low},
                                  {"r2_high", report.r2.high},
                                  {"mape", report.mape.estimate},
                                  {"mape_low", report.mape.low},
                                  {"mape_high", report.mape.high},
                                  {"median_ape", report.accuracy.median_ape},
                                  {"mae", report.accuracy.mae},
                                  {"spearman", report.accuracy.spearman},
                                  {"mean_error", report.accuracy.mean_error},
                                  {"coverage", report.coverage},
                                  {"ceiling_r2", report.ceiling.r2},
                                  {"ceiling_mape", report.ceiling.mape}}
               .dump()
        << "\n";
  }
}

// A row of measured and predicted values for each row and target, with the knobs: what baselines and figures need.
std::string predictions_csv(const calibration::CalibrationInputs& inputs, const calibration::Calibration& calibration) {
  std::ostringstream out;
  out << "line,held_out,target,measured,predicted,low,high,users,rate_per_s";
  for (const auto& [name, value] : calibration::knobs_of(inputs.measurements.rows.front(), inputs.workflow))
    out << "," << name;
  out << "\n";
  for (const calibration::RowPrediction& prediction : calibration.predictions) {
    const calibration::MeasuredRow& row = inputs.measurements.rows[prediction.row];
    for (std::size_t t = 0; t < prediction.targets.size(); ++t) {
      out << row.line << "," << (prediction.held_out ? 1 : 0) << "," << inputs.measurements.targets[t].name << ","
          << config::format_number(row.observed[t]) << ",";
      if (const auto& estimate = prediction.targets[t]) {
        out << config::format_number(estimate->mean) << "," << config::format_number(estimate->low) << ","
            << config::format_number(estimate->high);
      } else {
        out << ",,";
      }
      out << "," << config::format_number(row.load.users) << "," << config::format_number(row.load.rate_per_s);
      for (const auto& [name, value] : calibration::knobs_of(row, inputs.workflow))
        out << "," << config::format_number(value);
      out << "\n";
    }
  }
  return out.str();
}

void print_next(std::ostream& out, const std::vector<calibration::NextWindow>& windows,
                const sim::WorkflowSpec& workflow) {
  const bool open = windows.front().load.rate_per_s > 0;
  for (const sim::FunctionSpec& function : workflow.functions) {
    if (function.fixed) continue;
    out << function.name << ".cpu," << function.name << ".memory," << function.name << ".replicas," << function.name
        << ".concurrency,";
  }
  out << (open ? "rate" : "users") << ",disagreement\n";
  for (const calibration::NextWindow& window : windows) {
    for (std::size_t f = 0; f < workflow.functions.size(); ++f) {
      if (workflow.functions[f].fixed) continue;
      const sim::FunctionConfiguration& knobs = window.configuration.functions[f];
      out << sim::format(knobs.cpu) << "," << sim::format(knobs.memory) << "," << knobs.replicas << ","
          << knobs.concurrency << ",";
    }
    if (open) {
      out << config::format_number(window.load.rate_per_s) << "/s";
    } else {
      out << config::format_number(window.load.users);
    }
    out << "," << fixed(window.disagreement, 3) << "\n";
  }
}

// From a file that was calibrated before.
int propose_only(const Plan& plan, const Console& console) {
  const config::YamlNode tree = prediction::read_workflow_tree(plan.workflow);
  const sim::WorkflowSpec workflow = config::read_workflow({tree, ""});
  const config::YamlNode* const written = tree.find("calibration");
  if (written == nullptr) {
    throw sim::Error(plan.workflow +
                     ": expected a calibrated workflow, with the key calibration, got one without; "
                     "--measurements, --mapping and --out calibrate it");
  }
  const prediction::CalibrationRecord record = prediction::read_record({*written, "calibration"}, workflow);
  print_next(
      console.out,
      calibration::next_windows(tree, record, workflow,
                                {.count = plan.next, .seed = plan.options.seed, .threads = plan.options.threads}),
      workflow);
  return kDone;
}

int run_calibrate(const Arguments& arguments, const Console& console) {
  const Plan plan = make_plan(arguments);
  if (plan.measurements.empty()) return propose_only(plan, console);
  const calibration::CalibrationInputs inputs(plan.measurements, plan.mapping, plan.workflow, plan.options);
  for (const std::string& renamed : inputs.mapping.renamed) {
    if (!plan.quiet) console.err << "faasconf: " << plan.mapping << ": " << renamed << "\n";
  }

  Progress progress(console.err, console.is_terminal && !plan.quiet);
  const Interrupt interrupt;
  bool started = false;
  const auto calibration = calibration::calibrate(inputs, plan.options, [&](const calibration::FitProgress& now) {
    if (!started) progress.start("evaluations", now.total);
    started = true;
    progress.advance(now.evaluations, "loss " + fixed(now.best_loss, 4));
    return !interrupt.requested();
  });
  progress.clear();
  if (!calibration) {
    if (std::filesystem::exists(plan.options.checkpoint)) {
      console.err << "faasconf: interrupted; the same command with --resume goes on from " << plan.options.checkpoint
                  << "\n";
    } else {
      console.err << "faasconf: interrupted before the first checkpoint; the same command begins anew\n";
    }
    return kInterrupted;
  }

  if (plan.json) {
    print_json(console.out, *calibration);
  } else {
    print_tables(console.out, inputs, *calibration);
  }
  write_aside(plan.out, calibration::calibrated_yaml(inputs, *calibration));
  std::error_code ignored;
  std::filesystem::remove(plan.options.checkpoint, ignored);
  if (!plan.quiet) {
    console.err << "faasconf: wrote " << plan.out << "\n";
    warn_of_units(console.err, *calibration);
  }
  if (plan.next > 0) {
    console.out << "windows to measure next:\n";
    print_next(
        console.out,
        calibration::next_windows(inputs.tree, calibration->record, inputs.workflow,
                                  {.count = plan.next, .seed = plan.options.seed, .threads = plan.options.threads}),
        inputs.workflow);
  }
  std::optional<ScratchDirectory> scratch;
  std::string predictions = plan.predictions;
  if (predictions.empty() && !plan.plot.empty()) predictions = (scratch.emplace().path() / "predictions.csv").string();
  if (!predictions.empty()) write_aside(predictions, predictions_csv(inputs, *calibration));
  if (!plan.predictions.empty() && !plan.quiet) console.err << "faasconf: wrote " << predictions << "\n";
  const bool drawn = plan.plot.empty() || draw_figure(console.err, "faasconf.calibration", predictions, plan.plot);
  return drawn ? kDone : kFailed;
}

}  // namespace

Command calibrate_command() {
  using enum Parameter::Kind;
  return {
      .name = "calibrate",
      .summary = "fit a workflow's values to measurements; accuracy on held-out rows, intervals, an ensemble",
      .parameters =
          {
              {.name = "measurements", .value_name = "FILE", .description = "table of measured windows, CSV"},
              {.name = "mapping",
               .value_name = "FILE",
               .description = "what its columns mean and which values are fitted, YAML; or the name of one that "
                              "ships: paper-parallel-mapping"},
              {.name = "workflow",
               .value_name = "FILE",
               .description = "the workflow to start from, or the name of one that ships: parallel"},
              {.name = "out", .value_name = "FILE", .description = "the calibrated workflow, YAML"},
              {.name = "holdout",
               .value_name = "SHARE",
               .description = "of the rows that the fit never sees",
               .default_value = "0.3"},
              {.name = "budget",
               .value_name = "N",
               .description = "evaluations of the loss by the search; 100 a parameter unless given. The polish adds an "
                              "eighth, and steps on more windows. 0: the values of the file are judged as they are"},
              {.name = "windows",
               .value_name = "N",
               .description = "simulated for each row and half of the loss",
               .default_value = "2"},
              {.name = "members", .value_name = "N", .description = "of the ensemble", .default_value = "16"},
              {.name = "replications",
               .value_name = "N",
               .description = "windows simulated for a prediction",
               .default_value = "16"},
              {.name = "resume", .kind = flag, .description = "go on from the checkpoint beside --out"},
              {.name = "next",
               .value_name = "N",
               .description = "propose windows to measure next; without --measurements: from a calibrated --workflow"},
              {.name = "predictions", .value_name = "FILE", .description = "measured and predicted, row by row, CSV"},
              {.name = "plot",
               .value_name = "FILE",
               .description = "figure of the same, PNG, SVG or PDF (needs Python)"},
              seed_parameter(),
              {.name = "threads",
               .value_name = "N",
               .description = "number of threads; changes no result; all: one a core",
               .default_value = "all"},
              json_lines_parameter(),
              quiet_parameter(),
          },
      .example =
          "faasconf calibrate --measurements openfaas-closed-loop.csv --mapping openfaas-closed-mapping "
          "--workflow openfaas-function --budget 21 --out calibrated.yaml\n"
          "faasconf calibrate --workflow calibrated.yaml --next 5",
      .run = run_calibrate,
  };
}

}  // namespace faasconf::experiments::cli
