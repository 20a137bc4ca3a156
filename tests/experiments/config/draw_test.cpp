#include "experiments/config/draw.hpp"

#include <cstdio>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/experiments/config/reading.hpp"

namespace faasconf::experiments::config {
namespace {

using testing::HasSubstr;

sim::WorkflowSpec read(const std::string& text) { return parse_experiment(text, "f.yaml").scenario.workflow; }

// A function that starts the steps.
sim::WorkflowSpec steps() {
  return read(R"(
name: w
functions:
  front:
    calls:
      - {call: a, on_failure: ignore}
      - {call: b, on_failure: pass_on}
      - parallel: [a, [b, c]]
  a: {}
  b: {}
  c: {}
entry:
  - front
  - choice: [{probability: 0.4, do: front}, {probability: 0.6, do: [a, b]}]
  - fan_out: {width: 3, do: c}
)");
}

// Functions that call one another.
sim::WorkflowSpec nested() {
  return read(R"(
name: w
functions:
  front:
    calls: [a, b, b, {choice: [{probability: 0.4, do: c}, {probability: 0.6, do: [b, d]}]}]
  a: {calls: d}
  b: {calls: [c, {fan_out: {width: 3, do: a}}]}
  c: {calls: d}
  d: {}
entry: [front, {parallel: [a, front]}]
)");
}

TEST(Draw, TextIsATree) {
  EXPECT_EQ(draw_text(steps()), R"(w
├─ front
│  ├─ a  (failure ignored)
│  ├─ b  (failure passed on)
│  └─ parallel
│     ├─ a
│     └─ sequence
│        ├─ b
│        └─ c
├─ choice
│  ├─ 40 %: front  (its calls: see above)
│  └─ 60 %: sequence
│     ├─ a
│     └─ b
└─ fan_out, width 3
   └─ c
)");
}

TEST(Draw, TextOfNestedCallsSaysHowOftenTheyAreMade) {
  EXPECT_EQ(draw_text(nested()), R"(w
├─ front  (2 times)
│  ├─ a
│  │  └─ d
│  ├─ b  (2.6 times)
│  │  ├─ c
│  │  │  └─ d
│  │  └─ a  (3 times)  (its calls: see above)
│  ├─ c  (0.4 times)  (its calls: see above)
│  └─ d  (0.6 times)
└─ a  (its calls: see above)
)");
}

TEST(Draw, DotShowsFramesAndProbabilities) {
  const std::string dot = draw_dot(steps());
  EXPECT_THAT(dot, HasSubstr("digraph \"w\" {"));
  EXPECT_THAT(dot, HasSubstr("label=\"called by front\";"));
  EXPECT_THAT(dot, HasSubstr("label=\"parallel\";"));
  EXPECT_THAT(dot, HasSubstr("label=\"fan-out, width 3\";"));
  EXPECT_THAT(dot, HasSubstr("[label=\"40 %\"];"));
  EXPECT_THAT(dot, HasSubstr("failure passed on"));
}

TEST(Draw, DotOfNestedCallsHasANodeAFunction) {
  EXPECT_EQ(draw_dot(nested()), R"(digraph "w" {
  rankdir=LR;
  node [shape=box, style=rounded, fontname="sans-serif"];
  edge [fontname="sans-serif"];
  graph [fontname="sans-serif", style=rounded];
  n0 [shape=circle, label="", width=0.2];
  n1 [label="front"];
  n0 -> n1 [label="×2"];
  n2 [label="a"];
  n1 -> n2;
  n3 [label="d"];
  n2 -> n3;
  n4 [label="b"];
  n1 -> n4 [label="×2.6"];
  n5 [label="c"];
  n4 -> n5;
  n5 -> n3;
  n4 -> n2 [label="×3"];
  n1 -> n5 [label="×0.4"];
  n1 -> n3 [label="×0.6"];
  n0 -> n2;
}
)");
}

TEST(Draw, GraphvizAcceptsTheDot) {
  if (std::system("command -v dot >/dev/null 2>&1") != 0) GTEST_SKIP() << "Graphviz is not here";
  const std::string path = scratch_folder("draw") / "w.dot";
  for (const sim::WorkflowSpec& drawn :
       {steps(), nested(), read_experiment("parallel").scenario.workflow, read_experiment("branch").scenario.workflow,
        read_experiment("tcktapp").scenario.workflow}) {
    write_file(path, draw_dot(drawn));
    EXPECT_EQ(std::system(("dot -Tsvg '" + path + "' -o '" + path + ".svg' 2> '" + path + ".log'").c_str()), 0);
    EXPECT_EQ(std::filesystem::file_size(path + ".log"), 0u) << "Graphviz warns";
  }
}

}  // namespace
}  // namespace faasconf::experiments::config
