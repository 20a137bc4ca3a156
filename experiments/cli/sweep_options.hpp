#pragma once
// What the commands of sweeps share.

#include <string>

#include "experiments/cli/arguments.hpp"
#include "experiments/sweep/sweep_file.hpp"

namespace faasconf::experiments::cli {

Parameter sweep_file_parameter();    // FILE
Parameter sweep_folder_parameter();  // --out, of `run` and `add`
Parameter folder_parameter();        // FOLDER, of those that only look

sweep::Sweep read_sweep(const Arguments& arguments);
// --out, else the name of the file without its ending, with ".sweep".
std::string folder_of(const Arguments& arguments, const sweep::Sweep& sweep);

}  // namespace faasconf::experiments::cli
