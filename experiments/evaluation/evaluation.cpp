#include "experiments/evaluation/evaluation.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <mutex>
#include <utility>

#include "experiments/config/distribution_text.hpp"
#include "sim/core/worker_pool.hpp"
#include "traces/files/digest.hpp"

namespace faasconf::experiments::evaluation {
namespace {

constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();
constexpr double kLevel = 0.95;

// Topics by what matters in a comparison; the others follow as they stand.
constexpr auto kFirst =
    std::to_array({results::Topic::cost, results::Topic::promise, results::Topic::latency, results::Topic::success});

std::ptrdiff_t rank(results::Topic topic) { return std::ranges::find(kFirst, topic) - kFirst.begin(); }

double mean_over(std::span<const sim::Observation> windows, const results::EndToEndMetric& metric) {
  double sum = 0;
  std::size_t count = 0;
  for (const sim::Observation& window : windows) {
    const std::optional<double> value = metric.value({window});
    if (!value) continue;
    sum += *value;
    ++count;
  }
  return count > 0 ? sum / static_cast<double>(count) : kAbsent;
}

sim::Scenario scenario_of(const EvaluationPlan& plan, const policies::ReadyPolicy& policy, const EvaluatedLoad& load) {
  sim::ScenarioSpec spec = plan.scenario;
  spec.workload = load.workload;
  spec.configuration = policy.start;
  if (policy.carries_over) spec.redeploy = false;
  return sim::Scenario(std::move(spec));
}

struct ScoredRun {
  Scores scores;
  Scores resolutions;
};

// Every policy under every load, and again for every seed: runs by number, seed by seed.
class Cells {
 public:
  explicit Cells(const EvaluationPlan& plan) : plan_(plan) {
    for (const policies::ReadyPolicy& policy : plan.policies) {
      for (const EvaluatedLoad& load : plan.loads) scenarios_.push_back(scenario_of(plan, policy, load));
    }
  }

  std::size_t size() const { return scenarios_.size(); }

  // Absent: cancelled.
  std::optional<ScoredRun> run(std::size_t number, const sim::GoOn& go_on) const {
    const std::size_t cell = number % size();
    const std::size_t seed = number / size();
    const EvaluatedLoad& load = plan_.loads[cell % plan_.loads.size()];
    const sim::Duration window = plan_.scenario.window;
    const sim::RunOptions options{
        .duration = window * static_cast<std::int64_t>(load.windows), .warm_up = window, .go_on = go_on};
    try {
      sim::throw_if_cancelled(go_on);
      const auto policy = plan_.policies[cell / plan_.loads.size()].make(
          {.scenario = scenarios_[cell], .levels = load.levels, .seed = seed});
      const sim::Run run = sim::run(scenarios_[cell], *policy, options, plan_.seed, seed);
      return ScoredRun{score(run, plan_.criteria), resolution_of(run, plan_.criteria)};
    } catch (const sim::Cancelled&) {
      return std::nullopt;
    }
  }

 private:
  const EvaluationPlan& plan_;
  std::vector<sim::Scenario> scenarios_;
};

// Values of a criterion, load by load and seed by seed; NaN where one is absent.
template <class Value>
sim::Strata strata(const Evaluation& evaluation, const Value& value) {
  sim::Strata all(evaluation.loads.size());
  for (std::size_t load = 0; load < all.size(); ++load) {
    for (std::size_t seed = 0; seed < evaluation.seeds; ++seed) {
      all[load].push_back(value(load, seed));
    }
  }
  return all;
}

bool has_empty(const sim::Strata& strata) {
  return std::ranges::any_of(strata, [](const auto& stratum) {
    return std::ranges::all_of(stratum, [](double value) { return std::isnan(value); });
  });
}

// Of a policy's scores under a load, in the mean over the seeds.
double resolution_of(const Evaluation& evaluation, std::size_t policy, std::size_t load, std::size_t criterion) {
  if (evaluation.resolutions.empty()) return 0;
  double sum = 0;
  for (std::size_t seed = 0; seed < evaluation.seeds; ++seed) {
    sum += evaluation.resolutions[evaluation.number_of(policy, load, seed)][criterion];
  }
  return sum / static_cast<double>(evaluation.seeds);
}

// The same in the mean over the loads.
double resolution_of(const Evaluation& evaluation, std::size_t policy, std::size_t criterion) {
  double sum = 0;
  for (std::size_t load = 0; load < evaluation.loads.size(); ++load) {
    sum += resolution_of(evaluation, policy, load, criterion);
  }
  return sum / static_cast<double>(evaluation.loads.size());
}

sim::Rng resampling(const Evaluation& evaluation, std::size_t policy, std::size_t criterion) {
  return sim::RngStreams(evaluation.seed).stream("bootstrap", policy * evaluation.criteria.size() + criterion);
}

bool more_is_better(const Evaluation& evaluation, std::size_t criterion) {
  return evaluation.criteria[criterion].better == results::Better::more;
}

// Mean over loads of a seed; over those that have a value.
double mean_of_seed(const Evaluation& evaluation, std::size_t policy, std::size_t criterion, std::size_t seed) {
  std::vector<double> values;
  for (std::size_t load = 0; load < evaluation.loads.size(); ++load) {
    const double value = evaluation.at(policy, load, seed)[criterion];
    if (!std::isnan(value)) values.push_back(value);
  }
  return values.empty() ? kAbsent : sim::mean(values);
}

double find_worst_seed(const Evaluation& evaluation, std::size_t policy, std::size_t criterion) {
  std::vector<double> seeds;
  for (std::size_t seed = 0; seed < evaluation.seeds; ++seed) {
    const double mean = mean_of_seed(evaluation, policy, criterion, seed);
    if (!std::isnan(mean)) seeds.push_back(mean);
  }
  return more_is_better(evaluation, criterion) ? std::ranges::min(seeds) : std::ranges::max(seeds);
}

// `intervals` by load.
void judge_loads(const std::vector<sim::AsymmetricInterval>& intervals, bool more_is_better, Verdict& verdict) {
  verdict.lowest = std::numeric_limits<double>::infinity();
  for (std::size_t load = 0; load < intervals.size(); ++load) {
    const sim::AsymmetricInterval& found = intervals[load];
    verdict.lowest = std::min(verdict.lowest, found.low);
    const double worse =
        more_is_better ? verdict.worst_load.estimate - found.estimate : found.estimate - verdict.worst_load.estimate;
    if (load > 0 && worse <= 0) continue;
    verdict.worst_load = found;
    verdict.worst_load_index = load;
  }
}

std::optional<sim::AsymmetricInterval> difference(const Evaluation& evaluation, std::size_t policy,
                                                  std::size_t criterion, const sim::GoOn& go_on) {
  if (policy == 0) return std::nullopt;
  const sim::Strata pairs = strata(evaluation, [&](std::size_t load, std::size_t seed) {
    return evaluation.at(policy, load, seed)[criterion] - evaluation.at(0, load, seed)[criterion];
  });
  if (has_empty(pairs)) return std::nullopt;
  const auto comparisons = static_cast<double>(evaluation.policies.size() - 1);
  const sim::AsymmetricInterval found =
      sim::bootstrap_interval(pairs, sim::mean, resampling(evaluation, policy, criterion),
                              {.level = 1 - (1 - kLevel) / comparisons, .together = true, .go_on = go_on});
  return sim::no_narrower(found,
                          resolution_of(evaluation, policy, criterion) + resolution_of(evaluation, 0, criterion));
}

std::optional<Verdict> judge(const Evaluation& evaluation, std::size_t policy, std::size_t criterion,
                             const sim::GoOn& go_on) {
  const sim::Strata values = strata(
      evaluation, [&](std::size_t load, std::size_t seed) { return evaluation.at(policy, load, seed)[criterion]; });
  if (has_empty(values)) return std::nullopt;
  const sim::Rng rng = resampling(evaluation, policy, criterion);
  const sim::BootstrapOptions options{.level = kLevel, .together = true, .go_on = go_on};
  const auto interval_of = [&](const sim::Strata& some, sim::Statistic statistic, double resolution) {
    return sim::no_narrower(sim::bootstrap_interval(some, statistic, rng, options), resolution);
  };
  const double resolution = resolution_of(evaluation, policy, criterion);
  Verdict verdict{.mean = interval_of(values, sim::mean, resolution),
                  .interquartile_mean = interval_of(values, sim::interquartile_mean, resolution),
                  .difference = difference(evaluation, policy, criterion, go_on)};
  verdict.worst_seed = find_worst_seed(evaluation, policy, criterion);
  std::vector<sim::AsymmetricInterval> loads;
  for (std::size_t load = 0; load < values.size(); ++load) {
    loads.push_back(interval_of({values[load]}, sim::mean, resolution_of(evaluation, policy, load, criterion)));
  }
  judge_loads(loads, more_is_better(evaluation, criterion), verdict);
  return verdict;
}

// Of a profile, without those that change nothing.
std::vector<sim::Profile::Step> changes_of(const sim::Profile& profile) {
  std::vector<sim::Profile::Step> changes;
  for (const sim::Profile::Step& step : profile.steps) {
    if (changes.empty() || step.level != changes.back().level) changes.push_back(step);
  }
  return changes;
}

}  // namespace

std::string values_of(const sim::Workload& workload) {
  std::string text;
  if (const auto* const list = std::get_if<sim::ArrivalList>(&workload.source)) {
    for (const sim::Time time : list->times) text += std::to_string(time.time_since_epoch().count()) + " ";
    return "arrivals " + files::sha256(text).substr(0, 16);
  }
  const auto* const closed = std::get_if<sim::ClosedLoop>(&workload.source);
  const std::string unit = closed != nullptr ? " users" : " requests/s";
  if (!workload.profile) {
    const double level = closed != nullptr ? closed->users : std::get<sim::OpenLoop>(workload.source).rate_per_s;
    return config::format_number(level) + unit;
  }
  const std::vector<sim::Profile::Step> changes = changes_of(*workload.profile);
  if (changes.size() == 1 && changes.front().start == sim::Time{}) {
    return config::format_number(changes.front().level) + unit;
  }
  for (const sim::Profile::Step& step : changes) {
    text += std::to_string(step.start.time_since_epoch().count()) + " " + config::format_number(step.level) + " ";
  }
  return files::sha256(text).substr(0, 16) + unit + " over time";
}

Criteria criteria_of(const results::Metrics& metrics) {
  Criteria criteria = appearing(metrics.end_to_end, results::in_criteria);
  std::ranges::stable_sort(criteria, {},
                           [](const auto& metric) { return std::pair(rank(metric.topic), metric.topic); });
  return criteria;
}

std::size_t criterion_named(std::string_view name, const Criteria& criteria) {
  const auto found = std::ranges::find(criteria, name, &results::EndToEndMetric::name);
  assert(found != criteria.end());
  return static_cast<std::size_t>(found - criteria.begin());
}

std::vector<sim::LoadKnowledge> knowledge_of(const EvaluationPlan& plan) {
  std::vector<sim::LoadKnowledge> knowledge;
  for (const policies::ReadyPolicy& policy : plan.policies) knowledge.push_back(policy.knows);
  return knowledge;
}

std::string protocol_of(const EvaluationPlan& plan, const policies::ReadyPolicy& policy) {
  return plan.scenario.redeploy && !policy.carries_over ? "redeploy" : "carry-over";
}

Scores score(const sim::Run& run, const Criteria& criteria) {
  Scores scores;
  for (const results::EndToEndMetric& metric : criteria) {
    const bool of_windows = metric.aggregate == results::Aggregate::mean_of_windows;
    scores.push_back(of_windows ? mean_over(std::span(run.windows).subspan(1), metric)
                                : metric.value({run.total, &run}).value_or(kAbsent));
  }
  return scores;
}

Scores resolution_of(const sim::Run& run, const Criteria& criteria) {
  Scores resolutions;
  for (const results::EndToEndMetric& metric : criteria) resolutions.push_back(metric.resolution({run.total, &run}));
  return resolutions;
}

Evaluation evaluate(const EvaluationPlan& plan, const OnRuns& on_runs, const sim::GoOn& go_on) {
  Evaluation evaluation{.policies = {}, .loads = {}, .seeds = plan.seeds, .seed = plan.seed, .criteria = plan.criteria};
  for (const policies::ReadyPolicy& policy : plan.policies) evaluation.policies.push_back(policy.name);
  for (const EvaluatedLoad& load : plan.loads) evaluation.loads.push_back(load.name);
  const Cells cells(plan);

  const std::size_t runs = plan.seeds * cells.size();
  evaluation.scores.resize(runs);
  evaluation.resolutions.resize(runs);
  std::vector<std::uint8_t> is_done(runs);
  std::mutex mutex;
  std::size_t done = 0;
  sim::parallel_for(runs, plan.threads, [&](std::size_t i) {
    std::optional<ScoredRun> run = cells.run(i, go_on);
    if (!run) return;
    const std::scoped_lock lock(mutex);
    evaluation.scores[i] = std::move(run->scores);
    evaluation.resolutions[i] = std::move(run->resolutions);
    is_done[i] = 1;
    ++done;
    if (on_runs) on_runs(done);
  });

  const auto whole = static_cast<std::size_t>(std::ranges::find(is_done, 0) - is_done.begin());
  evaluation.seeds = whole / cells.size();
  evaluation.scores.resize(evaluation.seeds * cells.size());
  evaluation.resolutions.resize(evaluation.seeds * cells.size());
  return evaluation;
}

std::vector<Verdicts> judge(const Evaluation& evaluation, const sim::GoOn& go_on) {
  std::vector<Verdicts> verdicts(evaluation.policies.size());
  for (std::size_t policy = 0; policy < verdicts.size(); ++policy) {
    for (std::size_t i = 0; i < evaluation.criteria.size(); ++i) {
      verdicts[policy].push_back(judge(evaluation, policy, i, go_on));
    }
  }
  return verdicts;
}

}  // namespace faasconf::experiments::evaluation
