#pragma once
// What of an execution is billed.

#include <algorithm>
#include <chrono>
#include <cmath>

#include "sim/core/quantity.hpp"
#include "sim/core/time.hpp"

namespace faasconf::traces {

// As it is, or rounded up.
struct Metering {
  sim::Duration least{};          // of an execution
  sim::Duration step{1};          // durations are billed in multiples of it
  sim::Mebibytes memory_step{0};  // so is memory; 0: as it is

  bool is_exact() const { return least <= step && step == sim::Duration(1); }
  sim::Duration billed(sim::Duration execution) const {
    return std::max(least, (execution + step - sim::Duration(1)) / step * step);
  }
  sim::Mebibytes billed(sim::Mebibytes memory) const {
    if (memory_step.value <= 0) return memory;
    return std::max(1.0, std::ceil(memory / memory_step)) * memory_step;
  }
  friend bool operator==(const Metering&, const Metering&) = default;
};

// Azure Functions' consumption plan (https://azure.microsoft.com/pricing/details/functions).
inline constexpr Metering kAzureMetering{
    .least = std::chrono::milliseconds(100), .step = std::chrono::milliseconds(1), .memory_step = sim::Mebibytes{128}};

}  // namespace faasconf::traces
