#pragma once
// Traces as a user names them: a trace store, a file or a folder of the Azure Functions 2019 data set, the 2021 trace.

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

#include "experiments/cli/arguments.hpp"
#include "experiments/cli/progress.hpp"
#include "traces/azure/azure2019.hpp"
#include "traces/azure/statistics.hpp"
#include "traces/core/trace.hpp"
#include "traces/store/store.hpp"

namespace faasconf::experiments::cli {

struct TraceInput {
  enum class Kind { store, azure2019, azure2021 };

  Kind kind = Kind::store;
  std::string path;              // as given
  traces::Azure2019Files files;  // of a folder, or the file alone
  std::uint64_t bytes = 0;       // of all files
};

// What lies there, by the first bytes of a file or the names in a folder. Throws sim::Error.
TraceInput find_trace(const std::string& path);

using TraceProgress = std::function<void(std::uint64_t done)>;  // bytes, of TraceInput::bytes

// One pass over all files, whatever their size.
struct Inspected {
  traces::TraceStatistics statistics;
  traces::ReadReport report;
};
Inspected inspect_trace(const TraceInput& input, traces::OnBadRow on_bad_row, const TraceProgress& progress);

// A whole trace; its origin names the files with their SHA-256.
struct ReadTrace {
  traces::Trace trace;
  traces::ReadReport report;
};
ReadTrace read_trace(const TraceInput& input, const traces::ReadPolicy& policy);

// The single calls that the input tells of, one after the other; by the indices of read_trace's functions.
void each_invocation(const TraceInput& input, traces::OnBadRow on_bad_row,
                     const std::function<void(const traces::TraceInvocation&)>& use);

// What the commands that read a trace declare alike, and how they read it: TRACE, --on-bad-row, --on-duplicate.
Parameter trace_parameter();
Parameter on_bad_row_parameter();
Parameter on_duplicate_parameter();
traces::OnBadRow on_bad_row(const Arguments& arguments);
ReadTrace read_trace(const Arguments& arguments, const TraceInput& input, Progress& progress);

// What was dropped, mended or remarkable, a line each, and where it was met first.
void print_report(std::ostream& out, const traces::ReadReport& report);

}  // namespace faasconf::experiments::cli
