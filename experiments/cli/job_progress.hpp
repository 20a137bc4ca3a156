#pragma once
// What a job reports, on the console; Ctrl-C cancels it.
//
//   const jobs::SimulateResult result = jobs::run(job, progress_on(console, quiet));

#include "experiments/cli/command.hpp"
#include "experiments/jobs/progress.hpp"

namespace faasconf::experiments::cli {

// A bar where the console is a terminal and not to be quiet; another label or total begins another one. The first
// Ctrl-C cancels, the second one kills. Both last until the callbacks and their copies are gone: then the bar is, too.
// One at a time.
jobs::Progress progress_on(const Console& console, bool quiet = false);

}  // namespace faasconf::experiments::cli
