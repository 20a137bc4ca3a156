#include "experiments/cli/critical_path.hpp"

#include <gmock/gmock.h>

namespace faasconf::experiments::cli {
namespace {

using sim::Block;
using testing::ElementsAre;

Block call(const std::string& function) { return {sim::Call{function}}; }

sim::FunctionSpec function(const std::string& name, double serial_s) {
  sim::FunctionSpec spec;
  spec.name = name;
  spec.serial_work = sim::Deterministic{serial_s};
  return spec;
}

// a 1 s, b 2 s, c 4 s of serial work
sim::WorkflowSpec workflow(Block entry) {
  sim::WorkflowSpec spec;
  spec.name = "w";
  spec.functions = {function("a", 1), function("b", 2), function("c", 4)};
  spec.entry = std::move(entry);
  return spec;
}

CriticalPath path_of(const sim::WorkflowSpec& spec) { return critical_path(spec, sim::Graph(spec)); }

TEST(CriticalPath, AddsAlongASequenceAndTakesTheLongestBranch) {
  const auto path = path_of(workflow({sim::Sequence{{call("a"), {sim::Parallel{{call("b"), call("c")}}}, call("b")}}}));
  EXPECT_DOUBLE_EQ(path.seconds, 1 + 4 + 2);
  EXPECT_THAT(path.functions, ElementsAre("a", "c", "b"));
}

TEST(CriticalPath, CountsEveryPhaseAndTheHop) {
  auto spec = workflow(call("a"));
  spec.functions[0].parallel_work = sim::Deterministic{6};
  spec.functions[0].max_threads = 3;
  spec.functions[0].off_cpu = sim::Exponential{0.5};
  spec.gateway.hop = sim::Deterministic{0.25};
  EXPECT_DOUBLE_EQ(path_of(spec).seconds, 1 + 6.0 / 3 + 0.5 + 0.25);
}

TEST(CriticalPath, FunctionsMayHaveAHopOfTheirOwn) {
  auto spec = workflow({sim::Sequence{{call("a"), call("b")}}});
  spec.gateway.hop = sim::Deterministic{0.25};
  spec.functions[1].hop = sim::Deterministic{0.125};
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
  const auto path = path_of(workflow({sim::Choice{{0.75, 0.25}, {call("b"), call("c")}}}));
  EXPECT_DOUBLE_EQ(path.seconds, 0.75 * 2 + 0.25 * 4);
  EXPECT_THAT(path.functions, ElementsAre("b"));
}

TEST(CriticalPath, OfAFanOutIsThatOfItsBody) {
  EXPECT_DOUBLE_EQ(path_of(workflow({sim::FanOut{sim::Deterministic{5}, {call("c")}}})).seconds, 4);
  EXPECT_DOUBLE_EQ(path_of(workflow({sim::FanOut{{}, {call("c")}}})).seconds, 0);
}

}  // namespace
}  // namespace faasconf::experiments::cli
