#include "experiments/policies/catalogue.hpp"

#include <chrono>
#include <filesystem>

#include <gmock/gmock.h>

#include "sim/core/error.hpp"
#include "tests/experiments/config/reading.hpp"
#include "tests/learner/bundle/archives.hpp"
#include "tests/learner/bundle/policies.hpp"

namespace faasconf::experiments::policies {
namespace {

using namespace std::chrono_literals;
using sim::LoadKnowledge;
using testing::HasSubstr;

// One function, which has from 1 to 100 replicas, at 20 users.
const std::string kExperiment =
    "workflow: {name: w, functions: {f: {ranges: {replicas: [1, 100]}}}, entry: f}\n"
    "workload: {closed_loop: {users: 20}}\n"
    "configurations: {lean: {cpu: 1, memory: 1Gi, replicas: 10, concurrency: 1}}\n";
const std::string kTable =
    "table:\n"
    "  - {users: 10, configuration: {cpu: 1, memory: 1Gi, replicas: 10, concurrency: 1}}\n"
    "  - {users: 30, configuration: {cpu: 1, memory: 1Gi, replicas: 30, concurrency: 1}}\n";

class Catalogue : public testing::Test {
 protected:
  Catalogue() {
    write_file(folder_ / "t.yaml", kTable);
    write_file(folder_ / "ample.yaml", "{cpu: 2, memory: 2Gi, replicas: 99, concurrency: 4}\n");
  }

  // The bundle's weights are random.
  void write_bundle(const std::string& name, sim::LoadForecasting knowledge) const {
    const sim::Scenario scenario(experiment("fixed").scenario);
    learner::bundle::PolicyBundle policy =
        learner::bundle::random_policy(scenario, learner::bundle::NeighbourhoodSpec{});
    policy.metadata.load_knowledge = knowledge;
    learner::bundle::write_archive((folder_ / name).string(), learner::bundle::members_of(policy));
  }

  config::Experiment experiment(const std::string& policy) const {
    return config::parse_experiment(kExperiment + "policies: ['" + policy + "']\n", (folder_ / "e.yaml").string());
  }
  ReadyPolicy ready(const std::string& policy) const { return ready_policies(experiment(policy)).at(0); }

  // of this test alone: tests run side by side
  std::filesystem::path folder_ =
      scratch_folder(std::string("catalogue-") + testing::UnitTest::GetInstance()->current_test_info()->name());
};

// A window of ten busy replicas.
sim::Observation busy_window(std::int64_t number = 0) {
  sim::Observation seen;
  seen.window = number;
  seen.start = sim::Time(10min);
  seen.length = 15s;
  seen.configuration.functions = {{.cpu = {1000}, .memory = {1024}, .replicas = 10, .concurrency = 1}};
  seen.functions.resize(1);
  seen.functions[0].ready = 10;
  seen.functions[0].cpu_cores = 8;
  return seen;
}

TEST_F(Catalogue, SaysWhatEachPolicyKnowsOfTheLoad) {
  EXPECT_EQ(ready("fixed").knows, LoadKnowledge::none);
  EXPECT_EQ(ready("fixed:ample.yaml").knows, LoadKnowledge::none);
  for (const char* autoscaler : {"openfaas", "hpa", "kpa:lean:interval=7s"}) {
    EXPECT_EQ(ready(autoscaler).knows, LoadKnowledge::past) << autoscaler;
  }
  EXPECT_EQ(ready("table:t.yaml").knows, LoadKnowledge::next);
  EXPECT_EQ(ready("table:t.yaml:last").knows, LoadKnowledge::past);
  const std::pair<sim::LoadForecasting, LoadKnowledge> bundles[] = {
      {sim::LoadForecasting::clairvoyant, LoadKnowledge::next},
      {sim::LoadForecasting::persistence, LoadKnowledge::past},
      {sim::LoadForecasting::smoothing, LoadKnowledge::forecast},
      {sim::LoadForecasting::seasonal, LoadKnowledge::forecast}};
  for (const auto& [trained, knows] : bundles) {
    write_bundle("p.fcp", trained);
    EXPECT_EQ(ready("bundle:p.fcp").knows, knows);
  }
}

TEST_F(Catalogue, KeepsTheInstancesOfAutoscalersOnly) {
  EXPECT_TRUE(ready("hpa").carries_over);
  EXPECT_FALSE(ready("fixed").carries_over);
  EXPECT_FALSE(ready("table:t.yaml").carries_over);
}

// With half the target the HPA wants twice the replicas.
TEST_F(Catalogue, MakesAutoscalersWithTheirParameters) {
  const sim::Scenario scenario(experiment("fixed").scenario);
  const auto replicas = [&](const std::string& policy) {
    return ready(policy).make({.scenario = scenario})->decide(busy_window()).functions[0].replicas;
  };
  EXPECT_EQ(replicas("hpa"), 10);
  EXPECT_EQ(replicas("hpa:target_utilization=0.4"), 20);
  EXPECT_EQ(replicas("hpa:target_utilization=0.4,up_share=0"), 14);
  EXPECT_EQ(ready("kpa:interval=7s").make({.scenario = scenario})->interval(), 7s);
}

TEST_F(Catalogue, StartsFromTheConfigurationOrTheFile) {
  EXPECT_EQ(ready("fixed").start.functions[0].replicas, 10);
  EXPECT_EQ(ready("table:t.yaml").start.functions[0].replicas, 10);
  const ReadyPolicy ample = ready("fixed:ample.yaml");
  EXPECT_EQ(ample.name, "ample");
  EXPECT_EQ(ample.start.functions[0].replicas, 99);
  const sim::Scenario scenario(experiment("fixed").scenario);
  EXPECT_EQ(ample.make({.scenario = scenario})->decide(busy_window()), ample.start);
}

TEST_F(Catalogue, LooksUpTheUsersOfTheNextWindowOrThoseSeenInTheLast) {
  const sim::Scenario scenario(experiment("fixed").scenario);
  const std::vector<double> users = {10, 20, 30};
  const auto replicas = [&](const std::string& policy, std::int64_t window) {
    const ReadyPolicy table = ready(policy);
    sim::Observation seen = busy_window(window);
    seen.users = users[static_cast<std::size_t>(window)];
    return table.make({.scenario = scenario, .levels = users})->decide(seen).functions[0].replicas;
  };
  EXPECT_EQ(replicas("table:t.yaml", 0), 20);
  EXPECT_EQ(replicas("table:t.yaml", 2), 30) << "the last number for good";
  EXPECT_EQ(replicas("table:t.yaml:last", 0), 10);
  EXPECT_EQ(replicas("table:t.yaml:last", 1), 20);
}

TEST_F(Catalogue, LooksUpWhatIsSeenAtAnIntervalOfItsOwn) {
  const sim::Scenario scenario(experiment("fixed").scenario);
  const std::vector<double> users = {10, 20};
  const ReadyPolicy table = ready("table:t.yaml:last,interval=5s");
  const auto policy = table.make({.scenario = scenario, .levels = users});
  EXPECT_EQ(policy->interval(), 5s);
  sim::Observation seen = busy_window(17);  // the seventeenth interval, of a load that nobody foresaw
  seen.users = 30;
  EXPECT_EQ(policy->decide(seen).functions[0].replicas, 30);
  const ReadyPolicy by_window = ready("table:t.yaml:last");
  EXPECT_EQ(by_window.make({.scenario = scenario, .levels = users})->interval(), std::nullopt);
}

TEST_F(Catalogue, MakesTrainedPolicies) {
  write_bundle("p.fcp", sim::LoadForecasting::clairvoyant);
  const sim::Scenario scenario(experiment("fixed").scenario);
  const ReadyPolicy trained = ready("bundle:p.fcp");
  EXPECT_EQ(trained.name, "p");
  const std::vector<double> users = {20, 20};
  const auto policy = trained.make({.scenario = scenario, .levels = users});
  EXPECT_EQ(policy->decide(busy_window()).functions.size(), 1U);
}

TEST_F(Catalogue, MakesThemForTheUsersOfAScenario) {
  const sim::Scenario scenario(experiment("fixed").scenario);
  const ReadyPolicy table = ready("table:t.yaml");
  EXPECT_EQ(factory_of(table, scenario, 5min)()->decide(busy_window()).functions[0].replicas, 20);
}

TEST_F(Catalogue, SaysSoWhereNobodyKnowsTheUsers) {
  write_bundle("p.fcp", sim::LoadForecasting::persistence);
  sim::ScenarioSpec open = experiment("fixed").scenario;
  open.workload.source = sim::OpenLoop{.rate_per_s = 5, .process = {}};
  const sim::Scenario scenario(open);
  for (const char* policy : {"table:t.yaml", "table:t.yaml:last"}) {
    EXPECT_THAT(complaint([&] { factory_of(ready(policy), scenario, 5min)(); }),
                HasSubstr("expected a closed loop, by whose users it decides"))
        << policy;
  }
  EXPECT_NO_THROW(factory_of(ready("hpa"), scenario, 5min)());
}

TEST_F(Catalogue, TakesTheTrainingsOfAFolderInTurn) {
  for (const char* training : {"m/1", "m/2", "m/3"}) {
    std::filesystem::create_directories(folder_ / training);
    write_bundle(std::string(training) + "/best.fcp", sim::LoadForecasting::persistence);
  }
  const ReadyPolicy method = ready("bundle:m");
  EXPECT_EQ(method.name, "m");
  EXPECT_EQ(method.trainings, 3U);
  const sim::Scenario scenario(experiment("fixed").scenario);
  EXPECT_THAT(complaint([&] { factory_of(method, scenario, 5min); }),
              HasSubstr("policy m: expected one trained policy, got a folder of 3"));
}

TEST_F(Catalogue, NamesTheFileThatCannotBeUsed) {
  write_file(folder_ / "bad.yaml", "table: []\n");
  write_file(folder_ / "bad.fcp", "no zip");
  EXPECT_THAT(complaint([&] { ready("table:bad.yaml"); }), HasSubstr("bad.yaml"));
  EXPECT_THAT(complaint([&] { ready("bundle:bad.fcp"); }), HasSubstr("bad.fcp"));
  EXPECT_THAT(complaint([&] { ready("fixed:t.yaml"); }), HasSubstr("t.yaml"));
}

TEST_F(Catalogue, LetsPoliciesGoToZeroOnlyWhereAFunctionMay) {
  EXPECT_THAT(complaint([&] { ready("openfaas-autoscaler:to_zero=true"); }), HasSubstr("replicas: [0, 20]"));
}

TEST(ReplicaRanges, HaveTheRequestThatAFunctionStates) {
  sim::WorkflowSpec workflow;
  workflow.functions.resize(2);
  workflow.functions[1].cpu_request = sim::Millicores{100};
  const sim::ReplicaRanges ranges = sim::replica_ranges(workflow);
  EXPECT_FALSE(ranges[0]->cpu_request);
  EXPECT_EQ(ranges[1]->cpu_request, sim::Millicores{100});
}

TEST(ReplicaRanges, LeaveInstancesOnDemandAlone) {
  sim::WorkflowSpec workflow;
  workflow.functions.resize(3);
  workflow.functions[1].keep_alive = 1min;
  workflow.functions[2].fixed = sim::FunctionConfiguration();
  const sim::ReplicaRanges ranges = sim::replica_ranges(workflow);
  EXPECT_TRUE(ranges[0]);
  EXPECT_FALSE(ranges[1]);
  EXPECT_FALSE(ranges[2]);
}

}  // namespace
}  // namespace faasconf::experiments::policies
