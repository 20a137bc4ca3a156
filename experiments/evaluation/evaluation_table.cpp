#include "experiments/evaluation/evaluation_table.hpp"

#include <array>
#include <ostream>
#include <utility>

#include <nlohmann/json.hpp>

#include "experiments/results/text_table.hpp"
#include "experiments/results/verdict.hpp"

namespace faasconf::experiments::evaluation {
namespace {

bool is_promise(const results::EndToEndMetric& criterion) { return criterion.name == "periods_kept"; }

// Of windows where it is their mean.
results::Shown shown_of(const results::EndToEndMetric& criterion) {
  return criterion.shown_of_window.value_or(criterion.shown);
}

std::string title_of(const results::EndToEndMetric& criterion) {
  const results::Shown shown = shown_of(criterion);
  return std::string(criterion.title) + (shown.unit.empty() ? "" : " [" + std::string(shown.unit) + "]");
}

std::string shown(sim::AsymmetricInterval interval, double scale) {
  return results::format_interval({interval.estimate * scale, interval.low * scale, interval.high * scale});
}

// The lines of a criterion: what each is called, and what it says of a policy.
struct Line {
  std::string title;
  std::function<std::string(const Verdict&)> text;
};
std::vector<Line> lines_of(const EvaluationPlan& plan, const Evaluation& evaluation,
                           const results::EndToEndMetric& criterion) {
  const double scale = shown_of(criterion).scale;
  std::vector<Line> lines = {
      {title_of(criterion), [=](const Verdict& verdict) { return shown(verdict.mean, scale); }},
      {"  interquartile mean", [=](const Verdict& verdict) { return shown(verdict.interquartile_mean, scale); }},
      {"  worst seed",
       [=](const Verdict& verdict) { return results::format_estimate(verdict.worst_seed * scale, {}); }},
      {"  worst load",
       [=, &evaluation](const Verdict& verdict) {
         return shown(verdict.worst_load, scale) + " (" + evaluation.loads[verdict.worst_load_index] + ")";
       }},
  };
  if (is_promise(criterion)) {
    const double promised = plan.scenario.workflow.promise.periods;
    lines.push_back({"  at least " + results::format_estimate(100 * promised, {}) + " % at every load",
                     [promised](const Verdict& verdict) { return verdict.lowest >= promised ? "yes" : "no"; }});
  }
  if (evaluation.policies.size() > 1) {
    lines.push_back({"  difference from " + evaluation.policies.front(), [=](const Verdict& verdict) {
                       return verdict.difference ? shown(*verdict.difference, scale) : std::string();
                     }});
  }
  return lines;
}

// Adds what a verdict says, under null where there is none.
void add_verdict(nlohmann::ordered_json& line, const Evaluation& evaluation, const std::optional<Verdict>& verdict) {
  const auto add = [&line](const char* name, const auto& value) { line[name] = value; };
  const auto add_interval = [&](const std::array<const char*, 3>& names, const sim::AsymmetricInterval& interval) {
    add(names[0], interval.estimate);
    add(names[1], interval.low);
    add(names[2], interval.high);
  };
  constexpr std::array<const char*, 3> kMean = {"mean", "low", "high"};
  constexpr std::array<const char*, 3> kMiddle = {"interquartile_mean", "interquartile_low", "interquartile_high"};
  constexpr std::array<const char*, 3> kWorstLoad = {"worst_load", "worst_load_low", "worst_load_high"};
  constexpr std::array<const char*, 3> kDifference = {"difference", "difference_low", "difference_high"};
  for (const auto& names : {kMean, kMiddle, kWorstLoad, kDifference}) {
    for (const char* name : names) line[name] = nullptr;
  }
  for (const char* name : {"worst_load_name", "worst_seed", "lowest"}) line[name] = nullptr;
  if (!verdict) return;
  add_interval(kMean, verdict->mean);
  add_interval(kMiddle, verdict->interquartile_mean);
  add("worst_seed", verdict->worst_seed);
  add_interval(kWorstLoad, verdict->worst_load);
  add("worst_load_name", evaluation.loads[verdict->worst_load_index]);
  add("lowest", verdict->lowest);
  if (verdict->difference) add_interval(kDifference, *verdict->difference);
}

}  // namespace

std::vector<std::string> sentences(const EvaluationPlan& plan, const Evaluation& evaluation,
                                   const std::vector<Verdicts>& verdicts) {
  std::vector<std::string> lines;
  const sim::Promise& promise = plan.scenario.workflow.promise;
  if (!promise.has_terms()) return lines;
  const auto criterion = criterion_named(promise.over ? "served_share" : "periods_kept", evaluation.criteria);
  const double wanted = 1 - promise.risk();
  const auto percent = [](double share) { return results::format_estimate(100 * share, {}) + " %"; };
  for (std::size_t i = 0; i < plan.policies.size(); ++i) {
    const std::optional<Verdict>& verdict = verdicts[i][criterion];
    if (!verdict) {
      lines.push_back(plan.policies[i].name + ": promise unjudged: a load has no period to judge; longer runs help");
      continue;
    }
    const std::string word = verdict->lowest >= wanted           ? "kept at every load"
                             : verdict->worst_load.high < wanted ? "broken"
                                                                 : "undecided, more seeds help";
    lines.push_back(plan.policies[i].name + ": promise " + word + ": " + percent(verdict->worst_load.estimate) +
                    " at " + evaluation.loads[verdict->worst_load_index] + ", the worst load (95 % interval " +
                    percent(verdict->worst_load.low) + " to " + percent(verdict->worst_load.high) + "), at least " +
                    percent(wanted) + " wanted");
  }
  return lines;
}

void print_table(std::ostream& out, const EvaluationPlan& plan, const Evaluation& evaluation,
                 const std::vector<Verdicts>& verdicts) {
  const std::vector<sim::LoadKnowledge> knowledge = knowledge_of(plan);
  const std::vector<std::size_t> order = sim::grouped(knowledge);
  std::vector<std::string> names = {""};
  std::vector<std::string> groups = {"knowledge of the load"};
  std::vector<std::string> protocols = {"instances"};
  for (const std::size_t i : order) {
    names.push_back(plan.policies[i].name);
    groups.push_back(sim::name_of(knowledge[i]));
    protocols.push_back(protocol_of(plan, plan.policies[i]));
  }
  results::TextTable table{{names, groups, protocols}, {}};
  if (!sim::alike(knowledge)) std::swap(table.header[0], table.header[1]);
  for (std::size_t criterion = 0; criterion < evaluation.criteria.size(); ++criterion) {
    for (const Line& line : lines_of(plan, evaluation, evaluation.criteria[criterion])) {
      std::vector<std::string> row = {line.title};
      for (const std::size_t i : order) {
        const std::optional<Verdict>& verdict = verdicts[i][criterion];
        row.push_back(verdict ? line.text(*verdict) : "-");
      }
      table.rows.push_back(std::move(row));
    }
  }
  table.print(out);
}

void print_json(std::ostream& out, const EvaluationPlan& plan, const Evaluation& evaluation,
                const std::vector<Verdicts>& verdicts) {
  for (std::size_t i = 0; i < plan.policies.size(); ++i) {
    for (std::size_t criterion = 0; criterion < evaluation.criteria.size(); ++criterion) {
      nlohmann::ordered_json line{{"policy", plan.policies[i].name},
                                  {"knows", sim::name_of(plan.policies[i].knows)},
                                  {"protocol", protocol_of(plan, plan.policies[i])},
                                  {"criterion", evaluation.criteria[criterion].name},
                                  {"unit", evaluation.criteria[criterion].unit}};
      add_verdict(line, evaluation, verdicts[i][criterion]);
      out << line.dump() << "\n";
    }
  }
}

}  // namespace faasconf::experiments::evaluation
