#include "experiments/jobs/init_workflow.hpp"

#include <filesystem>

#include <gmock/gmock.h>

#include "experiments/config/experiment_file.hpp"
#include "tests/experiments/config/reading.hpp"
#include "tests/scratch_folder.hpp"

namespace faasconf::experiments::jobs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A folder of the test's own, in which manifests are written and drafts made.
class InitWorkflow : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) {
    tests::write_file(folder_ / name, text);
    return folder_ / name;
  }
  InitializedWorkflow init(const std::vector<std::string>& from, const std::string& entry = "") {
    return run({.from = from, .name = "w", .entry = entry, .out = draft()});
  }
  std::string draft() const { return folder_ / "w.yaml"; }
  config::Experiment experiment() const { return config::read_experiment(draft()); }
  static const sim::FunctionConfiguration& deployed(const config::Experiment& made) {
    return made.configurations.at(0).configuration.functions.at(0);
  }

 private:
  tests::ScratchFolder folder_;
};

constexpr const char* kStack = R"(version: 1.0
provider: {name: openfaas, gateway: http://127.0.0.1:8080}
functions:
  resize:
    lang: python3-http
    handler: ./resize
    image: ${PREFIX:-registry}/resize:1
    environment: {max_inflight: 3, exec_timeout: 30s}
    labels: {com.openfaas.scale.min: 2, com.openfaas.scale.max: 8}
    limits: {cpu: 300m, memory: 128Mi}
    requests: {cpu: 100m, memory: 64Mi}
)";

TEST_F(InitWorkflow, TakesOverWhatAStackSays) {
  EXPECT_THAT(init({write("stack.yml", kStack)}).functions, ElementsAre("resize"));
  const config::Experiment made = experiment();
  EXPECT_EQ(deployed(made),
            (sim::FunctionConfiguration{.cpu = {300}, .memory = {128}, .replicas = 2, .concurrency = 3}));
  const sim::FunctionSpec& function = made.scenario.workflow.functions.at(0);
  EXPECT_EQ(function.overflow, sim::Overflow::reject);
  EXPECT_EQ(function.cpu_request, sim::Millicores{100});
  EXPECT_EQ(function.ranges.replicas_min, 2);
  EXPECT_EQ(function.ranges.replicas_max, 8);
  EXPECT_EQ(made.policies.size(), 2U) << "as it is, and under OpenFaaS's alerts";
}

TEST_F(InitWorkflow, ALabelOfTheLaterAutoscalerChoosesIt) {
  init({write("stack.yml",
              "functions:\n  f:\n    labels: {com.openfaas.scale.type: capacity, "
              "com.openfaas.scale.target: \"10\", com.openfaas.scale.zero: \"true\"}\n")});
  EXPECT_EQ(config::format(experiment().policies.at(1)), "openfaas-autoscaler:type=capacity,target=10,to_zero=true");
}

TEST_F(InitWorkflow, TakesOverAKnativeService) {
  const InitializedWorkflow made = init({write("service.yaml", R"(apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: hello}
spec:
  template:
    metadata:
      annotations:
        autoscaling.knative.dev/min-scale: "2"
        autoscaling.knative.dev/target-utilization-percentage: "80"
        autoscaling.knative.dev/class: kpa.autoscaling.knative.dev
    spec:
      containerConcurrency: 10
      containers:
        - {image: hello, resources: {limits: {cpu: "1", memory: "134217728"}}}
        - {name: proxy, image: proxy}
)")});
  EXPECT_EQ(deployed(experiment()),
            (sim::FunctionConfiguration{.cpu = {1000}, .memory = {128}, .replicas = 2, .concurrency = 10}));
  EXPECT_EQ(config::format(experiment().policies.at(1)), "kpa:target_share=0.8");
  EXPECT_EQ(experiment().scenario.workflow.functions.at(0).ranges.replicas_min, 2);
  EXPECT_EQ(made.left_out.size(), 1U) << "the second container";
}

constexpr const char* kDeployment = R"(apiVersion: v1
kind: Service
metadata: {name: web}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  template:
    spec:
      containers:
        - image: web
          resources: {requests: {cpu: 250m}, limits: {cpu: 500m, memory: 256Mi}}
)";

TEST_F(InitWorkflow, TakesOverADeploymentWithItsAutoscaler) {
  const std::string autoscaler = write("hpa.yaml", R"(apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 12
  metrics:
    - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 65}}}
    - {type: Resource, resource: {name: memory, target: {type: Utilization, averageUtilization: 90}}}
  behavior:
    scaleDown: {stabilizationWindowSeconds: 60}
)");
  const InitializedWorkflow made = init({autoscaler, write("deployment.yaml", kDeployment)});
  EXPECT_EQ(config::format(experiment().policies.at(1)), "hpa:target_utilization=0.65,down_stabilization=1m");
  EXPECT_EQ(experiment().scenario.workflow.functions.at(0).ranges.replicas_max, 12);
  EXPECT_EQ(deployed(experiment()).concurrency, 0) << "any number of calls";
  EXPECT_THAT(made.left_out, ElementsAre(HasSubstr("v1 Service"), HasSubstr("a metric of the autoscaler web")));
}

TEST_F(InitWorkflow, ReadsAnAutoscalerOfTheFirstVersion) {
  init({write("d.yaml", kDeployment), write("h.yaml", R"(apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {kind: Deployment, name: web}, maxReplicas: 2, targetCPUUtilizationPercentage: 40}
)")});
  EXPECT_EQ(config::format(experiment().policies.at(1)), "hpa:target_utilization=0.4");
  EXPECT_EQ(deployed(experiment()).replicas, 2) << "3 are deployed, of which the autoscaler keeps 2";
}

TEST_F(InitWorkflow, AFunctionWithoutAnAutoscalerKeepsItsReplicasBesideOneThatHasOne) {
  init({write("d.yaml", kDeployment), write("w.yml", R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec: {replicas: 4, template: {spec: {containers: [{image: worker}]}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {kind: Deployment, name: web}, maxReplicas: 9}
)")});
  const sim::KnobRanges worker = experiment().scenario.workflow.functions.at(1).ranges;
  EXPECT_EQ(std::pair(worker.replicas_min, worker.replicas_max), std::pair(4, 4));
}

TEST_F(InitWorkflow, KnativeScalesToZeroUnlessToldTheLeast) {
  init({write("service.yaml",
              "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: f}\n"
              "spec: {template: {spec: {containers: [{image: f}]}}}\n")});
  EXPECT_EQ(experiment().scenario.workflow.functions.at(0).ranges.replicas_min, 0);
}

TEST_F(InitWorkflow, ReadsQuantitiesAsKubernetesWritesThem) {
  init({write("stack.yml", "functions:\n  f:\n    limits: {cpu: 1e-1, memory: 128974848000m}\n")});
  EXPECT_DOUBLE_EQ(deployed(experiment()).cpu.value, 100);
  EXPECT_NEAR(deployed(experiment()).memory.value, 123, 0.001);
}

TEST_F(InitWorkflow, MarksWhatNoManifestSays) {
  const InitializedWorkflow made = init({write("stack.yml", "functions:\n  bare: {}\n")});
  const std::string text = tests::read_file(draft());
  std::size_t marks = 0;
  for (std::size_t at = text.find("# ESTIMATE"); at != std::string::npos; at = text.find("# ESTIMATE", at + 1)) ++marks;
  EXPECT_EQ(made.estimates, marks);
  EXPECT_THAT(text, HasSubstr("gateway_function_invocation_total{function_name=~"));
  EXPECT_THAT(text, HasSubstr("no limit in the manifest"));
}

TEST_F(InitWorkflow, ServesEachFunctionAsOftenAsTheOthersUnlessToldTheEntry) {
  const std::string stack = write("stack.yml", "functions:\n  a: {}\n  b: {}\n  c: {}\n");
  init({stack});
  EXPECT_TRUE(std::holds_alternative<sim::Choice>(experiment().scenario.workflow.entry.kind));
  std::filesystem::remove(draft());
  init({stack}, "b");
  EXPECT_TRUE(std::holds_alternative<sim::Call>(experiment().scenario.workflow.entry.kind));
}

TEST_F(InitWorkflow, SaysWhatIsWrong) {
  const std::string stack = write("stack.yml", kStack);
  EXPECT_THAT(complaint([&] { init({stack}, "rezise"); }), HasSubstr("--entry: expected one of resize"));
  EXPECT_THAT(complaint([&] { init({stack, stack}); }), HasSubstr("function resize is in"));
  EXPECT_THAT(complaint([&] {
                const std::string hpa =
                    "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\n"
                    "spec: {scaleTargetRef: {kind: Deployment, name: web}, maxReplicas: 3}\n";
                init({write("d.yaml", kDeployment), write("h.yml", hpa + "---\n" + hpa)});
              }),
              HasSubstr("expected one autoscaler of web"));
  EXPECT_THAT(complaint([&] { init({write("a.yml", "functions:\n  f:\n    limits: {cpu: many}\n")}); }),
              HasSubstr("functions.f.limits.cpu"));
  EXPECT_THAT(complaint([&] { init({write("b.yml", "a: 1\n")}); }), HasSubstr("expected a stack with functions"));
  EXPECT_THAT(complaint([&] { init({write("c.yml", "kind: Service\napiVersion: v1\nmetadata: {name: w}\n")}); }),
              HasSubstr("expected a function"));
  EXPECT_THAT(complaint([&] {
                init({stack, write("d.yml",
                                   "kind: HorizontalPodAutoscaler\napiVersion: autoscaling/v2\n"
                                   "metadata: {name: h}\nspec: {scaleTargetRef: {name: web}}\n")});
              }),
              HasSubstr("expected a function of the files given, got \"web\""));
  EXPECT_THAT(
      complaint([&] { init({write("e.yml", "functions:\n  f:\n    environment: {max_inflight: \"${MOST}\"}\n")}); }),
      HasSubstr("${MOST}"));
}

TEST_F(InitWorkflow, LeavesAFileAloneThatExists) {
  const std::string stack = write("stack.yml", kStack);
  write("w.yaml", "edited: true\n");
  EXPECT_THAT(complaint([&] { init({stack}); }), HasSubstr("exists already"));
}

}  // namespace
}  // namespace faasconf::experiments::jobs
