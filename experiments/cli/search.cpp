#include <algorithm>
#include <iterator>
#include <limits>
#include <mutex>
#include <ostream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/experiment_options.hpp"
#include "experiments/cli/interrupt.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/progress.hpp"
#include "experiments/config/configuration_file.hpp"
#include "experiments/config/lookup_file.hpp"
#include "experiments/config/workload_file.hpp"
#include "experiments/results/text_table.hpp"
#include "learner/search/random_search.hpp"
#include "sim/core/error.hpp"
#include "sim/core/worker_pool.hpp"

namespace faasconf::experiments::cli {
namespace {

struct Plan {
  config::Experiment experiment;
  std::string qos;
  std::vector<learner::search::SearchSpec> searches;  // an entry of the table each, or one for all loads
  bool is_static = false;
  std::string out;
  int threads = 1;
  bool json = false;
  bool quiet = false;
};

sim::EnvironmentSpec environment_of(const sim::ScenarioSpec& scenario, const std::string& qos) {
  sim::EnvironmentSpec environment;
  environment.scenario = scenario;
  environment.scenario.redeploy = true;
  environment.scenario.attribution = sim::Attribution::completed;
  environment.scenario.configuration = config::middle_of_ranges(scenario.workflow);
  config::become<sim::ClosedLoop>(environment.scenario.workload);
  environment.rounding.integers = sim::IntegerKnob::equal_bins;
  environment.reward.kind = sim::RewardKind::constrained;
  environment.reward.qos = qos == "strict" ? sim::QosKind::strict : sim::QosKind::published;
  return environment;
}

Plan make_plan(const Arguments& arguments) {
  Plan plan;
  plan.experiment = read_experiment(arguments);
  plan.qos = arguments.text("qos");
  plan.is_static = arguments.given("static");
  learner::search::SearchSpec search{
      .environment = environment_of(plan.experiment.scenario, plan.qos),
      .users = user_numbers(arguments.text("users"), 1),
      .feasibility = {.limit = arguments.number("violation-limit", 0, 1)},
      .windows = static_cast<std::uint64_t>(arguments.integer("windows", 1, 1'000'000'000'000)),
      .seed = static_cast<std::uint64_t>(arguments.integer("seed", 0, std::numeric_limits<std::int64_t>::max()))};
  if (plan.is_static) {
    plan.searches = {search};
  } else {
    for (const int users : std::vector<int>(search.users)) {
      search.users = {users};
      plan.searches.push_back(search);
    }
  }
  plan.out = output_file(arguments, "out");
  check_apart({{"--out", plan.out}}, inputs_of(plan.experiment));
  plan.threads = static_cast<int>(thread_count(arguments));
  plan.json = arguments.given("json");
  plan.quiet = arguments.given("quiet");
  return plan;
}

std::vector<learner::search::SearchResult> search_all(const Plan& plan, const Console& console,
                                                      const Interrupt& interrupt) {
  std::vector<learner::search::SearchResult> results(plan.searches.size());
  std::vector<std::uint64_t> windows(results.size());
  std::mutex mutex;
  Progress progress(console.err, console.is_terminal && !plan.quiet);
  progress.start("searching", plan.searches.size() * plan.searches.front().windows);
  sim::parallel_for(results.size(), plan.threads, [&](std::size_t i) {
    results[i] = learner::search::random_search(plan.searches[i], [&](std::uint64_t done) {
      const std::scoped_lock lock(mutex);
      windows[i] = done;
      std::uint64_t sum = 0;
      for (const std::uint64_t of_search : windows) sum += of_search;
      progress.advance(sum);
      return !interrupt.requested();
    });
  });
  return results;
}

sim::Configuration configuration_of(const Plan& plan, const learner::search::SearchResult& result) {
  const sim::EnvironmentSpec& environment = plan.searches.front().environment;
  sim::Configuration configuration = environment.scenario.configuration;
  sim::ActionSpace(environment.scenario.workflow, environment.rounding).decode(result.actions, configuration);
  return configuration;
}

std::string users_text(const std::vector<int>& users) {
  std::string text;
  for (const int number : users) text += (text.empty() ? "" : ",") + std::to_string(number);
  return text;
}

// A configuration file, or a table.
std::string file_of(const Plan& plan, const std::vector<learner::search::SearchResult>& results) {
  const sim::WorkflowSpec& workflow = plan.experiment.scenario.workflow;
  const learner::search::SearchSpec& search = plan.searches.front();
  std::ostringstream text;
  text << "# found by a long random search on " << workflow.name << ": " << plan.qos << " QoS, violations at most "
       << search.feasibility.limit << "; " << search.windows << " windows a search, seed " << search.seed << "\n";
  for (std::size_t i = 0; i < results.size(); ++i) {
    text << "# " << users_text(plan.searches[i].users) << " users: price " << results[i].price << ", violations "
         << results[i].violation << ", upper bound " << results[i].violation_bound
         << (results[i].feasible ? "" : ": not surely within the limit") << "\n";
  }
  if (plan.is_static) {
    text << config::configuration_to_yaml(configuration_of(plan, results.front()), workflow);
    return text.str();
  }
  std::vector<sim::LookupEntry> entries;
  for (std::size_t i = 0; i < results.size(); ++i) {
    entries.push_back({plan.searches[i].users.front(), configuration_of(plan, results[i])});
  }
  text << config::to_yaml(sim::LookupTable(std::move(entries)), workflow);
  return text.str();
}

void print_results(std::ostream& out, const Plan& plan, const std::vector<learner::search::SearchResult>& results) {
  results::TextTable table{
      .header = {{"users", "price", "violations [%]", "at most [%]", "within the limit", "windows"}}, .rows = {}};
  const auto percent = [](double share) { return results::format_estimate(100 * share, std::nullopt); };
  for (std::size_t i = 0; i < results.size(); ++i) {
    const learner::search::SearchResult& result = results[i];
    table.rows.push_back({users_text(plan.searches[i].users), results::format_estimate(result.price, std::nullopt),
                          percent(result.violation), percent(result.violation_bound), result.feasible ? "yes" : "no",
                          std::to_string(result.windows)});
  }
  table.print(out);
  out << "\nViolations on windows that the search did not choose by; at most: the upper end of the one-sided 95 % "
         "interval.\n";
}

void print_results_as_json(std::ostream& out, const Plan& plan,
                           const std::vector<learner::search::SearchResult>& results) {
  for (std::size_t i = 0; i < results.size(); ++i) {
    out << nlohmann::ordered_json{{"users", plan.searches[i].users},
                                  {"price", results[i].price},
                                  {"violations", results[i].violation},
                                  {"violations_bound", results[i].violation_bound},
                                  {"feasible", results[i].feasible},
                                  {"windows", results[i].windows}}
               .dump()
        << "\n";
  }
}

int run_search(const Arguments& arguments, const Console& console) {
  const Plan plan = make_plan(arguments);
  const Interrupt interrupt;
  const std::vector<learner::search::SearchResult> results = search_all(plan, console, interrupt);
  (plan.json ? print_results_as_json : print_results)(console.out, plan, results);
  console.out.flush();
  write_aside(plan.out, file_of(plan, results));
  if (!plan.quiet) console.err << "faasconf: wrote " << plan.out << "\n";
  if (interrupt.requested()) {
    console.err << "faasconf: interrupted; these are the best found until then\n";
    return kInterrupted;
  }
  const bool all_feasible = std::ranges::all_of(results, &learner::search::SearchResult::feasible);
  if (!all_feasible) {
    console.err << "faasconf: not all are surely within the limit; search longer (--windows), or allow more "
                   "(--violation-limit)\n";
  }
  return all_feasible ? kDone : kFailed;
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
