#include "traces/core/totals.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

namespace faasconf::traces {

TraceTotals totals(const Trace& trace) {
  std::set<std::string> apps;
  std::set<std::string_view> owners;
  TraceTotals result{.functions = trace.functions.size()};
  for (const TraceFunction& function : trace.functions) {
    apps.insert(app_key(function));
    owners.insert(function.owner);
    result.calls += calls_of(function);
  }
  result.apps = apps.size();
  result.owners = owners.size();
  return result;
}

std::uint64_t calls_of(const TraceFunction& function) {
  std::uint64_t calls = 0;
  for (const MinuteCount& minute : function.counts) calls += minute.count;
  return calls;
}

std::vector<std::uint64_t> minute_totals(const Trace& trace) {
  std::vector<std::uint64_t> sums(std::size_t{trace.days} * kMinutesPerDay);
  for (const TraceFunction& function : trace.functions) {
    for (const MinuteCount& minute : function.counts) {
      if (minute.minute >= sums.size()) sums.resize(minute.minute + 1);
      sums[minute.minute] += minute.count;
    }
  }
  return sums;
}

double minute_cv(const TraceFunction& function, std::uint32_t days) {
  const double minutes = static_cast<double>(days) * static_cast<double>(kMinutesPerDay);
  double sum = 0;
  double squares = 0;
  for (const MinuteCount& minute : function.counts) {
    sum += minute.count;
    squares += static_cast<double>(minute.count) * minute.count;
  }
  if (sum == 0) return 0;
  const double mean = sum / minutes;
  return std::sqrt(std::max(0.0, squares / minutes - mean * mean)) / mean;
}

std::string app_key(const TraceFunction& function) { return function.owner + "," + function.app; }

}  // namespace faasconf::traces
