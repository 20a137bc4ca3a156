#pragma once
// What can be run, and is hardly meant: load above capacity, cores in place of millicores, memory that is never held,
// functions without work. Each a sentence that says what to do.

#include <string>
#include <vector>

#include "experiments/config/experiment_file.hpp"

namespace faasconf::experiments::jobs {

std::vector<std::string> doubts_about(const config::Experiment& experiment);

}  // namespace faasconf::experiments::jobs
