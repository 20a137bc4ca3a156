#pragma once
// What simulate answers: the verdict, a table that fits a terminal, what was simulated; all the rest where it is asked.

#include <iosfwd>

#include "experiments/jobs/simulate.hpp"
#include "experiments/results/screen_text.hpp"

namespace faasconf::experiments::cli {

struct Look {
  bool by_function = false;
  bool all = false;  // every metric, by function as well
  results::Paint paint{};
};

void print_report(std::ostream& out, const jobs::SimulateJob& job, const jobs::SimulateResult& result,
                  const Look& look);
void print_json_lines(std::ostream& out, const jobs::SimulateJob& job, const jobs::SimulateResult& result);

}  // namespace faasconf::experiments::cli
