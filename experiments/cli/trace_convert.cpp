#include <ostream>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/progress.hpp"
#include "experiments/cli/trace_input.hpp"
#include "experiments/cli/trace_output.hpp"
#include "experiments/cli/trace_record.hpp"
#include "sim/core/error.hpp"

namespace faasconf::experiments::cli {

namespace {

int run_trace_convert(const Arguments& arguments, const Console& console) {
  const std::string out = arguments.text("out");
  if (out.empty()) throw sim::Error("--out: expected the path of a trace store (.h5) or a folder, got none");
  const bool to_store = out.ends_with(".h5");
  if (to_store) check_output_file("out", out);
  check_apart({{"--out", out}}, {{"TRACE", find_input(arguments.text("TRACE"))}});
  const auto source = open_trace(arguments);
  if (!to_store) make_output_folder("out", out);

  Progress progress(console.err, console.is_terminal);
  const traces::ReadTrace read = read_trace(arguments, *source, progress);
  const auto append_invocations = [&](traces::TraceStoreWriter& writer) {
    source->each_invocation({.on_bad_row = on_bad_row(arguments)},
                            [&](const traces::TraceInvocation& call) { writer.append(call); });
  };
  const std::vector<std::string> files =
      to_store
          ? write_trace_store(out, read.trace, trace_record(kTraceStoreFormat, "trace convert", arguments, *source),
                              progress, append_invocations)
          : write_trace_folder(out, read.trace, progress);
  progress.clear();

  print_report(console.err, read.report);
  if (arguments.given("json")) {
    console.out << nlohmann::ordered_json{{"files", files},
                                          {"functions", read.trace.functions.size()},
                                          {"days", read.trace.days},
                                          {"rows", read.report.rows},
                                          {"rows_dropped", read.report.dropped},
                                          {"rows_mended", read.report.mended},
                                          {"origin", read.trace.origin}}
                       .dump()
                << "\n";
    return kDone;
  }
  for (const std::string& file : files) console.out << file << "\n";
  return kDone;
}

}  // namespace

Command trace_convert_command() {
  using enum Parameter::Kind;
  return {
      .name = "trace convert",
      .summary = "turn Azure traces into a compressed store of which parts are read at once, or a store into CSV",
      .parameters =
          {
              trace_parameter(),
              {.name = "out",
               .value_name = "PATH",
               .description = "a trace store if it ends in .h5; else a folder for three CSV files a day, in the schema "
                              "of 2019"},
              on_bad_row_parameter(),
              on_duplicate_parameter(),
              {.name = "json", .kind = flag, .description = "answer as JSON"},
          },
      .example =
          "faasconf trace convert azure-demo-day.csv --out trace.h5\n"
          "faasconf trace convert trace.h5 --out trace-csv",
      .run = run_trace_convert,
  };
}

}  // namespace faasconf::experiments::cli
