#include "experiments/config/policy_spec.hpp"

#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::config {
namespace {

PolicySpec parse(const std::string& text) { return parse_policy(text, "--policy"); }

// Of a file.
PolicySpec read(const std::string& text) { return read_policy({parse_yaml(text, "f.yaml"), "policy"}); }

TEST(PolicySpec, IsNamedWithAConfigurationOrWithout) {
  EXPECT_EQ(parse("hpa"), (PolicySpec{.kind = sim::HpaParameters()}));
  EXPECT_EQ(parse("kpa:a:b"), (PolicySpec{.kind = sim::KpaParameters(), .configuration = "a:b"}));
  EXPECT_EQ(parse("fixed:lean"), (PolicySpec{.kind = FixedSpec(), .configuration = "lean"}));
  EXPECT_EQ(format(parse("kpa:lean")), "kpa:lean");
  for (const char* wrong : {"", "hpb", "hpa:", ":lean", "table", "table:", "table::last", "bundle"}) {
    EXPECT_THROW(parse(wrong), sim::Error) << wrong;
  }
}

TEST(PolicySpec, MayHaveAFile) {
  EXPECT_EQ(parse("table:a:b.yaml"), (PolicySpec{.kind = TableSpec{.file = "a:b.yaml"}}));
  EXPECT_EQ(parse("table:t.yaml:last"), (PolicySpec{.kind = TableSpec{.file = "t.yaml", .last = true}}));
  EXPECT_EQ(parse("bundle:runs/seed=1/best.fcp"), (PolicySpec{.kind = BundleSpec{.file = "runs/seed=1/best.fcp"}}));
  for (const std::string text :
       {"table:t.yaml", "table:t.yaml:last", "table:t.yaml:last,interval=5s", "bundle:p.fcp"}) {
    EXPECT_EQ(format(parse(text)), text);
    EXPECT_EQ(*file_of(parse(text)), text.substr(text.find(':') + 1, 6)) << "t.yaml or p.fcp";
  }
  EXPECT_EQ(file_of(parse("hpa")), nullptr);
  EXPECT_EQ(file_of(parse("fixed:lean")), nullptr) << "unless no configuration has this name";
}

TEST(PolicySpec, IsTheSameAsATextAndAsAMap) {
  const std::pair<std::string, std::string> pairs[] = {
      {"hpa:lean:interval=1m", "{hpa: {configuration: lean, interval: 1m}}"},
      {"openfaas", "{openfaas: {}}"},
      {"fixed:lean", "{fixed: {configuration: lean}}"},
      {"table:t.yaml", "{table: {file: t.yaml}}"},
      {"table:t.yaml:last", "{table: {file: t.yaml, users: last}}"},
      {"table:t.yaml:last,interval=5s", "{table: {file: t.yaml, users: last, interval: 5s}}"},
      {"bundle:p.fcp", "{bundle: {file: p.fcp}}"},
  };
  for (const auto& [text, map] : pairs) {
    EXPECT_EQ(read(text), parse(text));
    EXPECT_EQ(read(map), parse(text)) << map;
  }
  EXPECT_EQ(read("{fixed: {file: lean.yaml}}"), (PolicySpec{.kind = FixedSpec{.file = "lean.yaml"}}));
  EXPECT_EQ(format(read("{fixed: {file: lean.yaml}}")), "fixed:lean.yaml");
}

TEST(PolicySpec, SaysWhatIsWrongWithAMap) {
  EXPECT_EQ(complaint([] { read("{table: {users: last}}"); }),
            "f.yaml:1: policy.table: expected a key \"file\", got none");
  EXPECT_EQ(complaint([] { read("{table: {file: t.yaml, users: all}}"); }),
            "f.yaml:1: policy.table.users: expected one of next, last, got \"all\"");
  EXPECT_EQ(complaint([] { read("{table: {file: t.yaml, interval: 5s}}"); }),
            "f.yaml:1: policy.table: expected interval with users: last alone, got it with next");
  EXPECT_EQ(complaint([] { read("{fixed: {file: t.yaml, configuration: lean}}"); }),
            "f.yaml:1: policy.fixed.configuration: expected either configuration or file, got both");
}

TEST(PolicySpec, SaysWhetherItSetsReplicasOnly) {
  for (const char* text : {"openfaas", "openfaas-autoscaler", "hpa", "kpa"})
    EXPECT_TRUE(is_autoscaler(parse(text))) << text;
  for (const char* text : {"fixed", "table:t", "bundle:b"}) EXPECT_FALSE(is_autoscaler(parse(text))) << text;
}

TEST(PolicySpec, HasParametersOfItsOwn) {
  using Texts = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(parse("hpa:target_utilization=0.5"), (PolicySpec{.kind = sim::HpaParameters{.target_utilization = 0.5}}));
  EXPECT_EQ(parse("hpa:a:b:interval=1m,up_pods=2"),
            (PolicySpec{.kind = sim::HpaParameters{.interval = std::chrono::minutes(1),
                                                   .behavior = {.up = {.pods = 2, .share = 1}}},
                        .configuration = "a:b"}));
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
                                                 {"target_rate", "0/s"},
                                                 {"target_in_flight", "0"},
                                                 {"target_queue_length", "0"},
                                                 {"tolerance", "0.1"},
                                                 {"up_pods", "4"},
                                                 {"up_pods_period", "15s"},
                                                 {"up_share", "1"},
                                                 {"up_share_period", "15s"},
                                                 {"up_select", "max"},
                                                 {"up_stabilization", "0s"},
                                                 {"down_pods", "none"},
                                                 {"down_pods_period", "15s"},
                                                 {"down_share", "1"},
                                                 {"down_share_period", "15s"},
                                                 {"down_select", "max"},
                                                 {"down_stabilization", "5m"}}));
  EXPECT_EQ(all_parameters(parse("kpa")), (Texts{{"interval", "2s"},
                                                 {"stable_window", "1m"},
                                                 {"panic_window", "6s"},
                                                 {"panic_threshold", "2"},
                                                 {"metric", "concurrency"},
                                                 {"target", "none"},
                                                 {"target_share", "0.7"},
                                                 {"target_unlimited", "100"},
                                                 {"target_rps", "200"},
                                                 {"max_scale_up_rate", "1000"},
                                                 {"max_scale_down_rate", "2"},
                                                 {"min_scale", "0"},
                                                 {"max_scale", "0"},
                                                 {"initial_scale", "0"},
                                                 {"activation_scale", "1"},
                                                 {"scale_down_delay", "0s"},
                                                 {"scale_to_zero_grace", "30s"}}));
  EXPECT_EQ(all_parameters(parse("fixed")), Texts());
  EXPECT_EQ(all_parameters(parse("table:t.yaml")), (Texts{{"file", "\"t.yaml\""}, {"users", "next"}}));
}

TEST(PolicySpec, SaysWhatIsWrongWithAParameter) {
  const struct {
    std::string text;
    std::string message;
  } cases[] = {
      {"hpa:intervall=1m", "--policy: unknown key \"intervall\", did you mean \"interval\"?"},
      {"hpa:interval=0s", "--policy: interval: expected a duration above 0, got \"0s\""},
      {"hpa:interval=15", "--policy: interval: expected a duration such as 30s, 500ms or 1h30m, got \"15\""},
      {"hpa:target_utilization=0",
       "--policy: expected a metric: target_utilization, target_rate, target_in_flight or target_queue_length above "
       "0"},
      {"hpa:up_pods=1.5", "--policy: up_pods: expected a whole number from 0 to 1000000, got \"1.5\""},
      {"hpa:down_share=2",
       "--policy: down_share: expected a share from 0 to 1, or a percentage such as 80%, got \"2\""},
      {"hpa:target_utilization=80",
       "--policy: target_utilization: expected a share from 0 to 10 (0.8 is 80 %), or a percentage such as 80%, got "
       "\"80\""},
      {"hpa:tolerance=10",
       "--policy: tolerance: expected a share from 0 to 1, or a percentage such as 80%, got \"10\""},
      {"hpa:up_share=100",
       "--policy: up_share: expected a share from 0 to 10, or a percentage such as 400%, got \"100\""},
      {"kpa:panic_threshold=200",
       "--policy: panic_threshold: expected a share from 0.001 to 10 (0.8 is 80 %), or a percentage such as 80%, got "
       "\"200\""},
      {"kpa:panic-threshold-percentage=2",
       "--policy: panic-threshold-percentage: expected a percentage from 110 to 1000, got \"2\""},
      {"hpa:averageUtilization=80,target_utilization=0.8",
       "--policy: averageUtilization: is another name of target_utilization, which is given too"},
      {"kpa:min_scale=3,max_scale=2", "--policy: expected min_scale not above max_scale, got 3 and 2"},
      {"kpa:target_rps=3", "--policy: expected target_rps with metric: rps alone, got it with metric: concurrency"},
      {"openfaas-autoscaler:zero_duration=1m",
       "--policy: expected zero_duration with to_zero: true alone, got it without"},
      {"kpa:max_scale_down_rate=1",
       "--policy: max_scale_down_rate: expected a number above 1, at most 1000000, got \"1\""},
      {"openfaas:threshold=5", "--policy: threshold: expected a rate such as 5/s, 300/m or 1000/h, got \"5\""},
      {"hpa:interval=1m,tolerance", "--policy: expected key=value between the commas, got \"tolerance\""},
      {"hpa:interval=1m,interval=2m", "--policy: parameter \"interval\" is given twice"},
      {"fixed:interval=1m", "--policy: expected no parameters for this policy, got some"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(complaint([&] { parse(text); }), message) << text;
}

// --- as platforms write them

TEST(PolicySpec, ReadsAllTheParametersThatItWrites) {
  for (const char* name : {"openfaas", "openfaas-autoscaler", "hpa", "kpa"}) {
    std::string text;
    for (const auto& [key, value] : all_parameters(parse(name))) text += (text.empty() ? ":" : ",") + key + "=" + value;
    EXPECT_EQ(parse(name + text), parse(name)) << name;
  }
}

TEST(PolicySpec, TakesPercentagesWithTheirSign) {
  EXPECT_EQ(parse("hpa:target_utilization=65%,tolerance=5%"), parse("hpa:target_utilization=0.65,tolerance=0.05"));
  EXPECT_EQ(parse("kpa:panic_threshold=150%"), parse("kpa:panic_threshold=1.5"));
  const PolicySpec large = parse("hpa:up_share=1200%");
  EXPECT_EQ(parse(format(large)), large);
}

TEST(PolicySpec, TakesThePlatformsOwnWords) {
  EXPECT_EQ(parse("hpa:averageUtilization=65"), parse("hpa:target_utilization=0.65"));
  EXPECT_EQ(
      read("{kpa: {panic-threshold-percentage: \"150.0\", target-utilization-percentage: \"80\", min-scale: \"2\"}}"),
      parse("kpa:panic_threshold=1.5,target_share=0.8,min_scale=2"));
  EXPECT_EQ(parse("kpa:window=40s"), parse("kpa:stable_window=40s,panic_window=4s"));
  EXPECT_EQ(parse("kpa:window=40s,panic-window-percentage=20"), parse("kpa:stable_window=40s,panic_window=8s"));
  EXPECT_EQ(parse("openfaas:com.openfaas.scale.factor=30"), parse("openfaas:step_share=0.3"));
  EXPECT_EQ(read("{openfaas-autoscaler: {com.openfaas.scale.type: capacity, com.openfaas.scale.target: 10, "
                 "com.openfaas.scale.target-proportion: \"0.7\"}}"),
            parse("openfaas-autoscaler:type=capacity,target=10,target_share=0.7"));
}

TEST(PolicySpec, TakesTheBehaviourOfAManifest) {
  EXPECT_EQ(read("{hpa: {behavior: {scaleDown: {stabilizationWindowSeconds: 60, selectPolicy: Min, policies: ["
                 "{type: Pods, value: 4, periodSeconds: 60}, {type: Percent, value: 10, periodSeconds: 60}]}}}}"),
            parse("hpa:down_pods=4,down_pods_period=1m,down_share=10%,down_share_period=1m,down_select=min,"
                  "down_stabilization=1m"));
  EXPECT_EQ(complaint([] {
              read(
                  "{hpa: {behavior: {scaleUp: {policies: [{type: Pods, value: 4, periodSeconds: 60}, "
                  "{type: Pods, value: 8, periodSeconds: 600}]}}}}");
            }),
            "f.yaml:1: policy.hpa.behavior.scaleUp.policies.1: expected one policy of each type, got a second one of "
            "this type");
  EXPECT_EQ(complaint([] { read("{hpa: {up_pods: 3, behavior: {scaleUp: {selectPolicy: Disabled}}}}"); }),
            "f.yaml:1: policy.hpa.up_pods: expected either behavior or up_pods, got both");
}

TEST(PolicySpec, OtherMetricsTakeThePlaceOfCpuUse) {
  EXPECT_EQ(parse("hpa:target_rate=5/s"), parse("hpa:target_utilization=0,target_rate=5/s"));
  EXPECT_NE(parse("hpa:target_rate=5/s"), parse("hpa:target_utilization=0.8,target_rate=5/s"));
}

}  // namespace
}  // namespace faasconf::experiments::config
