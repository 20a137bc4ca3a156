#include "experiments/jobs/predict.hpp"

#include <algorithm>
#include <ostream>
#include <vector>

#include "experiments/cli/command.hpp"
#include "experiments/cli/experiment_options.hpp"
#include "experiments/cli/job_progress.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/config/words.hpp"
#include "sim/core/error.hpp"
#include "sim/model/promise_text.hpp"

namespace faasconf::experiments::cli {
namespace {

struct Plan {
  jobs::PredictJob job;
  std::string out;
  bool quiet = false;
};

// How windows are observed, where it is not as calibrated.
void read_protocol(const Arguments& arguments, jobs::PredictJob& job) {
  if (arguments.given("window")) job.window = arguments.duration("window");
  if (arguments.given("warm-up")) job.warm_up = arguments.duration("warm-up");
  if (arguments.given("instances")) job.kept = arguments.text("instances") == "kept";
  if (arguments.given("attribution")) {
    job.attribution = config::choice_named<sim::Attribution>(arguments.text("attribution")).value();
  }
}

Plan make_plan(const Arguments& arguments) {
  if (!arguments.given("in")) throw sim::Error("--in: expected a table of configurations, got none");
  if (!arguments.given("out")) throw sim::Error("--out: expected a file to write, got none");
  const std::string workflow = arguments.text("WORKFLOW");
  const std::string in = find_input(arguments.text("in"));
  Plan plan{.job = jobs::read_predict_job(workflow, in, overrides_of(arguments)), .out = output_file(arguments, "out")};
  check_apart({{"--out", plan.out}}, {{"--in", in}, {"WORKFLOW", workflow}});
  read_protocol(arguments, plan.job);
  plan.job.options.replications = static_cast<std::size_t>(arguments.integer("replications", 2, 1'000'000));
  plan.job.options.seed = seed_of(arguments);
  plan.job.threads = thread_count(arguments);
  plan.quiet = arguments.given("quiet");
  return plan;
}

int run_predict(const Arguments& arguments, const Console& console) {
  const Plan plan = make_plan(arguments);
  if (!plan.quiet) say_impossible(console.err, jobs::impossible_terms(plan.job));
  const jobs::PredictResult result = jobs::run(plan.job, progress_on(console, plan.quiet));
  if (result.interrupted) {
    console.err << "faasconf: interrupted; nothing was written\n";
    return kInterrupted;
  }
  jobs::write(plan.out, plan.job, result);
  const auto outside =
      std::ranges::count_if(result.rows, [](const prediction::PredictedRow& row) { return !row.extrapolates.empty(); });
  console.out << "predicted " << jobs::describe_protocol(plan.job) << "\neach window judged by itself, by the promise: "
              << sim::terms_text(plan.job.workflow.workflow.promise) << "\n"
              << result.rows.size() << (result.rows.size() == 1 ? " configuration" : " configurations") << ", "
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
               .description = "the window that a request belongs to; as calibrated, else completed",
               .choices = {"completed", "started", "paper"}},
              {.name = "warm-up",
               .value_name = "TIME",
               .description = "before the windows that count; as calibrated, else 0s"},
              promise_parameter(),
              {.name = "instances",
               .value_name = "HOW",
               .description = "kept from window to window, or fresh in each; as calibrated, else kept",
               .choices = {"kept", "fresh"}},
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
