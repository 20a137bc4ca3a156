#include "sim/model/critical_path.hpp"

#include <gmock/gmock.h>

namespace faasconf::sim {
namespace {

using testing::ElementsAre;

Block call(const std::string& function) { return {Call{function}}; }

FunctionSpec function(const std::string& name, double serial_s) {
  FunctionSpec spec;
  spec.name = name;
  spec.serial_work = Deterministic{serial_s};
  return spec;
}

// a 1 s, b 2 s, c 4 s of serial work
WorkflowSpec workflow(Block entry) {
  WorkflowSpec spec;
  spec.name = "w";
  spec.functions = {function("a", 1), function("b", 2), function("c", 4)};
  spec.entry = std::move(entry);
  return spec;
}

CriticalPath path_of(const WorkflowSpec& spec) { return critical_path(spec, Graph(spec)); }

TEST(CriticalPath, AddsAlongASequenceAndTakesTheLongestBranch) {
  const auto path = path_of(workflow({Sequence{{call("a"), {Parallel{{call("b"), call("c")}}}, call("b")}}}));
  EXPECT_DOUBLE_EQ(path.seconds, 1 + 4 + 2);
  EXPECT_THAT(path.functions, ElementsAre("a", "c", "b"));
}

TEST(CriticalPath, CountsEveryPhaseAndTheHop) {
  auto spec = workflow(call("a"));
  spec.functions[0].parallel_work = Deterministic{6};
  spec.functions[0].max_threads = 3;
  spec.functions[0].off_cpu = Exponential{0.5};
  spec.gateway.hop = Deterministic{0.25};
  EXPECT_DOUBLE_EQ(path_of(spec).seconds, 1 + 6.0 / 3 + 0.5 + 0.25);
}

TEST(CriticalPath, FunctionsMayHaveAHopOfTheirOwn) {
  auto spec = workflow({Sequence{{call("a"), call("b")}}});
  spec.gateway.hop = Deterministic{0.25};
  spec.functions[1].hop = Deterministic{0.125};
  EXPECT_DOUBLE_EQ(path_of(spec).seconds, 1.25 + 2.125);
}

TEST(CriticalPath, FollowsTheCallsOfAFunction) {
  auto spec = workflow(call("a"));
  spec.functions[0].calls = call("c");
  const auto path = path_of(spec);
  EXPECT_DOUBLE_EQ(path.seconds, 1 + 4);
  EXPECT_THAT(path.functions, ElementsAre("a", "c"));
}

TEST(CriticalPath, OfAChoiceIsTheMean) {
  const auto path = path_of(workflow({Choice{{0.75, 0.25}, {call("b"), call("c")}}}));
  EXPECT_DOUBLE_EQ(path.seconds, 0.75 * 2 + 0.25 * 4);
  EXPECT_THAT(path.functions, ElementsAre("b"));
}

TEST(CriticalPath, OfAFanOutIsThatOfItsBody) {
  EXPECT_DOUBLE_EQ(path_of(workflow({FanOut{Deterministic{5}, {call("c")}}})).seconds, 4);
  EXPECT_DOUBLE_EQ(path_of(workflow({FanOut{{}, {call("c")}}})).seconds, 0);
}

}  // namespace
}  // namespace faasconf::sim
