#pragma once
// Where a job leaves a trace: in a store, whose path ends in .h5, or in a folder of three CSV files per day, in the
// schema of the Azure Functions 2019 data set, and a file beside them that says where they are from.

#include <functional>
#include <string>
#include <vector>

#include "experiments/jobs/progress.hpp"
#include "experiments/results/record.hpp"
#include "traces/azure/azure2019_writer.hpp"
#include "traces/core/trace.hpp"
#include "traces/store/store.hpp"

namespace faasconf::experiments::jobs {

bool is_store_path(const std::string& out);
results::FileFormat trace_format(const std::string& out);  // of the store, or of the folder

// The record of a store.
traces::StoreOrigin store_origin(std::uint32_t days, std::string origin, const results::Record& record);

// Both count functions, write aside and rename when whole, and give the paths of the files. `more` may add to the store
// once it has the functions. Throw sim::Cancelled where the caller does not want to go on: then there are no files.
std::vector<std::string> write_trace_store(const std::string& path, const traces::Trace& trace,
                                           const results::Record& record, const Progress& progress,
                                           const std::function<void(traces::TraceStoreWriter&)>& more = {});
std::vector<std::string> write_trace_folder(const std::string& folder, const traces::Trace& trace,
                                            const results::Record& record, const Progress& progress);

// Adds the file that says where the others are from, record.yaml.
void add_record(traces::Azure2019Writer& writer, const std::string& origin, const results::Record& record);

}  // namespace faasconf::experiments::jobs
