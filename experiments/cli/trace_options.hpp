#pragma once
// Parameters shared by the commands that read a trace (TRACE, --on-bad-row, --on-duplicate), and their messages.

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

// One line for each kind of dropped, corrected or remarkable row, with its first place.
void print_report(std::ostream& out, const traces::ReadReport& report);

// Says that the command was interrupted and nothing was written; returns the exit code.
int say_interrupted(std::ostream& err);

}  // namespace faasconf::experiments::cli
