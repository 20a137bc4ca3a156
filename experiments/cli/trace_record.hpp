#pragma once
// The record of what a command on traces writes.

#include <string>

#include "experiments/cli/arguments.hpp"
#include "experiments/results/record.hpp"
#include "traces/source/trace_source.hpp"

namespace faasconf::experiments::cli {

inline constexpr results::FileFormat kTraceStoreFormat{"faasconf-trace", 1};

// The options are all that the command declares, but for what changes no number: threads, and where and how it answers.
results::Record trace_record(const results::FileFormat& format, const std::string& verb, const Arguments& arguments);
// And its inputs are the files of the source.
results::Record trace_record(const results::FileFormat& format, const std::string& verb, const Arguments& arguments,
                             const traces::TraceSource& source);

}  // namespace faasconf::experiments::cli
