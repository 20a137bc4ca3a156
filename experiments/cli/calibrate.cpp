#include "experiments/jobs/calibrate.hpp"

#include <charconv>
#include <filesystem>
#include <optional>
#include <ostream>
#include <system_error>
#include <utility>

#include "experiments/cli/calibrate_report.hpp"
#include "experiments/cli/command.hpp"
#include "experiments/cli/job_progress.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/python.hpp"
#include "experiments/jobs/propose.hpp"
#include "experiments/prediction/candidate.hpp"
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
  plan.options.seed = seed_of(arguments);
  plan.options.threads = thread_count(arguments);
  plan.json = arguments.given("json");
  plan.quiet = arguments.given("quiet");
  const bool only_next = plan.next > 0 && !arguments.given("measurements");
  if (only_next) {
    for (const char* name : {"mapping", "out", "holdout", "budget", "windows", "members", "replications", "predictions",
                             "plot", "resume", "json"}) {
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

// --- results

calibration::NextOptions next_options(const Plan& plan) {
  return {.count = plan.next, .seed = plan.options.seed, .threads = plan.options.threads};
}

int propose(const Plan& plan, prediction::CalibratedWorkflow workflow, const Console& console) {
  const jobs::ProposeJob job{.workflow = std::move(workflow), .options = next_options(plan)};
  const jobs::ProposeResult result = jobs::run(job, progress_on(console, plan.quiet));
  if (result.interrupted) {
    console.err << "faasconf: interrupted before windows were proposed\n";
    return kInterrupted;
  }
  print_next(console.out, result.windows, job.workflow.workflow);
  return kDone;
}

// From a file that was calibrated before.
int propose_only(const Plan& plan, const Console& console) {
  prediction::CalibratedWorkflow workflow = prediction::read_calibrated(prediction::read_workflow_tree(plan.workflow));
  if (!workflow.record) {
    throw sim::Error(plan.workflow +
                     ": expected a calibrated workflow, with the key calibration, got one without; "
                     "--measurements, --mapping and --out calibrate it");
  }
  return propose(plan, std::move(workflow), console);
}

int say_interrupted(const Plan& plan, std::ostream& err) {
  if (std::filesystem::exists(plan.options.checkpoint)) {
    err << "faasconf: interrupted; the same command with --resume goes on from " << plan.options.checkpoint << "\n";
  } else {
    err << "faasconf: interrupted before the first checkpoint; the same command begins anew\n";
  }
  return kInterrupted;
}

// What was fitted, on the console and in --out.
void keep(const Plan& plan, const jobs::CalibrateJob& job, const jobs::CalibrateResult& result,
          const Console& console) {
  if (plan.json) {
    print_json(console.out, *result.calibration);
  } else {
    print_tables(console.out, result.inputs, *result.calibration);
  }
  jobs::write(plan.out, job, result);
  if (plan.quiet) return;
  for (const std::string& renamed : result.inputs.mapping.renamed) {
    console.err << "faasconf: " << plan.mapping << ": " << renamed << "\n";
  }
  console.err << "faasconf: wrote " << plan.out << "\n";
  warn_of_units(console.err, *result.calibration);
  warn_of_accuracy(console.err, *result.calibration);
}

// Measured beside predicted: as a table, and as the figure that Python draws of it.
int show_predictions(const Plan& plan, const jobs::CalibrateJob& job, const jobs::CalibrateResult& result,
                     const Console& console) {
  std::optional<ScratchDirectory> scratch;
  std::string predictions = plan.predictions;
  if (predictions.empty() && !plan.plot.empty()) predictions = (scratch.emplace().path() / "predictions.csv").string();
  if (!predictions.empty()) jobs::write_predictions(predictions, job, result);
  if (!plan.predictions.empty() && !plan.quiet) console.err << "faasconf: wrote " << predictions << "\n";
  const bool drawn = plan.plot.empty() || draw_figure(console.err, "faasconf.calibration", predictions, plan.plot);
  return drawn ? kDone : kFailed;
}

prediction::CalibratedWorkflow calibrated(const jobs::CalibrateResult& result) {
  const prediction::CalibrationRecord& record = result.calibration->record;
  return {calibration::calibrated_tree(result.inputs, record), result.inputs.workflow, record};
}

int run_calibrate(const Arguments& arguments, const Console& console) {
  const Plan plan = make_plan(arguments);
  if (plan.measurements.empty()) return propose_only(plan, console);
  const jobs::CalibrateJob job{
      .measurements = plan.measurements, .mapping = plan.mapping, .workflow = plan.workflow, .options = plan.options};
  const jobs::CalibrateResult result = jobs::run(job, progress_on(console, plan.quiet));
  if (result.interrupted()) return say_interrupted(plan, console.err);

  keep(plan, job, result, console);
  const int shown = show_predictions(plan, job, result, console);
  if (plan.next == 0) return shown;
  console.out << "windows to measure next:\n";
  const int proposed = propose(plan, calibrated(result), console);
  return proposed == kDone ? shown : proposed;
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
               .description =
                   "evaluations of the loss by the search; 100 per parameter unless given. The polish adds an "
                   "eighth, and steps on more windows. 0: the values of the file are judged as they are"},
              {.name = "windows",
               .value_name = "N",
               .description = "simulated for each row and half of the loss",
               .default_value = "2"},
              {.name = "members", .value_name = "N", .description = "of the ensemble", .default_value = "16"},
              {.name = "replications",
               .value_name = "N",
               .description = "windows simulated for a prediction",
               .default_value = "128"},
              {.name = "resume", .kind = flag, .description = "go on from the checkpoint beside --out"},
              {.name = "next",
               .value_name = "N",
               .description = "propose windows to measure next; without --measurements: from a calibrated --workflow"},
              {.name = "predictions", .value_name = "FILE", .description = "measured and predicted, row by row, CSV"},
              {.name = "plot",
               .value_name = "FILE",
               .description = "figure of the same, PNG, SVG or PDF (needs Python)"},
              seed_parameter(),
              threads_parameter(),
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
