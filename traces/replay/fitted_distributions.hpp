#pragma once
// Distributions of durations and memory fitted to the percentiles of a trace.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sim/core/distribution.hpp"
#include "traces/core/trace.hpp"

namespace faasconf::traces {

enum class DistributionKind : std::uint8_t {
  percentiles,  // inverse CDF, linear between the percentiles
  log_normal,   // least squares through the percentiles between the extremes, on the quantiles of the normal
                // distribution
  average,      // always the average
};
// "percentiles", "log-normal", "average"; throws sim::Error
DistributionKind parse_distribution_kind(std::string_view text);
std::string_view name_of(DistributionKind kind);

// Seconds. The data resolve whole milliseconds of 30-second averages, so real tails are wider; 0 counts as half a
// millisecond in the log-normal fit.
sim::Distribution duration_distribution(const DurationPercentiles& duration, DistributionKind kind);

// MiB of a whole app, or of one of `functions` that share it evenly.
sim::Distribution memory_distribution(const MemoryPercentiles& memory, DistributionKind kind,
                                      std::size_t functions = 1);

}  // namespace faasconf::traces
