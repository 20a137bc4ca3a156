#include <ostream>
#include <string>

#include "experiments/cli/command.hpp"
#include "experiments/cli/sweep_options.hpp"
#include "experiments/results/readable.hpp"
#include "experiments/sweep/run_sweep.hpp"
#include "experiments/sweep/sweep_status.hpp"

namespace faasconf::experiments::cli {
namespace {

int run_add(const Arguments& arguments, const Console& console) {
  const sweep::Sweep sweep = read_sweep(arguments);
  const std::string folder = folder_of(arguments, sweep);
  sweep::take_over(sweep, folder);
  const sweep::SweepStatus status = sweep::status_of(folder);
  console.out << folder << " has " << results::readable(status.finished) << " of the plan's "
              << results::readable(status.cells) << " cells; faasconf sweep run simulates the rest\n";
  return kDone;
}

}  // namespace

Command sweep_add_command() {
  return {
      .name = "sweep add",
      .summary = "take a changed sweep file over into its folder: cells that it still has are kept",
      .parameters = {sweep_file_parameter(), sweep_folder_parameter()},
      .example = "faasconf sweep add concurrency-and-users --out concurrency.sweep",
      .run = run_add,
  };
}

}  // namespace faasconf::experiments::cli
