// Oracle: without load a workflow takes as long as its critical path, to the nanosecond.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

class RequestLog final : public Observer {
 public:
  void on_request_finished(const RequestRecord& record) override { records.push_back(record); }
  std::vector<RequestRecord> records;
};

// Latencies of requests that come at these times, in the order of their ends.
std::vector<Duration> latencies(ScenarioSpec spec, std::vector<Time> arrivals) {
  const std::size_t count = arrivals.size();
  spec.workload.source = ArrivalList{std::move(arrivals)};
  const Scenario checked(std::move(spec));
  RequestLog log;
  Simulation simulation(checked, RngStreams(1), {&log});
  simulation.run_until(Time(1h));
  EXPECT_EQ(log.records.size(), count);
  std::vector<Duration> result;
  for (const RequestRecord& record : log.records) {
    EXPECT_EQ(record.outcome, Outcome::success);
    result.push_back(record.finished - record.arrived);
  }
  return result;
}

Duration latency(ScenarioSpec spec) { return latencies(std::move(spec), {Time(7s)}).at(0); }

// "a" waits 100 ms, "b" 200 ms, "c" 400 ms and "d" 800 ms, without CPU and without limits.
ScenarioSpec waiting_functions(Block entry) {
  std::vector<FunctionSpec> functions;
  double wait_s = 0.1;
  for (const char* name : {"a", "b", "c", "d"}) {
    functions.push_back(slot_station(name, Deterministic{wait_s}, Overflow::none));
    wait_s *= 2;
  }
  return scenario(std::move(functions), {{}, {}, {}, {}}, std::move(entry), {});
}

// --- the graph

TEST(CriticalPath, OfASequenceIsTheSum) {
  EXPECT_EQ(latency(waiting_functions(sequence({call("a"), call("b"), call("c"), call("d")}))), 1500ms);
}

TEST(CriticalPath, OfParallelBranchesIsTheLongest) {
  EXPECT_EQ(latency(waiting_functions(parallel({call("a"), call("d"), call("b")}))), 800ms);
}

TEST(CriticalPath, OfAChoiceIsThatOfTheChosenOption) {
  EXPECT_EQ(latency(waiting_functions(choice({1, 0, 0}, {call("a"), call("b"), call("c")}))), 100ms);
  EXPECT_EQ(latency(waiting_functions(choice({0, 1, 0}, {call("a"), call("b"), call("c")}))), 200ms);
  EXPECT_EQ(latency(waiting_functions(choice({0, 0, 1}, {call("a"), call("b"), call("c")}))), 400ms);
}

TEST(CriticalPath, OfAFanOutDoesNotDependOnItsWidth) {
  EXPECT_EQ(latency(waiting_functions(fan_out(Deterministic{1}, call("c")))), 400ms);
  EXPECT_EQ(latency(waiting_functions(fan_out(Deterministic{17}, call("c")))), 400ms);
}

TEST(CriticalPath, OfAFanOutOfNoWidthIsNothing) {
  EXPECT_EQ(latency(waiting_functions(fan_out(Deterministic{0}, call("c")))), 0ms);
  EXPECT_EQ(latency(waiting_functions(sequence({call("a"), fan_out(Deterministic{0}, call("c")), call("b")}))), 300ms);
}

TEST(CriticalPath, OfNestedBlocksGoesThroughAllOfThem) {
  // a, then the longer of (b c) and a fan-out of (d or b), then c
  const Block block =
      sequence({call("a"),
                parallel({sequence({call("b"), call("c")}),
                          fan_out(Deterministic{3}, sequence({choice({1, 0}, {call("d"), call("b")}), call("a")}))}),
                call("c")});
  EXPECT_EQ(latency(waiting_functions(block)), 100ms + std::max(200ms + 400ms, 800ms + 100ms) + 400ms);
}

TEST(CriticalPath, OfNestedCallsAddsUp) {
  ScenarioSpec spec = waiting_functions(call("a"));
  spec.workflow.functions[0].calls = sequence({call("b"), parallel({call("c"), call("d")})});
  spec.workflow.functions[2].calls = sequence({call("d"), call("d")});  // c: 400 + 2 x 800
  EXPECT_EQ(latency(spec), 100ms + 200ms + 400ms + 1600ms);
}

TEST(CriticalPath, CountsTheHopOfEveryCall) {
  ScenarioSpec spec = waiting_functions(sequence({call("a"), parallel({call("b"), call("c")})}));
  spec.workflow.functions[2].calls = call("d");
  spec.workflow.gateway.hop = Deterministic{0.025};
  EXPECT_EQ(latency(spec), 25ms + 100ms + 25ms + 400ms + 25ms + 800ms);
}

// --- the function

TEST(CriticalPath, OfAFunctionIsItsPhasesOneAfterTheOther) {
  FunctionSpec function = cpu_station("f", Deterministic{0.3});
  function.parallel_work = Deterministic{1.2};
  function.off_cpu = Deterministic{0.5};
  function.max_threads = 4;
  const auto with_cpu = [&](double millicores) {
    return latency(scenario(function, {.cpu = Millicores{millicores}}, {}));
  };
  EXPECT_EQ(with_cpu(8000), 300ms + 1200ms / 4 + 500ms);  // no more than its threads
  EXPECT_EQ(with_cpu(4000), 300ms + 1200ms / 4 + 500ms);
  EXPECT_EQ(with_cpu(2000), 300ms + 1200ms / 2 + 500ms);
  EXPECT_EQ(with_cpu(1000), 300ms + 1200ms + 500ms);
  EXPECT_EQ(with_cpu(500), 600ms + 2400ms + 500ms);  // the limit throttles the serial phase too
}

TEST(CriticalPath, OfAFanOutOnOneCoreIsAllItsWork) {
  const ScenarioSpec spec =
      scenario({cpu_station("f", Deterministic{0.25})}, {{}}, fan_out(Deterministic{4}, call("f")), {});
  EXPECT_EQ(latency(spec), 1000ms);
}

TEST(CriticalPath, OfAFanOutBeforeTwoSlotsIsItsHalf) {
  const ScenarioSpec spec =
      scenario({slot_station("f", Deterministic{0.2})}, {{.concurrency = 2}}, fan_out(Deterministic{5}, call("f")), {});
  EXPECT_EQ(latency(spec), 600ms);
}

// Contention counts requests, not their threads: 1 + 0.25 x (2 - 1) for two at once.
TEST(CriticalPath, OfAFanOutUnderContentionIsStretched) {
  FunctionSpec function = cpu_station("f", kNothing);
  function.parallel_work = Deterministic{1.2};
  function.max_threads = 3;
  const auto with_width = [&](double width) {
    ScenarioSpec spec = scenario({function}, {{.cpu = Millicores{6000}}}, fan_out(Deterministic{width}, call("f")), {});
    spec.workflow.cpu_sharing.contention = 0.25;
    return latency(spec);
  };
  EXPECT_EQ(with_width(1), 400ms);
  EXPECT_EQ(with_width(2), 400ms * 5 / 4);
}

// --- slots held

TEST(CriticalPath, OfTheSecondRequestWaitsForTheSlotThatNestedCallsKeep) {
  ScenarioSpec spec = waiting_functions(call("a"));
  spec.workflow.functions[0].calls = call("b");
  spec.workflow.functions[0].overflow = Overflow::queue;
  EXPECT_EQ(latencies(spec, {Time(1s), Time(1s)}), (std::vector<Duration>{300ms, 600ms}));
}

TEST(CriticalPath, OfAnOrchestratorWithLimitsOfItsOwnIsThatOfItsCalls) {
  FunctionSpec orchestrator;
  orchestrator.name = "orchestrator";
  orchestrator.overflow = Overflow::queue;
  orchestrator.calls = sequence({call("worker"), parallel({call("worker"), call("worker")})});
  orchestrator.fixed = FunctionConfiguration{.concurrency = 2};
  ScenarioSpec spec = scenario({orchestrator, slot_station("worker", Deterministic{0.2}, Overflow::none)}, {},
                               call("orchestrator"), {});
  spec.configuration = uniform_configuration(spec.workflow, {.concurrency = 1});
  EXPECT_EQ(latencies(spec, {Time(1s), Time(1s), Time(1s)}), (std::vector<Duration>{400ms, 400ms, 800ms}));
}

}  // namespace
}  // namespace faasconf::sim
