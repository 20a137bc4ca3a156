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
  return {
      .experiment = read_experiment(arguments),
      .qos = config::choice_named<sim::QosKind>(arguments.text("qos")).value(),
      .users = user_numbers(arguments.text("users"), 1),
      .one_for_all = arguments.given("static"),
      .feasibility = {.limit = arguments.number("violation-limit", 0, 1)},
      .windows = static_cast<std::uint64_t>(arguments.integer("windows", 1, 1'000'000'000'000)),
      .seed = seed_of(arguments),
      .threads = thread_count(arguments),
  };
}

void print_table(std::ostream& out, const jobs::SearchResult& result) {
  results::TextTable table{
      .header = {{"users", "price", "violations [%]", "at most [%]", "within the limit", "windows"}}, .rows = {}};
  const auto percent = [](double share) { return results::format_estimate(100 * share, std::nullopt); };
  for (const jobs::FoundConfiguration& one : result.found) {
    table.rows.push_back({jobs::format_users(one.users), results::format_estimate(one.search.price, std::nullopt),
                          percent(one.search.violation), percent(one.search.violation_bound),
                          one.search.feasible ? "yes" : "no", results::readable(one.search.windows)});
  }
  table.print(out);
  out << "\nViolations on windows that the search did not choose by; at most: the upper end of the one-sided 95 % "
         "interval.\n";
}

void print_json_lines(std::ostream& out, const jobs::SearchResult& result) {
  for (const jobs::FoundConfiguration& one : result.found) {
    out << nlohmann::ordered_json{{"users", one.users},
                                  {"price", one.search.price},
                                  {"violations", one.search.violation},
                                  {"violations_bound", one.search.violation_bound},
                                  {"feasible", one.search.feasible},
                                  {"windows", one.search.windows}}
               .dump()
        << "\n";
  }
}

int run_search(const Arguments& arguments, const Console& console) {
  const jobs::SearchJob job = parse(arguments);
  const std::string out = output_file(arguments, "out");
  check_apart({{"--out", out}}, inputs_of(job.experiment));
  const bool quiet = arguments.given("quiet");

  const jobs::SearchResult result = jobs::run(job, progress_on(console, quiet));
  if (result.found.empty()) {
    console.err << "faasconf: interrupted before the first configuration was simulated\n";
    return kInterrupted;
  }
  (arguments.given("json") ? print_json_lines : print_table)(console.out, result);
  console.out.flush();
  write_aside(out, jobs::to_yaml(job, result));
  if (!quiet) console.err << "faasconf: wrote " << out << "\n";
  if (result.interrupted) {
    console.err << "faasconf: interrupted; these are the best found until then\n";
    return kInterrupted;
  }
  if (!result.all_feasible()) {
    console.err
        << "faasconf: not all are within the limit with 95 % confidence; search longer (--windows), or allow more "
           "(--violation-limit)\n";
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
              {.name = "static", .kind = flag, .description = "one configuration for all loads, as --config takes it"},
              {.name = "qos",
               .value_name = "WHICH",
               .description = "published, or strict: requests that are not served violate it as well",
               .default_value = "published",
               .choices = {"published", "strict"}},
              {.name = "violation-limit",
               .value_name = "SHARE",
               .description = "of the windows, under strict QoS also of the requests",
               .default_value = "0.05"},
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
          "faasconf search parallel --users 10,30 --windows 60000 --out table.yaml\n"
          "faasconf evaluate parallel --table table.yaml --users 10 --seeds 3 --windows 30",
      .run = run_search,
  };
}

}  // namespace faasconf::experiments::cli
