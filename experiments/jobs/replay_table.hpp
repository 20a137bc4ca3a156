#pragma once
// A replay as CSV: one row per function.

#include <string>

#include "experiments/jobs/trace_replay.hpp"

namespace faasconf::experiments::jobs {

// Times in seconds, memory in MiB times seconds; the columns of instances are those of the function or its app, in the
// row of the first of its functions. Written aside and renamed; `comments`: lines above, each beginning with #.
void write_functions(const std::string& path, const TraceReplayResult& result, const std::string& comments = {});

}  // namespace faasconf::experiments::jobs
