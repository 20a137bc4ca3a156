#pragma once
// Turns a trace into a store of which parts are read at once, or into the files of the Azure Functions 2019 data set.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "experiments/jobs/progress.hpp"
#include "experiments/jobs/trace_input.hpp"
#include "traces/core/read_report.hpp"

namespace faasconf::experiments::jobs {

struct TraceConvertJob {
  TraceInput trace;
  std::string out;  // a store where it ends in .h5, else a folder
};

struct TraceConvertResult {
  std::vector<std::string> files;  // that were written
  std::size_t functions = 0;
  std::uint32_t days = 0;
  std::string origin{};
  traces::ReadReport read{};
  bool interrupted = false;  // there is nothing, and no file
};

// Counts bytes while it reads, functions while it writes. Throws BadValue, and sim::Error where the trace cannot be
// read.
TraceConvertResult run(const TraceConvertJob& job, const Progress& progress = {});

}  // namespace faasconf::experiments::jobs
