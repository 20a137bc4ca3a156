#pragma once
// Statistics of a trace: those published of the Azure Functions 2019 data set.

#include <utility>
#include <vector>

#include "experiments/jobs/progress.hpp"
#include "experiments/jobs/trace_input.hpp"
#include "traces/azure/statistics.hpp"
#include "traces/core/read_report.hpp"

namespace faasconf::experiments::jobs {

struct TraceInspectJob {
  TraceInput trace;  // on_duplicate is ignored
};

struct TraceInspectResult {
  traces::TraceStatistics statistics;
  traces::ReadReport read{};
  bool interrupted = false;  // there are none
};

// Points of a curve: place and value.
using Curve = std::vector<std::pair<double, double>>;
Curve thinned(const std::vector<double>& values);       // places from 1, closer together at the beginning
Curve quantiles_of(const std::vector<double>& rising);  // at evenly spaced probabilities

// Counts bytes. Throws sim::Error where the trace cannot be read.
TraceInspectResult run(const TraceInspectJob& job, const Progress& progress = {});

}  // namespace faasconf::experiments::jobs
