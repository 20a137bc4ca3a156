#pragma once
// Chooses functions of a trace, and a stretch of its time.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/go_on.hpp"
#include "sim/core/time.hpp"
#include "traces/core/trace.hpp"

namespace faasconf::traces {

// Both ends belong to it.
struct Bounds {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();

  bool contains(double value) const { return value >= least && value <= most; }
};
Bounds parse_bounds(std::string_view text);  // "5..80", "5..", "..80", "7"; throws sim::Error
Bounds parse_shares(std::string_view text);  // "0.5..0.9" or "50%..90%", from 0 to 1; throws sim::Error
Bounds parse_ranks(std::string_view text);   // whole numbers from 1; throws sim::Error

// A function must meet all that are given. A quantity that the trace lacks meets no bounds.
struct Selection {
  std::vector<Trigger> triggers = {};       // one of them
  std::vector<std::string> owners = {};     // its hash begins with one of them
  std::vector<std::string> apps = {};       // likewise
  std::vector<std::string> functions = {};  // likewise
  std::optional<Bounds> rank = {};          // by calls: the most called function is 1; of equals the earlier one
  std::optional<Bounds> quantile = {};      // share of the functions that are called less: 0 is the least called one
  std::optional<Bounds> daily_calls = {};   // mean of all days
  std::optional<Bounds> duration_ms = {};   // average
  std::optional<Bounds> memory_mb = {};     // average of its app
  std::optional<Bounds> cv = {};            // of its minute counts over all days
  sim::GoOn go_on = {};                     // no: selecting ends with sim::Cancelled
};

struct Criterion {
  std::string name;          // "trigger", "rank"
  std::size_t unmet_by = 0;  // functions, whatever else they do not meet
};

struct Selected {
  Trace trace;                      // the functions that are left, in their order
  std::vector<Criterion> criteria;  // that were given
};
Selected select(const Trace& trace, const Selection& selection);

Trigger parse_trigger(std::string_view text);  // throws sim::Error

// "d:hh:mm" with the day from 1, or "hh:mm" of the first day, as the span since the first midnight. Throws sim::Error.
sim::Duration parse_trace_time(std::string_view text);

// The minutes from `start` on, which becomes minute 0. Throws sim::Error unless start and length are whole minutes and
// the window, of at least a minute, lies within the trace's days.
Trace cut_window(const Trace& trace, sim::Duration start, sim::Duration length, const sim::GoOn& go_on = {});

}  // namespace faasconf::traces
