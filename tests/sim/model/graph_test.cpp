#include "sim/model/graph.hpp"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

WorkflowSpec workflow(std::vector<std::string> functions, Block entry) {
  WorkflowSpec spec;
  spec.name = "shop";
  for (std::string& name : functions) {
    spec.functions.emplace_back();
    spec.functions.back().name = std::move(name);
  }
  spec.entry = std::move(entry);
  return spec;
}

// "(a ; (b | c))": sequences with ';', parallel blocks with '|', choices with '?', fan-outs with '*', calls of a
// function in brackets behind it. Follows the links down and checks those up.
std::string drawn(const Graph& graph, const WorkflowSpec& spec, StepIndex index) {
  const Step& step = graph.step(index);
  std::vector<std::string> children;
  std::uint32_t position = 0;
  for (const StepIndex child : graph.children(step)) {
    EXPECT_EQ(graph.step(child).parent, index);
    EXPECT_EQ(graph.step(child).position, position++);
    children.push_back(drawn(graph, spec, child));
  }
  const auto joined = [&](const std::string& separator) {
    std::string text = "(";
    for (std::size_t i = 0; i < children.size(); ++i) text += (i == 0 ? "" : separator) + children[i];
    return text + ")";
  };
  switch (step.kind) {
    case StepKind::call:
      return spec.functions[step.function.index].name + (children.empty() ? "" : "[" + children.front() + "]");
    case StepKind::sequence:
      return joined(" ; ");
    case StepKind::parallel:
      return joined(" | ");
    case StepKind::choice:
      return joined(" ? ");
    case StepKind::fan_out:
      return "*" + joined("");
  }
  return "?";
}

std::string drawn(const WorkflowSpec& spec) {
  const Graph graph(spec);
  EXPECT_EQ(graph.step(graph.root()).parent, kNoStep);
  return drawn(graph, spec, graph.root());
}

auto refuses(const std::string& message) { return ThrowsMessage<Error>(HasSubstr(message)); }

TEST(Graph, KeepsTheShapeOfItsBlocks) {
  EXPECT_EQ(drawn(workflow({"a"}, call("a"))), "a");
  EXPECT_EQ(drawn(workflow({"a", "b", "c"}, sequence({call("a"), parallel({call("b"), call("c"), call("a")})}))),
            "(a ; (b | c | a))");
  EXPECT_EQ(drawn(workflow({"a", "b"}, choice({0.25, 0.75}, {call("b"), fan_out(Deterministic{2}, call("a"))}))),
            "(b ? *(a))");
}

TEST(Graph, ExpandsTheCallsOfAFunctionWhereverItIsCalled) {
  WorkflowSpec spec = workflow({"a", "b", "c"}, sequence({call("a"), call("b"), call("a")}));
  spec.functions[0].calls = sequence({call("c"), call("b")});
  spec.functions[1].calls = call("c");
  EXPECT_EQ(drawn(spec), "(a[(c ; b[c])] ; b[c] ; a[(c ; b[c])])");
}

TEST(Graph, KeepsWhatAFailureDoesWithTheCall) {
  const WorkflowSpec spec =
      workflow({"a"}, sequence({call("a"), call("a", OnFailure::ignore), call("a", OnFailure::pass_on)}));
  const Graph graph(spec);
  std::vector<OnFailure> kinds;
  for (const StepIndex child : graph.children(graph.step(graph.root()))) kinds.push_back(graph.step(child).on_failure);
  EXPECT_THAT(kinds, ElementsAre(OnFailure::abort, OnFailure::ignore, OnFailure::pass_on));
}

TEST(Graph, GivesEveryChoiceAndFanOutAStreamOfItsOwn) {
  const Graph graph(workflow({"a"}, parallel({choice({1}, {call("a")}), fan_out(Deterministic{1}, call("a")),
                                              choice({0.5, 0.5}, {call("a"), call("a")})})));
  std::vector<std::uint32_t> streams;
  for (const StepIndex child : graph.children(graph.step(graph.root()))) streams.push_back(graph.step(child).stream);
  EXPECT_THAT(streams, ElementsAre(0, 1, 2));
  EXPECT_EQ(graph.stream_count(), 3U);
}

TEST(Graph, CumulatesProbabilities) {
  const Graph graph(workflow({"a"}, choice({0.25, 0, 0.75}, {call("a"), call("a"), call("a")})));
  EXPECT_THAT(graph.step(graph.root()).cumulative, ElementsAre(0.25, 0.25, 1));
}

TEST(Graph, SaysTheWholeCycle) {
  WorkflowSpec spec = workflow({"front", "cart", "stock", "price"}, call("front"));
  spec.functions[0].calls = call("cart");
  spec.functions[1].calls = sequence({call("price"), parallel({call("price"), call("stock")})});
  spec.functions[2].calls = choice({1}, {fan_out(Deterministic{2}, call("cart"))});
  EXPECT_THAT([&] { Graph{spec}; }, refuses("calls form a cycle: cart -> stock -> cart"));
}

TEST(Graph, SaysThatAFunctionCallsItself) {
  WorkflowSpec spec = workflow({"a"}, call("a"));
  spec.functions[0].calls = call("a");
  EXPECT_THAT([&] { Graph{spec}; }, refuses("calls form a cycle: a -> a"));
}

TEST(Graph, RefusesCallsToNobody) {
  EXPECT_THAT([] { Graph{workflow({"a"}, call("b"))}; },
              refuses("call to function 'b', which workflow 'shop' does not have"));
}

TEST(Graph, RefusesEmptyBlocks) {
  EXPECT_THAT([] { Graph{workflow({"a"}, sequence({}))}; }, refuses("workflow 'shop': an empty block"));
  EXPECT_THAT([] { Graph{workflow({"a"}, parallel({}))}; }, refuses("an empty block"));
  EXPECT_THAT([] { Graph{workflow({"a"}, {FanOut{.width = {}, .body = {}}})}; }, refuses("a fan-out needs one body"));
  EXPECT_THAT(
      [] {
        Graph{workflow({"a"}, {FanOut{.width = {}, .body = {call("a"), call("a")}}})};
      },
      refuses("a fan-out needs one body"));
}

TEST(Graph, RefusesProbabilitiesThatAreNone) {
  const auto choice_of = [](std::vector<double> probabilities) {
    return workflow({"a"}, choice(std::move(probabilities), {call("a"), call("a")}));
  };
  EXPECT_NO_THROW(Graph{choice_of({0.3, 0.7})});
  EXPECT_NO_THROW(Graph{choice_of({0, 1})});
  EXPECT_NO_THROW(Graph{choice_of({1.0 / 3, 0.6666666667})});
  EXPECT_THAT([&] { Graph{choice_of({0.3, 0.6})}; }, refuses("must sum to 1, not to 0.9"));
  EXPECT_THAT([&] { Graph{choice_of({0.5, 0.500001})}; }, refuses("must sum to 1"));
  EXPECT_THAT([&] { Graph{choice_of({-0.5, 1.5})}; }, refuses("lie between 0 and 1"));
  EXPECT_THAT([&] { Graph{choice_of({std::nan(""), 1})}; }, refuses("lie between 0 and 1"));
  EXPECT_THAT([&] { Graph{choice_of({1})}; }, refuses("one probability per option"));
  EXPECT_THAT([] { Graph{workflow({"a"}, choice({}, {}))}; }, refuses("must sum to 1, not to 0.0"));
}

TEST(Graph, RefusesMoreThanAMillionNodes) {
  std::vector<Block> steps(999'999, call("a"));
  EXPECT_EQ(Graph(workflow({"a"}, sequence(steps))).size(), 1'000'000U);
  steps.push_back(call("a"));
  EXPECT_THAT([&] { Graph{workflow({"a"}, sequence(std::move(steps)))}; },
              refuses("workflow 'shop': its calls expand to more than a million steps"));
}

// Each of 40 functions calls the next one twice: 2^40 steps, were there no limit.
TEST(Graph, StopsAtTheLimitWithoutExpandingAll) {
  WorkflowSpec spec = workflow({}, call("0"));
  for (int i = 0; i < 40; ++i) {
    spec.functions.emplace_back();
    spec.functions.back().name = std::to_string(i);
    if (i < 39) spec.functions.back().calls = sequence({call(std::to_string(i + 1)), call(std::to_string(i + 1))});
  }
  EXPECT_THAT([&] { Graph{spec}; }, refuses("more than a million steps"));
}

}  // namespace
}  // namespace faasconf::sim
