#include <gmock/gmock.h>

#include "tests/experiments/cli/in_process.hpp"

namespace faasconf::experiments {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(WorkflowCheck, SaysWhatAWorkflowHolds) {
  const Ran ran = faasconf("workflow check parallel");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("workflow       parallel"), HasSubstr("critical path"),
                             HasSubstr("mean latency <="), HasSubstr("no errors found")));
}

TEST(WorkflowCheck, SaysWhatIsWrong) {
  const Elsewhere elsewhere;
  write("broken.yaml", "name: broken\nfunctoins: {}\n");
  const Ran ran = faasconf("workflow check broken.yaml");
  EXPECT_EQ(ran.code, kMisused);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, AllOf(HasSubstr("faasconf: "), HasSubstr("broken.yaml:2"), HasSubstr("functoins")));
}

TEST(WorkflowDraw, DrawsInLetters) {
  const Ran ran = faasconf("workflow draw parallel");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  const char* file = "tests/golden/workflow_draw_parallel.txt";
  if (std::getenv("FAASCONF_REWRITE_GOLDEN") != nullptr) write(file, ran.out);
  EXPECT_EQ(ran.out, contents(file)) << "rewrite with FAASCONF_REWRITE_GOLDEN=1";
}

TEST(WorkflowDraw, DrawsForGraphviz) {
  const Ran ran = faasconf("workflow draw parallel --format dot");
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, testing::StartsWith("digraph"));
}

}  // namespace
}  // namespace faasconf::experiments
