#include <gmock/gmock.h>

#include "tests/experiments/cli/in_process.hpp"

namespace faasconf::experiments::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(WorkflowCheck, SaysWhatAWorkflowHolds) {
  const Ran ran = faasconf("workflow check parallel");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("workflow       parallel"), HasSubstr("critical path"),
                             HasSubstr("promise        strict: >= 95% of the requests served within 13s"),
                             HasSubstr("no errors found")));
}

TEST(WorkflowCheck, SaysWhereInstancesRunAndHowTheyComeAndGo) {
  EXPECT_THAT(
      faasconf("workflow check parallel").out,
      AllOf(HasSubstr("cluster        none: there is always room for an instance\n"),
            HasSubstr("rollout        in place: limits change at once\n"), testing::Not(HasSubstr("on demand"))));
  const Elsewhere elsewhere;
  write("w.yaml", R"(
name: w
cluster:
  nodes:
    - {count: 3, cores: 8, memory: 32Gi, time_to_failure: {law: exponential, mean: 24h}, repair: 10m}
    - {cores: 1, memory: 512Mi}
  placement: pack
rollout: rolling
functions:
  a: {keep_alive: 10m, requests: {cpu: 100m, memory: 64Mi}}
  b: {ranges: {replicas: [0, 5]}, time_to_failure: 1h}
entry: [a, b]
)");
  EXPECT_THAT(faasconf("workflow check w.yaml").out,
              HasSubstr("cluster        3 nodes of 8 cores and 32768Mi, each out of service for 10 min after "
                        "24 h on average; "
                        "1 node of 1 core and 512Mi; placement: pack\n"
                        "rollout        rolling: one new instance more, none less\n"
                        "on demand      a (keep-alive 10 min)\n"
                        "scale to zero  b (up to 5)\n"
                        "requests       a (100m CPU and 64Mi)\n"
                        "crashes        b (after 1 h)\n"));
}

TEST(WorkflowCheck, SaysWhereCallsWait) {
  const Elsewhere elsewhere;
  write("w.yaml", R"(
name: w
gateway: {hop: 5ms}
functions:
  a: {overflow: central_queue, queue_capacity: 3}
  b: {queue_worker: {workers: 2, max_inflight: 4}}
entry: b
)");
  EXPECT_THAT(faasconf("workflow check w.yaml").out,
              AllOf(HasSubstr("central queue  a (at most 3)\nasynchronous   b (8 at once, 10 attempts)\n"),
                    HasSubstr("without load: nothing but hops\n")));
}

TEST(WorkflowCheck, SaysWhatIsWrong) {
  const Elsewhere elsewhere;
  write("broken.yaml", "name: broken\nfunctoins: {}\n");
  const Ran ran = faasconf("workflow check broken.yaml");
  EXPECT_EQ(ran.code, kMisused);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, AllOf(HasSubstr("faasconf: "), HasSubstr("broken.yaml:2"), HasSubstr("functoins")));
}

TEST(WorkflowDraw, DrawsAsText) {
  for (const std::string name : {"parallel", "tcktapp"}) {
    const Ran ran = faasconf("workflow draw " + name);
    EXPECT_EQ(ran.code, kDone) << ran.err;
    const std::string file = "tests/golden/workflow_draw_" + name + ".txt";
    if (std::getenv("FAASCONF_REWRITE_GOLDEN") != nullptr) write(file, ran.out);
    EXPECT_EQ(ran.out, contents(file)) << "rewrite with FAASCONF_REWRITE_GOLDEN=1";
  }
}

TEST(WorkflowDraw, DrawsForGraphviz) {
  const Ran ran = faasconf("workflow draw parallel --format dot");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, testing::StartsWith("digraph"));
}

}  // namespace
}  // namespace faasconf::experiments::cli
