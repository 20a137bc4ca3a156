// One configuration under one load by one seed: simulate, evaluate and predict give the same numbers, bit for bit.

#include <chrono>

#include <gtest/gtest.h>

#include "experiments/jobs/evaluate.hpp"
#include "experiments/jobs/predict.hpp"
#include "experiments/jobs/simulate.hpp"
#include "sim/model/run.hpp"
#include "sim/stats/running_moments.hpp"

namespace faasconf::experiments::jobs {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSeed7 = 7;
constexpr std::size_t kWindows = 12;  // after the first

constexpr const char* kWorkflow =
    "name: small\n"
    "qos: {latency: 500ms, successes: 20}\n"
    "promise: strict\n"
    "functions: {only: {serial: 100ms}}\n"
    "entry: {call: only}\n"
    "gateway: {hop: 5ms}\n";

config::Experiment experiment_of(bool fresh) {
  config::Experiment experiment = config::parse_experiment(
      kWorkflow, "small.yaml",
      {"workload={closed_loop: {users: 4}, window: 30s}", std::string("instances=") + (fresh ? "fresh" : "kept")});
  experiment.seed = kSeed7;
  experiment.duration = 30s * static_cast<std::int64_t>(kWindows + 1);
  experiment.replications = 2;
  return experiment;
}

class SameNumbers : public testing::TestWithParam<bool> {};

TEST_P(SameNumbers, OfSimulateAndEvaluate) {
  const config::Experiment experiment = experiment_of(GetParam());
  const SimulateResult simulated = run(SimulateJob{.experiment = experiment, .warm_up = 30s});
  EvaluateJob job{.experiment = experiment, .loads = {}, .seeds = 2, .seed = kSeed7};
  // the load that is compared is not the first
  job.loads = {steady_load(experiment, 9, kWindows), steady_load(experiment, 4, kWindows)};
  const EvaluateResult evaluated = run(job);
  for (const char* name : {"latency_mean_s", "latency_p95_s", "success_ratio", "served_share", "periods_kept"}) {
    const results::SummaryRow& row = simulated.summary.row(0, "", name);
    const std::size_t criterion = evaluation::criterion_named(name);
    for (std::size_t seed = 0; seed < 2; ++seed) {
      EXPECT_EQ(evaluated.evaluation.at(0, 1, seed)[criterion], row.values[seed]) << name;
    }
  }
}

TEST_P(SameNumbers, OfSimulateAndPredict) {
  const config::Experiment experiment = experiment_of(GetParam());
  const sim::Scenario scenario(experiment.scenario);
  sim::FixedPolicy policy(scenario.spec().configuration);
  const sim::Run simulated = sim::run(scenario, policy, {.duration = *experiment.duration, .warm_up = 30s}, kSeed7);
  sim::RunningMoments latency_s, price, successes;
  std::uint64_t kept = 0;
  for (std::size_t i = 1; i < simulated.windows.size(); ++i) {
    latency_s.add(simulated.windows[i].latency->mean_s);
    price.add(simulated.windows[i].price);
    successes.add(static_cast<double>(simulated.windows[i].requests.completions));
    kept += simulated.windows[i].qos_met ? 1 : 0;
  }

  PredictJob job{.workflow = prediction::read_calibrated(config::parse_yaml(kWorkflow, "small.yaml")),
                 .windows = {{.configuration = scenario.spec().configuration, .load = {.users = 4}}},
                 .attribution = sim::Attribution::completed,
                 .options = {.replications = GetParam() ? kWindows + 1 : kWindows, .seed = kSeed7}};
  job.kept = !GetParam();
  if (!GetParam()) job.warm_up = 30s;
  const PredictResult predicted = run(job);
  const prediction::Outlook& outlook = predicted.rows.front().outlook;
  if (GetParam()) {  // fresh windows know no warm-up: the first counts as well
    latency_s = price = successes = {};
    kept = 0;
    for (const sim::Observation& window : simulated.windows) {
      latency_s.add(window.latency->mean_s);
      price.add(window.price);
      successes.add(static_cast<double>(window.requests.completions));
      kept += window.qos_met ? 1 : 0;
    }
  }
  EXPECT_EQ(outlook.price, price.mean());
  EXPECT_EQ(outlook.quantities[1]->mean, latency_s.mean());
  EXPECT_EQ(outlook.quantities[0]->mean, successes.mean());
  EXPECT_EQ(outlook.qos_probability.mean, static_cast<double>(kept) / static_cast<double>(job.options.replications));
}

INSTANTIATE_TEST_SUITE_P(Instances, SameNumbers, testing::Bool(),
                         [](const auto& instance) { return instance.param ? "fresh" : "kept"; });

}  // namespace
}  // namespace faasconf::experiments::jobs
