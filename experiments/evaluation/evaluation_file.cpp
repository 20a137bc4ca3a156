#include "experiments/evaluation/evaluation_file.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <variant>

#include <H5Cpp.h>

#include "experiments/config/distribution_text.hpp"
#include "experiments/results/hdf5_parts.hpp"
#include "traces/files/hdf5_part_driver.hpp"
#include "traces/files/part_file.hpp"

namespace faasconf::experiments::evaluation {
namespace {

constexpr results::FileFormat kFormat{"faasconf-evaluation", 1};
constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

// "5 x 10, 7": numbers of users, window after window.
std::string users_text(const std::vector<double>& users) {
  std::string text;
  for (std::size_t begin = 0, end = 0; begin < users.size(); begin = end) {
    while (end < users.size() && users[end] == users[begin]) ++end;
    text += (text.empty() ? "" : ", ") + config::format_number(users[begin]) +
            (end - begin > 1 ? " x " + std::to_string(end - begin) : "");
  }
  return text;
}

bool has_users(const EvaluatedLoad& load) { return std::holds_alternative<sim::ClosedLoop>(load.workload.source); }

// Users by window, or "5/s x 86": what a profile of rates holds is in the digest of its file.
std::string load_text(const EvaluatedLoad& load) {
  if (has_users(load)) return users_text(load.levels);
  const auto* const open = std::get_if<sim::OpenLoop>(&load.workload.source);
  const bool steady = open != nullptr && !load.workload.profile;
  if (open == nullptr) return "given arrivals x " + std::to_string(load.windows);
  return (steady ? config::format_number(open->rate_per_s) + "/s" : "rates") + " x " + std::to_string(load.windows);
}

config::YamlNode users_yaml(const EvaluationPlan& plan) {
  std::vector<config::YamlNode> loads;
  for (const EvaluatedLoad& load : plan.loads) {
    loads.push_back(config::yaml_scalar(load_text(load)));
  }
  return config::yaml_list(std::move(loads));
}

// The seeds that were done, where the evaluation was ended early. Names of policies and loads come from paths; the
// experiment has the policies.
results::Record record_of(const config::Experiment& experiment, const EvaluationPlan& plan,
                          const Evaluation& evaluation) {
  return {.format = kFormat,
          .job = {.verb = "evaluate",
                  .options = {{"seeds", config::yaml_scalar(std::to_string(evaluation.seeds))},
                              {"users", users_yaml(plan)}},
                  .experiment = experiment.resolved},
          .seed = evaluation.seed,
          .inputs = experiment.inputs};
}

std::int64_t index(std::size_t i) { return static_cast<std::int64_t>(i); }

void write_names(const H5::Group& run, const EvaluationPlan& plan, const Evaluation& evaluation) {
  std::vector<std::string> knows;
  std::vector<std::string> protocols;
  for (const policies::ReadyPolicy& policy : plan.policies) {
    knows.emplace_back(sim::name_of(policy.knows));
    protocols.push_back(protocol_of(plan, policy));
  }
  std::vector<std::string> criteria;
  std::vector<std::string> units;
  for (const results::EndToEndMetric& criterion : evaluation.criteria) {
    criteria.emplace_back(criterion.name);
    units.emplace_back(criterion.unit);
  }
  results::write_array(run, "policies", evaluation.policies);
  results::write_array(run, "knows", knows);
  results::write_array(run, "protocols", protocols);
  results::write_array(run, "loads", evaluation.loads);
  results::write_array(run, "criteria", criteria);
  results::write_array(run, "units", units);
}

void write_users(const H5::Group& run, const EvaluationPlan& plan) {
  std::vector<std::int64_t> loads;
  std::vector<std::int64_t> windows;
  std::vector<std::int64_t> users;
  for (std::size_t load = 0; load < plan.loads.size(); ++load) {
    if (!has_users(plan.loads[load])) continue;
    for (std::size_t window = 0; window < plan.loads[load].levels.size(); ++window) {
      loads.push_back(index(load));
      windows.push_back(index(window));
      users.push_back(std::llround(plan.loads[load].levels[window]));
    }
  }
  const H5::Group group = results::create_group(run, "users");
  results::write_column(group, "load", "", loads, "/run/loads");
  results::write_column(group, "window", "", windows);
  results::write_column(group, "users", "users", users);
}

void write_runs(const H5::Group& root, const Evaluation& evaluation) {
  std::vector<std::int64_t> policies;
  std::vector<std::int64_t> loads;
  std::vector<std::int64_t> seeds;
  std::vector<std::vector<double>> scores(evaluation.criteria.size());
  for (std::size_t policy = 0; policy < evaluation.policies.size(); ++policy) {
    for (std::size_t load = 0; load < evaluation.loads.size(); ++load) {
      for (std::size_t seed = 0; seed < evaluation.seeds; ++seed) {
        policies.push_back(index(policy));
        loads.push_back(index(load));
        seeds.push_back(index(seed));
        const Scores& run = evaluation.at(policy, load, seed);
        for (std::size_t i = 0; i < run.size(); ++i) scores[i].push_back(run[i]);
      }
    }
  }
  const H5::Group group = results::create_group(root, "runs");
  results::write_column(group, "policy", "", policies, "/run/policies");
  results::write_column(group, "load", "", loads, "/run/loads");
  results::write_column(group, "seed", "", seeds);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const results::EndToEndMetric& criterion = evaluation.criteria[i];
    results::write_column(group, std::string(criterion.name).c_str(), std::string(criterion.unit), scores[i]);
  }
}

// A column of the summary: where a verdict has it.
struct Column {
  const char* name;
  double (*of)(const Verdict&);
};
const std::array<Column, 14> kColumns = {{
    {"mean", [](const Verdict& v) { return v.mean.estimate; }},
    {"low", [](const Verdict& v) { return v.mean.low; }},
    {"high", [](const Verdict& v) { return v.mean.high; }},
    {"interquartile_mean", [](const Verdict& v) { return v.interquartile_mean.estimate; }},
    {"interquartile_low", [](const Verdict& v) { return v.interquartile_mean.low; }},
    {"interquartile_high", [](const Verdict& v) { return v.interquartile_mean.high; }},
    {"worst_seed", [](const Verdict& v) { return v.worst_seed; }},
    {"worst_load", [](const Verdict& v) { return v.worst_load.estimate; }},
    {"worst_load_low", [](const Verdict& v) { return v.worst_load.low; }},
    {"worst_load_high", [](const Verdict& v) { return v.worst_load.high; }},
    {"lowest", [](const Verdict& v) { return v.lowest; }},
    {"difference", [](const Verdict& v) { return v.difference ? v.difference->estimate : kAbsent; }},
    {"difference_low", [](const Verdict& v) { return v.difference ? v.difference->low : kAbsent; }},
    {"difference_high", [](const Verdict& v) { return v.difference ? v.difference->high : kAbsent; }},
}};

void write_summary(const H5::Group& root, const std::vector<Verdicts>& verdicts) {
  std::vector<std::int64_t> policies;
  std::vector<std::int64_t> criteria;
  std::vector<std::int64_t> worst_loads;
  std::array<std::vector<double>, kColumns.size()> values;
  for (std::size_t policy = 0; policy < verdicts.size(); ++policy) {
    for (std::size_t criterion = 0; criterion < verdicts[policy].size(); ++criterion) {
      const std::optional<Verdict>& verdict = verdicts[policy][criterion];
      policies.push_back(index(policy));
      criteria.push_back(index(criterion));
      worst_loads.push_back(verdict ? index(verdict->worst_load_index) : -1);
      for (std::size_t i = 0; i < values.size(); ++i) {
        values[i].push_back(verdict ? kColumns[i].of(*verdict) : kAbsent);
      }
    }
  }
  const H5::Group group = results::create_group(root, "summary");
  results::write_column(group, "policy", "", policies, "/run/policies");
  results::write_column(group, "criterion", "", criteria, "/run/criteria");
  for (std::size_t i = 0; i < values.size(); ++i) results::write_column(group, kColumns[i].name, "", values[i]);
  results::write_column(group, "worst_load_index", "", worst_loads, "/run/loads");
}

}  // namespace

void write_evaluation(const std::string& path, const config::Experiment& experiment, const EvaluationPlan& plan,
                      const Evaluation& evaluation, const std::vector<Verdicts>& verdicts) {
  results::translate_hdf5_errors(path, [&] {
    files::PartFile part(path);
    {
      const H5::H5File file = files::create_hdf5(part);
      results::write_origin(file, record_of(experiment, plan, evaluation), experiment.scenario);
      results::write_attribute(file.openGroup("/"), "seeds", std::uint64_t{evaluation.seeds});
      const H5::Group run = file.openGroup("run");
      write_names(run, plan, evaluation);
      write_users(run, plan);
      write_runs(file, evaluation);
      write_summary(file, verdicts);
    }
    part.commit();
  });
}

std::string identity_of(const config::Experiment& experiment, const EvaluationPlan& plan,
                        const Evaluation& evaluation) {
  return results::identity(record_of(experiment, plan, evaluation));
}

}  // namespace faasconf::experiments::evaluation
