#pragma once
// Sums over a trace.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "traces/core/trace.hpp"

namespace faasconf::traces {

struct TraceTotals {
  std::size_t functions = 0;
  std::size_t apps = 0;
  std::size_t owners = 0;
  std::uint64_t calls = 0;
};
TraceTotals totals(const Trace& trace);

std::uint64_t calls_of(const TraceFunction& function);
std::vector<std::uint64_t> minute_totals(const Trace& trace);  // of all functions, by minute, days x 1440

// The coefficient of variation of a function's minute counts over all days; 0 where it is never called.
double minute_cv(const TraceFunction& function, std::uint32_t days);

// The app of a function, as a key: owner and app.
std::string app_key(const TraceFunction& function);

}  // namespace faasconf::traces
