#include "experiments/evaluation/evaluation_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <ostream>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "experiments/results/overview.hpp"
#include "experiments/results/text_table.hpp"
#include "experiments/results/verdict.hpp"
#include "sim/stats/confidence.hpp"
#include "sim/stats/running_moments.hpp"

namespace faasconf::experiments::evaluation {
namespace {

// What the promise's risk limits, in the form that is to be at least so much.
std::string_view promised_criterion(const sim::Promise& promise) {
  return promise.over ? "served_share" : "periods_kept";
}

struct Kept {
  sim::AsymmetricInterval worst{};  // of the loads: of the mean over seeds, which are independent
  std::size_t worst_load = 0;
  double lowest = 1;  // lower end of any load's interval
};

// Absent where a load has fewer than two values.
std::optional<Kept> kept_by(const Evaluation& evaluation, std::size_t policy, std::size_t criterion) {
  Kept kept;
  for (std::size_t load = 0; load < evaluation.loads.size(); ++load) {
    sim::RunningMoments shares;
    for (std::size_t seed = 0; seed < evaluation.seeds; ++seed) {
      const double value = evaluation.at(policy, load, seed)[criterion];
      if (!std::isnan(value)) shares.add(std::clamp(value, 0.0, 1.0));
    }
    const auto found = sim::share_interval(shares);
    if (!found) return std::nullopt;
    kept.lowest = std::min(kept.lowest, found->low);
    if (load > 0 && found->estimate >= kept.worst.estimate) continue;
    kept.worst = *found;
    kept.worst_load = load;
  }
  return kept;
}

// Why there is no verdict: the first load with too few runs that have a period to judge.
std::string describe_unjudged(const EvaluationPlan& plan, const Evaluation& evaluation, std::size_t policy,
                              std::size_t criterion) {
  for (std::size_t load = 0; load < evaluation.loads.size(); ++load) {
    std::size_t unjudged = 0;
    for (std::size_t seed = 0; seed < evaluation.seeds; ++seed) {
      if (std::isnan(evaluation.at(policy, load, seed)[criterion])) ++unjudged;
    }
    if (unjudged + 1 < evaluation.seeds) continue;
    return evaluation.loads[load] + ": " + std::to_string(unjudged) + " of " + std::to_string(evaluation.seeds) +
           " runs have no period to judge, since too few requests became due in their " +
           std::to_string(plan.loads[load].windows - 1) + " windows; longer runs help";
  }
  return "there are too few seeds";
}

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
  std::function<std::string(const Verdict&, std::size_t policy)> text;
};
std::vector<Line> lines_of(const EvaluationPlan& plan, const Evaluation& evaluation,
                           const results::EndToEndMetric& criterion) {
  const double scale = shown_of(criterion).scale;
  std::vector<Line> lines = {
      {title_of(criterion), [=](const Verdict& verdict, std::size_t) { return shown(verdict.mean, scale); }},
      {"  interquartile mean",
       [=](const Verdict& verdict, std::size_t) { return shown(verdict.interquartile_mean, scale); }},
      {"  worst seed",
       [=](const Verdict& verdict, std::size_t) { return results::format_estimate(verdict.worst_seed * scale, {}); }},
      {"  worst load",
       [=, &evaluation](const Verdict& verdict, std::size_t) {
         return shown(verdict.worst_load, scale) + " (" + evaluation.loads[verdict.worst_load_index] + ")";
       }},
  };
  const sim::Promise& promise = plan.scenario.workflow.promise;
  if (promise.has_terms() && criterion.name == promised_criterion(promise)) {
    const double promised = 1 - promise.risk();
    const std::size_t which = criterion_named(criterion.name, evaluation.criteria);
    lines.push_back({"  at least " + results::format_estimate(100 * promised, {}) + " % at every load",
                     [=, &evaluation](const Verdict&, std::size_t policy) {
                       const auto kept = kept_by(evaluation, policy, which);
                       return kept && kept->lowest >= promised ? "yes" : "no";
                     }});
  }
  if (evaluation.policies.size() > 1) {
    lines.push_back({"  difference from " + evaluation.policies.front(), [=](const Verdict& verdict, std::size_t) {
                       return verdict.difference ? shown(*verdict.difference, scale) : std::string();
                     }});
  }
  return lines;
}

results::Verdict verdict_on(const std::optional<Kept>& kept, double wanted) {
  if (!kept) return results::Verdict::unjudged;
  if (kept->lowest >= wanted) return results::Verdict::kept;
  return kept->worst.high < wanted ? results::Verdict::broken : results::Verdict::undecided;
}

std::string in_full(results::Verdict verdict) {
  if (verdict == results::Verdict::kept) return "kept at every load";
  return std::string(results::name_of(verdict)) + (verdict == results::Verdict::undecided ? ", more seeds help" : "");
}

// --- what is seen first

constexpr double kHoursPerMonth = 730;
constexpr double kSecondsPerHour = 3600;

// A criterion of the overview.
struct Chosen {
  std::string title;
  std::string unit;
  std::string criterion;
  double scale = 1;
  bool at_worst_load = false;
};

std::vector<Chosen> chosen_of(const EvaluationPlan& plan) {
  const sim::PriceSpec& prices = plan.scenario.workflow.prices;
  const double windows_per_month = kHoursPerMonth * kSecondsPerHour / sim::to_seconds(plan.scenario.window);
  const bool in_usd = prices.usd_per_vcpu_hour > 0 || prices.usd_per_gib_hour > 0;
  std::vector<Chosen> chosen = {in_usd ? Chosen{"price per month", "USD", "cost_window_usd", windows_per_month, false}
                                       : Chosen{"price (the paper's)", "", "price", 1, false}};
  if (plan.scenario.workflow.promise.has_terms()) {
    chosen.push_back({"periods kept", "%", "periods_kept", 100, false});
    chosen.push_back({"at the worst load", "%", "periods_kept", 100, true});
  }
  chosen.push_back({"served in time", "%", "served_share", 100, false});
  chosen.push_back({"latency p95", "s", "latency_p95_s", 1, false});
  chosen.push_back({"latency mean", "s", "latency_mean_s", 1, false});
  chosen.push_back({"success ratio", "%", "success_ratio", 100, false});
  chosen.push_back({"replicas, mean", "", "replicas", 1, false});
  return chosen;
}

results::OverviewFigure figure_of(const Evaluation& evaluation, const std::vector<Verdicts>& verdicts,
                                  const Chosen& chosen, const std::vector<std::size_t>& order) {
  results::OverviewFigure figure{.title = chosen.title, .unit = chosen.unit};
  const std::size_t criterion = criterion_named(chosen.criterion, evaluation.criteria);
  for (const std::size_t i : order) {
    const std::optional<Verdict>& verdict = verdicts[i][criterion];
    if (!verdict) {
      figure.cells.emplace_back("-");
      figure.brief.emplace_back("-");
      continue;
    }
    const sim::AsymmetricInterval& interval = chosen.at_worst_load ? verdict->worst_load : verdict->mean;
    figure.cells.push_back(shown(interval, chosen.scale));
    figure.brief.push_back(results::format_estimate(interval.estimate * chosen.scale, {}));
  }
  return figure;
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

std::vector<std::string> sentences(const EvaluationPlan& plan, const Evaluation& evaluation) {
  std::vector<std::string> lines;
  const sim::Promise& promise = plan.scenario.workflow.promise;
  if (!promise.has_terms()) return lines;
  const auto criterion = criterion_named(promised_criterion(promise), evaluation.criteria);
  const double wanted = 1 - promise.risk();
  const auto percent = [](double share) { return results::format_estimate(100 * share, {}) + " %"; };
  for (std::size_t i = 0; i < plan.policies.size(); ++i) {
    const auto kept = kept_by(evaluation, i, criterion);
    if (!kept) {
      lines.push_back(plan.policies[i].name +
                      ": promise unjudged: " + describe_unjudged(plan, evaluation, i, criterion));
      continue;
    }
    lines.push_back(plan.policies[i].name + ": promise " + in_full(verdict_on(kept, wanted)) + ": " +
                    percent(kept->worst.estimate) + " at " + evaluation.loads[kept->worst_load] +
                    ", the worst load (95 % interval " + percent(kept->worst.low) + " to " + percent(kept->worst.high) +
                    "), at least " + percent(wanted) + " wanted");
  }
  return lines;
}

std::vector<results::Verdict> words(const EvaluationPlan& plan, const Evaluation& evaluation) {
  std::vector<results::Verdict> all;
  const sim::Promise& promise = plan.scenario.workflow.promise;
  if (!promise.has_terms()) return all;
  const auto criterion = criterion_named(promised_criterion(promise), evaluation.criteria);
  for (std::size_t i = 0; i < plan.policies.size(); ++i) {
    all.push_back(verdict_on(kept_by(evaluation, i, criterion), 1 - promise.risk()));
  }
  return all;
}

void print_overview(std::ostream& out, const EvaluationPlan& plan, const Evaluation& evaluation,
                    const std::vector<Verdicts>& verdicts, const results::Paint& paint) {
  const std::vector<sim::LoadKnowledge> knowledge = knowledge_of(plan);
  const std::vector<std::size_t> order = sim::grouped(knowledge);
  const std::vector<results::Verdict> promises = words(plan, evaluation);
  results::Overview overview{.title = "policy", .cases = {}};
  results::OverviewFigure promise{.title = "promise"};
  results::OverviewFigure forecast{.title = "forecast"};
  for (const std::size_t i : order) {
    overview.cases.push_back(plan.policies[i].name);
    forecast.cells.emplace_back(sim::name_of(knowledge[i]));
    if (promises.empty()) continue;
    promise.cells.push_back(paint.verdict(promises[i], std::string(results::name_of(promises[i]))));
  }
  if (!promises.empty()) overview.figures.push_back(promise);
  if (!sim::alike(knowledge)) overview.figures.push_back(forecast);
  for (const Chosen& chosen : chosen_of(plan)) {
    overview.figures.push_back(figure_of(evaluation, verdicts, chosen, order));
  }
  results::print_overview(out, overview);
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
        row.push_back(verdict ? line.text(*verdict, i) : "-");
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
