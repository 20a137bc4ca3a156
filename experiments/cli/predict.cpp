#include "experiments/jobs/predict.hpp"

#include <algorithm>
#include <ostream>
#include <vector>

#include "experiments/cli/command.hpp"
#include "experiments/cli/experiment_options.hpp"
#include "experiments/cli/job_progress.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/config/words.hpp"
#include "experiments/prediction/candidate.hpp"
#include "experiments/prediction/configurations.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::cli {
namespace {

struct Plan {
  jobs::PredictJob job;
  config::CsvTable table;                 // what the job's windows are from
  std::vector<config::InputFile> inputs;  // the workflow and the table
  std::string out;
  bool quiet = false;
};

// How windows are observed, where it is not as calibrated.
void read_protocol(const Arguments& arguments, jobs::PredictJob& job) {
  if (arguments.given("window")) job.window = arguments.duration("window");
  if (arguments.given("attribution")) {
    job.attribution = config::choice_named<sim::Attribution>(arguments.text("attribution")).value();
  }
}

void read_files(const Arguments& arguments, Plan& plan) {
  if (!arguments.given("in")) throw sim::Error("--in: expected a table of configurations, got none");
  const std::string in = find_input(arguments.text("in"));
  plan.table = config::read_table(in);
  plan.job.windows = prediction::read_configurations(plan.table, plan.job.workflow.workflow);
  if (!arguments.given("out")) throw sim::Error("--out: expected a file to write, got none");
  plan.inputs = {config::fingerprint(prediction::locate_workflow(arguments.text("WORKFLOW"))), config::fingerprint(in)};
  plan.out = output_file(arguments, "out");
  check_apart({{"--out", plan.out}}, {{"--in", in}, {"WORKFLOW", arguments.text("WORKFLOW")}});
}

Plan make_plan(const Arguments& arguments) {
  const auto given = arguments.list("set");
  std::vector<std::string> overrides(given.begin(), given.end());
  config::YamlNode tree = prediction::read_workflow_tree(arguments.text("WORKFLOW"), overrides);
  Plan plan{.job = {.workflow = prediction::read_calibrated(std::move(tree)),
                    .overrides = std::move(overrides),
                    .windows = {}},
            .table = {},
            .inputs = {},
            .out = {}};
  read_protocol(arguments, plan.job);
  read_files(arguments, plan);
  plan.job.options.replications = static_cast<std::size_t>(arguments.integer("replications", 2, 1'000'000));
  plan.job.options.seed = seed_of(arguments);
  plan.job.threads = thread_count(arguments);
  plan.quiet = arguments.given("quiet");
  return plan;
}

int run_predict(const Arguments& arguments, const Console& console) {
  const Plan plan = make_plan(arguments);
  const jobs::PredictResult result = jobs::run(plan.job, progress_on(console, plan.quiet));
  if (result.interrupted) {
    console.err << "faasconf: interrupted; nothing was written\n";
    return kInterrupted;
  }
  write_aside(plan.out, results::csv_comment(jobs::record_of(plan.job, plan.inputs)) +
                            prediction::prediction_csv(plan.table, result.quantities, result.rows));
  const auto outside =
      std::ranges::count_if(result.rows, [](const prediction::PredictedRow& row) { return !row.extrapolates.empty(); });
  console.out << result.rows.size() << (result.rows.size() == 1 ? " configuration" : " configurations") << ", "
              << outside << " of them outside what was measured\n";
  if (!plan.quiet) console.err << "faasconf: wrote " << plan.out << "\n";
  return kDone;
}

}  // namespace

Command predict_command() {
  using enum Parameter::Kind;
  return {
      .name = "predict",
      .summary = "predicted latency, successes and price of each configuration and load, with 90 % intervals",
      .parameters =
          {
              {.name = "WORKFLOW",
               .kind = positional,
               .description = "a workflow file, or the name of one that ships: parallel. Intervals are those of one\n"
                              "measured window where the file was calibrated, else of one simulated window."},
              {.name = "in",
               .value_name = "FILE",
               .description = "CSV with <function>.cpu (770m), <function>.memory (1536Mi), <function>.replicas, "
                              "<function>.concurrency and users, or rate (2/s)"},
              {.name = "out", .value_name = "FILE", .description = "the same with the predictions, CSV"},
              {.name = "replications",
               .value_name = "N",
               .description = "windows simulated for each configuration: the noise of 128 costs less than .005 of R2, "
                              "that of 16 about .02; 50 configurations of parallel take a core about a second",
               .default_value = "128"},
              {.name = "window",
               .value_name = "TIME",
               .description = "interval of observation; as calibrated, else 30s"},
              {.name = "attribution",
               .value_name = "RULE",
               .description = "the window that a request belongs to; as calibrated, else paper",
               .choices = {"completed", "started", "paper"}},
              set_parameter(),
              seed_parameter(),
              threads_parameter(),
              {.name = "quiet", .kind = flag, .description = "no notes"},
          },
      .example = "faasconf predict parallel --in demo-configurations.csv --out predictions.csv",
      .run = run_predict,
  };
}

}  // namespace faasconf::experiments::cli
