#pragma once
// Runs of which little is known, for summaries.

#include "sim/model/run.hpp"

namespace faasconf::experiments::results {

// A run of which only this is known.
inline sim::Run run_with(double latency_s, double price = 3.5) {
  sim::Run run;
  run.warm_up = std::chrono::minutes(2);
  run.total.length = std::chrono::minutes(30);
  run.total.functions.resize(1);
  sim::FunctionObservation& function = run.total.functions[0];
  function.calls.arrivals = 400;
  function.calls.rejections = 4;
  function.latency = sim::Latency{latency_s / 2, 0, 1, 2, 3};
  function.execution_mean_s = latency_s / 4;
  function.cpu_cores = 0.75;
  function.cpu_percent = 37.5;
  function.memory_share = 0.25;
  function.received_bytes_per_s = 2000;
  function.instances = 2;
  function.ready = 3;
  function.cold_starts = 5;
  function.concurrency_mean = 6;
  run.total.requests.arrivals = 200;
  run.total.latency = sim::Latency{latency_s, 1, 2, 3, 4};
  run.total.throughput_per_s = 2.5;
  run.total.success_ratio = 0.96;
  run.total.price = price;
  run.total.cost_window_usd = 1.5e-5;
  run.promise = {.periods = 10, .kept = 9};
  return run;
}

}  // namespace faasconf::experiments::results
