#pragma once
// What the commands that read a trace declare alike, and how they open and read it: TRACE, --on-bad-row,
// --on-duplicate.

#include <iosfwd>
#include <memory>

#include "experiments/cli/arguments.hpp"
#include "experiments/cli/progress.hpp"
#include "traces/core/read_report.hpp"
#include "traces/source/trace_source.hpp"

namespace faasconf::experiments::cli {

Parameter trace_parameter();
Parameter on_bad_row_parameter();
Parameter on_duplicate_parameter();

std::unique_ptr<traces::TraceSource> open_trace(const Arguments& arguments);  // throws sim::Error
traces::OnBadRow on_bad_row(const Arguments& arguments);
traces::ReadTrace read_trace(const Arguments& arguments, const traces::TraceSource& source, Progress& progress);

// What was dropped, mended or remarkable, a line each, and where it was met first.
void print_report(std::ostream& out, const traces::ReadReport& report);

}  // namespace faasconf::experiments::cli
