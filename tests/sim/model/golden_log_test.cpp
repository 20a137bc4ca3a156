// Short runs, event by event or as digests, as committed in tests/golden. To write them anew, after raising
// kModelVersion in sim/core/version.hpp, then read the difference:
//   FAASCONF_REWRITE_GOLDEN=1 build/release/tests/sim/faasconf_sim_tests --gtest_filter='GoldenLog.*'

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/core/version.hpp"
#include "sim/model/simulation.hpp"
#include "tests/sim/model/event_log.hpp"
#include "tests/sim/model/scenarios.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;

void expect_golden(const std::string& file, const std::string& run) {
  if (std::getenv("FAASCONF_REWRITE_GOLDEN") != nullptr) std::ofstream(file) << run;
  std::ifstream committed(file);
  ASSERT_TRUE(committed) << file << " is missing; this file says how to write it";
  std::ostringstream golden;
  golden << committed.rdbuf();
  EXPECT_EQ(golden.str(), run)
      << "Simulated bytes have changed. If that is meant, raise kModelVersion in sim/core/version.hpp, then rewrite "
      << file
      << " with FAASCONF_REWRITE_GOLDEN=1 build/release/tests/sim/faasconf_sim_tests --gtest_filter='GoldenLog.*'";
}

// Three requests for detect -> (resize | label), through a gateway; the third finds the one slot of label taken.
ScenarioSpec three_requests() {
  // distributions that need no mathematical library: the same draws everywhere
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
  expect_golden("tests/golden/three_requests.log", log.lines);
}

// --- digests, which notice what the short log misses

std::string digest_of(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(hash));
  return digits.data();
}

// A busy function that calls another, which rejects, fails and is out of memory at times, behind a gateway with a time
// limit, for clients that try again.
ScenarioSpec busy(const CpuSharingSpec& sharing) {
  FunctionSpec front = cpu_station("front", Exponential{0.05}, Overflow::queue);
  front.parallel_work = Exponential{0.1};
  front.max_threads = 2;
  front.process_memory = Exponential{40};
  front.failure_probability = 0.02;
  front.calls = call("back", OnFailure::ignore);
  FunctionSpec back = slot_station("back", Exponential{0.2}, Overflow::reject);
  back.serial_work = Exponential{0.02};
  back.rejection_work = Deterministic{0.003};
  ScenarioSpec spec = scenario({front, back},
                               {{.cpu = Millicores{700}, .memory = Mebibytes{256}, .replicas = 2, .concurrency = 4},
                                {.cpu = Millicores{500}, .replicas = 2, .concurrency = 1}},
                               call("front"), open_loop(6));
  spec.workload.retry = Retry{.attempts = 3, .back_off = Exponential{0.2}};
  spec.workflow.gateway.hop = Exponential{0.01};
  spec.workflow.gateway.timeout = 2s;
  spec.workflow.cpu_sharing = sharing;
  return spec;
}

// Instances on demand that share two nodes, of which one fails at times.
ScenarioSpec crowded() {
  ScenarioSpec spec = busy({.contention = 0.05, .speed_spread = 0});
  for (FunctionSpec& function : spec.workflow.functions) {
    function.start_up = Exponential{0.3};
    function.keep_alive = 4s;
    function.time_to_failure = Exponential{60};
  }
  for (FunctionConfiguration& knobs : spec.configuration.functions) knobs.replicas = 5;
  spec.workflow.cluster.nodes = {{.count = 2,
                                  .cores = 1.5,
                                  .memory = Mebibytes{3000},
                                  .time_to_failure = Exponential{100},
                                  .repair = Exponential{10}}};
  spec.workflow.cluster.evict_idle = true;
  return spec;
}

std::string run_of(const ScenarioSpec& spec) {
  const Scenario scenario(spec);
  EventLog log(scenario);
  Simulation simulation(scenario, RngStreams(5), {&log});
  simulation.run_until(Time(100s));
  Configuration other = spec.configuration;
  other.functions[0].cpu = Millicores{900};
  ++other.functions[1].replicas;
  simulation.apply(other);
  simulation.run_until(Time(200s));
  return log.lines;
}

TEST(GoldenLog, DigestsOfLongerRunsAreAsCommitted) {
  const std::vector<std::pair<std::string, ScenarioSpec>> runs{
      {"fluid", busy({.contention = 0.1})},
      {"cfs", busy({.mode = CpuSharing::cfs})},
      {"cfs, slices", busy({.mode = CpuSharing::cfs, .run_slice = 10ms})},
      {"cfs, random turns", busy({.mode = CpuSharing::cfs, .run_slice = 10ms, .turn_order = TurnOrder::random})},
      {"cfs, two levels", busy({.mode = CpuSharing::cfs, .cgroup_levels = 2})},
      {"cfs, slice expiry", busy({.mode = CpuSharing::cfs, .run_slice = 10ms, .slice_expiry = true})},
      {"crowded cluster", crowded()},
  };
  std::string digests = "model version " + std::to_string(kModelVersion) + "\n";
  for (const auto& [name, spec] : runs) digests += digest_of(run_of(spec)) + "  " + name + "\n";
  expect_golden("tests/golden/runs.digests", digests);
}

}  // namespace
}  // namespace faasconf::sim
