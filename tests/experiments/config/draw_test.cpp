#include "experiments/config/draw.hpp"

#include <cstdio>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments {
namespace {

using testing::HasSubstr;

sim::WorkflowSpec workflow() {
  return parse_experiment(R"(
name: w
functions:
  front:
    calls:
      - {call: a, on_failure: ignore}
      - {call: b, on_failure: pass_on}
      - parallel: [a, [b, c]]
  a: {}
  b: {calls: c}
  c: {}
entry:
  - front
  - choice: [{probability: 0.4, do: front}, {probability: 0.6, do: [a, b]}]
  - fan_out: {width: 3, do: c}
)",
                          "f.yaml")
      .scenario.workflow;
}

TEST(Draw, TextIsATree) {
  EXPECT_EQ(draw_text(workflow()), R"(w
├─ front
│  ├─ a  (failure ignored)
│  ├─ b  (failure passed on)
│  │  └─ c
│  └─ parallel
│     ├─ a
│     └─ sequence
│        ├─ b  (its calls: see above)
│        └─ c
├─ choice
│  ├─ 40 %: front  (its calls: see above)
│  └─ 60 %: sequence
│     ├─ a
│     └─ b  (its calls: see above)
└─ fan_out, width 3
   └─ c
)");
}

TEST(Draw, DotShowsFramesAndProbabilities) {
  const std::string dot = draw_dot(workflow());
  EXPECT_THAT(dot, HasSubstr("digraph \"w\" {"));
  EXPECT_THAT(dot, HasSubstr("label=\"called by front\";"));
  EXPECT_THAT(dot, HasSubstr("label=\"parallel\";"));
  EXPECT_THAT(dot, HasSubstr("label=\"fan-out, width 3\";"));
  EXPECT_THAT(dot, HasSubstr("[label=\"40 %\"];"));
  EXPECT_THAT(dot, HasSubstr("failure passed on"));
}

TEST(Draw, GraphvizAcceptsTheDot) {
  if (std::system("command -v dot >/dev/null 2>&1") != 0) GTEST_SKIP() << "Graphviz is not here";
  const std::string path = scratch_folder("draw") / "w.dot";
  for (const sim::WorkflowSpec& drawn :
       {workflow(), read_experiment("parallel").scenario.workflow, read_experiment("branch").scenario.workflow}) {
    write_file(path, draw_dot(drawn));
    EXPECT_EQ(std::system(("dot -Tsvg '" + path + "' -o '" + path + ".svg' 2> '" + path + ".log'").c_str()), 0);
    EXPECT_EQ(std::filesystem::file_size(path + ".log"), 0u) << "Graphviz warns";
  }
}

}  // namespace
}  // namespace faasconf::experiments
