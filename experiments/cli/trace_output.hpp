#pragma once
// Where a command leaves a trace: a store, or a folder of CSV files.

#include <functional>
#include <string>
#include <vector>

#include "experiments/cli/progress.hpp"
#include "experiments/results/record.hpp"
#include "traces/core/trace.hpp"
#include "traces/store/store.hpp"

namespace faasconf::experiments::cli {

// Both show their progress, are written aside and renamed when whole, and give the paths of the files.
// `more` may add to the store once it has the functions.
std::vector<std::string> write_trace_store(const std::string& path, const traces::Trace& trace,
                                           const results::Record& record, Progress& progress,
                                           const std::function<void(traces::TraceStoreWriter&)>& more = {});
std::vector<std::string> write_trace_folder(const std::string& folder, const traces::Trace& trace, Progress& progress);

}  // namespace faasconf::experiments::cli
