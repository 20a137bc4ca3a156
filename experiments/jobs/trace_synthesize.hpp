#pragma once
// Makes up a trace of any size with the statistics of the Azure Functions 2019 data set.

#include <cstddef>
#include <string>
#include <vector>

#include "experiments/jobs/progress.hpp"
#include "traces/synthetic/synthesis.hpp"

namespace faasconf::experiments::jobs {

struct TraceSynthesizeJob {
  traces::SynthesisSpec trace{};  // go_on comes from Progress
  std::string out;                // a store where it ends in .h5, else a folder
  int threads = 1;                // changes no result
};

struct TraceSynthesizeResult {
  std::vector<std::string> files;  // that were written
  std::size_t functions = 0;
  std::size_t apps = 0;
  std::string origin{};
  bool interrupted = false;  // there is nothing, and no file
};

// Counts functions. Throws BadValue, and sim::Error for a number of functions or days that cannot be made.
TraceSynthesizeResult run(const TraceSynthesizeJob& job, const Progress& progress = {});

}  // namespace faasconf::experiments::jobs
