#pragma once
// What the commands that read a trace declare alike, and what they say of it: TRACE, --on-bad-row, --on-duplicate.

#include <iosfwd>

#include "experiments/cli/arguments.hpp"
#include "experiments/jobs/trace_input.hpp"
#include "traces/core/read_report.hpp"

namespace faasconf::experiments::cli {

Parameter trace_parameter();
Parameter on_bad_row_parameter();
Parameter on_duplicate_parameter();

jobs::TraceInput trace_input(const Arguments& arguments);  // but for on_duplicate
traces::OnDuplicate on_duplicate(const Arguments& arguments);

// What was dropped, mended or remarkable, a line each, and where it was met first.
void print_report(std::ostream& out, const traces::ReadReport& report);

// That it was, and no file is there; gives the exit code.
int say_interrupted(std::ostream& err);

}  // namespace faasconf::experiments::cli
