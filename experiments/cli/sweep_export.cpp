#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "experiments/cli/command.hpp"
#include "experiments/cli/paths.hpp"
#include "experiments/cli/sweep_options.hpp"
#include "experiments/sweep/sweep_status.hpp"

namespace faasconf::experiments::cli {
namespace {

int run_export(const Arguments& arguments, const Console& console) {
  const std::string out = output_file(arguments, "out");
  const auto metrics = arguments.list("metric");
  const std::vector<std::string> wanted(metrics.begin(), metrics.end());
  if (out.empty()) {
    sweep::export_csv(arguments.text("FOLDER"), wanted, console.out);
    return kDone;
  }
  std::ostringstream text;
  sweep::export_csv(arguments.text("FOLDER"), wanted, text);
  write_aside(out, text.str());
  return kDone;
}

int run_merge(const Arguments& arguments, const Console& console) {
  console.out << "merged: " << sweep::merge(arguments.text("FOLDER")) << "\n";
  return kDone;
}

}  // namespace

Command sweep_export_command() {
  using enum Parameter::Kind;
  return {
      .name = "sweep export",
      .summary = "the finished cells of a sweep as CSV: a line a cell, case and metric",
      .parameters = {folder_parameter(),
                     {.name = "metric",
                      .kind = values,
                      .value_name = "NAME",
                      .description = "only this one, such as latency_mean_s; again and again; all unless given"},
                     {.name = "out", .value_name = "FILE", .description = "CSV; standard output unless given"}},
      .example =
          "faasconf sweep run concurrency-and-users --out concurrency.sweep --quiet\n"
          "faasconf sweep export concurrency.sweep --metric latency_mean_s",
      .run = run_export,
  };
}

Command sweep_merge_command() {
  return {
      .name = "sweep merge",
      .summary = "write the finished cells of a sweep to its file sweep.h5, as the end of a run does",
      .parameters = {folder_parameter()},
      .example =
          "faasconf sweep run concurrency-and-users --out concurrency.sweep --quiet\n"
          "faasconf sweep merge concurrency.sweep",
      .run = run_merge,
  };
}

}  // namespace faasconf::experiments::cli
