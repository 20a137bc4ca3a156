#include "experiments/jobs/simulate.hpp"

#include <optional>
#include <ostream>

#include "experiments/cli/command.hpp"
#include "experiments/cli/experiment_options.hpp"
#include "experiments/cli/job_progress.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/python.hpp"
#include "experiments/cli/simulate_report.hpp"
#include "experiments/config/profile_file.hpp"
#include "experiments/config/words.hpp"
#include "experiments/config/workload_file.hpp"
#include "experiments/results/readable.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::cli {

namespace {

constexpr std::int64_t kMaxReplications = 1'000'000;

// Where the answer goes.
struct Outputs {
  std::string out, plot, report;  // paths; empty: not wanted
  Look look;
  bool json = false;
  bool quiet = false;

  bool figures() const { return !(plot.empty() && report.empty()); }
};

// --- what is asked for

void parse_scenario(const Arguments& arguments, sim::ScenarioSpec& scenario) {
  if (arguments.given("window")) scenario.window = arguments.duration("window");
  if (arguments.given("attribution")) {
    scenario.attribution = config::choice_named<sim::Attribution>(arguments.text("attribution")).value();
  }
  if (arguments.given("redeploy") && arguments.given("instances") && !scenario.redeploy) {
    throw sim::Error("--redeploy is --instances fresh, and --instances says kept");
  }
  if (arguments.given("redeploy")) scenario.redeploy = true;  // as it was spelled before --instances fresh
}

void parse_replications(const Arguments& arguments, jobs::SimulateJob& job) {
  config::Experiment& experiment = job.experiment;
  if (arguments.given("precision")) {
    job.precision = arguments.percentage("precision");
    experiment.replications.reset();  // those of the file are not meant as the most
  }
  const auto replications = static_cast<std::uint64_t>(arguments.integer("replications", 1, kMaxReplications));
  if (arguments.given("replications")) experiment.replications = replications;
  if (arguments.given("seed")) experiment.seed = seed_of(arguments);
}

jobs::SimulateJob parse_job(const Arguments& arguments) {
  jobs::SimulateJob job{.experiment = read_experiment(arguments)};
  read_workload(arguments, job.experiment, /*least_users=*/0);
  read_configurations(arguments, job.experiment);
  read_policies(arguments, job.experiment);
  parse_scenario(arguments, job.experiment.scenario);
  if (arguments.given("duration")) job.experiment.duration = arguments.duration("duration");
  if (arguments.text("warm-up") != "auto") job.warm_up = arguments.duration("warm-up");
  parse_replications(arguments, job);
  job.spans = arguments.given("spans");
  job.threads = thread_count(arguments);
  return job;
}

Outputs parse_outputs(const Arguments& arguments, const jobs::SimulateJob& job, const Console& console) {
  const Outputs outputs{.out = output_file(arguments, "out"),
                        .plot = figure_file(arguments, "plot"),
                        .report = output_file(arguments, "report"),
                        .look = {.by_function = arguments.given("by-function"),
                                 .all = arguments.given("all"),
                                 .paint = paint_on(console)},
                        .json = arguments.given("json"),
                        .quiet = arguments.given("quiet")};
  check_apart({{"--out", outputs.out}, {"--plot", outputs.plot}, {"--report", outputs.report}},
              inputs_of(job.experiment));
  if (job.spans && outputs.out.empty()) throw sim::Error("--spans: expected --out as well, where they are written");
  return outputs;
}

// --- what is written

// Figures and reports from the result file; true when all that was wanted is there.
bool draw(const Outputs& outputs, const std::string& result_path, const Console& console) {
  if (!outputs.figures()) return true;
  const auto python = find_python();
  if (!python) {
    console.err << "faasconf: no Python with h5py and matplotlib found, so tables only; set FAASCONF_PYTHON, or "
                   "apt install python3-h5py python3-matplotlib\n";
    return false;
  }
  bool all = true;
  for (const auto& [module, path] :
       {std::pair<const char*, std::string>{"faasconf.plot", outputs.plot}, {"faasconf.report", outputs.report}}) {
    if (path.empty()) continue;
    const int code = run_python(*python, module, std::vector<std::string>{result_path, "--out", path});
    if (code == 0) {
      if (!outputs.quiet) console.err << "faasconf: wrote " << path << "\n";
      continue;
    }
    console.err << "faasconf: " << path << " could not be written: " << *python << " -m " << module
                << " ended with code " << code << "\n";
    all = false;
  }
  return all;
}

// The result file is written by the job; figures and pages are made of it. False where one of them is missing.
bool write_outputs(const Outputs& outputs, const jobs::SimulateJob& job, const jobs::SimulateResult& result,
                   const Console& console) {
  if (!result.lost.empty()) {
    console.err << "faasconf: writing " << job.result_path << "\n  " << result.lost << "\n";
    return false;
  }
  if (!outputs.quiet && !outputs.out.empty()) console.err << "faasconf: wrote " << outputs.out << "\n";
  return draw(outputs, job.result_path, console);
}

int run_simulate(const Arguments& arguments, const Console& console) {
  jobs::SimulateJob job = parse_job(arguments);
  const Outputs outputs = parse_outputs(arguments, job, console);
  std::optional<ScratchDirectory> scratch;  // for a result file that only figures need
  job.result_path = outputs.out;
  if (outputs.out.empty() && outputs.figures()) job.result_path = (scratch.emplace().path() / "run.h5").string();

  if (!outputs.quiet) {
    say_doubts(console.err, job.experiment);
    warn_of_promise(console.err, job.experiment.scenario);
  }
  const jobs::SimulateResult result = jobs::run(job, progress_on(console, outputs.quiet));
  if (result.interrupted && result.summary.replications(0) == 0) {
    console.err << "faasconf: interrupted before the first replication was done\n";
    return kInterrupted;
  }

  // what is written first, so that who reads the answer finds it; the answer even where it could not be written
  const bool complete = write_outputs(outputs, job, result, console);
  if (outputs.json) {
    print_json_lines(console.out, job, result);
  } else {
    print_report(console.out, job, result, outputs.look);
  }
  console.out.flush();
  if (!outputs.quiet) result.pending.print(console.err);
  if (result.interrupted) {
    console.err << "faasconf: interrupted; these are the replications that were done\n";
    return kInterrupted;
  }
  return complete ? kDone : kFailed;
}

}  // namespace

Command simulate_command() {
  using enum Parameter::Kind;
  return {
      .name = "simulate",
      .summary = "simulate a workflow under load: verdict, tables with 95 % intervals, result files, figures",
      .parameters =
          {
              {.name = "FILE",
               .kind = positional,
               .description = "a workflow or experiment file, or the name of a workflow that ships: parallel.\n"
                              "Options override what an experiment file says."},
              users_parameter(),
              rate_parameter(),
              profile_parameter(),
              config_parameter(),
              policy_parameter(),
              {.name = "window",
               .value_name = "TIME",
               .description = "interval of observation",
               .default_value = "30s"},
              {.name = "duration",
               .value_name = "TIME",
               .description = "simulated time; with a profile: the profile's length unless given",
               .default_value = "85m"},
              {.name = "replications",
               .value_name = "N",
               .description = "independent runs; with --precision: at most so many, 1000 unless given",
               .default_value = "30"},
              {.name = "precision",
               .value_name = "P%",
               .description = "replicate until the mean latency's 95 % half-width is within P of the mean"},
              {.name = "warm-up",
               .value_name = "TIME",
               .description =
                   "time left out at the start of every case, rounded up to whole windows; auto: the longest that "
                   "MSER-5 finds where there is a steady state, none where policies that change the configuration are "
                   "compared",
               .default_value = "auto"},
              {.name = "attribution",
               .value_name = "RULE",
               .description = "the window that a request belongs to: completed, started or paper",
               .default_value = "completed",
               .choices = {"completed", "started", "paper"}},
              promise_parameter(),
              promise_mismatch_parameter(),
              instances_parameter(),
              {.name = "redeploy", .kind = flag, .description = "the former spelling of --instances fresh"},
              seed_parameter(),
              threads_parameter(),
              set_parameter(),
              {.name = "out", .value_name = "FILE", .description = "result file, HDF5"},
              {.name = "spans", .kind = flag, .description = "keep every call in the result file"},
              {.name = "plot", .value_name = "FILE", .description = "figure of the run, PNG (needs Python)"},
              {.name = "report", .value_name = "FILE", .description = "report with figures, HTML (needs Python)"},
              {.name = "by-function", .kind = flag, .description = "also a table of the functions of every case"},
              {.name = "all", .kind = flag, .description = "also every metric, end to end and by function"},
              json_lines_parameter(),
              quiet_parameter(),
          },
      .example = "faasconf simulate parallel --users 10 --duration 10m --replications 4",
      .run = run_simulate,
  };
}

}  // namespace faasconf::experiments::cli
