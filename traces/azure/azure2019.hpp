#pragma once
// Joins files of the Azure Functions 2019 data set, days and kinds, into one trace.

#include <string>
#include <vector>

#include "traces/core/read_policy.hpp"
#include "traces/core/read_report.hpp"
#include "traces/core/trace.hpp"

namespace faasconf::traces {

// Paths; plain or compressed.
struct Azure2019Files {
  std::vector<std::string> invocations;     // one per day, in order; or one series extract
  std::vector<std::string> durations = {};  // of these days; none: functions have no durations
  std::vector<std::string> memory = {};     // of these days; none: functions have no memory
};

struct Azure2019Trace {
  Trace trace;
  ReadReport report;
};

// Functions are in the order in which they come first, each once: a day without a row for it is a day of zeros. Of
// several triggers of a function the last that is not `others` is kept, and said.
// A function's durations over several days: averages and percentiles weighted by counts (memory: by samples), extremes
// of the extremes. Throws sim::Error.
Azure2019Trace read_azure2019(const Azure2019Files& files, const ReadPolicy& policy = {});

// Says that a row names another trigger than the function's rows before; `where` is the row's place.
void note_other_trigger(ReadReport& report, const std::string& where, const TraceFunction& row, Trigger before);

}  // namespace faasconf::traces
