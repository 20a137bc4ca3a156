#include <ostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "experiments/cli/command.hpp"
#include "experiments/cli/sweep_options.hpp"
#include "experiments/results/readable.hpp"
#include "experiments/results/text_table.hpp"
#include "experiments/sweep/compare.hpp"

namespace faasconf::experiments::cli {
namespace {

void print_text(std::ostream& out, const std::string& axis, const std::string& metric,
                const std::vector<sweep::Comparison>& comparisons) {
  out << metric << ": differences in pairs of replications, from " << axis << " = " << comparisons.front().reference
      << ";\nall intervals hold at once with 95 %\n\n";
  results::TextTable table{
      .header = {{"cells", "case", axis, "at " + comparisons.front().reference, "difference", "n"}}, .rows = {}};
  for (const sweep::Comparison& one : comparisons) {
    table.rows.push_back({one.others, one.case_name, one.value, results::format_estimate(one.reference_mean, {}),
                          results::format_estimate(one.difference.mean, one.difference),
                          results::readable(one.replications)});
  }
  table.print(out);
}

void print_json(std::ostream& out, const std::string& metric, const std::vector<sweep::Comparison>& comparisons) {
  for (const sweep::Comparison& one : comparisons) {
    out << nlohmann::ordered_json{{"cells", one.others},
                                  {"case", one.case_name},
                                  {"metric", metric},
                                  {"value", one.value},
                                  {"reference", one.reference},
                                  {"reference_mean", one.reference_mean},
                                  {"difference", one.difference.mean},
                                  {"low", one.difference.low()},
                                  {"high", one.difference.high()},
                                  {"replications", one.replications}}
               .dump()
        << "\n";
  }
}

int run_compare(const Arguments& arguments, const Console& console) {
  const std::string& axis = arguments.text("axis");
  const std::string& metric = arguments.text("metric");
  const auto comparisons = sweep::compare(arguments.text("FOLDER"), axis, metric);
  if (arguments.given("json")) {
    print_json(console.out, metric, comparisons);
  } else {
    print_text(console.out, axis, metric, comparisons);
  }
  return kDone;
}

}  // namespace

Command sweep_compare_command() {
  return {
      .name = "sweep compare",
      .summary = "values of an axis against its first, with intervals that hold all at once",
      .parameters = {folder_parameter(),
                     {.name = "axis",
                      .value_name = "KEY",
                      .description = "a common one; its first value is the reference"},
                     {.name = "metric",
                      .value_name = "NAME",
                      .description = "of which differences are taken",
                      .default_value = "latency_mean_s"},
                     json_lines_parameter()},
      .example =
          "faasconf sweep run concurrency-and-users --out concurrency.sweep --quiet\n"
          "faasconf sweep compare concurrency.sweep --axis configuration.concurrency",
      .run = run_compare,
  };
}

}  // namespace faasconf::experiments::cli
