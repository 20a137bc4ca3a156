#pragma once
// A small workflow and measurements of it, for the tests of the calibration.

#include <sstream>
#include <string>

#include "experiments/calibration/mapping.hpp"
#include "experiments/calibration/measurements.hpp"
#include "experiments/config/workflow_file.hpp"
#include "experiments/config/yaml_tree.hpp"
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

inline YamlNode two_functions_tree() { return parse_yaml(kTwoFunctions, "two.yaml"); }
inline sim::WorkflowSpec two_functions() {
  const YamlNode tree = two_functions_tree();
  return read_workflow({tree, ""});
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
  - {observe: latency_mean, column: mean, unit: s, weight: 2}
  - {observe: successes, column: good}
  - {observe: success_ratio, column: good, over: {columns: [good, bad]}}
  - {observe: latency_p75, function: second, column: p75, unit: ms}
parameters:
  first work: {sets: functions.first.serial, bounds: [200ms, 1s], scale: log}
  second work: {sets: functions.second.serial, bounds: [300ms, 2s], scale: log}
  contention: {sets: cpu_sharing.contention, bounds: [0, 0.5]}
)";

inline const char* const kTwoFunctionsHeader =
    "users,first cpu,first replicas,second cpu,second memory,action,mean,good,bad,p75\n";

}  // namespace faasconf::experiments
