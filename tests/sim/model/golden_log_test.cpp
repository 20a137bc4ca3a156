// A short run, event by event, as committed in tests/golden. To write it anew, then read the difference:
//   FAASCONF_REWRITE_GOLDEN=1 build/release/tests/sim/faasconf_sim_tests --gtest_filter='GoldenLog.*'

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "sim/model/simulation.hpp"
#include "tests/sim/model/event_log.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

constexpr const char* kFile = "tests/golden/three_requests.log";

// Three requests for detect -> (resize | label), through a gateway; the third finds the one slot of label taken.
ScenarioSpec three_requests() {
  // laws that need no mathematical library: the same draws everywhere
  FunctionSpec detect = cpu_station("detect", Exponential{0.2});
  FunctionSpec resize = cpu_station("resize", Exponential{0.1});
  resize.parallel_work = Deterministic{0.1};
  resize.max_threads = 2;
  FunctionSpec label = slot_station("label", Exponential{0.3}, Overflow::reject);
  label.serial_work = Deterministic{0.05};
  ScenarioSpec spec =
      scenario({detect, resize, label}, {{.replicas = 2}, {.cpu = Millicores{1500}}, {.concurrency = 1}},
               sequence({call("detect"), parallel({call("resize"), call("label", OnFailure::ignore)})}),
               {.source = ArrivalList{.times = {Time{}, Time(100ms), Time(200ms)}}, .profile = std::nullopt});
  spec.workflow.gateway.hop = Deterministic{0.01};
  spec.workflow.gateway.routing = Routing::round_robin;
  spec.workflow.cpu_sharing.contention = 0.1;
  return spec;
}

TEST(GoldenLog, OfThreeRequestsIsAsCommitted) {
  const Scenario scenario(three_requests());
  EventLog log(scenario);
  Simulation simulation(scenario, RngStreams(2), {&log});
  simulation.run_until(Time(10s));
  if (std::getenv("FAASCONF_REWRITE_GOLDEN") != nullptr) std::ofstream(kFile) << log.lines;
  std::ifstream file(kFile);
  ASSERT_TRUE(file) << kFile << " is missing; this file says how to write it";
  std::ostringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(golden.str(), log.lines) << "this file says how to write " << kFile << " anew";
}

}  // namespace
}  // namespace faasconf::sim
