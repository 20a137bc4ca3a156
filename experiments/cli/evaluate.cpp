#include "experiments/jobs/evaluate.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/experiment_options.hpp"
#include "experiments/cli/job_progress.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/python.hpp"
#include "experiments/cli/write_then_answer.hpp"
#include "experiments/config/input_files.hpp"
#include "experiments/config/policy_files.hpp"
#include "experiments/config/words.hpp"
#include "experiments/evaluation/evaluation_file.hpp"
#include "experiments/evaluation/evaluation_table.hpp"
#include "experiments/results/looks.hpp"
#include "experiments/results/readable.hpp"
#include "experiments/results/screen_text.hpp"
#include "sim/core/error.hpp"
#include "sim/model/promise_text.hpp"

namespace faasconf::experiments::cli {
namespace {

constexpr std::int64_t kMostWindows = 1'000'000;
constexpr std::int64_t kMostSeeds = 100'000;

// All that the command line and the files ask for.
struct Wanted {
  jobs::EvaluateJob job{};
  std::string out{}, plot{};  // paths; empty: not wanted
  std::string ledger{};       // of final looks; empty: this is none
  bool all = false;           // metrics
  bool json = false;
  bool quiet = false;
  results::Paint paint{};
};

// After the first one: as many as the file's duration holds, where it says one and no option does.
std::size_t windows_of(const Arguments& arguments, const config::Experiment& experiment) {
  const auto windows = static_cast<std::size_t>(arguments.integer("windows", 1, kMostWindows));
  if (arguments.given("windows") || !experiment.duration) return windows;
  return static_cast<std::size_t>(std::max<std::int64_t>(1, *experiment.duration / experiment.scenario.window));
}

// The file's own load, whose length over time is its own.
evaluation::EvaluatedLoad own_load(const Arguments& arguments, const config::Experiment& experiment) {
  const sim::Workload& workload = experiment.scenario.workload;
  const bool is_steady = !workload.profile && !std::holds_alternative<sim::ArrivalList>(workload.source);
  std::optional<std::size_t> windows;
  if (is_steady || arguments.given("windows")) windows = windows_of(arguments, experiment);
  return jobs::own_load(experiment, windows);
}

void add_loads(const Arguments& arguments, jobs::EvaluateJob& job) {
  const bool profiles_alone = arguments.given("profile") && !arguments.given("users") && !arguments.given("rate");
  if (profiles_alone && arguments.given("windows")) {
    throw sim::Error("--windows: expected --users or --rate beside it; a profile has its own length");
  }
  if (takes_own_load(arguments, job.experiment)) {
    job.loads.push_back(own_load(arguments, job.experiment));
  } else if (arguments.given("users") || arguments.given("rate") || !arguments.given("profile")) {
    const std::size_t windows = windows_of(arguments, job.experiment);
    const config::Loads loads = loads_of(arguments, job.experiment, 0);
    for (const int users : loads.users) job.loads.push_back(jobs::steady_load(job.experiment, users, windows));
    for (const double rate : loads.rates_per_s) job.loads.push_back(jobs::steady_rate(job.experiment, rate, windows));
  }
  const auto profiles = arguments.list("profile");
  const std::vector<std::string> names = config::names_of_files(profiles, "--profile");
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    job.loads.push_back(jobs::profile_load(job.experiment, find_input(profiles[i]), names[i]));
  }
}

// The catalogue's table:FILE and bundle:FILE, behind the policies of --policy.
void add_policies(const Arguments& arguments, config::Experiment& experiment) {
  for (const std::string kind : {"table", "bundle"}) {
    for (const std::string& file : arguments.list(kind)) config::add_policy(experiment, kind + ":" + file, "--" + kind);
  }
}

void read_scenario(const Arguments& arguments, sim::ScenarioSpec& scenario) {
  if (arguments.given("window")) scenario.window = arguments.duration("window");
  if (scenario.window <= sim::Duration::zero()) throw sim::Error("--window: expected more than 0s");
  if (arguments.given("attribution")) {
    scenario.attribution = config::choice_named<sim::Attribution>(arguments.text("attribution")).value();
  }
  if (arguments.given("carry-over") && arguments.given("instances") && scenario.redeploy) {
    throw sim::Error("--carry-over is --instances kept, and --instances says fresh");
  }
  if (arguments.given("carry-over")) scenario.redeploy = false;  // as it was spelled before --instances kept
}

void read_outputs(const Arguments& arguments, Wanted& wanted) {
  wanted.out = output_file(arguments, "out");
  wanted.plot = figure_file(arguments, "plot");
  check_apart({{"--out", wanted.out}, {"--plot", wanted.plot}}, inputs_of(wanted.job.experiment));
  if (arguments.given("final")) {
    const auto folder = std::filesystem::path(wanted.out).parent_path();
    wanted.ledger = (folder / "looks.csv").string();
    check_apart({{"--out", wanted.out}, {"--plot", wanted.plot}}, {{"the ledger of looks", wanted.ledger}});
    results::check_ledger(wanted.ledger);
  }
  wanted.all = arguments.given("all");
  wanted.json = arguments.given("json");
  wanted.quiet = arguments.given("quiet");
}

Wanted read_arguments(const Arguments& arguments, const Console& console) {
  Wanted wanted{.paint = paint_on(console)};
  jobs::EvaluateJob& job = wanted.job;
  job.experiment = read_experiment(arguments);
  read_configurations(arguments, job.experiment);
  read_policies(arguments, job.experiment);
  read_scenario(arguments, job.experiment.scenario);
  add_loads(arguments, job);
  job.seeds = static_cast<std::size_t>(arguments.integer("seeds", 2, kMostSeeds));
  const auto& replications = job.experiment.replications;
  if (!arguments.given("seeds") && replications) job.seeds = std::max<std::size_t>(2, *replications);
  add_policies(arguments, job.experiment);
  job.seed = seed_of(arguments, job.experiment);
  job.threads = thread_count(arguments);
  read_outputs(arguments, wanted);
  return wanted;
}

std::string names_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::vector<sim::Workload> workloads_of(const evaluation::EvaluationPlan& plan) {
  std::vector<sim::Workload> workloads;
  for (const evaluation::EvaluatedLoad& load : plan.loads) workloads.push_back(load.workload);
  return workloads;
}

// What the runs were.
void print_details(std::ostream& out, const jobs::EvaluateResult& result) {
  const sim::ScenarioSpec& scenario = result.plan.scenario;
  const evaluation::Evaluation& evaluation = result.evaluation;
  out << results::wrapped(scenario.workflow.name + " under " + names_of(evaluation.loads) + ": " +
                          results::readable(evaluation.seeds) + " seeds each, " +
                          results::readable(result.windows_per_policy()) + " windows of " +
                          results::readable(scenario.window) + " per policy; seed " + std::to_string(evaluation.seed))
      << "\n"
      << describe_game(scenario) << describe_extrapolation(result.experiment, workloads_of(result.plan))
      << "warm-up: the first window of every run left out, in which no policy has decided yet\n";
}

// What to keep in mind when policies are compared.
void print_cautions(std::ostream& out, const jobs::EvaluateResult& result) {
  if (!sim::alike(knowledge_of(result.plan))) {
    out << results::wrapped(
               "Not all policies have the same forecast of the load: compare a policy only with those "
               "that know no more.")
        << "\n";
  }
  std::set<std::string> protocols;
  for (const policies::ReadyPolicy& policy : result.plan.policies) protocols.insert(protocol_of(result.plan, policy));
  if (protocols.size() > 1) {
    out << results::wrapped(
               "Not all policies keep their instances between windows: a window that begins without any "
               "has fewer successes, so compare with --instances kept as well.")
        << "\n";
  }
}

// The sentences, with emphasis on the verdict in each.
void print_verdicts(std::ostream& out, const jobs::EvaluateResult& result, const results::Paint& paint) {
  const std::vector<std::string> sentences = evaluation::sentences(result.plan, result.evaluation);
  const std::vector<results::Verdict> words = evaluation::words(result.plan, result.evaluation);
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    std::string sentence = sentences[i];
    const std::string word = "promise " + std::string(results::name_of(words[i]));
    sentence.replace(sentence.find(word), word.size(), paint.verdict(words[i], word));
    out << results::wrapped(sentence) << "\n";
  }
  if (sentences.empty()) out << "no promise: the workflow makes none, so none is judged\n";
}

void print_report(std::ostream& out, const jobs::EvaluateResult& result, const Wanted& wanted) {
  const evaluation::Evaluation& evaluation = result.evaluation;
  print_verdicts(out, result, wanted.paint);
  out << "\n";
  evaluation::print_overview(out, result.plan, evaluation, result.verdicts, wanted.paint);
  out << "\n";
  print_details(out, result);
  if (wanted.all) {
    out << "\n";
    print_table(out, result.plan, evaluation, result.verdicts);
    out << "\n";
  }
  out << "Intervals: 95 %, bootstrap over seeds"
      << (wanted.all && evaluation.policies.size() > 1 ? "; differences: in pairs, all of a line together at 95 %" : "")
      << (wanted.all ? ".\n" : "; all metrics, and by load: --all\n");
  print_cautions(out, result);
}

void print_json_lines(std::ostream& out, const jobs::EvaluateResult& result) {
  const sim::ScenarioSpec& scenario = result.plan.scenario;
  const evaluation::Evaluation& evaluation = result.evaluation;
  out << nlohmann::ordered_json{{"workflow", scenario.workflow.name},
                                {"loads", evaluation.loads},
                                {"seeds", evaluation.seeds},
                                {"windows", result.windows_per_policy()},
                                {"window_s", sim::to_seconds(scenario.window)},
                                {"instances", scenario.redeploy ? "fresh" : "kept"},
                                {"terms", sim::to_text(scenario.workflow.promise)},
                                {"verdicts", evaluation::sentences(result.plan, evaluation)},
                                {"attribution", config::name_of(scenario.attribution)},
                                {"seed", evaluation.seed}}
             .dump()
      << "\n";
  print_json(out, result.plan, evaluation, result.verdicts);
}

// Record and figure; false where the figure could not be drawn.
bool write_outputs(const Wanted& wanted, const jobs::EvaluateResult& result, const Console& console) {
  std::optional<ScratchDirectory> scratch;  // for a file that only the figure needs
  std::string record = wanted.out;
  if (wanted.out.empty() && !wanted.plot.empty()) record = (scratch.emplace().path() / "evaluation.h5").string();
  if (!record.empty()) {
    jobs::write(record, result);
  }
  if (!wanted.out.empty() && !wanted.quiet) console.err << "faasconf: wrote " << wanted.out << "\n";
  return wanted.plot.empty() || draw_figure(console.err, "faasconf.evaluation_plot", record, wanted.plot);
}

// Says how often these loads have been looked at.
void count_look(std::ostream& err, const std::string& ledger, const jobs::EvaluateResult& result) {
  const std::size_t looks = jobs::count_look(ledger, result);
  err << "faasconf: look " << looks << " at these loads, by " << ledger
      << (looks > 1 ? "; who looks often finds a winner by luck: keep loads that nobody has looked at\n" : "\n");
}

int run_evaluate(const Arguments& arguments, const Console& console) {
  const Wanted wanted = read_arguments(arguments, console);
  if (!wanted.quiet) {
    say_doubts(console.err, wanted.job.experiment);
    sim::ScenarioSpec scenario = wanted.job.experiment.scenario;
    for (const evaluation::EvaluatedLoad& load : wanted.job.loads) {
      scenario.workload = load.workload;
      warn_of_promise(console.err, scenario);
    }
  }
  const jobs::EvaluateResult result = jobs::run(wanted.job, progress_on(console, wanted.quiet));
  if (result.evaluation.seeds == 0) {
    console.err << "faasconf: interrupted before the first seed was done\n";
    return kInterrupted;
  }
  if (result.verdicts.empty()) {
    console.err << "faasconf: interrupted while the runs were judged; nothing was written\n";
    return kInterrupted;
  }

  bool drawn = false;
  write_then_answer([&] { drawn = write_outputs(wanted, result, console); },
                    [&] {
                      if (wanted.json) {
                        print_json_lines(console.out, result);
                      } else {
                        print_report(console.out, result, wanted);
                      }
                      console.out.flush();
                    });
  if (!wanted.ledger.empty() && !result.interrupted) count_look(console.err, wanted.ledger, result);
  if (result.interrupted) {
    console.err << "faasconf: interrupted; these are the " << result.evaluation.seeds << " seeds that were done\n";
    return kInterrupted;
  }
  return drawn ? kDone : kFailed;
}

}  // namespace

Command evaluate_command() {
  using enum Parameter::Kind;
  return {
      .name = "evaluate",
      .summary = "policies side by side under loads and seeds: price, cost, promise, with bootstrap intervals",
      .parameters =
          {
              experiment_parameter(),
              config_parameter(),
              policy_parameter(),
              {.name = "table",
               .kind = values,
               .value_name = "FILE[:last]",
               .description =
                   "configurations by number of users, as faasconf search writes them, interpolated; for the "
                   "next window's users, or with :last for the last one's"},
              {.name = "bundle",
               .kind = values,
               .value_name = "FILE|DIR",
               .description = "a trained policy, .fcp, which starts from the first configuration; or a folder of "
                              "trainings, whose best policies take the seeds in turn"},
              {.name = "users",
               .value_name = "N,N,...",
               .description = "closed loops of so many users each, where the file says no load; with --profile only if "
                              "given",
               .default_value = "12,17,23,28"},
              {.name = "rate",
               .value_name = "R/s,R/s,...",
               .description = "open loops of so many requests per second each, in place of users"},
              {.name = "profile",
               .kind = values,
               .value_name = "FILE",
               .description =
                   "users or rate over time: CSV with start_s,users or start_s,rate_per_s; several are loads of "
                   "their own"},
              {.name = "windows",
               .value_name = "N",
               .description = "windows of a run at a number of users; profiles have their own length",
               .default_value = "85"},
              {.name = "window",
               .value_name = "TIME",
               .description = "interval of observation and decision",
               .default_value = "30s"},
              {.name = "seeds", .value_name = "N", .description = "runs of a policy at a load", .default_value = "10"},
              promise_parameter(),
              promise_mismatch_parameter(),
              instances_parameter(),
              {.name = "carry-over", .kind = flag, .description = "the former spelling of --instances kept"},
              {.name = "attribution",
               .value_name = "RULE",
               .description = "the window that a request belongs to: completed, started or paper",
               .default_value = "completed",
               .choices = {"completed", "started", "paper"}},
              seed_parameter(),
              threads_parameter(),
              set_parameter(),
              {.name = "out", .value_name = "FILE", .description = "runs and summary, HDF5"},
              {.name = "plot", .value_name = "FILE", .description = "figure, PNG (needs Python)"},
              {.name = "final",
               .kind = flag,
               .description = "this is a look at held-out loads: enter it in looks.csv beside --out, and say how many "
                              "there were"},
              {.name = "all",
               .kind = flag,
               .description = "also every metric, and how it is at the worst load and seed"},
              json_lines_parameter(),
              quiet_parameter(),
          },
      .example =
          "faasconf evaluate parallel --config demo-lean.yaml --config demo-ample.yaml --policy fixed "
          "--policy hpa:demo-lean --users 12,28 --windows 30 --seeds 3",
      .run = run_evaluate,
  };
}

}  // namespace faasconf::experiments::cli
