#pragma once
// Takes functions and a stretch of time out of a trace, samples it, makes it busier or faster.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/jobs/progress.hpp"
#include "experiments/jobs/trace_input.hpp"
#include "traces/core/read_report.hpp"
#include "traces/core/sample.hpp"
#include "traces/core/select.hpp"
#include "traces/core/totals.hpp"

namespace faasconf::experiments::jobs {

// The wanted number of calls.
struct CallRate {
  enum class Of : std::uint8_t {
    factor,  // times the present number
    mean,    // this mean per minute
    peak,    // this number in the busiest minute
  };
  Of of = Of::factor;
  double value = 1;
};

// All that is given is done, in this order.
struct TraceSelectJob {
  TraceInput trace;
  traces::Selection selection{};          // go_on comes from Progress
  std::optional<sim::Duration> start{};   // since the first midnight; absent: it
  std::optional<sim::Duration> length{};  // absent: to the end
  std::optional<std::size_t> sample{};    // so many functions that represent the rest
  std::optional<double> speed{};          // time goes so many times as fast
  std::optional<CallRate> rate{};         // absent: calls stay as they are
  std::uint64_t seed = 1;                 // of all that is drawn
  std::string described{};                // the same in words, for the origin; empty: the origin mentions no selection
  std::string out{};                      // a store where it ends in .h5, else a folder; empty: none
};

struct TraceSelectResult {
  traces::Trace trace;  // what is left
  traces::TraceTotals kept{};
  traces::TraceTotals of{};  // before
  std::vector<traces::Criterion> criteria{};
  std::optional<traces::Representativeness> sample{};  // against what it was drawn from
  double factor = 1;                                   // of the rate
  std::vector<std::string> files{};                    // that were written
  traces::ReadReport read{};
  bool interrupted = false;  // there is nothing, and no file
};

// Counts bytes while it reads, functions while it writes. Throws BadValue, and sim::Error where the trace cannot be
// read, or selected from in this way.
TraceSelectResult run(const TraceSelectJob& job, const Progress& progress = {});

}  // namespace faasconf::experiments::jobs
