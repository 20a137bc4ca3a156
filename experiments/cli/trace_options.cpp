#include "experiments/cli/trace_options.hpp"

#include <ostream>

#include "experiments/cli/command.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/results/readable.hpp"
#include "traces/core/read_policy.hpp"

namespace faasconf::experiments::cli {

Parameter trace_parameter() {
  return {.name = "TRACE",
          .kind = Parameter::Kind::positional,
          .description =
              "a trace store, a file or a folder of the Azure Functions 2019 data set, the 2021 trace, or counts per "
              "second (second,function,count); files plain or compressed (.gz, .zst, .xz)"};
}

Parameter on_bad_row_parameter() {
  return {.name = "on-bad-row",
          .value_name = "HOW",
          .description = "unusable rows",
          .default_value = "error",
          .choices = {"error", "skip", "fix"}};
}

Parameter on_duplicate_parameter() {
  return {.name = "on-duplicate",
          .value_name = "HOW",
          .description = "functions that occur twice in a day",
          .default_value = "sum",
          .choices = {"sum", "first", "error"}};
}

jobs::TraceInput trace_input(const Arguments& arguments) {
  const std::string& name = arguments.text("TRACE");
  return {.path = find_input(name), .name = name, .on_bad_row = traces::parse_on_bad_row(arguments.text("on-bad-row"))};
}

traces::OnDuplicate on_duplicate(const Arguments& arguments) {
  return traces::parse_on_duplicate(arguments.text("on-duplicate"));
}

void print_report(std::ostream& out, const traces::ReadReport& report) {
  for (const std::string& note : report.notes) out << "faasconf: " << note << "\n";
  if (report.dropped > 0)
    out << "faasconf: " << results::readable(report.dropped) << " of " << results::readable(report.rows)
        << " rows left out\n";
  if (report.mended > 0)
    out << "faasconf: " << results::readable(report.mended) << " of " << results::readable(report.rows)
        << " rows mended\n";
  for (std::size_t i = 0; i < report.faults.size(); ++i) {
    const auto& entry = report.faults[i];
    if (entry.count == 0) continue;
    out << "faasconf: " << traces::fault_name(static_cast<traces::Fault>(i)) << ": " << entry.count << ", first at "
        << entry.first << "\n";
  }
}

int say_interrupted(std::ostream& err) {
  err << "faasconf: interrupted; nothing was written\n";
  return kInterrupted;
}

}  // namespace faasconf::experiments::cli
