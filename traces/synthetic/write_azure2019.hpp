#pragma once
// A made-up trace as files in the schema of the Azure Functions 2019 data set.

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "traces/azure/azure2019_writer.hpp"
#include "traces/synthetic/synthesis.hpp"

namespace faasconf::traces {

// As Azure2019Writer; the same files for any number of threads. `progress` is called with the functions done, `more`
// before the files appear, to add a record.
std::vector<std::string> write_azure2019(const std::string& folder, const SyntheticTrace& trace, std::size_t threads,
                                         const std::function<void(std::size_t)>& progress = {},
                                         const std::function<void(Azure2019Writer&)>& more = {});

}  // namespace faasconf::traces
