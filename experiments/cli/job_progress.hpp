#pragma once
// Shows the progress of a job on the console and cancels it when the program is interrupted.
//
//   const jobs::SimulateResult result = jobs::run(job, progress_on(console, quiet));

#include "experiments/cli/command.hpp"
#include "experiments/jobs/progress.hpp"

namespace faasconf::experiments::cli {

// Draws a bar if the console is a terminal and `quiet` is false; another label or total begins a new bar. The job is
// cancelled once Interrupt::requested(). The bar lasts as long as the callbacks and their copies. One at a time.
jobs::Progress progress_on(const Console& console, bool quiet = false);

}  // namespace faasconf::experiments::cli
