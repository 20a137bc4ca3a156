#pragma once
// What several autoscalers make of an observation.

#include <cmath>

#include "sim/policy/observation.hpp"

namespace faasconf::sim {

// 0 in an interval without length.
inline double calls_per_s(const FunctionObservation& function, Duration length) {
  return length > Duration::zero() ? static_cast<double>(function.calls.arrivals) / to_seconds(length) : 0;
}

// Rounded up to whole pods; a ratio that rounding has put just above a whole number is that number: 3 x 0.8 / 0.8
// are 3.
inline constexpr double kRounding = 1e-9;
inline double whole_pods(double needed) { return std::ceil(needed - kRounding); }

}  // namespace faasconf::sim
