#pragma once
// Reads counts per second: a CSV file with the header second,function,count and a row for each second in which a
// function is called, in any order. Seconds are whole, since the trace's first midnight, Unix seconds or ISO 8601
// (core/call_clock.hpp). Streams.

#include <memory>
#include <string>

#include "traces/core/read_policy.hpp"
#include "traces/core/read_report.hpp"
#include "traces/core/trace.hpp"
#include "traces/files/byte_source.hpp"

namespace faasconf::traces {

struct SecondCounts {
  Trace trace;  // counts added up by minutes; each function is an app of its own, without owner, its trigger others
  ReadReport report;
};

// Functions are in the order in which they come first. Throws sim::Error.
SecondCounts read_second_counts(const std::string& path, const ReadPolicy& policy = {});

// The same from bytes, of which `name` is for messages.
SecondCounts read_second_counts(std::unique_ptr<files::ByteSource> bytes, const std::string& name,
                                const ReadPolicy& policy = {});

}  // namespace faasconf::traces
