#pragma once
// A small file of each kind that users write or the program reads, in the current directory.

#include <stdexcept>
#include <string>

#include "experiments/config/experiment_file.hpp"
#include "tests/experiments/calibration/two_functions.hpp"
#include "tests/experiments/cli/in_process.hpp"
#include "tests/learner/bundle/archives.hpp"
#include "tests/learner/bundle/policies.hpp"

namespace faasconf::tests {

inline const char* const kSmallWorkflow = R"(name: two
qos: {latency: 5s, successes: 5}
gateway: {hop: 5ms}
functions:
  first: {serial: 50ms, memory: {process: 100Mi}}
  second: {serial: 80ms, parallel: {work: 20ms, threads: 2}}
entry: [first, second]
)";

inline const char* const kSmallExperiment = R"(workflow: w.yaml
workload: {closed_loop: {users: 2}, window: 30s}
configuration: {cpu: 1000m, memory: 1Gi, replicas: 2, concurrency: 2}
duration: 1m
replications: 2
seed: 1
)";

inline const char* const kSmallTable =
    "table:\n"
    "  - users: 2\n    configuration: {cpu: 1, memory: 1Gi, replicas: 1, concurrency: 4}\n"
    "  - users: 4\n    configuration: {cpu: 2, memory: 2Gi, replicas: 3, concurrency: 4}\n";

inline const char* const kSmallManifest =
    "version: 1.0\nprovider: {name: openfaas}\nfunctions:\n  resize:\n    image: resize:1\n"
    "    environment: {max_inflight: 3, exec_timeout: 30s}\n    labels: {com.openfaas.scale.max: 8}\n"
    "    limits: {cpu: 300m, memory: 128Mi}\n";

// Throws where the program does not end with 0.
inline void must(const std::string& line) {
  const experiments::cli::Ran ran = experiments::cli::faasconf(line);
  if (ran.code != 0) throw std::runtime_error(line + ": " + ran.err);
}

inline void write_small_policy(const std::string& path) {
  const auto experiment = experiments::config::read_experiment("w.yaml", {});
  const sim::Scenario scenario(experiment.scenario);
  const auto policy = learner::bundle::random_policy(scenario, learner::bundle::JointSpec{.hidden = {4}});
  learner::bundle::write_archive(path, learner::bundle::members_of(policy));
}

inline void write_small_files() {
  using experiments::cli::write;
  write("w.yaml", kSmallWorkflow);
  write("x.yaml", kSmallExperiment);
  write("table.yaml", kSmallTable);
  write("stack.yml", kSmallManifest);
  write("config.yaml",
        "default: {cpu: 500m, memory: 1Gi, replicas: 1, concurrency: 4}\nfunctions:\n  second: {cpu: 1}\n");
  write("profile.csv", "# origin: made up\nstart_s,users\n0,1\n30,2\n60,1\n");
  write("ask.csv",
        "name,first.cpu,first.memory,first.replicas,first.concurrency,second.cpu,second.memory,second.replicas,"
        "second.concurrency,users\nlean,500m,1Gi,1,4,1,1Gi,1,4,2\n");
  write("2021.txt", "app,func,end_timestamp,duration\na,f,10.5,0.25\na,g,70,1\nb,f,75.25,0.5\n");
  write("seconds.csv", "second,function,count\n0,f,1\n1,g,2\n61,f,3\n61,g,1\n");
}

}  // namespace faasconf::tests
