#include "experiments/jobs/trace_synthesize.hpp"

#include <cstdint>
#include <ostream>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/job_progress.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/trace_options.hpp"
#include "experiments/jobs/trace_output.hpp"
#include "experiments/results/readable.hpp"

namespace faasconf::experiments::cli {

namespace {

constexpr std::int64_t kMaxFunctions = 10'000'000;
constexpr std::int64_t kMaxDays = 366;

jobs::TraceSynthesizeJob job_of(const Arguments& arguments) {
  jobs::TraceSynthesizeJob job{
      .trace = {.seed = seed_of(arguments),
                .functions = static_cast<std::uint32_t>(arguments.integer("functions", 1, kMaxFunctions)),
                .days = static_cast<std::uint32_t>(arguments.integer("days", 1, kMaxDays))},
      .out = arguments.text("out"),
      .threads = thread_count(arguments)};
  if (jobs::is_store_path(job.out)) check_output_file("out", job.out);
  return job;
}

void print_json(std::ostream& out, const jobs::TraceSynthesizeJob& job, const jobs::TraceSynthesizeResult& result) {
  out << nlohmann::ordered_json{{"files", result.files},
                                {"functions", result.functions},
                                {"apps", result.apps},
                                {"days", job.trace.days},
                                {"origin", result.origin}}
             .dump()
      << "\n";
}

int run_trace_synthesize(const Arguments& arguments, const Console& console) {
  const jobs::TraceSynthesizeJob job = job_of(arguments);
  const jobs::TraceSynthesizeResult result = jobs::run(job, progress_on(console));
  if (result.interrupted) return say_interrupted(console.err);
  if (arguments.given("json")) {
    print_json(console.out, job, result);
    return kDone;
  }
  for (const std::string& file : result.files) console.out << file << "\n";
  console.err << "faasconf: " << results::readable(result.functions) << " functions in "
              << results::readable(result.apps) << " apps; " << result.origin << "\n";
  return kDone;
}

}  // namespace

Command trace_synthesize_command() {
  using enum Parameter::Kind;
  return {
      .name = "trace synthesize",
      .summary = "make up a trace of any size with the statistics of the Azure Functions 2019 data set",
      .parameters =
          {
              {.name = "functions",
               .value_name = "N",
               .description = "functions that are called on a weekday",
               .default_value = "46412"},
              {.name = "days", .value_name = "N", .description = "days, the first a Monday", .default_value = "1"},
              seed_parameter(),
              {.name = "out",
               .value_name = "PATH",
               .description = "a trace store if it ends in .h5; else a folder for three CSV files per day, as the data "
                              "set has them",
               .default_value = "trace.h5"},
              threads_parameter(),
              {.name = "json", .kind = flag, .description = "answer as JSON"},
          },
      .example =
          "faasconf trace synthesize --functions 500 --days 7 --out week.h5\n"
          "faasconf trace synthesize --functions 200 --out day",
      .run = run_trace_synthesize,
  };
}

}  // namespace faasconf::experiments::cli
