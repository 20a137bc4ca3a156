#pragma once
// The files of the Azure Functions 2019 data set in a folder.

#include <string>
#include <vector>

#include "traces/azure/azure2019.hpp"

namespace faasconf::traces {

struct Azure2019Folder {
  Azure2019Files files;
  std::vector<std::string> notes{};  // sentences about days that are not there
};

// A day is told by the number in its file's name, invocations_per_function_md.anon.dNN.csv (or .gz, .zst, .xz behind
// it); the first one is day 1 of the trace. Throws sim::Error where a name is that of a copy or a part of such a file,
// a day has two files or none between others, or durations or memory are of a day without invocations.
Azure2019Folder azure2019_folder(const std::string& folder);

}  // namespace faasconf::traces
