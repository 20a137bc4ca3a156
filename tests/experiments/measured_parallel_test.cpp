// The shipped Parallel workflow against what was measured of it: 909 windows of 30 s with 10 users, each under another
// configuration (columns by position: the header repeats names).

#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "experiments/config/experiment_file.hpp"
#include "sim/model/run.hpp"
#include "sim/stats/running_moments.hpp"
#include "tests/shared_data.hpp"

namespace faasconf::experiments {
namespace {

#ifdef NDEBUG
constexpr std::uint64_t kReplications = 16;
constexpr std::size_t kEvery = 1;
#else
constexpr std::uint64_t kReplications = 4;  // asserts and sanitizers take their time
constexpr std::size_t kEvery = 10;
#endif

constexpr std::size_t kFunctions = 6;
constexpr std::size_t kActions = 4 * kFunctions;  // cpu, memory, replicas, concurrency of each, in 0..1
constexpr std::size_t kFunctionColumns = 10;      // name, cpu [m], memory [MiB], replicas, six metrics
constexpr std::size_t kEndToEnd = kActions + kFunctionColumns * kFunctions;

struct Row {
  sim::Configuration configuration{};
  double latency_mean_s = 0;
  double latency_p95_s = 0;
  double successes = 0;
  double success_ratio = 0;
};

Row read_row(const std::string& line, const sim::ScenarioSpec& scenario) {
  std::vector<std::string> cells;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, ',');) cells.push_back(cell);
  Row row{.configuration = scenario.configuration};
  for (std::size_t j = 0; j < kFunctions; ++j) {
    const std::size_t first = kActions + kFunctionColumns * j;
    const auto function = scenario.workflow.find(cells.at(first));
    auto& knobs = row.configuration.functions.at(function.value().index);
    knobs.cpu = {std::stod(cells.at(first + 1))};
    knobs.memory = {std::stod(cells.at(first + 2))};
    knobs.replicas = std::stoi(cells.at(first + 3));
    knobs.concurrency = static_cast<int>(9 * std::stod(cells.at(4 * j + 3)) + 1);
  }
  row.latency_mean_s = std::stod(cells.at(kEndToEnd));
  row.latency_p95_s = std::stod(cells.at(kEndToEnd + 1));
  row.successes = std::stod(cells.at(kEndToEnd + 2));
  row.success_ratio = row.successes / std::stod(cells.at(kEndToEnd + 3));
  return row;
}

// Means over replications of the window that was measured.
Row predict(const sim::ScenarioSpec& shipped, const Row& measured, std::uint64_t seed) {
  sim::ScenarioSpec spec = shipped;
  spec.configuration = measured.configuration;
  spec.workload.source = sim::ClosedLoop{.users = 10, .spawn_rate_per_s = 10};
  spec.attribution = sim::Attribution::paper;
  const sim::Scenario scenario(spec);
  sim::RunningMoments mean_s;
  sim::RunningMoments p95_s;
  double successes = 0;
  double finished = 0;
  for (std::uint64_t replication = 0; replication < kReplications; ++replication) {
    sim::FixedPolicy policy(spec.configuration);
    const sim::Run run = sim::run(scenario, policy, {.duration = std::chrono::seconds(30)}, seed, replication);
    const sim::Observation& window = run.windows.front();
    if (window.latency) {
      mean_s.add(window.latency->mean_s);
      p95_s.add(window.latency->p95_s);
    }
    successes += static_cast<double>(window.requests.completions);
    finished += static_cast<double>(window.requests.finished());
  }
  return {.latency_mean_s = mean_s.mean().value_or(0),
          .latency_p95_s = p95_s.mean().value_or(0),
          .successes = successes / static_cast<double>(kReplications),
          .success_ratio = finished > 0 ? successes / finished : 0};
}

struct Accuracy {
  double r2 = 0;  // 1 - residual / total sum of squares
  double mean_absolute_relative_error = 0;
};

Accuracy accuracy(const std::vector<Row>& measured, const std::vector<Row>& predicted, double Row::*target) {
  sim::RunningMoments truth;
  for (const Row& row : measured) truth.add(row.*target);
  double residual = 0;
  double total = 0;
  double relative = 0;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const double error = predicted[i].*target - measured[i].*target;
    residual += error * error;
    total += std::pow(measured[i].*target - truth.mean().value(), 2);
    relative += std::abs(error) / measured[i].*target;
  }
  return {1 - residual / total, relative / static_cast<double>(measured.size())};
}

TEST(MeasuredParallel, IsPredictedAsWellAsTheReadmeSays) {
  const auto path = tests::shared_file("data/faasconf/parallel_10users.csv");
  if (!path) GTEST_SKIP() << tests::kNoSharedData;
  const config::Experiment experiment = config::read_experiment("parallel");
  std::ifstream in(*path);
  std::string line;
  std::getline(in, line);
  std::vector<Row> measured;
  std::vector<Row> predicted;
  for (std::size_t number = 0; std::getline(in, line); ++number) {
    if (number % kEvery != 0) continue;
    measured.push_back(read_row(line, experiment.scenario));
    predicted.push_back(predict(experiment.scenario, measured.back(), number));
  }
  ASSERT_GE(measured.size() * kEvery, 909U);

  const Accuracy mean = accuracy(measured, predicted, &Row::latency_mean_s);
  const Accuracy p95 = accuracy(measured, predicted, &Row::latency_p95_s);
  const Accuracy successes = accuracy(measured, predicted, &Row::successes);
  const Accuracy ratio = accuracy(measured, predicted, &Row::success_ratio);
  std::printf("R2: mean latency %.3f (error %.1f %%), p95 %.3f (%.1f %%), successes %.3f, success ratio %.3f\n",
              mean.r2, 100 * mean.mean_absolute_relative_error, p95.r2, 100 * p95.mean_absolute_relative_error,
              successes.r2, ratio.r2);
  // what a tenth of the rows says has a standard deviation of about 0.05
  const double slack = kEvery == 1 ? 0 : 0.15;
  EXPECT_GT(mean.r2, 0.74 - slack);
  EXPECT_LT(mean.mean_absolute_relative_error, 0.09 + slack);
  EXPECT_GT(p95.r2, 0.59 - slack);
  EXPECT_GT(successes.r2, 0.81 - slack);
  EXPECT_GT(ratio.r2, 0.71 - slack);
}

}  // namespace
}  // namespace faasconf::experiments
