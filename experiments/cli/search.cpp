#include "experiments/jobs/search.hpp"

#include <ostream>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/experiment_options.hpp"
#include "experiments/cli/job_progress.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/config/words.hpp"
#include "experiments/results/readable.hpp"
#include "experiments/results/text_table.hpp"

namespace faasconf::experiments::cli {
namespace {

jobs::SearchJob parse(const Arguments& arguments) {
  config::Experiment experiment = read_experiment(arguments);
  const config::Loads loads = loads_of(arguments, experiment, 1);
  const std::uint64_t seed = seed_of(arguments, experiment);
  return {
      .experiment = std::move(experiment),
      .users = loads.users,
      .rates_per_s = loads.rates_per_s,
      .one_for_all = arguments.given("static"),
      .windows = static_cast<std::uint64_t>(arguments.integer("windows", 1, 1'000'000'000'000)),
      .seed = seed,
      .threads = thread_count(arguments),
  };
}

void print_table(std::ostream& out, const jobs::SearchJob& job, const jobs::SearchResult& result) {
  out << describe_game(job.experiment.scenario) << "\n\n";
  results::TextTable table{.header = {{job.rates_per_s.empty() ? "users" : "requests/s", "price", "broken [%]",
                                       "at most [%]", "keeps its promise", "windows"}},
                           .rows = {}};
  const auto percent = [](double share) { return results::format_estimate(100 * share, std::nullopt); };
  for (const jobs::FoundConfiguration& one : result.found) {
    table.rows.push_back({jobs::format_loads(one.loads), results::format_estimate(one.search.price, std::nullopt),
                          percent(one.search.violation), percent(one.search.violation_bound),
                          one.search.feasible ? "yes" : "no", results::readable(one.search.windows)});
  }
  table.print(out);
  out << "\nBroken: of the periods of runs that the search did not choose by; at most: the upper end of the one-sided "
         "95 % interval.\n";
}

void print_json_lines(std::ostream& out, const jobs::SearchJob& job, const jobs::SearchResult& result) {
  for (const jobs::FoundConfiguration& one : result.found) {
    out << nlohmann::ordered_json{{job.rates_per_s.empty() ? "users" : "rates_per_s", one.loads},
                                  {"price", one.search.price},
                                  {"violations", one.search.violation},
                                  {"violations_bound", one.search.violation_bound},
                                  {"feasible", one.search.feasible},
                                  {"windows", one.search.windows}}
               .dump()
        << "\n";
  }
}

// What a search makes no use of.
void note_unused(std::ostream& err, const config::Experiment& experiment) {
  std::string unused;
  const auto add = [&](bool given, const char* key) {
    unused += given ? (unused.empty() ? "" : ", ") + std::string(key) : "";
  };
  add(experiment.duration.has_value(), "duration");
  add(experiment.replications.has_value(), "replications");
  add(experiment.policies.size() > 1 || !config::is_fixed(experiment.policies.front()), "policies");
  if (!unused.empty()) err << "faasconf: a search has no use for what the file says of " << unused << "\n";
}

int run_search(const Arguments& arguments, const Console& console) {
  const jobs::SearchJob job = parse(arguments);
  const std::string out = output_file(arguments, "out");
  check_apart({{"--out", out}}, inputs_of(job.experiment));
  const bool quiet = arguments.given("quiet");

  if (!quiet) note_unused(console.err, job.experiment);
  const jobs::SearchResult result = jobs::run(job, progress_on(console, quiet));
  if (result.found.empty()) {
    console.err << "faasconf: interrupted before the first configuration was simulated\n";
    return kInterrupted;
  }
  (arguments.given("json") ? print_json_lines : print_table)(console.out, job, result);
  console.out.flush();
  jobs::write(out, job, result);
  if (!quiet) console.err << "faasconf: wrote " << out << "\n";
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
               .description = "closed loops of so many users each",
               .default_value = "10,15,20,25,30"},
              {.name = "static",
               .kind = flag,
               .description = "one configuration for all of them, as --config takes it"},
              {.name = "rate",
               .value_name = "R/s,R/s,...",
               .description = "open loops of so many requests per second each, in place of users; with --static"},
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
