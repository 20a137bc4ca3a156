#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "traces/replay/function_arrivals.hpp"

namespace faasconf::traces {
namespace {

constexpr int kMostHalvings = 60;

// Call k must fall into [minute, minute + 1): of the calls of one minute the first and the last say it all.
struct MinuteCalls {
  double minute = 0;
  double first = 0;
  double last = 0;
};

struct Fit {
  double earliest = -std::numeric_limits<double>::infinity();  // start of call 0
  double latest = std::numeric_limits<double>::infinity();     // not itself
  double pull = 0;  // where they cross: whether a larger period would do better (> 0) or worse

  bool exists() const { return earliest < latest; }
};

Fit fit_of(const std::vector<MinuteCalls>& calls, double period) {
  Fit fit;
  double at_earliest = 0;
  double at_latest = 0;
  for (const MinuteCalls& call : calls) {
    const double earliest = call.minute - call.first * period;
    const double latest = call.minute + 1 - call.last * period;
    if (earliest > fit.earliest) {
      fit.earliest = earliest;
      at_earliest = call.first;
    }
    if (latest < fit.latest) {
      fit.latest = latest;
      at_latest = call.last;
    }
  }
  fit.pull = at_earliest - at_latest;
  return fit;
}

std::vector<MinuteCalls> calls_by_minute(const TraceFunction& function) {
  std::vector<MinuteCalls> calls;
  double before = 0;
  for (const MinuteCount& minute : function.counts) {
    calls.push_back({.minute = static_cast<double>(minute.minute), .first = before, .last = before + minute.count - 1});
    before += minute.count;
  }
  return calls;
}

// The gap between earliest and latest is a convex function of the period: halve towards its least.
std::optional<double> any_period(const std::vector<MinuteCalls>& calls, double low, double high) {
  for (int i = 0; i < kMostHalvings; ++i) {
    const double period = (low + high) / 2;
    const Fit fit = fit_of(calls, period);
    if (fit.exists()) return period;
    if (fit.pull == 0) return std::nullopt;
    (fit.pull > 0 ? low : high) = period;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Period> fit_period(const TraceFunction& function, double free_share) {
  const std::vector<MinuteCalls> calls = calls_by_minute(function);
  if (calls.empty() || calls.back().last < 1) return std::nullopt;
  const double gaps = calls.back().last;
  const double span = calls.back().minute - calls.front().minute;
  const std::optional<double> any = any_period(calls, std::max(0.0, span - 1) / gaps, (span + 1) / gaps);
  if (!any) return std::nullopt;

  // what a timer's author wrote is more likely than anything near it
  const std::array<double, 3> candidates = {std::round(*any), std::round(60 * *any) / 60, *any};
  for (const double period : candidates) {
    const Fit fit = fit_of(calls, period);
    if (period <= 0 || !fit.exists()) continue;
    return Period{.start_min = fit.earliest + free_share * (fit.latest - fit.earliest), .period_min = period};
  }
  return std::nullopt;
}

}  // namespace faasconf::traces
