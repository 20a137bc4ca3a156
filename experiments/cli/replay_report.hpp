#pragma once
// Prints the result of a replay as a table or JSON.

#include <iosfwd>

#include "experiments/jobs/trace_replay.hpp"

namespace faasconf::experiments::cli {

void print_table(std::ostream& out, const jobs::TraceReplayJob& job, const jobs::TraceReplayResult& result);
void print_json(std::ostream& out, const jobs::TraceReplayJob& job, const jobs::TraceReplayResult& result);

}  // namespace faasconf::experiments::cli
