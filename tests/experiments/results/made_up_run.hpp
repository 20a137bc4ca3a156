#pragma once
// Runs made by hand, for what is done with runs.

#include <string>
#include <vector>

#include "experiments/config/experiment_file.hpp"
#include "sim/model/run.hpp"
#include "tests/scratch_folder.hpp"

namespace faasconf::experiments::results {

using tests::read_file;
using tests::ScratchFolder;
using tests::write_file;

// Two functions, two cases.
inline config::Experiment made_up_experiment() {
  config::Experiment experiment;
  experiment.scenario.workflow.name = "pair";
  for (const char* name : {"first", "second, \"quoted\""}) {
    sim::FunctionSpec function;
    function.name = name;
    experiment.scenario.workflow.functions.push_back(function);
  }
  experiment.scenario.workflow.qos = {std::chrono::seconds(13), 20};
  experiment.scenario.workflow.promise = sim::published_promise(experiment.scenario.workflow.qos);
  experiment.configurations = {{"small", {}}, {"größer", {}}};
  experiment.inputs = {{"pair.yaml", std::string(64, '0')}};
  experiment.resolved = "name: pair\n";
  return experiment;
}

// Windows whose numbers tell where they come from: 100 x replication + window, and a bit for the function.
inline sim::Run made_up_run(int replication, int windows, bool spans = false) {
  sim::Run run;
  for (int i = 0; i < windows; ++i) {
    const double number = 100.0 * replication + i;
    sim::Observation window;
    window.window = i;
    window.start = sim::Time(std::chrono::seconds(30 * i));
    window.length = std::chrono::seconds(30);
    window.users = 10;
    window.configuration.functions.assign(2, {});
    window.functions.resize(2);
    for (int f = 0; f < 2; ++f) {
      sim::FunctionObservation& function = window.functions[static_cast<std::size_t>(f)];
      function.calls.arrivals = 10 + f;
      function.latency = sim::Latency{number / 8 + f, 1, 2, 3, 4};
      function.cpu_cores = 0.5 + f;
      function.instances = 1 + f;
      function.ready = 1 + f;
      function.starting = 3 + f;
      function.pending = 5 + f;
      function.concurrency_mean = 0.25 + f;
      function.throttled_periods = 7 + f;
      function.cold_starts = 9 + f;
      function.crashes = 11 + f;
    }
    window.requests = {.arrivals = 7, .completions = 5, .rejections = 2};
    if (i % 2 == 0) window.latency = sim::Latency{number / 3, 0.1, 0.2, 0.3, 0.4};
    window.throughput_per_s = 5 / 30.0;
    window.success_ratio = 5 / 7.0;
    window.qos_met = i % 2 == 0;
    window.price = 3.5;
    window.cost_window_usd = 1e-5;
    run.windows.push_back(window);
  }
  if (!run.windows.empty()) run.total = run.windows.front();
  run.total.functions.resize(2);
  run.promise = {.periods = 4, .kept = 2};
  run.events = 12345;
  if (spans) {
    using std::chrono::milliseconds;
    run.spans = {
        {.request = 3,
         .function = {1},
         .instance = 0,
         .called = sim::Time(milliseconds(1500)),
         .started = sim::Time(milliseconds(1750)),
         .finished = sim::Time(milliseconds(2000))},
        {.request = 4,
         .function = {0},
         .outcome = sim::Outcome::rejected,
         .called = sim::Time(milliseconds(1600)),
         .finished = sim::Time(milliseconds(1600))},
    };
  }
  return run;
}

}  // namespace faasconf::experiments::results
