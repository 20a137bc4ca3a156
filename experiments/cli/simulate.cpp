#include <algorithm>
#include <iomanip>
#include <limits>
#include <memory>
#include <ostream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/experiment_options.hpp"
#include "experiments/cli/interrupt.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/progress.hpp"
#include "experiments/cli/python.hpp"
#include "experiments/config/experiment_file.hpp"
#include "experiments/config/profile_file.hpp"
#include "experiments/config/words.hpp"
#include "experiments/config/workload_file.hpp"
#include "experiments/policies/catalogue.hpp"
#include "experiments/results/pending.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/results/summary.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"
#include "sim/model/run.hpp"
#include "sim/stats/confidence.hpp"
#include "sim/stats/sequential.hpp"

namespace faasconf::experiments::cli {

namespace {

constexpr std::uint64_t kPilots = 5;  // replications that look for the warm-up
constexpr std::int64_t kMaxReplications = 1'000'000;
constexpr std::uint64_t kMaxReplicationsForPrecision = 1000;  // unless --replications says otherwise

// All that the command line and the files ask for.
struct Plan {
  config::Experiment experiment;
  sim::RunOptions run;                   // the warm-up is decided by case
  std::optional<sim::Duration> warm_up;  // absent: by MSER-5
  std::uint64_t replications = 0;        // at most
  std::optional<double> precision;
  std::uint64_t seed = 1;
  int threads = 1;
  std::string out, plot, report;  // paths; empty: not wanted
  bool json = false;
  bool quiet = false;
};

// What came of it, case by case.
struct Results {
  results::Summary summary;
  std::vector<sim::Duration> warm_up;
  std::vector<std::uint64_t> replications;  // done
  std::vector<bool> precise;                // the wanted precision was reached
  results::PendingInstances pending;
  bool interrupted = false;
  std::string lost{};  // why the result file could not be written; empty: it was, or not wanted
};

// --- what is asked for

void read_workload(Plan& plan, const Arguments& arguments) {
  if (arguments.given("users") + arguments.given("rate") + arguments.given("profile") > 1) {
    throw sim::Error("--users, --rate and --profile exclude one another");
  }
  sim::Workload& workload = plan.experiment.scenario.workload;
  if (arguments.given("users")) {
    config::become<sim::ClosedLoop>(workload).users = static_cast<int>(arguments.integer("users", 0, 10'000'000));
  }
  if (arguments.given("rate")) config::become<sim::OpenLoop>(workload).rate_per_s = arguments.rate_per_s("rate");
  if (arguments.given("profile")) {
    const std::string path = find_input(arguments.text("profile"));
    config::ProfileFile file = config::read_profile(path);
    if (file.users) {
      config::become<sim::ClosedLoop>(workload);
    } else {
      config::become<sim::OpenLoop>(workload);
    }
    workload.profile = std::move(file.profile);
    plan.experiment.inputs.push_back(config::fingerprint(path));
  }
}

void read_run(Plan& plan, const Arguments& arguments) {
  config::Experiment& experiment = plan.experiment;
  sim::ScenarioSpec& scenario = experiment.scenario;
  if (arguments.given("window")) scenario.window = arguments.duration("window");
  if (arguments.given("attribution")) {
    scenario.attribution = config::choice_named<sim::Attribution>(arguments.text("attribution")).value();
  }
  if (arguments.given("redeploy")) scenario.redeploy = true;

  plan.run.duration = arguments.duration("duration");
  if (!arguments.given("duration")) {
    // a profile on the command line counts more than the experiment's duration
    std::optional<sim::Duration> length;
    if (scenario.workload.profile) length = config::length_of(*scenario.workload.profile);
    if (experiment.duration && !(length && arguments.given("profile"))) length = experiment.duration;
    if (length) plan.run.duration = *length;
  }
  if (scenario.window <= sim::Duration::zero()) throw sim::Error("--window: expected more than 0s");
  if (plan.run.duration < scenario.window) {
    throw sim::Error("--duration: expected at least one window of " + sim::format(scenario.window) + ", got \"" +
                     sim::format(plan.run.duration) + "\"");
  }
  if (arguments.text("warm-up") != "auto") {
    plan.warm_up = arguments.duration("warm-up");
    if (*plan.warm_up > plan.run.duration - scenario.window) {
      throw sim::Error("--warm-up: expected a window of " + sim::format(scenario.window) + " to remain of " +
                       sim::format(plan.run.duration) + ", got \"" + arguments.text("warm-up") + "\"");
    }
  }
  plan.run.spans = arguments.given("spans");
}

void read_replications(Plan& plan, const Arguments& arguments) {
  const config::Experiment& experiment = plan.experiment;
  plan.replications = static_cast<std::uint64_t>(arguments.integer("replications", 1, kMaxReplications));
  if (arguments.given("precision")) {
    plan.precision = arguments.percentage("precision");
    if (!arguments.given("replications")) plan.replications = kMaxReplicationsForPrecision;
  } else if (!arguments.given("replications")) {
    plan.replications = experiment.replications.value_or(plan.replications);
  }
  plan.seed = static_cast<std::uint64_t>(arguments.integer("seed", 0, std::numeric_limits<std::int64_t>::max()));
  if (!arguments.given("seed")) plan.seed = experiment.seed.value_or(plan.seed);
  plan.threads = static_cast<int>(thread_count(arguments));
}

void read_outputs(Plan& plan, const Arguments& arguments) {
  plan.out = output_file(arguments, "out");
  plan.plot = figure_file(arguments, "plot");
  plan.report = output_file(arguments, "report");
  check_apart({{"--out", plan.out}, {"--plot", plan.plot}, {"--report", plan.report}}, inputs_of(plan.experiment));
  if (plan.run.spans && plan.out.empty()) throw sim::Error("--spans: expected --out as well, where they are written");
  plan.json = arguments.given("json");
  plan.quiet = arguments.given("quiet");
}

Plan make_plan(const Arguments& arguments) {
  Plan plan;
  plan.experiment = read_experiment(arguments);
  read_workload(plan, arguments);
  read_configurations(arguments, plan.experiment);
  read_policies(arguments, plan.experiment);
  read_run(plan, arguments);
  read_replications(plan, arguments);
  read_outputs(plan, arguments);

  // the record tells what was run, not what the file said before the options
  config::Experiment& experiment = plan.experiment;
  experiment.duration = plan.run.duration;
  experiment.replications = plan.replications;
  experiment.seed = plan.seed;
  experiment.resolved = config::to_yaml(experiment);
  return plan;
}

// --- the run

// A case, ready to be simulated.
struct ReadyCase {
  std::string name;
  sim::Scenario scenario;
  sim::PolicyFactory policy;
};

std::vector<ReadyCase> make_cases(const Plan& plan) {
  const std::vector<policies::ReadyPolicy> policies = policies::ready_policies(plan.experiment);
  std::vector<ReadyCase> cases;
  cases.reserve(policies.size());  // factories refer to scenarios
  for (const policies::ReadyPolicy& policy : policies) {
    sim::ScenarioSpec spec = plan.experiment.scenario;
    spec.configuration = policy.start;
    ReadyCase& one = cases.emplace_back(ReadyCase{policy.name, sim::Scenario(std::move(spec)), {}});
    one.policy = policies::factory_of(policy, one.scenario, plan.run.duration);
  }
  return cases;
}

std::vector<std::string> names_of(const std::vector<ReadyCase>& cases) {
  std::vector<std::string> names;
  for (const ReadyCase& one : cases) names.push_back(one.name);
  return names;
}

std::vector<std::string> function_names(const Plan& plan) {
  std::vector<std::string> names;
  for (const sim::FunctionSpec& function : plan.experiment.scenario.workflow.functions) names.push_back(function.name);
  return names;
}

// The result file, as far as the disk lets it be written: computed results are not lost to a full disk.
class Record {
 public:
  Record(const std::string& path, const results::ResultHeader& header) {
    if (!path.empty()) attempt([&] { writer_ = std::make_unique<results::ResultWriter>(path, header); });
  }

  void append(std::size_t case_index, std::uint64_t replication, const sim::Run& run) {
    if (writer_) attempt([&] { writer_->append(case_index, replication, run); });
  }

  void finish(const results::Summary& summary) {
    if (writer_) attempt([&] { writer_->finish(summary); });
    writer_.reset();
  }

  const std::string& lost() const { return lost_; }

 private:
  template <class Write>
  void attempt(const Write& write) {
    try {
      write();
    } catch (const std::exception& error) {
      lost_ = sim::describe(error);
      writer_.reset();
    }
  }

  std::unique_ptr<results::ResultWriter> writer_;
  std::string lost_;
};

std::string percent(double share) {
  std::ostringstream text;
  text << std::setprecision(2) << 100 * share << " %";
  return text.str();
}

// "mean +- 2.3 % of 1 %", for the progress bar
std::string precision_note(const sim::RunningMoments& latency_s, double wanted) {
  const auto interval = sim::mean_interval(latency_s);
  if (!interval || interval->mean == 0) return "";
  return "mean latency ± " + percent(interval->half_width / interval->mean) + ", wanted " + percent(wanted);
}

Results simulate(const Plan& plan, const std::string& result_path, const Console& console) {
  const std::vector<ReadyCase> cases = make_cases(plan);
  Results results{.summary = results::Summary(names_of(cases), function_names(plan)),
                  .warm_up = {},
                  .replications = std::vector<std::uint64_t>(cases.size()),
                  .precise = std::vector<bool>(cases.size(), !plan.precision),
                  .pending = results::PendingInstances(plan.experiment.scenario.workflow, names_of(cases))};
  Progress progress(console.err, console.is_terminal && !plan.quiet);
  const Interrupt interrupt;

  // when does the steady state begin?
  const sim::RunOptions pilot{.duration = plan.run.duration};
  for (const ReadyCase& one : cases) {
    progress.start(one.name + ": warm-up", kPilots);
    results.warm_up.push_back(
        plan.warm_up ? *plan.warm_up
                     : sim::find_warm_up(one.scenario, one.policy, pilot, plan.seed, kPilots, plan.threads));
  }

  // every case under the same seed: common random numbers
  Record record(result_path, {.experiment = &plan.experiment,
                              .seed = plan.seed,
                              .duration = plan.run.duration,
                              .warm_up = results.warm_up,
                              .spans = plan.run.spans});
  for (std::size_t i = 0; i < cases.size() && !interrupt.requested(); ++i) {
    sim::RunOptions options = plan.run;
    options.warm_up = results.warm_up[i];
    sim::RunningMoments latency_s;
    const sim::SequentialStopping stopping{.relative_precision = plan.precision.value_or(0)};
    progress.start(cases[i].name, plan.replications);
    const auto on_replication = [&](std::uint64_t replication, sim::Run&& run) {
      results.summary.add(i, run);
      results.pending.add(i, run);
      record.append(i, replication, run);
      results.replications[i] = replication + 1;
      std::string note;
      if (plan.precision) {
        if (run.total.latency) latency_s.add(run.total.latency->mean_s);
        results.precise[i] = stopping.enough(latency_s);
        note = precision_note(latency_s, *plan.precision);
      }
      progress.advance(replication + 1, note);
      return !interrupt.requested() && !(plan.precision && results.precise[i]);
    };
    sim::replicate(cases[i].scenario, cases[i].policy, options, plan.seed, plan.replications, plan.threads,
                   on_replication);
  }
  results.interrupted = interrupt.requested();
  if (!results.interrupted || results.replications[0] > 0) record.finish(results.summary);
  results.lost = record.lost();
  return results;
}

// --- the answer

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

// "the first 2m of each replication left out as warm-up (MSER-5)"; empty when there is nothing to say.
std::string describe_case(const Plan& plan, const Results& results, std::size_t i) {
  std::ostringstream text;
  if (results.warm_up[i] > sim::Duration::zero()) {
    text << "warm-up: the first " << sim::format(results.warm_up[i]) << " of every replication left out"
         << (plan.warm_up ? "" : ", found by MSER-5") << "\n";
    // MSER-5 searches the first half: an answer at its end is none
    if (!plan.warm_up && results.warm_up[i] >= plan.run.duration / 2 - 5 * plan.experiment.scenario.window) {
      text << "warm-up: the run is too short to be sure of that; a longer --duration tells\n";
    }
  }
  if (plan.precision) {
    const auto interval = sim::mean_interval(results.summary.row(i, "", "latency_mean_s").over_replications);
    text << "precision of the mean latency: ";
    if (interval && interval->mean != 0) text << "± " << percent(interval->half_width / interval->mean) << ", ";
    text << (results.precise[i] ? "reached " : "NOT reached: wanted ") << percent(*plan.precision) << "\n";
  }
  return text.str();
}

void print_tables(std::ostream& out, const Plan& plan, const Results& results) {
  const sim::ScenarioSpec& scenario = plan.experiment.scenario;
  out << scenario.workflow.name << " under " << describe(scenario.workload) << ": " << sim::format(plan.run.duration)
      << " in windows of " << sim::format(scenario.window) << (scenario.redeploy ? ", redeployed for each" : "")
      << "; attribution " << config::name_of(scenario.attribution) << "; seed " << plan.seed << "\n";
  const std::vector<std::string>& cases = results.summary.case_names();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    out << (cases.size() > 1 ? "\ncase " + cases[i] + "\n" : "") << describe_case(plan, results, i) << "\n";
    results::print_case_table(out, results.summary, i);
  }
  if (cases.size() > 1) {
    out << "\ncomparison\n\n";
    results::print_comparison_table(out, results.summary);
  }
}

void print_json_lines(std::ostream& out, const Plan& plan, const Results& results) {
  const sim::ScenarioSpec& scenario = plan.experiment.scenario;
  for (std::size_t i = 0; i < results.replications.size(); ++i) {
    nlohmann::ordered_json line{
        {"case", results.summary.case_names()[i]},          {"workflow", scenario.workflow.name},
        {"workload", describe(scenario.workload)},          {"duration_s", sim::to_seconds(plan.run.duration)},
        {"window_s", sim::to_seconds(scenario.window)},     {"attribution", config::name_of(scenario.attribution)},
        {"warm_up_s", sim::to_seconds(results.warm_up[i])}, {"seed", plan.seed},
        {"replications", results.replications[i]},
    };
    if (plan.precision) line["precision_reached"] = static_cast<bool>(results.precise[i]);
    out << line.dump() << "\n";
  }
  print_json(out, results.summary);
}

// Figures and reports from the result file; true when all that was wanted is there.
bool draw(const Plan& plan, const std::string& result_path, const Console& console) {
  if (plan.plot.empty() && plan.report.empty()) return true;
  const auto python = find_python();
  if (!python) {
    console.err << "faasconf: no Python with h5py and matplotlib found, so tables only; set FAASCONF_PYTHON, or "
                   "apt install python3-h5py python3-matplotlib\n";
    return false;
  }
  bool all = true;
  for (const auto& [module, path] :
       {std::pair<const char*, std::string>{"faasconf.plot", plan.plot}, {"faasconf.report", plan.report}}) {
    if (path.empty()) continue;
    const int code = run_python(*python, module, std::vector<std::string>{result_path, "--out", path});
    if (code == 0) {
      if (!plan.quiet) console.err << "faasconf: wrote " << path << "\n";
      continue;
    }
    console.err << "faasconf: " << path << " could not be written: " << *python << " -m " << module
                << " ended with code " << code << "\n";
    all = false;
  }
  return all;
}

int run_simulate(const Arguments& arguments, const Console& console) {
  const Plan plan = make_plan(arguments);
  std::optional<ScratchDirectory> scratch;  // for a result file that only figures need
  std::string result_path = plan.out;
  if (plan.out.empty() && !(plan.plot.empty() && plan.report.empty())) {
    result_path = (scratch.emplace().path() / "run.h5").string();
  }

  const Results results = simulate(plan, result_path, console);
  if (results.interrupted && results.replications[0] == 0) {
    console.err << "faasconf: interrupted before the first replication was done\n";
    return kInterrupted;
  }

  // the tables first: whatever fails below, they are there
  if (plan.json) {
    print_json_lines(console.out, plan, results);
  } else {
    print_tables(console.out, plan, results);
  }
  console.out.flush();
  if (!plan.quiet) results.pending.print(console.err);
  bool complete = results.lost.empty();
  if (!complete) {
    console.err << "faasconf: writing " << result_path << "\n  " << results.lost << "\n";
  } else if (!plan.quiet && !plan.out.empty()) {
    console.err << "faasconf: wrote " << plan.out << "\n";
  }
  if (results.lost.empty()) complete = draw(plan, result_path, console);
  if (results.interrupted) {
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
              {.name = "users", .value_name = "N", .description = "closed loop of N users"},
              {.name = "rate", .value_name = "R/s", .description = "open loop, R requests per second (Poisson)"},
              {.name = "profile",
               .value_name = "FILE",
               .description = "users or rate over time: CSV with start_s,users or start_s,rate_per_s"},
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
               .description = "time left out at the start; auto: MSER-5 where there is a steady state",
               .default_value = "auto"},
              {.name = "attribution",
               .value_name = "RULE",
               .description = "the window that a request belongs to: completed, started or paper",
               .default_value = "completed",
               .choices = {"completed", "started", "paper"}},
              {.name = "redeploy", .kind = flag, .description = "begin every window with fresh instances"},
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
