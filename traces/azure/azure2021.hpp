#pragma once
// Reads the Azure Functions trace of 2021, one row per call (app,func,end_timestamp,duration) in order of start, and
// whatever is written alike: with dates (core/call_clock.hpp) in place of its seconds, with fields in quotes. Streams.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "traces/core/read_policy.hpp"
#include "traces/core/read_report.hpp"
#include "traces/core/trace.hpp"
#include "traces/files/byte_source.hpp"

namespace faasconf::files {
class LineReader;
}

namespace faasconf::traces {

class Azure2021Functions;
class CallClock;

// A func is unique only within its app.
struct Azure2021Function {
  std::string app;
  std::string func;
};

//   Azure2021Reader reader("AzureFunctionsInvocationTraceForTwoWeeksJan2021.txt.zst");
//   for (TraceInvocation call; reader.next(call);) use(call, reader.functions()[call.function]);
class Azure2021Reader {
 public:
  // Reads the header. Throws sim::Error.
  explicit Azure2021Reader(const std::string& path, OnBadRow on_bad_row = OnBadRow::error);
  Azure2021Reader(std::unique_ptr<files::ByteSource> bytes, const std::string& name,
                  OnBadRow on_bad_row = OnBadRow::error);
  ~Azure2021Reader();
  Azure2021Reader(Azure2021Reader&&) noexcept;

  // The next call, or false at the end of the file. A start below 0 comes as 0, a duration may be 0.
  bool next(TraceInvocation& call);

  const std::vector<Azure2021Function>& functions() const;  // met so far; a call names one by its index
  std::uint64_t line() const;                               // of the last call, from 1
  const ReadReport& report() const { return report_; }
  std::uint64_t bytes_consumed() const;  // of the file, as it lies on the disk

 private:
  bool read_row(TraceInvocation& call);
  bool read_numbers(std::string_view end, std::string_view duration, TraceInvocation& call);
  void set_start(TraceInvocation& call, double start_s);
  bool refuse(Fault fault, std::size_t column, const std::string& expected, std::string_view got);
  bool refuse_width();

  std::unique_ptr<files::LineReader> lines_;
  std::unique_ptr<Azure2021Functions> functions_;
  std::unique_ptr<CallClock> clock_;
  std::string unquoted_;  // a row that had quotes
  OnBadRow on_bad_row_;
  double last_start_s_ = 0;
  ReadReport report_;
};

// All calls of a file as a trace: starts per minute, and the percentiles of each function's durations.
struct Azure2021Trace {
  Trace trace;  // apps and functions without owners; their triggers are others
  ReadReport report;
};
// Of the policy, progress and go_on alone: the reader has its own way with bad rows.
Azure2021Trace read_azure2021(Azure2021Reader& reader, const ReadPolicy& policy = {});

}  // namespace faasconf::traces
