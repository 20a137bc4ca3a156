#pragma once
// The kinds of traces that there are, each as a source. A new format is one more of these and a line of open_file().

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/go_on.hpp"
#include "traces/source/azure2019_folder.hpp"
#include "traces/source/trace_source.hpp"

namespace faasconf::traces {

std::unique_ptr<TraceSource> store_source(const std::string& path, const std::string& name);
std::unique_ptr<TraceSource> azure2019_source(const Azure2019Folder& folder, const std::string& name);
std::unique_ptr<TraceSource> azure2021_source(const std::string& path, const std::string& name);
std::unique_ptr<TraceSource> second_counts_source(const std::string& path, const std::string& name);

// Statistics of a trace that is in memory.
InspectedTrace inspected(const ReadTrace& read, const sim::GoOn& go_on);

// " a.csv sha256 ... b.csv sha256 ...", for the origin of a trace.
std::string listed_digests(const TraceSource& source, const sim::GoOn& go_on);

// "file a.csv, sha256 ..., file b.csv, sha256 ...", of the first files, for the origin of a series; one file alone goes
// by the user's name.
std::string listed_files(const TraceSource& source, std::size_t count, const sim::GoOn& go_on);

}  // namespace faasconf::traces
