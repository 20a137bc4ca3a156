#include "experiments/config/policies.hpp"

#include <gmock/gmock.h>

#include "sim/core/error.hpp"
#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::config {
namespace {

using testing::ElementsAre;

PolicyChoice parse(const std::string& text) { return parse_policy(text, "--policy"); }

std::vector<std::string> case_names(std::vector<PolicyChoice> policies,
                                    const std::vector<std::string>& configurations) {
  Experiment experiment;
  experiment.policies = std::move(policies);
  for (const std::string& name : configurations) experiment.configurations.push_back({name, {}});
  std::vector<std::string> names;
  for (const Case& one : cases_of(experiment)) names.push_back(one.name);
  return names;
}

TEST(Policies, AreNamedWithAConfigurationOrWithout) {
  EXPECT_EQ(parse("hpa"), (PolicyChoice{"hpa", ""}));
  EXPECT_EQ(parse("kpa:a:b"), (PolicyChoice{"kpa", "a:b"}));
  EXPECT_EQ(format(parse("kpa:lean")), "kpa:lean");
  for (const char* wrong : {"", "hpb", "hpa:", ":lean"}) EXPECT_THROW(parse(wrong), sim::Error) << wrong;
}

TEST(Policies, HaveParametersOfTheirOwn) {
  using Texts = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(parse("hpa:target_utilization=0.5"), (PolicyChoice{"hpa", "", {{"target_utilization", "0.5"}}}));
  EXPECT_EQ(parse("hpa:a:b:interval=1m,up_pods=2"),
            (PolicyChoice{"hpa", "a:b", {{"interval", "1m"}, {"up_pods", "2"}}}));
  EXPECT_EQ(parse("kpa:interval=2s,target_share=0.70"), parse("kpa")) << "the defaults";
  EXPECT_EQ(format(parse("hpa:lean:up_pods=2,interval=60s")), "hpa:lean:interval=1m,up_pods=2");
  EXPECT_EQ(all_parameters(parse("openfaas:threshold=300/m,hold=0s")), (Texts{{"interval", "1s"},
                                                                              {"rate_window", "10s"},
                                                                              {"threshold", "5/s"},
                                                                              {"hold", "0s"},
                                                                              {"repeat", "10s"},
                                                                              {"step_share", "0.2"}}));
  EXPECT_EQ(all_parameters(parse("hpa")), (Texts{{"interval", "15s"},
                                                 {"target_utilization", "0.8"},
                                                 {"tolerance", "0.1"},
                                                 {"up_pods", "4"},
                                                 {"up_share", "1"},
                                                 {"down_share", "1"},
                                                 {"down_stabilization", "5m"}}));
  EXPECT_EQ(all_parameters(parse("kpa")), (Texts{{"interval", "2s"},
                                                 {"stable_window", "1m"},
                                                 {"panic_window", "6s"},
                                                 {"panic_threshold", "2"},
                                                 {"target_share", "0.7"},
                                                 {"target_unlimited", "100"},
                                                 {"max_scale_up_rate", "1000"},
                                                 {"max_scale_down_rate", "2"},
                                                 {"scale_to_zero_grace", "30s"}}));
  EXPECT_THAT(all_parameters(parse("fixed")), testing::IsEmpty());
}

TEST(Policies, SayWhatIsWrongWithAParameter) {
  const struct {
    std::string text;
    std::string message;
  } cases[] = {
      {"hpa:target=1",
       "--policy: unknown key \"target\", expected one of interval, target_utilization, tolerance, "
       "up_pods, up_share, down_share, down_stabilization"},
      {"hpa:intervall=1m", "--policy: unknown key \"intervall\", did you mean \"interval\"?"},
      {"hpa:interval=0s", "--policy: interval: expected a duration above 0, got \"0s\""},
      {"hpa:interval=15", "--policy: interval: expected a duration such as 30s, 500ms or 1h30m, got \"15\""},
      {"hpa:target_utilization=0", "--policy: target_utilization: expected a number from 0.001 to 1000000, got \"0\""},
      {"hpa:up_pods=1.5", "--policy: up_pods: expected a whole number from 0 to 1000000, got \"1.5\""},
      {"hpa:down_share=2", "--policy: down_share: expected a share from 0 to 1, got \"2\""},
      {"kpa:max_scale_down_rate=1",
       "--policy: max_scale_down_rate: expected a number above 1, at most 1000000, got \"1\""},
      {"openfaas:threshold=5", "--policy: threshold: expected a rate such as 5/s, 300/m or 1000/h, got \"5\""},
      {"hpa:interval=1m,tolerance", "--policy: expected key=value between the commas, got \"tolerance\""},
      {"hpa:interval=1m,interval=2m", "--policy: parameter \"interval\" is given twice"},
      {"fixed:interval=1m", "--policy: expected no parameters for this policy, got some"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(complaint([&] { parse(text); }), message) << text;
}

TEST(Policies, LeaveInstancesOnDemandAlone) {
  sim::WorkflowSpec workflow;
  workflow.functions.resize(3);
  workflow.functions[1].keep_alive = std::chrono::minutes(1);
  workflow.functions[2].fixed = sim::FunctionConfiguration();
  const sim::ReplicaRanges ranges = sim::replica_ranges(workflow);
  EXPECT_TRUE(ranges[0]);
  EXPECT_FALSE(ranges[1]);
  EXPECT_FALSE(ranges[2]);
}

// What the autoscaler does: with half the target it wants twice the replicas.
TEST(Policies, ActByTheirParameters) {
  sim::WorkflowSpec workflow;
  workflow.functions.emplace_back();
  workflow.functions[0].ranges = {.replicas_min = 1, .replicas_max = 100};
  sim::Observation seen;
  seen.start = sim::Time(std::chrono::minutes(10));
  seen.length = std::chrono::seconds(15);
  seen.configuration.functions = {{.cpu = {1000}, .replicas = 10}};
  seen.functions.resize(1);
  seen.functions[0].ready = 10;
  seen.functions[0].cpu_cores = 8;
  const auto replicas = [&](const std::string& text) {
    const Case one{.name = "", .choice = parse(text), .start = {"", seen.configuration}};
    return make_policy(one, workflow)->decide(seen).functions[0].replicas;
  };
  EXPECT_EQ(replicas("hpa"), 10);
  EXPECT_EQ(replicas("hpa:target_utilization=0.4"), 20);
  EXPECT_EQ(replicas("hpa:target_utilization=0.4,up_share=0"), 14);
  EXPECT_EQ(make_policy({.name = "", .choice = parse("kpa:interval=7s"), .start = {}}, workflow)->interval(),
            std::chrono::seconds(7));
}

TEST(Policies, StartFromEveryConfigurationOrFromOne) {
  EXPECT_THAT(case_names({{}}, {"lean", "ample"}), ElementsAre("lean", "ample"));
  EXPECT_THAT(case_names({{"hpa", ""}}, {"lean"}), ElementsAre("hpa"));
  EXPECT_THAT(case_names({{"hpa", ""}}, {"lean", "ample"}), ElementsAre("hpa:lean", "hpa:ample"));
  EXPECT_THAT(case_names({parse("hpa"), parse("hpa:interval=1m"), parse("hpa:lean:up_pods=2")}, {"lean"}),
              ElementsAre("hpa", "hpa:interval=1m", "hpa:up_pods=2"));
  EXPECT_THAT(case_names({{}, {"kpa", "ample"}}, {"lean", "ample"}), ElementsAre("lean", "ample", "kpa"));
}

TEST(Policies, StartFromNothingThatIsNotThereAndBearNoNameTwice) {
  EXPECT_THROW(case_names({{"hpa", "large"}}, {"lean"}), sim::Error);
  EXPECT_THROW(case_names({{}, {}}, {"lean"}), sim::Error);
  EXPECT_THROW(case_names({{}, {"hpa", ""}}, {"hpa"}), sim::Error);
}

}  // namespace
}  // namespace faasconf::experiments::config
