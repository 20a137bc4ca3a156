#include <ostream>

#include "experiments/cli/command.hpp"
#include "experiments/cli/job_progress.hpp"
#include "experiments/results/result_file.hpp"

namespace faasconf::experiments::cli {

namespace {

int run_export_csv(const Arguments& arguments, const Console& console) {
  const sim::GoOn go_on = progress_on(console).go_on;
  for (const std::string& path : results::export_csv(arguments.text("RUN.h5"), arguments.text("out"), go_on)) {
    console.out << path << "\n";
  }
  return kDone;
}

}  // namespace

Command export_csv_command() {
  using enum Parameter::Kind;
  return {
      .name = "export-csv",
      .summary = "write the tables of a result file as CSV, units in the header line",
      .parameters =
          {
              {.name = "RUN.h5",
               .kind = positional,
               .description = "a file that simulate --out or evaluate --out wrote"},
              {.name = "out",
               .value_name = "DIR",
               .description = "directory for summary.csv and the other tables",
               .default_value = "."},
          },
      .example =
          "faasconf simulate parallel --users 10 --duration 5m --replications 2 --out run.h5\n"
          "faasconf export-csv run.h5 --out run-csv",
      .run = run_export_csv,
  };
}

}  // namespace faasconf::experiments::cli
