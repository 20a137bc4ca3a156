#include "experiments/config/overrides.hpp"

#include <gtest/gtest.h>

#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::config {
namespace {

const std::string kWorkflow = "name: w\nfunctions: {f: {serial: 1s}, g: {}}\nentry: [f, g]\n";
const std::string kExperiment =
    "workflow: {name: w, functions: {f: {serial: 1s}, g: {}}, entry: [f, g]}\n"
    "workload: {closed_loop: {users: 20}, window: 30s}\n"
    "configuration: {cpu: 1000m, memory: 1Gi, replicas: 4, concurrency: 4}\n";

Experiment read(const std::string& text, const Overrides& overrides) {
  return parse_experiment(text, "f.yaml", overrides);
}

TEST(Overrides, ReplaceAValueOfTheExperiment) {
  const Experiment experiment =
      read(kExperiment, {"workload.closed_loop.users=7", "configuration.replicas=2", "seed=9"});
  EXPECT_EQ(std::get<sim::ClosedLoop>(experiment.scenario.workload.source).users, 7);
  EXPECT_EQ(experiment.configurations.front().configuration.functions[1].replicas, 2);
  EXPECT_EQ(experiment.seed, 9u);
}

TEST(Overrides, StandForAnOptionThatSetsAnEntry) {
  EXPECT_EQ(read(kExperiment, {"--promise=p95<=2s"}).scenario.workflow.promise.percentiles.size(), 1u);
  EXPECT_TRUE(read(kExperiment, {"--promise-mismatch=allow"}).any_promise);
  EXPECT_EQ(complaint([] { read(kExperiment, {"--promise=p95<2s"}); }).substr(0, 10), "--promise:");
}

TEST(Overrides, ReachIntoTheWorkflow) {
  const sim::Distribution two = sim::Deterministic{2};
  EXPECT_EQ(read(kExperiment, {"workflow.functions.f.serial=2s"}).scenario.workflow.functions[0].serial_work, two);
  EXPECT_EQ(read(kWorkflow, {"functions.f.serial=2s"}).scenario.workflow.functions[0].serial_work, two);
  EXPECT_EQ(read(kWorkflow, {"workflow.functions.f.serial=2s"}).scenario.workflow.functions[0].serial_work, two);
}

TEST(Overrides, ReachIntoAWorkflowThatShips) {
  const Experiment experiment =
      read("workflow: parallel\n", {"workflow.cpu_sharing.contention=0.5", "workflow.functions.rgb.serial=2s"});
  EXPECT_EQ(experiment.scenario.workflow.cpu_sharing.contention, 0.5);
  EXPECT_EQ(experiment.scenario.workflow.name, "parallel");
}

TEST(Overrides, ExchangeTheWorkflow) {
  EXPECT_EQ(read("workflow: parallel\n", {"workflow=branch"}).scenario.workflow.name, "branch");
  EXPECT_EQ(read(kWorkflow, {"workflow=branch"}).scenario.workflow.name, "branch");
}

TEST(Overrides, GiveAWorkflowFileAnExperiment) {
  const Experiment experiment = read(kWorkflow, {"workload.open_loop.rate=5/s", "workload.window=10s", "duration=1h"});
  EXPECT_EQ(std::get<sim::OpenLoop>(experiment.scenario.workload.source).rate_per_s, 5);
  EXPECT_EQ(experiment.scenario.window, std::chrono::seconds(10));
  EXPECT_EQ(experiment.duration, std::chrono::hours(1));
}

TEST(Overrides, TakeMapsAndListsAndPositions) {
  const Experiment experiment = read(kWorkflow, {"entry.1={call: f, on_failure: ignore}", "entry.0=g"});
  const auto& steps = std::get<sim::Sequence>(experiment.scenario.workflow.entry.kind).steps;
  EXPECT_EQ(std::get<sim::Call>(steps[0].kind).function, "g");
  EXPECT_EQ(std::get<sim::Call>(steps[1].kind).on_failure, sim::OnFailure::ignore);
}

TEST(Overrides, EmptyValueRemovesAnEntry) {
  const Experiment experiment = read(kExperiment, {"workload.closed_loop=", "workload.open_loop={rate: 1/s}"});
  EXPECT_TRUE(std::holds_alternative<sim::OpenLoop>(experiment.scenario.workload.source));
}

TEST(Overrides, TheLastOneWins) { EXPECT_EQ(read(kWorkflow, {"seed=1", "seed=2"}).seed, 2u); }

TEST(Overrides, ErrorsNameTheOverride) {
  const struct {
    std::string change;
    std::string message;
  } cases[] = {
      {"seed", "--set seed: expected key=value, got no \"=\""},
      {"=1", "--set =1: expected keys with dots between them before \"=\""},
      {"workload..users=1", "--set workload..users=1: expected keys with dots between them before \"=\""},
      {"workload.closed_loop.users=many",
       "--set workload.closed_loop.users=many: workload.closed_loop.users: expected a whole number from 1 to 1000000, "
       "got \"many\""},
      {"workload.closed_loop.user=1",
       "--set workload.closed_loop.user=1: workload.closed_loop: unknown key \"user\", did you mean \"users\"?"},
      {"workload.window=10",
       "--set workload.window=10: workload.window: expected a duration such as 30s, 500ms or "
       "1h30m, got \"10\""},
      {"workload.window.x=1", "--set workload.window.x=1: expected a map or a list above \"x\", got \"30s\""},
      {"workflow.entry.2=f", "--set workflow.entry.2=f: expected a position from 0 to 1, got \"2\""},
      {"workflow.entry.first=f", "--set workflow.entry.first=f: expected a position from 0 to 1, got \"first\""},
      {"workflow.entry.0=h",
       "--set workflow.entry.0=h: workflow.entry.0: expected a function of this workflow, got \"h\", did you mean "
       "\"f\"?"},
      {"replicas=", "--set replicas=: expected an entry to remove, got none of this name"},
      {"workflow=", "--set workflow=: expected a workflow, got nothing"},
      {"seed=[1", "--set seed=[1: expected a plain key, got a list or a map (is a bracket not closed?)"},
      {"configuration.cpu=9",
       "--set configuration.cpu=9: configuration.cpu: expected what function \"f\" allows, 250m "
       "to 2000m, got \"9\""},
  };
  for (const auto& [change, message] : cases) EXPECT_EQ(complaint_about(kExperiment, {change}), message);
}

}  // namespace
}  // namespace faasconf::experiments::config
