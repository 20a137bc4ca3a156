#include "experiments/config/experiment_file.hpp"

#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "experiments/config/configuration_file.hpp"
#include "experiments/config/input_files.hpp"
#include "sim/model/critical_path.hpp"
#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::config {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kWorkflow = "workflow: {name: w, functions: {f: {}, g: {}}, entry: [f, g]}\n";

TEST(ExperimentFile, ReadsEveryKey) {
  const Experiment experiment = parse_experiment(kWorkflow + R"(
description: every key
workload: {closed_loop: {users: 20}, window: 10s}
attribution: paper
redeploy: true
duration: 85m
replications: 30
seed: 18446744073709551615
configurations:
  small: {cpu: 500m, memory: 512Mi, replicas: 1, concurrency: 2}
  large: {default: {cpu: 2, memory: 2Gi, replicas: 8, concurrency: 10}, functions: {g: {replicas: 3}}}
policies: [fixed, hpa:small]
)",
                                                 "f.yaml");
  EXPECT_EQ(experiment.scenario.window, 10s);
  EXPECT_EQ(experiment.scenario.attribution, sim::Attribution::paper);
  EXPECT_TRUE(experiment.scenario.redeploy);
  EXPECT_EQ(experiment.duration, 85min);
  EXPECT_EQ(experiment.replications, 30u);
  EXPECT_EQ(experiment.seed, 18446744073709551615u);
  ASSERT_EQ(experiment.configurations.size(), 2u);
  EXPECT_EQ(experiment.configurations[0].name, "small");
  EXPECT_EQ(experiment.configurations[1].name, "large");
  EXPECT_EQ(experiment.configurations[1].configuration.functions[1].replicas, 3);
  EXPECT_EQ(experiment.scenario.configuration, experiment.configurations[0].configuration);
  EXPECT_EQ(experiment.policies,
            (std::vector<PolicySpec>{{}, {.kind = sim::HpaParameters(), .configuration = "small"}}));
}

TEST(ExperimentFile, WorkflowAloneGetsTenUsersAndTheMiddleOfTheRanges) {
  const Experiment experiment = parse_experiment("name: w\nfunctions: {f: {}}\nentry: f\n", "f.yaml");
  EXPECT_EQ(std::get<sim::ClosedLoop>(experiment.scenario.workload.source).users, 10);
  ASSERT_EQ(experiment.configurations.size(), 1u);
  EXPECT_EQ(experiment.configurations[0].name, "middle");
  EXPECT_EQ(experiment.configurations[0].configuration.functions[0].cpu, sim::Millicores{1125});
  EXPECT_EQ(experiment.scenario.window, 30s);
  EXPECT_FALSE(experiment.duration);
}

TEST(ExperimentFile, FilesThatItNamesLieBesideIt) {
  const auto folder = scratch_folder("experiment_file");
  write_file(folder / "w.yaml", "name: w\nfunctions: {f: {}}\nentry: f\n");
  write_file(folder / "c.yaml", "{cpu: 1, memory: 1Gi, replicas: 2, concurrency: 3}\n");
  write_file(folder / "e.yaml", "workflow: w.yaml\nconfiguration: c.yaml\n");
  const Experiment experiment = read_experiment(folder / "e.yaml");
  EXPECT_EQ(experiment.configurations[0].name, "c");
  EXPECT_EQ(experiment.configurations[0].configuration.functions[0].replicas, 2);
  ASSERT_EQ(experiment.inputs.size(), 3u);
  EXPECT_EQ(experiment.inputs[0].path, folder / "e.yaml");
  EXPECT_EQ(experiment.inputs[1].path, folder / "w.yaml");
  EXPECT_EQ(experiment.inputs[2].path, folder / "c.yaml");

  // what is wrong in them is named there
  write_file(folder / "w.yaml", "name: w\nfunctions: {f: {serial: 1}}\nentry: f\n");
  EXPECT_EQ(complaint([&] { read_experiment(folder / "e.yaml"); }),
            (folder / "w.yaml").string() + ":2: functions.f.serial: expected a duration such as 860ms, got \"1\"");
  EXPECT_THAT(complaint([&] { read_experiment(folder / "e.yaml", {"workflow=" + (folder / "e.yaml").string()}); }),
              HasSubstr(": workflow: expected a workflow file, which has the keys name, functions and entry, got "));
}

TEST(ExperimentFile, OverridesReachIntoAConfigurationFile) {
  const Experiment experiment = parse_experiment("workflow: parallel\nconfiguration: demo-lean\n", "f.yaml",
                                                 {"configuration.default.replicas=2"});
  EXPECT_EQ(experiment.configurations[0].name, "demo-lean");
  EXPECT_EQ(experiment.configurations[0].configuration.functions[1].replicas, 2);
}

// As tools write it that sort keys.
TEST(ExperimentFile, KeysMayComeInAnyOrder) {
  const Experiment workflow = parse_experiment("entry: a\nfunctions:\n  a: {serial: 1s}\nname: w\n", "f.yaml");
  EXPECT_EQ(workflow.scenario.workflow.name, "w");
  const Experiment experiment = parse_experiment("seed: 5\n" + kWorkflow, "f.yaml");
  EXPECT_EQ(experiment.seed, 5U);
}

TEST(ExperimentFile, WhatIsWrongIsNamedWithItsLine) {
  const struct {
    std::string text;
    std::string message;
  } cases[] = {
      {"seed: 1\n",
       "f.yaml:1: expected a workflow, which has the keys name, functions and entry, or an experiment, which has the "
       "key workflow, got the key \"seed\" and neither of these"},
      {"- 1\n",
       "f.yaml:1: expected a workflow, which has the keys name, functions and entry, or an experiment, which has the "
       "key workflow, got a list"},
      {kWorkflow + "sed: 1\n", "f.yaml:2: unknown key \"sed\", did you mean \"seed\"?"},
      {kWorkflow + "seed: -1\n", "f.yaml:2: seed: expected a whole number from 0 to 18446744073709551615, got \"-1\""},
      {kWorkflow + "seed: 18446744073709551616\n",
       "f.yaml:2: seed: expected a whole number from 0 to 18446744073709551615, got \"18446744073709551616\""},
      {kWorkflow + "replications: 0\n",
       "f.yaml:2: replications: expected a whole number from 1 to 1000000000, got \"0\""},
      {kWorkflow + "duration: 85\n", "f.yaml:2: duration: expected a duration such as 30s, 500ms or 1h30m, got \"85\""},
      {kWorkflow + "redeploy: yes\n", "f.yaml:2: redeploy: expected one of true, false, got \"yes\""},
      {kWorkflow + "attribution: begun\n",
       "f.yaml:2: attribution: expected one of completed, started, paper, got \"begun\""},
      {kWorkflow + "configurations: {}\n", "f.yaml:2: configurations: expected at least one configuration, got none"},
      {kWorkflow + "policies: [hpb]\n",
       "f.yaml:2: policies.0: expected one of fixed, openfaas, openfaas-autoscaler, hpa, kpa, table:FILE, bundle:FILE, "
       "or with a "
       "configuration or parameters such as hpa:lean or hpa:interval=1m, got \"hpb\", did you mean \"hpa\"?"},
      {kWorkflow + "policies:\n  - kpa: {target_shar: 0.5}\n",
       "f.yaml:3: policies.0.kpa: unknown key \"target_shar\", did you mean \"target_share\"?"},
      {kWorkflow + "policies: [{kpa: {target_share: 70}}]\n",
       "f.yaml:2: policies.0.kpa.target_share: expected a share from 0.001 to 1, or a percentage such as 80%, got "
       "\"70\""},
      {kWorkflow + "policies: [{hpb: {}}]\n",
       "f.yaml:2: policies.0: expected one of fixed, openfaas, openfaas-autoscaler, hpa, kpa, table, bundle, got "
       "\"hpb\", did you mean "
       "\"hpa\"?"},
      {kWorkflow + "policies: [{hpa: {}, kpa: {}}]\n",
       "f.yaml:2: policies.0: expected one policy such as {hpa: {interval: 1m}}, got 2 keys"},
      {kWorkflow + "policies: [[hpa]]\n",
       "f.yaml:2: policies.0: expected the name of a policy, or a map such as {hpa: {interval: 1m}}, got a list"},
      {kWorkflow + "policies: [{hpa: 1m}]\n",
       "f.yaml:2: policies.0.hpa: expected a map with keys from configuration, interval, target_utilization, "
       "target_rate, target_in_flight, target_queue_length, tolerance, up_pods, up_pods_period, up_share, "
       "up_share_period, up_select, "
       "up_stabilization, down_pods, down_pods_period, down_share, down_share_period, down_select, "
       "down_stabilization, averageUtilization, behavior, got \"1m\""},
      {kWorkflow + "configuration: {cpu: 1}\n",
       "f.yaml:2: configuration: expected memory for function \"f\", got none"},
      {kWorkflow + "configuration: {cpu: 1, memory: 1Gi, replicas: 1, concurrency: 1}\nconfigurations: {}\n",
       "f.yaml:3: configurations: expected either configuration or configurations, got both"},
      {"workflow: {name: w, functions: {f: {serial: 1}}, entry: f}\n",
       "f.yaml:1: workflow.functions.f.serial: expected a duration such as 860ms, got \"1\""},
      {"workflow: gone.yaml\n",
       "f.yaml:1: workflow: gone.yaml: expected a readable file, got \"No such file or directory\""},
      {"workflow:\n",
       "f.yaml:1: workflow: expected a map with keys from name, description, qos, promise, gateway, cpu_sharing, "
       "cluster, rollout, drain, prices, ranges, functions, entry, calibration, got nothing"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(complaint_about(text), message) << text;
}

TEST(ExperimentFile, FilesThatCannotBeReadAreErrors) {
  EXPECT_EQ(complaint([] { read_experiment("/nowhere/e.yaml"); }),
            "/nowhere/e.yaml: expected a readable file, got \"No such file or directory\"");
  EXPECT_EQ(complaint([] { read_experiment("/"); }), "/: expected a readable file, got a directory");
  const auto folder = scratch_folder("unreadable");
  write_file(folder / "empty.yaml", "");
  const std::string empty = folder / "empty.yaml";
  EXPECT_EQ(complaint([&] { read_experiment(empty); }), empty + ":1: expected YAML, got an empty file");

  // root reads everything
  if (geteuid() == 0) return;
  write_file(folder / "secret.yaml", kWorkflow);
  const std::string secret = folder / "secret.yaml";
  std::filesystem::permissions(secret, std::filesystem::perms::none);
  EXPECT_EQ(complaint([&] { read_experiment(secret); }),
            secret + ": expected a readable file, got \"Permission denied\"");
}

TEST(ExperimentFile, NameThatDoesNotShipSuggestsOneThatDoes) {
  const std::string message = complaint([] { read_experiment("paralel"); });
  EXPECT_THAT(message, StartsWith("paralel: expected a file or one of branch, concurrency-matters, "));
  EXPECT_THAT(message, HasSubstr(", got neither, did you mean \"parallel\"?"));
}

TEST(ShippedFiles, AreFoundByName) {
  EXPECT_THAT(find_shipped("parallel"), HasSubstr("parallel.yaml"));
  EXPECT_EQ(find_shipped("parallel.yaml"), find_shipped("parallel"));
  for (const char* const name : {"", "no-such-workflow", "../configs/parallel", "/etc/passwd"}) {
    EXPECT_EQ(find_shipped(name), "") << name;
  }
}

TEST(ShippedFiles, AllCanBeRead) {
  const sim::WorkflowSpec parallel = read_experiment("parallel").scenario.workflow;
  for (const std::string& name : shipped_names()) {
    if (name.starts_with("demo-")) {
      EXPECT_NO_THROW(read_configuration(find_shipped(name), parallel)) << name;
    } else {
      EXPECT_NO_THROW(sim::Scenario(read_experiment(name).scenario)) << name;
    }
  }
}

TEST(ShippedFiles, WorkflowsHaveThePapersFunctionsAndPromises) {
  const struct {
    std::string name;
    std::size_t functions;
    sim::Duration latency;
    double successes;
  } cases[] = {{"sequential", 5, 12s, 19}, {"parallel", 6, 13s, 20}, {"branch", 7, 10s, 30}};
  for (const auto& [name, functions, latency, successes] : cases) {
    const sim::WorkflowSpec workflow = read_experiment(name).scenario.workflow;
    EXPECT_EQ(workflow.name, name);
    EXPECT_EQ(workflow.functions.size(), functions + 1) << "with the orchestrator";
    EXPECT_TRUE(workflow.functions.front().fixed);
    EXPECT_EQ(workflow.qos.latency, latency);
    EXPECT_EQ(workflow.qos.successes, successes);
    for (std::size_t i = 1; i <= functions; ++i) EXPECT_EQ(workflow.functions[i].ranges, sim::KnobRanges{});
  }
}

TEST(ShippedFiles, SharedFunctionsAreTheSameInEveryWorkflow) {
  std::map<std::string, std::string> seen;
  for (const std::string name : {"parallel", "sequential", "branch"}) {
    Experiment experiment = read_experiment(name);
    for (const sim::FunctionSpec& function : experiment.scenario.workflow.functions) {
      if (function.calls) continue;
      // one function alone, as text
      Experiment alone;
      alone.scenario.workflow.functions = {function};
      alone.scenario.workflow.entry = {sim::Call{function.name}};
      const std::string text = to_yaml(alone);
      EXPECT_EQ(seen.emplace(function.name, text).first->second, text) << function.name << " in " << name;
    }
  }
}

// The functions that a block calls.
void collect_calls(const sim::Block& block, std::multiset<std::string>& calls) {
  if (const auto* call = std::get_if<sim::Call>(&block.kind)) {
    calls.insert(call->function);
  } else {
    for (const sim::Block& step : std::get<sim::Sequence>(block.kind).steps) collect_calls(step, calls);
  }
}

std::multiset<std::string> calls_of(const sim::FunctionSpec& function) {
  std::multiset<std::string> calls;
  if (function.calls) collect_calls(*function.calls, calls);
  return calls;
}

TEST(TcktApp, HasThePapersFunctionsAndPromise) {
  const sim::WorkflowSpec workflow = read_experiment("tcktapp").scenario.workflow;
  ASSERT_EQ(workflow.functions.size(), 13u) << "with the database";
  EXPECT_EQ(std::get<sim::Call>(workflow.entry.kind).function, "get-left-trip-tickets");
  EXPECT_EQ(workflow.qos.latency, 3500ms);
  EXPECT_EQ(workflow.qos.successes, 110);
  for (std::size_t i = 0; i < 12; ++i) {
    const sim::FunctionSpec& function = workflow.functions[i];
    EXPECT_FALSE(function.fixed) << function.name;
    EXPECT_EQ(function.ranges,
              (sim::KnobRanges{.cpu_min = {250}, .cpu_max = {1000}, .memory_min = {128}, .memory_max = {1024}}))
        << function.name;
  }
  const sim::FunctionSpec& database = workflow.functions[12];
  EXPECT_EQ(database.name, "mongodb");
  EXPECT_TRUE(database.fixed);
  EXPECT_EQ(database.overflow, sim::Overflow::queue);
  EXPECT_FALSE(database.calls);
}

TEST(TcktApp, FunctionsAreNeighboursAsInThePaper) {
  const std::vector<std::set<std::size_t>> paper = {
      {1, 3, 6, 8, 10, 11}, {0, 4, 5, 7, 9}, {11}, {0, 4, 11}, {1, 3},  {1},
      {0, 7, 11},           {1, 6},          {0},  {1},        {0, 11}, {0, 2, 3, 6, 10}};
  const sim::WorkflowSpec workflow = read_experiment("tcktapp").scenario.workflow;
  std::vector<std::set<std::size_t>> neighbours(12);
  for (std::size_t caller = 0; caller < 12; ++caller) {
    for (const std::string& name : calls_of(workflow.functions[caller])) {
      const std::size_t callee = workflow.find(name)->index;
      if (callee == 12) continue;  // the database
      neighbours[caller].insert(callee);
      neighbours[callee].insert(caller);
    }
  }
  EXPECT_EQ(neighbours, paper);
}

// Oracle: the numbers of calls of one search in the published scripts.
TEST(TcktApp, FunctionsAreCalledAsOftenAsPublished) {
  const sim::WorkflowSpec workflow = read_experiment("tcktapp").scenario.workflow;
  const sim::Graph graph(workflow);
  std::vector<int> calls(13, 0);
  for (sim::StepIndex i = 0; i < graph.size(); ++i) {
    if (graph.step(i).kind == sim::StepKind::call) ++calls[graph.step(i).function.index];
  }
  EXPECT_EQ(calls, (std::vector<int>{1, 2, 1, 8, 2, 2, 4, 2, 1, 2, 10, 1, 33}));
}

// Oracle: by hand, 36 calls through the gateway, 33 queries, and the work of 1 to 11 beside the entry's.
TEST(TcktApp, LatencyWithoutLoadIsTheSumOfAllCalls) {
  const sim::WorkflowSpec workflow = read_experiment("tcktapp").scenario.workflow;
  const double queries_s = 33 * (0.001 + 0.001);
  const double others_s = 2 * 0.0113 + 0.0052 + 8 * 0.0033 + 2 * 0.0042 + 2 * 0.0033 + 4 * 0.0042 + 2 * 0.0027 +
                          0.0047 + 2 * 0.0036 + 10 * 0.0047 + 0.0057;
  EXPECT_NEAR(sim::critical_path(workflow, sim::Graph(workflow)).seconds, 36 * 0.02 + queries_s + others_s + 0.165,
              1e-9);
}

// Oracle: by hand, the published 75th percentiles (s), which end where an instance answers: without the call's own hop.
// The entry has none without load.
TEST(TcktApp, CallsTakeThePublishedTimesUnderTheMiddleOfTheCpuRange) {
  const std::vector<double> published_s = {0, .194, .0118, .0083, .0383, .0082, .01, .0372, .011, .0088, .0109, .2245};
  sim::WorkflowSpec workflow = read_experiment("tcktapp").scenario.workflow;
  const double served_cores = std::pow(0.625, workflow.cpu_sharing.quota_exponent);
  for (sim::FunctionSpec& function : workflow.functions) {
    function.serial_work = sim::Deterministic{function.serial_work.mean() / served_cores};
  }
  for (std::size_t i = 1; i < 12; ++i) {
    workflow.entry = {sim::Call{workflow.functions[i].name}};
    const double seconds = sim::critical_path(workflow, sim::Graph(workflow)).seconds - workflow.gateway.hop.mean();
    EXPECT_NEAR(seconds, published_s[i], 0.0006) << workflow.functions[i].name;  // works are rounded to 0.1 ms
  }
}

}  // namespace
}  // namespace faasconf::experiments::config
