#pragma once
// A small workflow and measurements of it, for the tests of the calibration.

#include <chrono>
#include <cmath>
#include <cstdint>
#include <sstream>
#include <string>

#include "experiments/calibration/mapping.hpp"
#include "experiments/calibration/measurements.hpp"
#include "experiments/config/workflow_file.hpp"
#include "experiments/config/yaml_tree.hpp"
#include "experiments/prediction/window_sample.hpp"
#include "sim/core/random.hpp"
#include "sim/core/time.hpp"

namespace faasconf::experiments {

inline const char* const kTwoFunctions = R"(name: two
qos: {latency: 5s, successes: 5}
gateway: {hop: 20ms}
cpu_sharing: {contention: 0.1, speed_spread: 0.05}
functions:
  first:
    serial: 500ms
    failure_probability: 0.01
  second:
    serial: 800ms
    memory: {process: 100Mi}
entry: [first, second]
)";

inline config::YamlNode two_functions_tree() { return config::parse_yaml(kTwoFunctions, "two.yaml"); }
inline sim::WorkflowSpec two_functions() {
  const config::YamlNode tree = two_functions_tree();
  return config::read_workflow({tree, ""});
}

inline const char* const kTwoFunctionsMapping = R"(protocol: {users: {column: users}, window: 30s, attribution: paper}
knobs:
  first:
    cpu: {column: first cpu, unit: m}
    memory: 1Gi
    replicas: {column: first replicas}
    concurrency: 4
  second:
    cpu: {column: second cpu, unit: m}
    memory: {column: second memory, unit: Mi}
    replicas: 2
    concurrency: {column: action, times: 9, plus: 1, round: down}
targets:
  - {observe: latency_mean_s, column: mean, unit: s, weight: 2}
  - {observe: completions, column: good}
  - {observe: success_ratio, column: good, over: {columns: [good, bad]}}
  - {observe: latency_p75_s, function: second, column: p75, unit: ms}
parameters:
  first work: {sets: functions.first.serial, bounds: [200ms, 1s], scale: log}
  second work: {sets: functions.second.serial, bounds: [300ms, 2s], scale: log}
  contention: {sets: cpu_sharing.contention, bounds: [0, 0.5]}
)";

inline const char* const kTwoFunctionsHeader =
    "users,first cpu,first replicas,second cpu,second memory,action,mean,good,bad,p75\n";

// So many rows as they would have been measured of this workflow: each one window under knobs drawn anew.
inline std::string simulated_rows(const sim::WorkflowSpec& truth, std::size_t count, std::uint64_t seed) {
  std::ostringstream out;
  out << kTwoFunctionsHeader;
  out.precision(12);
  sim::Rng rng = sim::RngStreams(seed).stream("two functions");
  const auto between = [&rng](double low, double high) { return std::floor(low + (high - low + 1) * rng.uniform()); };
  for (std::size_t made = 0; made < count;) {
    const double users = between(4, 10);
    const double cpu[] = {between(400, 2000), between(500, 2000)};
    const double replicas = between(1, 5);
    const double memory = between(300, 1500);
    const double action = rng.uniform();
    sim::Configuration configuration;
    configuration.functions = {
        {.cpu = {cpu[0]}, .memory = {1024}, .replicas = static_cast<int>(replicas), .concurrency = 4},
        {.cpu = {cpu[1]}, .memory = {memory}, .replicas = 2, .concurrency = static_cast<int>(9 * action + 1)}};
    const prediction::Load load{.users = users, .rate_per_s = 0, .window = std::chrono::seconds(30), .warm_up = {}};
    const prediction::Protocol protocol{.attribution = sim::Attribution::paper};
    simulate_windows(prediction::scenario_of(truth, configuration, load, protocol), load, seed + 1000 + made, 1,
                     [&](std::size_t, const sim::Observation& window) {
                       const auto& p75 = window.functions[1].latency;
                       if (!window.latency || !p75) return;  // such windows are not in the table
                       const sim::Counts& counts = window.requests;
                       out << users << "," << cpu[0] << "," << replicas << "," << cpu[1] << "," << memory << ","
                           << action << "," << window.latency->mean_s << "," << counts.completions << ","
                           << counts.finished() - counts.completions << "," << 1000 * p75->p75_s << "\n";
                       ++made;
                     });
  }
  return out.str();
}

}  // namespace faasconf::experiments
