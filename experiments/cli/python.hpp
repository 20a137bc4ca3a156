#pragma once
// Runs the Python parts of the program: figures and reports of a result file.

#include <iosfwd>
#include <optional>
#include <span>
#include <string>

namespace faasconf::experiments::cli {

// The first of $FAASCONF_PYTHON, /usr/bin/python3 and python3 on the PATH that can import h5py and matplotlib.
std::optional<std::string> find_python();

// Runs `python -m MODULE ARG...` to its end, with the faasconf package in reach; its stdout goes to our stderr.
// Returns its exit code, 128 + the signal when one ended it.
int run_python(const std::string& python, const std::string& module, std::span<const std::string> args);

// Has `module` draw the data into the file `plot`, and says on `err` whether it is written, or why not; true where it
// is.
bool draw_figure(std::ostream& err, const std::string& module, const std::string& data, const std::string& plot);

}  // namespace faasconf::experiments::cli
