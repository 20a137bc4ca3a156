#include "experiments/jobs/simulate.hpp"

#include <algorithm>
#include <iomanip>
#include <optional>
#include <ostream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/experiment_options.hpp"
#include "experiments/cli/job_progress.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/python.hpp"
#include "experiments/config/words.hpp"
#include "experiments/results/readable.hpp"
#include "sim/core/error.hpp"
#include "sim/model/promise_text.hpp"
#include "sim/stats/confidence.hpp"

namespace faasconf::experiments::cli {

namespace {

constexpr std::int64_t kMaxReplications = 1'000'000;

// Where the answer goes.
struct Outputs {
  std::string out, plot, report;  // paths; empty: not wanted
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

Outputs parse_outputs(const Arguments& arguments, const jobs::SimulateJob& job) {
  const Outputs outputs{.out = output_file(arguments, "out"),
                        .plot = figure_file(arguments, "plot"),
                        .report = output_file(arguments, "report"),
                        .json = arguments.given("json"),
                        .quiet = arguments.given("quiet")};
  check_apart({{"--out", outputs.out}, {"--plot", outputs.plot}, {"--report", outputs.report}},
              inputs_of(job.experiment));
  if (job.spans && outputs.out.empty()) throw sim::Error("--spans: expected --out as well, where they are written");
  return outputs;
}

// --- the answer

std::string percent(double share) {
  std::ostringstream text;
  text << std::setprecision(2) << 100 * share << " %";
  return text.str();
}

std::string number(double value) {
  std::ostringstream text;
  text << std::setprecision(6) << value;
  return text.str();
}

std::string describe(const sim::Workload& workload) {
  if (workload.profile && !workload.profile->steps.empty()) {
    const auto& steps = workload.profile->steps;
    const auto [low, high] =
        std::minmax_element(steps.begin(), steps.end(), [](const auto& a, const auto& b) { return a.level < b.level; });
    const std::string unit = std::holds_alternative<sim::ClosedLoop>(workload.source) ? " users" : " requests/s";
    return "a profile of " + number(low->level) + " to " + number(high->level) + unit;
  }
  if (const auto* closed = std::get_if<sim::ClosedLoop>(&workload.source)) {
    return std::to_string(closed->users) + (closed->users == 1 ? " user" : " users");
  }
  if (const auto* open = std::get_if<sim::OpenLoop>(&workload.source)) return number(open->rate_per_s) + " requests/s";
  return std::to_string(std::get<sim::ArrivalList>(workload.source).times.size()) + " given arrivals";
}

// ", found by MSER-5"; ": 45s rounded up to whole windows"
std::string origin_of_warm_up(const jobs::SimulateJob& job, const jobs::SimulateResult& result) {
  if (result.warm_up_rule == jobs::WarmUpRule::found) {
    return result.cases.size() > 1 ? ", the longest that MSER-5 finds in a case" : ", found by MSER-5";
  }
  if (*job.warm_up == result.warm_up) return "";
  return ": " + results::readable(*job.warm_up) + " rounded up to whole windows";
}

std::string describe_warm_up(const jobs::SimulateJob& job, const jobs::SimulateResult& result) {
  if (result.warm_up_rule == jobs::WarmUpRule::none_with_transients) {
    return "warm-up: nothing left out, since policies that change the configuration are compared from the start, the "
           "first window under the configuration that they start from; --warm-up leaves out as much of every case\n";
  }
  if (result.warm_up <= sim::Duration::zero()) return "";
  std::ostringstream text;
  text << "warm-up: the first " << results::readable(result.warm_up) << " of every replication left out"
       << origin_of_warm_up(job, result) << "\n";
  if (!result.warm_up_is_certain) text << "warm-up: uncertain, since the run is short; a longer --duration helps\n";
  return text.str();
}

void print_verdicts(std::ostream& out, const jobs::SimulateResult& result) {
  const std::vector<std::string>& cases = result.summary.case_names();
  out << "\n";
  for (std::size_t i = 0; i < cases.size(); ++i) {
    out << (cases.size() > 1 ? cases[i] + ": " : "") << results::describe(result.promise.outcome(i)) << "\n";
  }
}

std::string describe_precision(double wanted, const jobs::SimulateResult& result, std::size_t case_index) {
  std::ostringstream text;
  const auto interval = sim::mean_interval(result.summary.row(case_index, "", "latency_mean_s").over_replications);
  text << "precision of the mean latency: ";
  if (interval && interval->mean != 0) text << "± " << percent(interval->half_width / interval->mean) << ", ";
  text << (result.cases[case_index].precise ? "reached " : "NOT reached: wanted ") << percent(wanted) << "\n";
  return text.str();
}

void print_tables(std::ostream& out, const jobs::SimulateJob& job, const jobs::SimulateResult& result) {
  const config::Experiment& experiment = result.experiment;
  const sim::ScenarioSpec& scenario = experiment.scenario;
  out << scenario.workflow.name << " under " << describe(scenario.workload) << ": "
      << results::readable(*experiment.duration) << " in windows of " << results::readable(scenario.window) << "; seed "
      << *experiment.seed << "\n"
      << describe_game(scenario) << describe_warm_up(job, result);
  const std::vector<std::string>& cases = result.summary.case_names();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    out << (cases.size() > 1 ? "\ncase " + cases[i] + "\n" : "")
        << (job.precision ? describe_precision(*job.precision, result, i) : "") << "\n";
    results::print_case_table(out, result.summary, i);
  }
  if (cases.size() > 1) {
    out << "\ncomparison\n\n";
    std::vector<sim::LoadKnowledge> knowledge;
    for (const jobs::SimulatedCase& one : result.cases) knowledge.push_back(one.knows);
    results::print_comparison_table(out, result.summary, knowledge);
  }
  print_verdicts(out, result);
}

void print_json_lines(std::ostream& out, const jobs::SimulateJob& job, const jobs::SimulateResult& result) {
  const config::Experiment& experiment = result.experiment;
  const sim::ScenarioSpec& scenario = experiment.scenario;
  for (std::size_t i = 0; i < result.cases.size(); ++i) {
    nlohmann::ordered_json line{
        {"case", result.summary.case_names()[i]},
        {"workflow", scenario.workflow.name},
        {"workload", describe(scenario.workload)},
        {"duration_s", sim::to_seconds(*experiment.duration)},
        {"window_s", sim::to_seconds(scenario.window)},
        {"attribution", config::name_of(scenario.attribution)},
        {"instances", scenario.redeploy ? "fresh" : "kept"},
        {"terms", sim::to_text(scenario.workflow.promise)},
        {"warm_up_s", sim::to_seconds(result.warm_up)},
        {"counted_s", sim::to_seconds(result.summary.counted().length)},
        {"seed", *experiment.seed},
        {"replications", result.summary.replications(i)},
    };
    if (job.precision) line["precision_reached"] = result.cases[i].precise;
    const auto outcome = result.promise.outcome(i);
    line["promise"] = outcome ? results::name_of(results::verdict_on(*outcome)) : "none";
    line["verdict"] = results::describe(outcome);
    out << line.dump() << "\n";
  }
  print_json(out, result.summary);
}

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

int run_simulate(const Arguments& arguments, const Console& console) {
  jobs::SimulateJob job = parse_job(arguments);
  const Outputs outputs = parse_outputs(arguments, job);
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

  // the tables first: whatever fails below, they are there
  (outputs.json ? print_json_lines : print_tables)(console.out, job, result);
  console.out.flush();
  if (!outputs.quiet) result.pending.print(console.err);
  bool complete = result.lost.empty();
  if (!complete) {
    console.err << "faasconf: writing " << job.result_path << "\n  " << result.lost << "\n";
  } else if (!outputs.quiet && !outputs.out.empty()) {
    console.err << "faasconf: wrote " << outputs.out << "\n";
  }
  if (complete) complete = draw(outputs, job.result_path, console);
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
      .summary = "simulate a workflow under load: tables with 95 % intervals, result files, figures",
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
              json_lines_parameter(),
              quiet_parameter(),
          },
      .example = "faasconf simulate parallel --users 10 --duration 10m --replications 4",
      .run = run_simulate,
  };
}

}  // namespace faasconf::experiments::cli
