#include "experiments/cli/simulate_report.hpp"

#include <algorithm>
#include <iomanip>
#include <optional>
#include <ostream>
#include <sstream>
#include <vector>

#include <nlohmann/json.hpp>

#include "experiments/cli/experiment_options.hpp"
#include "experiments/config/configuration_text.hpp"
#include "experiments/config/words.hpp"
#include "experiments/results/overview.hpp"
#include "experiments/results/readable.hpp"
#include "experiments/results/summary_tables.hpp"
#include "sim/model/promise_text.hpp"
#include "sim/stats/confidence.hpp"

namespace faasconf::experiments::cli {
namespace {

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
    return results::wrapped(
               "warm-up: nothing left out, since policies that change the configuration are compared from the start, "
               "the first window under the configuration that they start from; --warm-up leaves out as much of every "
               "case") +
           "\n";
  }
  if (result.warm_up <= sim::Duration::zero()) return "";
  std::ostringstream text;
  text << "warm-up: the first " << results::readable(result.warm_up) << " of every replication left out"
       << origin_of_warm_up(job, result) << "\n";
  if (!result.warm_up_is_certain) text << "warm-up: uncertain, since the run is short; a longer --duration helps\n";
  return text.str();
}

std::string describe_precision(double wanted, const jobs::SimulateResult& result, std::size_t case_index) {
  std::ostringstream text;
  const auto interval = sim::mean_interval(result.summary.row(case_index, "", "latency_mean_s").over_replications);
  text << "precision of the mean latency: ";
  if (interval && interval->mean != 0) text << "± " << percent(interval->half_width / interval->mean) << ", ";
  text << (result.cases[case_index].precise ? "reached " : "NOT reached: wanted ") << percent(wanted) << "\n";
  return text.str();
}

results::Outcomes outcomes_of(const jobs::SimulateResult& result) {
  results::Outcomes outcomes;
  for (std::size_t i = 0; i < result.cases.size(); ++i) outcomes.push_back(result.promise.outcome(i));
  return outcomes;
}

// "promise kept: ...", the first two words with emphasis.
std::string painted(const std::optional<results::PromiseOutcome>& outcome, const results::Paint& paint) {
  const std::string sentence = results::describe(outcome);
  if (!outcome) return sentence;
  const results::Verdict verdict = results::verdict_on(*outcome);
  const std::string words = "promise " + std::string(results::name_of(verdict));
  return paint.verdict(verdict, words) + sentence.substr(words.size());
}

bool is_kept(const std::optional<results::PromiseOutcome>& outcome) {
  return outcome && results::verdict_on(*outcome) == results::Verdict::kept;
}

// Who keeps the promise and who breaks it, by how much and why.
void print_verdicts(std::ostream& out, const jobs::SimulateResult& result, const Look& look) {
  const std::vector<std::string>& cases = result.summary.case_names();
  const results::Outcomes outcomes = outcomes_of(result);
  const bool promised = outcomes.front().has_value();
  if (cases.size() > 1 && promised) {
    out << results::wrapped(look.paint.bold(results::finding(result.summary, outcomes))) << "\n";
  }
  if (cases.size() > results::kMostColumnsOfCases && promised && !look.all) return;
  for (std::size_t i = 0; i < (promised ? cases.size() : 1); ++i) {
    const std::string name = promised ? cases[i] + ": " : "";
    out << results::wrapped(name + painted(outcomes[i], look.paint)) << "\n";
    const std::string why = promised && !is_kept(outcomes[i]) ? results::losses(result.summary, i) : "";
    if (!why.empty()) out << "  " << results::wrapped(why, 4) << "\n";
  }
}

// "first configuration of lean, hpa: resnet 2000m, ..."; cases that start alike stand together.
std::string describe_configurations(const jobs::SimulateResult& result) {
  const auto& cases = result.cases;
  std::string text;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto same = [&](const jobs::SimulatedCase& other) { return other.start == cases[i].start; };
    if (std::find_if(cases.begin(), cases.end(), same) != cases.begin() + static_cast<std::ptrdiff_t>(i)) continue;
    std::string names;
    for (std::size_t k = i; k < cases.size(); ++k) {
      if (same(cases[k])) names += (names.empty() ? "" : ", ") + result.summary.case_names()[k];
    }
    text += results::wrapped((cases.size() > 1 ? "first configuration of " : "configuration ") + names + ": " +
                             config::readable(cases[i].start, result.experiment.scenario.workflow)) +
            "\n";
  }
  return text;
}

void print_details(std::ostream& out, const jobs::SimulateJob& job, const jobs::SimulateResult& result) {
  const config::Experiment& experiment = result.experiment;
  const sim::ScenarioSpec& scenario = experiment.scenario;
  const std::uint64_t replications = result.summary.replications(0);
  out << results::wrapped(scenario.workflow.name + " under " + describe(scenario.workload) + ": " +
                          results::readable(*experiment.duration) + " in windows of " +
                          results::readable(scenario.window) + "; " + results::readable(replications) +
                          (replications == 1 ? " replication" : " replications") + "; seed " +
                          std::to_string(*experiment.seed))
      << "\n"
      << describe_game(scenario) << describe_warm_up(job, result) << describe_configurations(result);
  const std::vector<std::string>& cases = result.summary.case_names();
  for (std::size_t i = 0; job.precision && i < cases.size(); ++i) {
    out << (cases.size() > 1 ? cases[i] + ": " : "") << describe_precision(*job.precision, result, i);
  }
}

}  // namespace

void print_report(std::ostream& out, const jobs::SimulateJob& job, const jobs::SimulateResult& result,
                  const Look& look) {
  const results::Summary& summary = result.summary;
  std::vector<sim::LoadKnowledge> knowledge;
  for (const jobs::SimulatedCase& one : result.cases) knowledge.push_back(one.knows);
  print_verdicts(out, result, look);
  out << "\n";
  results::print_overview(out, summary, outcomes_of(result), knowledge, look.paint);
  out << "\n";
  print_details(out, job, result);
  const std::vector<std::string>& cases = summary.case_names();
  for (std::size_t i = 0; (look.by_function || look.all) && i < cases.size(); ++i) {
    out << "\n" << look.paint.bold("by function" + (cases.size() > 1 ? ", case " + cases[i] : "")) << "\n\n";
    results::print_case_table(out, summary, i);
  }
  if (look.all) {
    out << "\n" << look.paint.bold("all metrics") << "\n\n";
    results::print_comparison_table(out, summary, knowledge);
  } else {
    out << "means over replications, 95 % intervals (Student t) where there is room; more: "
        << (look.by_function ? "--all" : "--by-function, --all") << "\n";
  }
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

}  // namespace faasconf::experiments::cli
