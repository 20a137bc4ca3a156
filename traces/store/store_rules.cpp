#include "traces/store/store_rules.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <span>

namespace faasconf::traces {
namespace {

bool is_amount(double number) { return number >= 0 && std::isfinite(number); }

bool are_amounts(std::initializer_list<double> numbers, std::span<const double> more = {}) {
  return std::ranges::all_of(numbers, is_amount) && std::ranges::all_of(more, is_amount);
}

}  // namespace

std::optional<std::string> fault_of(const DurationPercentiles& duration) {
  if (are_amounts({duration.average_ms, duration.count, duration.minimum_ms, duration.maximum_ms},
                  duration.percentiles_ms)) {
    return std::nullopt;
  }
  return "expected durations of finite numbers from 0 up, got others";
}

std::optional<std::string> fault_of(const MemoryPercentiles& memory) {
  if (are_amounts({memory.samples, memory.average_mb}, memory.percentiles_mb)) return std::nullopt;
  return "expected memory of finite numbers from 0 up, got others";
}

std::optional<std::string> fault_of(const TraceInvocation& call) {
  if (are_amounts({call.start_s, call.duration_s})) return std::nullopt;
  return "expected a start and a duration of finite seconds from 0 up, got " + std::to_string(call.start_s) + " and " +
         std::to_string(call.duration_s);
}

}  // namespace faasconf::traces
