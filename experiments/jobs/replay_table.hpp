#pragma once
// A replay as CSV: one row per function.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "experiments/jobs/trace_replay.hpp"

namespace faasconf::experiments::jobs {

// What is reported of calls or instances: a column of the table and, of all functions, a line of the answer where it
// has a title.
template <class Totals>
struct ReplayFigure {
  using Value = std::variant<std::uint64_t, std::optional<double>>;

  std::string_view column;
  Value (*of)(const Totals&);
  std::string_view title{};
  double scale = 1;        // from the value to that of the title: 100 for shares
  std::string_view key{};  // in JSON; empty: as the column
};

// In the order of the columns.
std::span<const ReplayFigure<traces::CallTotals>> call_figures();
std::span<const ReplayFigure<traces::InstanceTotals>> instance_figures();

// Times in seconds, memory in MiB times seconds; the columns of instances are those of the function or its app, in the
// row of the first of its functions. Written aside and renamed; `comments`: lines above, each beginning with #.
void write_functions(const std::string& path, const TraceReplayResult& result, const std::string& comments = {});

}  // namespace faasconf::experiments::jobs
