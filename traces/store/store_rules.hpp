#pragma once
// What a trace store may hold, whoever wrote it: the writer refuses anything else, and so does the reader.

#include <optional>
#include <string>

#include "traces/core/trace.hpp"

namespace faasconf::traces {

// What is wrong, in a sentence; absent: nothing.
std::optional<std::string> fault_of(const DurationPercentiles& duration);
std::optional<std::string> fault_of(const MemoryPercentiles& memory);
std::optional<std::string> fault_of(const TraceInvocation& call);  // but for its function

}  // namespace faasconf::traces
