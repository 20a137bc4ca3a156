#include <algorithm>
#include <deque>
#include <exception>
#include <filesystem>
#include <limits>
#include <optional>
#include <ostream>
#include <set>
#include <string_view>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/experiment_options.hpp"
#include "experiments/cli/interrupt.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/progress.hpp"
#include "experiments/cli/python.hpp"
#include "experiments/config/experiment_file.hpp"
#include "experiments/config/lookup_file.hpp"
#include "experiments/config/policies.hpp"
#include "experiments/config/profile_file.hpp"
#include "experiments/config/words.hpp"
#include "experiments/config/workload_file.hpp"
#include "experiments/evaluation/evaluation.hpp"
#include "experiments/evaluation/evaluation_file.hpp"
#include "experiments/evaluation/evaluation_table.hpp"
#include "learner/bundle/bundle.hpp"
#include "learner/serving/learned_policy.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"

namespace faasconf::experiments::cli {
namespace {

constexpr std::int64_t kMostWindows = 1'000'000;
constexpr std::int64_t kMostSeeds = 100'000;

// All that the command line and the files ask for.
struct Plan {
  config::Experiment experiment;
  // stay where they are: policies refer to them
  std::deque<learner::bundle::PolicyBundle> bundles;
  std::deque<sim::LookupTable> tables;
  evaluation::EvaluationPlan evaluation;
  std::string out, plot;  // paths; empty: not wanted
  bool json = false;
  bool quiet = false;
};

void add_static_loads(const Arguments& arguments, Plan& plan) {
  const auto windows = static_cast<std::size_t>(arguments.integer("windows", 1, kMostWindows));
  for (const int users : user_numbers(arguments.text("users"), 0)) {
    sim::Workload workload = plan.experiment.scenario.workload;
    config::become<sim::ClosedLoop>(workload).users = users;
    plan.evaluation.loads.push_back({.name = std::to_string(users) + (users == 1 ? " user" : " users"),
                                     .workload = std::move(workload),
                                     .users = std::vector<int>(1 + windows, users)});
  }
}

void add_profiles(const Arguments& arguments, Plan& plan) {
  const auto paths = arguments.list("profile");
  const std::vector<std::string> names = config::names_of_files(paths, "--profile");
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const std::string path = find_input(paths[i]);
    config::ProfileFile file = config::read_profile(path);
    std::vector<int> users = config::users_by_window(file, plan.evaluation.scenario.window, path);
    if (users.size() < 2) throw sim::Error(path + ": expected a profile of two windows at least, got one");
    sim::Workload workload = plan.experiment.scenario.workload;
    config::become<sim::ClosedLoop>(workload);
    workload.profile = std::move(file.profile);
    plan.evaluation.loads.push_back({.name = names[i], .workload = std::move(workload), .users = std::move(users)});
    plan.experiment.inputs.push_back(config::fingerprint(path));
  }
}

void add_policies(Plan& plan) {
  const sim::WorkflowSpec& workflow = plan.experiment.scenario.workflow;
  for (const config::Case& one : config::cases_of(plan.experiment)) {
    const bool is_fixed = one.choice.policy == "fixed";
    plan.evaluation.policies.push_back(
        {.name = one.name,
         .knows = is_fixed ? "nothing" : "its past",
         .carries_over = !is_fixed,
         .start = one.start.configuration,
         .make = [one, &workflow](const sim::Scenario&, const evaluation::EvaluatedLoad&, std::size_t) {
           return config::make_policy(one, workflow);
         }});
  }
}

// Of the users in the window that it decides for.
std::string knowledge_of(const learner::bundle::Metadata& metadata) {
  switch (metadata.load_knowledge) {
    case sim::LoadForecasting::clairvoyant:
      return "the next window";
    case sim::LoadForecasting::persistence:
      return "the last window";
    case sim::LoadForecasting::smoothing:
      return "its past, smoothed";
    case sim::LoadForecasting::seasonal:
      break;
  }
  return "its past, by season";
}

// Nothing is decided for a window after the last one.
double users_in(const evaluation::EvaluatedLoad& load, std::int64_t window) {
  return static_cast<double>(load.users[std::min(static_cast<std::size_t>(window), load.users.size() - 1)]);
}

std::unique_ptr<sim::Policy> make_learned(const learner::bundle::PolicyBundle& bundle, const std::string& path,
                                          const sim::Scenario& scenario, const evaluation::EvaluatedLoad& load) {
  const auto users = [&load](std::int64_t window) { return users_in(load, window); };
  try {
    return std::make_unique<learner::serving::LearnedPolicy>(bundle, scenario,
                                                             learner::serving::ServingOptions{.users = users});
  } catch (const sim::Error&) {
    std::throw_with_nested(sim::Error(path));
  }
}

// The policies of one method: a file, or the best ones of all trainings in a folder, by name.
std::vector<std::string> bundle_paths(const std::string& path) {
  if (!std::filesystem::is_directory(path)) return {path};
  std::vector<std::string> paths;
  for (const auto& training : std::filesystem::directory_iterator(path)) {
    const std::filesystem::path best = training.path() / "best.fcp";
    if (std::filesystem::exists(best)) paths.push_back(best.string());
  }
  std::ranges::sort(paths);
  if (paths.empty()) {
    throw sim::Error("--bundle: expected a policy, or a folder of trainings with best.fcp in each, got " + path);
  }
  return paths;
}

// They start from the first configuration, which is in force before they decide.
void add_bundles(const Arguments& arguments, Plan& plan) {
  const auto given = arguments.list("bundle");
  const std::vector<std::string> names = config::names_of_files(given, "--bundle");
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::vector<std::string> paths = bundle_paths(given[i]);
    if (plan.evaluation.seeds % paths.size() != 0) {
      throw sim::Error("--seeds: expected a multiple of the " + std::to_string(paths.size()) + " trainings in " +
                       given[i] + ", got " + std::to_string(plan.evaluation.seeds));
    }
    std::vector<const learner::bundle::PolicyBundle*> bundles;
    for (const std::string& path : paths) {
      bundles.push_back(&plan.bundles.emplace_back(learner::bundle::read_bundle(path)));
      plan.experiment.inputs.push_back(config::fingerprint(path));
    }
    plan.evaluation.policies.push_back(
        {.name = names[i],
         .knows = knowledge_of(bundles.front()->metadata),
         .start = plan.experiment.configurations.front().configuration,
         .make = [bundles, paths](const sim::Scenario& scenario, const evaluation::EvaluatedLoad& load,
                                  std::size_t seed) {
           const std::size_t training = seed % bundles.size();
           return make_learned(*bundles[training], paths[training], scenario, load);
         }});
  }
}

// "table.yaml", or "table.yaml:last", which takes the last window's users for the next one's.
void add_tables(const Arguments& arguments, Plan& plan) {
  constexpr std::string_view kLast = ":last";
  const auto given = arguments.list("table");
  for (const std::string& name : given) {
    const bool knows_next = !name.ends_with(kLast);
    const std::string path = find_input(knows_next ? name : name.substr(0, name.size() - kLast.size()));
    const sim::LookupTable& table =
        plan.tables.emplace_back(config::read_lookup(path, plan.experiment.scenario.workflow));
    plan.evaluation.policies.push_back(
        {.name = std::filesystem::path(path).stem().string() + (knows_next ? "" : std::string(kLast)),
         .knows = knows_next ? "the next window" : "the last window",
         .start = plan.experiment.configurations.front().configuration,
         .make = [&table, knows_next](const sim::Scenario&, const evaluation::EvaluatedLoad& load, std::size_t) {
           return std::make_unique<sim::LookupPolicy>(table, [&load, knows_next](std::int64_t window) {
             return users_in(load, window + (knows_next ? 1 : 0));
           });
         }});
    plan.experiment.inputs.push_back(config::fingerprint(path));
  }
}

void check_names(const std::vector<evaluation::EvaluatedPolicy>& policies) {
  std::set<std::string> names;
  for (const evaluation::EvaluatedPolicy& policy : policies) {
    if (!names.insert(policy.name).second) throw sim::Error("two policies are named \"" + policy.name + "\"");
  }
}

void read_scenario(const Arguments& arguments, sim::ScenarioSpec& scenario) {
  if (arguments.given("window")) scenario.window = arguments.duration("window");
  if (scenario.window <= sim::Duration::zero()) throw sim::Error("--window: expected more than 0s");
  if (arguments.given("attribution")) {
    scenario.attribution = config::choice_named<sim::Attribution>(arguments.text("attribution")).value();
  }
  scenario.redeploy = !arguments.given("carry-over");
}

void read_outputs(const Arguments& arguments, Plan& plan) {
  plan.out = output_file(arguments, "out");
  plan.plot = figure_file(arguments, "plot");
  check_apart({{"--out", plan.out}, {"--plot", plan.plot}}, inputs_of(plan.experiment));
  plan.json = arguments.given("json");
  plan.quiet = arguments.given("quiet");
}

void make_plan(const Arguments& arguments, Plan& plan) {
  plan.experiment = read_experiment(arguments);
  read_configurations(arguments, plan.experiment);
  read_policies(arguments, plan.experiment);
  read_scenario(arguments, plan.experiment.scenario);
  plan.evaluation.scenario = plan.experiment.scenario;
  if (arguments.given("users") || !arguments.given("profile")) add_static_loads(arguments, plan);
  add_profiles(arguments, plan);
  plan.evaluation.seeds = static_cast<std::size_t>(arguments.integer("seeds", 2, kMostSeeds));
  add_policies(plan);
  add_tables(arguments, plan);
  add_bundles(arguments, plan);
  check_names(plan.evaluation.policies);
  plan.evaluation.seed =
      static_cast<std::uint64_t>(arguments.integer("seed", 0, std::numeric_limits<std::int64_t>::max()));
  plan.evaluation.threads = static_cast<int>(thread_count(arguments));
  read_outputs(arguments, plan);

  // the record tells what was run, not what the file said before the options
  plan.experiment.replications = plan.evaluation.seeds;
  plan.experiment.seed = plan.evaluation.seed;
  plan.experiment.resolved = config::to_yaml(plan.experiment);
}

std::string names_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// Windows of a policy that are judged.
std::size_t windows_of(const Plan& plan, const evaluation::Evaluation& evaluation) {
  std::size_t windows = 0;
  for (const evaluation::EvaluatedLoad& load : plan.evaluation.loads) windows += load.users.size() - 1;
  return windows * evaluation.seeds;
}

void print_report(std::ostream& out, const Plan& plan, const evaluation::Evaluation& evaluation,
                  const std::vector<evaluation::Verdicts>& verdicts) {
  const sim::ScenarioSpec& scenario = plan.evaluation.scenario;
  out << scenario.workflow.name << " under " << names_of(evaluation.loads) << ": " << evaluation.seeds
      << " seeds each, " << windows_of(plan, evaluation) << " windows of " << sim::format(scenario.window)
      << " a policy; attribution " << config::name_of(scenario.attribution) << "; seed " << evaluation.seed << "\n\n";
  print_table(out, plan.evaluation, evaluation, verdicts);
  out << "\nIntervals: 95 %, bootstrap over seeds within each load"
      << (evaluation.policies.size() > 1 ? "; differences: in pairs, all of a line together at 95 %" : "")
      << ".\nStrict QoS: also 95 % of the requests served, over 200 at least; what is overdue at a window's end has "
         "failed.\n";
  std::set<std::string> knowledge;
  std::set<std::string> protocols;
  for (const evaluation::EvaluatedPolicy& policy : plan.evaluation.policies) {
    knowledge.insert(policy.knows);
    protocols.insert(protocol_of(plan.evaluation, policy));
  }
  if (knowledge.size() > 1) {
    out << "Not all know the same of the load: a policy is to be held against those that know no more.\n";
  }
  if (protocols.size() > 1) {
    out << "Not all keep their instances: a window that begins empty has fewer successes than one that goes on, so "
           "compare at --carry-over as well.\n";
  }
}

void print_json_lines(std::ostream& out, const Plan& plan, const evaluation::Evaluation& evaluation,
                      const std::vector<evaluation::Verdicts>& verdicts) {
  const sim::ScenarioSpec& scenario = plan.evaluation.scenario;
  out << nlohmann::ordered_json{{"workflow", scenario.workflow.name},
                                {"loads", evaluation.loads},
                                {"seeds", evaluation.seeds},
                                {"windows", windows_of(plan, evaluation)},
                                {"window_s", sim::to_seconds(scenario.window)},
                                {"attribution", config::name_of(scenario.attribution)},
                                {"seed", evaluation.seed}}
             .dump()
      << "\n";
  print_json(out, plan.evaluation, evaluation, verdicts);
}

evaluation::Evaluation evaluate(const Plan& plan, const Console& console, const Interrupt& interrupt) {
  Progress progress(console.err, console.is_terminal && !plan.quiet);
  progress.start("evaluating", plan.evaluation.seeds * plan.evaluation.policies.size() * plan.evaluation.loads.size());
  return evaluate(plan.evaluation, [&](std::size_t runs) {
    progress.advance(runs);
    return !interrupt.requested();
  });
}

int run_evaluate(const Arguments& arguments, const Console& console) {
  Plan plan;
  make_plan(arguments, plan);
  const Interrupt interrupt;
  const evaluation::Evaluation evaluation = evaluate(plan, console, interrupt);
  if (evaluation.seeds == 0) {
    console.err << "faasconf: interrupted before the first seed was done\n";
    return kInterrupted;
  }

  // the table first: whatever fails below, it is there
  const std::vector<evaluation::Verdicts> verdicts = evaluation::judge(evaluation);
  (plan.json ? print_json_lines : print_report)(console.out, plan, evaluation, verdicts);
  console.out.flush();
  std::optional<ScratchDirectory> scratch;  // for a file that only the figure needs
  std::string record = plan.out;
  if (plan.out.empty() && !plan.plot.empty()) record = (scratch.emplace().path() / "evaluation.h5").string();
  if (!record.empty()) evaluation::write_evaluation(record, plan.experiment, plan.evaluation, evaluation, verdicts);
  if (!plan.out.empty() && !plan.quiet) console.err << "faasconf: wrote " << plan.out << "\n";
  const bool drawn = plan.plot.empty() || draw_figure(console.err, "faasconf.evaluation_plot", record, plan.plot);
  if (interrupt.requested()) {
    console.err << "faasconf: interrupted; these are the " << evaluation.seeds << " seeds that were done\n";
    return kInterrupted;
  }
  return drawn ? kDone : kFailed;
}

}  // namespace

Command evaluate_command() {
  using enum Parameter::Kind;
  return {
      .name = "evaluate",
      .summary = "policies side by side under loads and seeds: price, cost, QoS, with bootstrap intervals",
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
               .description = "closed loops of so many users each; with --profile only if given",
               .default_value = "12,17,23,28"},
              {.name = "profile",
               .kind = values,
               .value_name = "FILE",
               .description = "users over time: CSV with start_s,users; several are loads of their own"},
              {.name = "windows",
               .value_name = "N",
               .description = "windows of a run at a number of users; profiles have their own length",
               .default_value = "85"},
              {.name = "window",
               .value_name = "TIME",
               .description = "interval of observation and decision",
               .default_value = "30s"},
              {.name = "seeds", .value_name = "N", .description = "runs of a policy at a load", .default_value = "10"},
              {.name = "carry-over",
               .kind = flag,
               .description =
                   "instances and requests stay from window to window, as they do for the autoscalers in any "
                   "case; otherwise each window begins with fresh instances"},
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
