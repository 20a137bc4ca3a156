#pragma once
// The trace that a job reads, and how it reads it.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "experiments/config/input_files.hpp"
#include "experiments/config/yaml_writer.hpp"
#include "experiments/jobs/progress.hpp"
#include "traces/core/read_policy.hpp"
#include "traces/source/trace_source.hpp"

namespace faasconf::experiments::jobs {

struct TraceInput {
  std::string path;    // a trace store, a file or a folder of the Azure Functions 2019 data set, or the 2021 trace
  std::string name{};  // as messages and origins call it; empty: the path
  traces::OnBadRow on_bad_row = traces::OnBadRow::error;
  traces::OnDuplicate on_duplicate = traces::OnDuplicate::sum;
};

std::unique_ptr<traces::TraceSource> open_trace(const TraceInput& input);  // throws sim::Error

// Reads as the input says; counts bytes of the source under this label.
traces::ReadPolicy read_policy(const TraceInput& input, const traces::TraceSource& source, const Progress& progress,
                               const std::string& label = "read");

// For a record: how the trace is read, and its files. Throws sim::Cancelled where the caller does not want to go on.
using JobOptions = std::vector<std::pair<std::string, config::YamlNode>>;
JobOptions reading_options(const TraceInput& input);
std::vector<config::InputFile> files_of(const traces::TraceSource& source, const sim::GoOn& go_on);

}  // namespace faasconf::experiments::jobs
