#include "sim/env/adjacency.hpp"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/env/workflows.hpp"

namespace faasconf::sim {
namespace {

using Edges = std::set<std::pair<std::string, std::string>>;

Block call(const std::string& name) { return {Call{name}}; }

Edges edges_of(const WorkflowSpec& workflow) {
  const ActionSpace actions(workflow);
  const AgentGraph graph(workflow, actions);
  Edges edges;
  for (std::size_t a = 0; a < graph.agents(); ++a) {
    for (std::size_t b = 0; b < graph.agents(); ++b) {
      if (!graph.leads(a, b)) continue;
      edges.emplace(workflow.functions[actions.function(a).index].name,
                    workflow.functions[actions.function(b).index].name);
    }
  }
  return edges;
}

WorkflowSpec workflow_of(const std::vector<std::string>& names, Block entry) {
  WorkflowSpec workflow;
  workflow.name = "test";
  for (const std::string& name : names) workflow.functions.push_back(function_named(name, 1.0));
  workflow.entry = std::move(entry);
  return workflow;
}

// Parallel of the paper, with its orchestrator.
WorkflowSpec parallel() {
  WorkflowSpec workflow =
      workflow_of({"orchestrator", "starter", "rgb", "resize", "update", "resnet", "mobilenet"}, call("orchestrator"));
  workflow.functions.front().fixed = FunctionConfiguration{};
  workflow.functions.front().calls = Block{Sequence{
      {call("starter"), call("rgb"), call("resize"), call("update"), {Parallel{{call("resnet"), call("mobilenet")}}}}}};
  return workflow;
}

TEST(AgentGraph, GoesThroughForksAndOrchestrators) {
  EXPECT_EQ(
      edges_of(parallel()),
      (Edges{
          {"starter", "rgb"}, {"rgb", "resize"}, {"resize", "update"}, {"update", "resnet"}, {"update", "mobilenet"}}));
}

TEST(AgentGraph, JoinsForksAndChoices) {
  const WorkflowSpec workflow = workflow_of(
      {"a", "b", "c", "d", "e"},
      {Sequence{{call("a"), {Parallel{{call("b"), {Choice{{0.5, 0.5}, {call("c"), call("d")}}}}}}, call("e")}}});
  EXPECT_EQ(edges_of(workflow), (Edges{{"a", "b"}, {"a", "c"}, {"a", "d"}, {"b", "e"}, {"c", "e"}, {"d", "e"}}));
}

// A fan-out may have no body.
TEST(AgentGraph, LeadsPastWhatMayBeSkipped) {
  const WorkflowSpec workflow =
      workflow_of({"a", "b", "c"}, {Sequence{{call("a"), {FanOut{Deterministic{2}, {call("b")}}}, call("c")}}});
  EXPECT_EQ(edges_of(workflow), (Edges{{"a", "b"}, {"b", "c"}, {"a", "c"}}));
}

// TcktApp's way: a caller is adjacent to each that it calls, they are not to one another.
TEST(AgentGraph, LeadsFromCallersToWhomTheyCall) {
  WorkflowSpec workflow = workflow_of({"entry", "left", "right", "leaf"}, call("entry"));
  workflow.functions[0].calls = Block{Sequence{{call("left"), call("right"), call("left")}}};
  workflow.functions[1].calls = call("leaf");
  workflow.functions[2].calls = call("leaf");
  EXPECT_EQ(edges_of(workflow), (Edges{{"entry", "left"}, {"entry", "right"}, {"left", "leaf"}, {"right", "leaf"}}));
}

TEST(AgentGraph, IsSymmetricForAttention) {
  const WorkflowSpec workflow = parallel();
  const ActionSpace actions(workflow);
  const AgentGraph graph(workflow, actions);
  EXPECT_TRUE(graph.adjacent(0, 1));
  EXPECT_TRUE(graph.adjacent(1, 0));
  EXPECT_FALSE(graph.adjacent(0, 0));
  EXPECT_FALSE(graph.adjacent(4, 5)) << "siblings";
}

TEST(AgentGraph, KnowsPlaces) {
  WorkflowSpec workflow = parallel();
  workflow.functions[6].serial_work = Deterministic{0.5};  // mobilenet: shorter than resnet
  const ActionSpace actions(workflow);
  const AgentGraph graph(workflow, actions);
  const DagPosition& starter = graph.position(0);
  EXPECT_EQ(starter.depth, 0);
  EXPECT_EQ(starter.fan_in, 0);
  EXPECT_EQ(starter.fan_out, 1);
  EXPECT_EQ(starter.critical_path_share, 1);
  const DagPosition& update = graph.position(3);
  EXPECT_EQ(update.depth, 3);
  EXPECT_EQ(update.fan_out, 2);
  const DagPosition& mobilenet = graph.position(5);
  EXPECT_EQ(mobilenet.depth, 4);
  EXPECT_EQ(mobilenet.fan_in, 1);
  EXPECT_EQ(graph.position(4).critical_path_share, 1);
  EXPECT_DOUBLE_EQ(mobilenet.critical_path_share, 4.5 / 5);
}

TEST(AgentGraph, CutsCycles) {
  const WorkflowSpec workflow = workflow_of({"a", "b"}, {Sequence{{call("a"), call("b"), call("a")}}});
  const AgentGraph graph(workflow, ActionSpace(workflow));
  EXPECT_TRUE(graph.leads(0, 1));
  EXPECT_TRUE(graph.leads(1, 0));
  EXPECT_EQ(graph.position(0).depth, 0);
  EXPECT_EQ(graph.position(1).depth, 1);
}

}  // namespace
}  // namespace faasconf::sim
