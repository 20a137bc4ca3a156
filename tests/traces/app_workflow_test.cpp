#include "traces/app_workflow.hpp"

#include <map>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/model/graph.hpp"
#include "sim/model/scenario.hpp"
#include "tests/traces/azure_text.hpp"
#include "tests/traces/made_up_trace.hpp"
#include "traces/totals.hpp"

namespace faasconf::traces {
namespace {

using ::testing::ElementsAre;

// Calls of each function that one pass through a block makes in the mean.
void add_calls(const sim::Block& block, double times, std::map<std::string, double>& calls) {
  if (const auto* call = std::get_if<sim::Call>(&block.kind)) {
    calls[call->function] += times;
  } else if (const auto* sequence = std::get_if<sim::Sequence>(&block.kind)) {
    for (const sim::Block& step : sequence->steps) add_calls(step, times, calls);
  } else if (const auto* parallel = std::get_if<sim::Parallel>(&block.kind)) {
    for (const sim::Block& branch : parallel->branches) add_calls(branch, times, calls);
  } else if (const auto* choice = std::get_if<sim::Choice>(&block.kind)) {
    for (std::size_t i = 0; i < choice->options.size(); ++i) {
      add_calls(choice->options[i], times * choice->probabilities[i], calls);
    }
  } else {
    const auto& fan_out = std::get<sim::FanOut>(block.kind);
    add_calls(fan_out.body.front(), times * fan_out.width.mean(), calls);
  }
}

Trace app_of(const std::vector<TraceFunction>& functions) { return {.days = 1, .functions = functions, .origin = ""}; }

void expect_conserved(const Trace& trace) {
  const AppWorkflow made = app_workflow(trace, "o", "a");
  double requests = 0;
  for (const MinuteCount& minute : made.requests) requests += minute.count;
  std::map<std::string, double> calls;
  add_calls(made.workflow.entry, requests, calls);
  for (const TraceFunction& function : trace.functions) {
    const auto wanted = static_cast<double>(calls_of(function));
    EXPECT_NEAR(calls[function.function], wanted, 1e-9 * wanted) << function.function;
  }
}

TEST(AppWorkflow, ConservesCountsWhateverTheTriggers) {
  using enum Trigger;
  expect_conserved(app_of({steady("f", 3, http)}));
  expect_conserved(app_of({steady("f", 3, http), steady("g", 7, queue), steady("h", 1, orchestration)}));
  expect_conserved(
      app_of({steady("f", 3, http), steady("g", 2, event), steady("t", 1, timer), steady("q", 11, storage)}));
  expect_conserved(app_of({steady("t", 1, timer), steady("u", 2, timer), steady("q", 5, queue)}));
  expect_conserved(app_of({steady("q", 2, queue), steady("o", 3, orchestration), steady("x", 1, others)}));
  expect_conserved(app_of({steady("x", 2, others), steady("y", 3, others)}));
  expect_conserved(app_of({function_of("f", {{7, 1}}), steady("g", 9, queue)}));
}

TEST(AppWorkflow, BeginsWithWhatComesFromOutside) {
  const Trace trace =
      app_of({steady("q", 4, Trigger::queue), steady("f", 2), function_of("t", {{5, 1}}, Trigger::timer)});
  const AppWorkflow made = app_workflow(trace, "o", "a");
  const auto& choice = std::get<sim::Choice>(made.workflow.entry.kind);
  EXPECT_THAT(choice.probabilities, ElementsAre(2880.0 / 2881, 1.0 / 2881));
  const auto& steps = std::get<sim::Sequence>(choice.options[0].kind).steps;
  EXPECT_EQ(std::get<sim::Call>(steps[0].kind).function, "f");
  EXPECT_EQ(std::get<sim::FanOut>(steps[1].kind).width, sim::Distribution(sim::Deterministic{.value = 2}));
  EXPECT_EQ(std::get<sim::Call>(choice.options[1].kind).function, "t");  // timers call nobody where others do
  EXPECT_EQ(made.requests[5], (MinuteCount{5, 3}));
  EXPECT_EQ(made.requests[6], (MinuteCount{6, 2}));
}

TEST(AppWorkflow, SaysThatItIsSynthetic) {
  EXPECT_EQ(app_workflow(app_of({steady("f", 1)}), "o", "a").workflow.name, "synthetic-app-a");
}

TEST(AppWorkflow, DividesDurationsBetweenCpuAndWaiting) {
  Trace trace = app_of({steady("f", 1)});
  trace.functions[0].duration =
      DurationPercentiles{.average_ms = 100, .count = 1, .percentiles_ms = {100, 100, 100, 100, 100, 100, 100}};
  const AppWorkflow made = app_workflow(trace, "o", "a", {.cpu_share = .25});
  EXPECT_NEAR(made.workflow.functions[0].serial_work.mean(), .025, 1e-12);
  EXPECT_NEAR(made.workflow.functions[0].off_cpu.mean(), .075, 1e-12);
}

TEST(AppWorkflow, CanBeSimulated) {
  Trace trace = many_functions(9);
  for (TraceFunction& function : trace.functions) function.app = "a";
  const AppWorkflow made = app_workflow(trace, "o", "a");
  sim::ScenarioSpec spec;
  spec.workflow = made.workflow;
  spec.configuration = sim::uniform_configuration(spec.workflow, {});
  EXPECT_NO_THROW(sim::Scenario{spec});
}

TEST(AppWorkflow, NeedsAnAppThatIsCalled) {
  const Trace trace = app_of({function_of("f", {})});
  EXPECT_EQ(message_of([&] { app_workflow(trace, "o", "b"); }), "app: expected one of the trace, got \"b\"");
  EXPECT_EQ(message_of([&] { app_workflow(trace, "o", "a"); }), "app: expected one with calls, got \"a\" without");
  EXPECT_EQ(message_of([&] { app_workflow(app_of({steady("f", 1)}), "o", "a", {.cpu_share = 2}); }),
            "cpu_share: expected a number from 0 to 1, got 2.000000");
}

}  // namespace
}  // namespace faasconf::traces
