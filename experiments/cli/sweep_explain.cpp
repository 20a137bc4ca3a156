#include <ostream>

#include "experiments/cli/command.hpp"
#include "experiments/cli/sweep_options.hpp"
#include "experiments/sweep/sweep_status.hpp"

namespace faasconf::experiments::cli {
namespace {

int run_explain(const Arguments& arguments, const Console& console) {
  const auto cell = static_cast<std::size_t>(arguments.integer("cell", 0, 100'000'000));
  console.out << sweep::explain(arguments.text("FOLDER"), cell);
  return kDone;
}

}  // namespace

Command sweep_explain_command() {
  return {
      .name = "sweep explain",
      .summary = "one cell of a sweep: its identity, what is known of it, every value of its experiment",
      .parameters = {folder_parameter(),
                     {.name = "cell", .value_name = "N", .description = "its number, from 0", .default_value = "0"}},
      .example =
          "faasconf sweep run concurrency-and-users --out concurrency.sweep --quiet\n"
          "faasconf sweep explain concurrency.sweep --cell 3",
      .run = run_explain,
  };
}

}  // namespace faasconf::experiments::cli
