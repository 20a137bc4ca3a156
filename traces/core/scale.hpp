#pragma once
// More or fewer calls, and faster or slower time. Ends with sim::Cancelled if its caller cancels.

#include <cstdint>

#include "sim/core/go_on.hpp"
#include "traces/core/trace.hpp"

namespace faasconf::traces {

// Each call stays independently with this probability: the counts that are left are binomial. Draws are keyed by (seed,
// function, minute). Throws sim::Error unless 0 <= probability <= 1.
Trace thin(const Trace& trace, double probability, std::uint64_t seed, const sim::GoOn& go_on = {});

// `factor` >= 1 copies of every function on top of one another, the last one thinned where the factor is not whole. The
// first copy stays in its place; another moves, with its whole app, by 1 to `most_shift` minutes to either side, around
// the ends of the trace, so that copies do not fire together. Throws sim::Error.
struct Superposition {
  double factor = 1;
  std::uint32_t most_shift = 30;  // minutes
};
Trace superpose(const Trace& trace, const Superposition& how, std::uint64_t seed, const sim::GoOn& go_on = {});

// Thins below 1, superposes above.
Trace scale_rate(const Trace& trace, double factor, std::uint64_t seed, const sim::GoOn& go_on = {});

// The factors at which scale_rate() gives the trace this many calls a minute, on the mean or at the busiest minute,
// copies in the places that this seed shifts them to: exactly where all copies are whole, else but for the chance of
// thinning. Throw sim::Error for a trace without calls.
double factor_for_mean(const Trace& trace, double calls_per_minute);
double factor_for_peak(const Trace& trace, double calls_per_minute, std::uint64_t seed, const sim::GoOn& go_on = {});

// Time goes `speed` times as fast: a day takes a day / speed. A minute's calls are divided among the minutes that it
// then covers, each call by itself and in proportion; none is lost. Speed is from 0.001 to 1440, else sim::Error.
Trace scale_time(const Trace& trace, double speed, std::uint64_t seed, const sim::GoOn& go_on = {});

}  // namespace faasconf::traces
