#pragma once
// A trace in any format: a trace store, a file or a folder of the Azure Functions 2019 data set, the 2021 trace, counts
// per second.
// open_trace() recognises the format by the first bytes.
//
//   const auto source = open_trace("week.h5");
//   const ReadTrace read = source->read();
//   source->each_invocation({}, [&](const TraceInvocation& call) { replay(call); });

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/core/go_on.hpp"
#include "traces/azure/statistics.hpp"
#include "traces/core/minute_series.hpp"
#include "traces/core/read_policy.hpp"
#include "traces/core/read_report.hpp"
#include "traces/core/trace.hpp"

namespace faasconf::traces {

struct ReadTrace {
  Trace trace;
  ReadReport report;
};

struct InspectedTrace {
  TraceStatistics statistics;
  ReadReport report;
};

struct ReadSeries {
  MinuteSeries series;
  std::string origin;  // "file a.csv, sha256 ..., file b.csv, sha256 ..."
};

// Opening looks at names, sizes and first bytes; all else is read when asked for, each time anew, by one thread at a
// time. Progress is in bytes of all files, up to bytes(). All throw sim::Error, and sim::Cancelled where their caller
// does not want to go on.
class TraceSource {
 public:
  virtual ~TraceSource() = default;

  const std::string& name() const { return name_; }  // as its user calls it
  const std::vector<std::string>& files() const { return files_; }
  std::uint64_t bytes() const { return bytes_; }
  const std::string& digest(std::size_t file, const sim::GoOn& go_on = {}) const;  // SHA-256; the file is read once

  // All of it: functions with their counts and percentiles. Its origin names the files with their SHA-256, unless the
  // files record another one.
  virtual ReadTrace read(const ReadPolicy& policy = {}) const = 0;

  // Statistics in one pass, for which memory need not hold the trace where its files come row by row.
  virtual InspectedTrace inspect(const ReadPolicy& policy = {}) const = 0;

  // The minute counts of a function or an app.
  virtual ReadSeries series(const SeriesRequest& request) const = 0;

  // The single calls of the trace, one after the other, by the indices of read()'s functions; none where it
  // has counts only.
  virtual void each_invocation(const ReadPolicy& policy,
                               const std::function<void(const TraceInvocation&)>& use) const = 0;

 protected:
  TraceSource(std::string name, std::vector<std::string> files);

 private:
  std::string name_;
  std::vector<std::string> files_;
  mutable std::vector<std::string> digests_;  // of the files; empty: not known yet
  std::uint64_t bytes_ = 0;
};

// What lies at the path, by the first bytes of a file or the names in a folder; `name` is the path, unless its user
// calls it otherwise. Throws sim::Error.
std::unique_ptr<TraceSource> open_trace(const std::string& path, std::string name = {});

}  // namespace faasconf::traces
