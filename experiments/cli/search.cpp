#include "experiments/jobs/search.hpp"

#include <algorithm>
#include <optional>
#include <ostream>
#include <variant>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/experiment_options.hpp"
#include "experiments/cli/job_progress.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/write_then_answer.hpp"
#include "experiments/jobs/evaluate.hpp"
#include "experiments/results/readable.hpp"
#include "experiments/results/screen_text.hpp"
#include "experiments/results/text_table.hpp"
#include "experiments/results/verdict.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::cli {
namespace {

// --users, --rate or --profile, else what the file says.
void read_loads(const Arguments& arguments, jobs::SearchJob& job) {
  config::Experiment& experiment = job.experiment;
  if (arguments.given("users") + arguments.given("rate") + arguments.given("profile") > 1) {
    throw sim::Error("--users, --rate and --profile exclude one another");
  }
  const auto profiles = arguments.list("profile");
  const std::vector<std::string> names = config::names_of_files(profiles, "--profile");
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    job.over_time.push_back(jobs::profile_load(experiment, find_input(profiles[i]), names[i]));
  }
  if (!profiles.empty()) return;
  const sim::Workload& workload = experiment.scenario.workload;
  const auto* const closed = std::get_if<sim::ClosedLoop>(&workload.source);
  const auto* const open = std::get_if<sim::OpenLoop>(&workload.source);
  if (!takes_own_load(arguments, experiment)) {
    const config::Loads loads = loads_of(arguments, experiment, 1);
    job.users = loads.users;
    job.rates_per_s = loads.rates_per_s;
  } else if (workload.profile || (closed == nullptr && open == nullptr)) {
    job.over_time.push_back(jobs::own_load(experiment, std::nullopt));
  } else if (closed != nullptr) {
    job.users = {closed->users};
  } else {
    job.rates_per_s = {open->rate_per_s};
  }
}

jobs::SearchJob parse(const Arguments& arguments) {
  jobs::SearchJob job{
      .experiment = read_experiment(arguments),
      .users = {},
      .one_for_all = arguments.given("static"),
      .windows = static_cast<std::uint64_t>(arguments.integer("windows", 1, 1'000'000'000'000)),
      .threads = thread_count(arguments),
  };
  job.seed = seed_of(arguments, job.experiment);
  read_loads(arguments, job);
  return job;
}

// Of each load, the terms of the promise that it cannot meet.
void warn_of_promises(std::ostream& err, const jobs::SearchJob& job) {
  for (const sim::Workload& workload : jobs::workloads_of(job)) {
    sim::ScenarioSpec scenario = job.experiment.scenario;
    scenario.workload = workload;
    warn_of_promise(err, scenario);
  }
}

const char* unit_of(const jobs::SearchJob& job) {
  if (!job.over_time.empty()) return "load";
  return job.rates_per_s.empty() ? "users" : "requests/s";
}

// Whether all that was found is shown to keep the promise.
void print_verdict(std::ostream& out, const jobs::SearchResult& result, const results::Paint& paint) {
  const auto kept = std::ranges::count_if(result.found, [](const auto& one) { return one.search.feasible; });
  const auto all = static_cast<std::ptrdiff_t>(result.found.size());
  const results::Verdict verdict = kept == all ? results::Verdict::kept : results::Verdict::undecided;
  out << paint.verdict(verdict, "promise " + std::string(results::name_of(verdict))) << ": " << kept << " of " << all
      << (all == 1 ? " configuration" : " configurations") << " found " << (kept == 1 ? "is" : "are")
      << " shown to keep it (95 % confidence)\n\n";
}

void print_report(std::ostream& out, const jobs::SearchJob& job, const jobs::SearchResult& result,
                  const results::Paint& paint) {
  print_verdict(out, result, paint);
  results::TextTable table{
      .header = {{unit_of(job), "price", "broken [%]", "at most [%]", "keeps its promise", "windows"}}, .rows = {}};
  const auto percent = [](double share) { return results::format_estimate(100 * share, std::nullopt); };
  for (const jobs::FoundConfiguration& one : result.found) {
    table.rows.push_back({jobs::format_loads(job, one), results::format_estimate(one.search.price, std::nullopt),
                          percent(one.search.violation), percent(one.search.violation_bound),
                          one.search.feasible ? "yes" : "no", results::readable(one.search.windows)});
  }
  table.print(out);
  out << "\n"
      << describe_game(job.experiment.scenario) << describe_extrapolation(job.experiment, jobs::workloads_of(job))
      << results::wrapped(
             "broken: of the periods of runs that the search did not choose by; at most: the upper end of "
             "the one-sided 95 % interval")
      << "\n";
}

void print_json_lines(std::ostream& out, const jobs::SearchJob& job, const jobs::SearchResult& result) {
  for (const jobs::FoundConfiguration& one : result.found) {
    nlohmann::ordered_json line;
    if (job.over_time.empty()) line[job.rates_per_s.empty() ? "users" : "rates_per_s"] = one.loads;
    for (const evaluation::EvaluatedLoad& load : job.over_time) line["over_time"].push_back(load.name);
    line["price"] = one.search.price;
    line["violations"] = one.search.violation;
    line["violations_bound"] = one.search.violation_bound;
    line["feasible"] = one.search.feasible;
    line["windows"] = one.search.windows;
    out << line.dump() << "\n";
  }
}

int run_search(const Arguments& arguments, const Console& console) {
  const jobs::SearchJob job = parse(arguments);
  const std::string out = output_file(arguments, "out");
  check_apart({{"--out", out}}, inputs_of(job.experiment));
  const bool quiet = arguments.given("quiet");

  if (!quiet) {
    say_doubts(console.err, job.experiment);
    warn_of_promises(console.err, job);
  }
  const jobs::SearchResult result = jobs::run(job, progress_on(console, quiet));
  if (result.found.empty()) {
    console.err << "faasconf: interrupted before the first configuration was simulated\n";
    return kInterrupted;
  }
  write_then_answer([&] { jobs::write(out, job, result); },
                    [&] {
                      if (arguments.given("json")) {
                        print_json_lines(console.out, job, result);
                      } else {
                        print_report(console.out, job, result, paint_on(console));
                      }
                      console.out.flush();
                    });
  if (!quiet) {
    console.err << "faasconf: wrote " << out
                << (job.experiment.causal && !job.one_for_all
                        ? "; load_knowledge is causal, so look it up as table:" + out + ":last\n"
                        : "\n");
  }
  if (result.interrupted) {
    console.err << "faasconf: interrupted; these are the best found until then\n";
    return kInterrupted;
  }
  if (!result.all_feasible()) {
    console.err << "faasconf: not all are shown to keep the promise; search longer (--windows), or promise less "
                   "(--promise)\n";
    return kFailed;
  }
  return kDone;
}

}  // namespace

Command search_command() {
  using enum Parameter::Kind;
  return {
      .name = "search",
      .summary = "the cheapest configuration that keeps its promise, for each load, by a long random search",
      .parameters =
          {
              experiment_parameter(),
              {.name = "users",
               .value_name = "N,N,...",
               .description = "closed loops of so many users each, where the file says no load",
               .default_value = "10,15,20,25,30"},
              {.name = "static",
               .kind = flag,
               .description = "one configuration for all of them, as --config takes it"},
              {.name = "rate",
               .value_name = "R/s,R/s,...",
               .description = "open loops of so many requests per second each, in place of users"},
              {.name = "profile",
               .kind = values,
               .value_name = "FILE",
               .description = "users or rate over time, in place of users: CSV with start_s,users or "
                              "start_s,rate_per_s; with --static"},
              promise_parameter(),
              instances_parameter(),
              {.name = "windows",
               .value_name = "N",
               .description = "that a search may simulate, those that judge the finalists included",
               .default_value = "200000"},
              seed_parameter(),
              threads_parameter(),
              set_parameter(),
              {.name = "out",
               .value_name = "FILE",
               .description = "the table, as faasconf evaluate --table takes it; YAML",
               .default_value = "table.yaml"},
              json_lines_parameter(),
              quiet_parameter(),
          },
      .example =
          "faasconf search parallel --promise published --instances fresh --users 10 --windows 40000 --out table.yaml\n"
          "faasconf evaluate parallel --table table.yaml --users 10 --seeds 3 --windows 30",
      .run = run_search,
  };
}

}  // namespace faasconf::experiments::cli
