#pragma once
// Laws of durations and memory from what a trace tells of them.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/core/distribution.hpp"
#include "traces/trace.hpp"

namespace faasconf::traces {

enum class LawKind : std::uint8_t {
  percentiles,  // inverse CDF, linear between the percentiles
  log_normal,   // least squares through the percentiles between the extremes, on the quantiles of the normal law
  average,      // always the average
};
LawKind parse_law_kind(std::string_view text);  // "percentiles", "log-normal", "average"; throws sim::Error

// Seconds. The data resolve whole milliseconds of 30-second averages, so real tails are wider; 0 counts as half a
// millisecond in the log-normal fit.
sim::Distribution duration_law(const DurationPercentiles& duration, LawKind kind);

// MiB of a whole app, or of one of `functions` that share it evenly.
sim::Distribution memory_law(const MemoryPercentiles& memory, LawKind kind, std::size_t functions = 1);

// The sample itself, its values as quantiles; at least one, none below 0. Throws sim::Error.
sim::Distribution empirical_law(std::vector<double> sample);

// Burr XII: P(X > x) = (1 + (x / scale)^c)^-k.
struct Burr {
  double c = 11.652;  // as Shahrad et al. (2020) fitted it to the apps' memory
  double k = .221;
  double scale = 107.083;  // MB
};
double burr_quantile(const Burr& burr, double probability);  // in the unit of scale; probability below 1

// MiB of an app of which the trace does not tell: the law's quantiles up to the one of .9999, linear between them.
sim::Distribution burr_memory_law(const Burr& burr = {}, std::size_t functions = 1);

}  // namespace faasconf::traces
