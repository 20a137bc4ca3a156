#include "experiments/jobs/single_run.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/jobs/simulate.hpp"
#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::jobs {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;

const std::string kWorkflow =
    "workflow: {name: w, entry: a, functions: {a: {serial: 100ms}, b: {serial: 50ms, fixed: {cpu: 1, memory: 1Gi, "
    "replicas: 1, concurrency: 1}}}}\nworkload: {open_loop: {rate: 2/s}}\nduration: 10m\n";
const std::string kKnobs = "configuration: {cpu: 500m, memory: 512Mi, replicas: 2, concurrency: 2}\n";

SingleRunJob job_of(const std::string& text) {
  return {.experiment = config::parse_experiment(kWorkflow + text, "e.yaml")};
}

sim::Configuration with(const SingleRunJob& job, const sim::FunctionConfiguration& a) {
  sim::Configuration configuration = job.experiment.configurations.front().configuration;
  configuration.functions[0] = a;
  return configuration;
}

TEST(SingleRun, ShowsWhatSimulateShows) {
  const SingleRunJob job = job_of(kKnobs + "seed: 5\n");
  const SimulateResult simulated = run(SimulateJob{.experiment = job.experiment, .warm_up = sim::Duration{}});
  const auto& values = simulated.summary.row(0, "", "latency_mean_s").values;
  for (const std::uint64_t replication : {0U, 3U}) {
    SingleRunJob one = job;
    one.replication = replication;
    EXPECT_EQ(run(one).total.latency->mean_s, values[replication]);
  }
}

TEST(SingleRun, RunsThePolicyOfTheFile) {
  SingleRunJob job = job_of(kKnobs + "policies: [fixed, kpa]\n");
  EXPECT_THAT(complaint([&] { run(job); }),
              HasSubstr("case: expected one of configuration, kpa, which the experiment compares, got none"));
  job.case_name = "configuration";
  const sim::Run fixed = run(job);
  job.case_name = "kpa";
  EXPECT_NE(run(job).total.price, fixed.total.price);
  job.case_name = "kpo";
  EXPECT_THAT(complaint([&] { run(job); }), HasSubstr("got \"kpo\""));
  job.case_name = "";
  job.configuration = job.experiment.configurations.front().configuration;
  EXPECT_EQ(run(job).total.price, fixed.total.price);
}

TEST(SingleRun, RefusesAConfigurationThatTheWorkflowDoesNotAllow) {
  SingleRunJob job = job_of(kKnobs);
  const auto said = [&](const sim::Configuration& configuration) {
    job.configuration = configuration;
    return complaint([&] { run(job); });
  };
  EXPECT_THAT(said(with(job, {.cpu = {9999}, .memory = {512}, .replicas = 2, .concurrency = 2})),
              HasSubstr("function \"a\": cpu: expected what the workflow allows, 250m to 2000m, got 9999m"));
  EXPECT_THAT(said(with(job, {.cpu = {500}, .memory = {64}, .replicas = 2, .concurrency = 2})), HasSubstr("memory: "));
  EXPECT_THAT(said(with(job, {.cpu = {500}, .memory = {512}, .replicas = 99, .concurrency = 2})),
              HasSubstr("replicas: "));
  EXPECT_THAT(said(with(job, {.cpu = {500}, .memory = {512}, .replicas = 2, .concurrency = 99})),
              HasSubstr("concurrency: "));
  sim::Configuration fixed = with(job, {.cpu = {500}, .memory = {512}, .replicas = 2, .concurrency = 2});
  fixed.functions[1].replicas = 2;
  EXPECT_THAT(said(fixed), HasSubstr("function \"b\": expected what the workflow fixes, {cpu: 1000m, memory: 1024Mi, "
                                     "replicas: 1, concurrency: 1}, got"));
  fixed.functions.pop_back();
  EXPECT_THAT(said(fixed), HasSubstr("expected knobs of the 2 functions of workflow \"w\", got those of 1"));
}

TEST(SingleRun, RefusesASpanInWhichNoWindowRemains) {
  SingleRunJob job = job_of(kKnobs);
  job.warm_up = minutes(20);
  EXPECT_THAT(complaint([&] { run(job); }), HasSubstr("warm-up: expected a window of 30s to remain of 10m"));
  job.warm_up = {};
  job.duration = std::chrono::seconds(10);
  EXPECT_THAT(complaint([&] { run(job); }), HasSubstr("duration: expected at least one window of 30s"));
}

TEST(SingleRun, EndsWhenItIsCancelled) {
  SingleRunJob job = job_of(kKnobs);
  job.duration = minutes(1'000'000);
  int asked = 0;
  EXPECT_THROW(run(job, {.on_step = {}, .go_on = [&] { return ++asked < 20; }}), sim::Cancelled);
  EXPECT_EQ(asked, 20);
}

}  // namespace
}  // namespace faasconf::experiments::jobs
