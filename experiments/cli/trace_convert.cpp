#include "experiments/jobs/trace_convert.hpp"

#include <ostream>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/job_progress.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/trace_options.hpp"
#include "experiments/jobs/trace_output.hpp"

namespace faasconf::experiments::cli {

namespace {

void print_json(std::ostream& out, const jobs::TraceConvertResult& result) {
  out << nlohmann::ordered_json{{"files", result.files},
                                {"functions", result.functions},
                                {"days", result.days},
                                {"rows", result.read.rows},
                                {"rows_dropped", result.read.dropped},
                                {"rows_mended", result.read.mended},
                                {"origin", result.origin}}
             .dump()
      << "\n";
}

jobs::TraceConvertJob job_of(const Arguments& arguments) {
  jobs::TraceConvertJob job{.trace = trace_input(arguments), .out = arguments.text("out")};
  job.trace.on_duplicate = on_duplicate(arguments);
  if (jobs::is_store_path(job.out)) check_output_file("out", job.out);
  check_apart({{"--out", job.out}}, {{"TRACE", job.trace.path}});
  return job;
}

int run_trace_convert(const Arguments& arguments, const Console& console) {
  const jobs::TraceConvertResult result = jobs::run(job_of(arguments), progress_on(console));
  if (result.interrupted) return say_interrupted(console.err);
  print_report(console.err, result.read);
  if (arguments.given("json")) {
    print_json(console.out, result);
    return kDone;
  }
  for (const std::string& file : result.files) console.out << file << "\n";
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
               .description =
                   "a trace store if it ends in .h5; else a folder for three CSV files per day, in the schema "
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
