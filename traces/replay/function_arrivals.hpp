#pragma once
// Arrival times of a function's calls within their minutes. The counts of the trace are kept exactly.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "sim/core/go_on.hpp"
#include "sim/core/random.hpp"
#include "sim/core/time.hpp"
#include "traces/core/cell_streams.hpp"
#include "traces/core/trace.hpp"

namespace faasconf::traces {

enum class ArrivalPattern : std::uint8_t {
  uniform,      // independent and uniform: a Poisson process, given its count
  equidistant,  // equal gaps from a phase that is drawn for each minute
  exponential,  // exponential gaps that sum to the minute, cut at a phase
  gamma,        // the same with gamma gaps of a given coefficient of variation
  periodic,     // equal gaps over the whole trace where one period fits all counts, else one phase for all minutes
  burst,        // all at the minute's start
};
ArrivalPattern parse_arrival_pattern(std::string_view text);  // the names above; throws sim::Error
std::string_view name_of(ArrivalPattern pattern);

struct ArrivalRequest {
  ArrivalPattern pattern = ArrivalPattern::uniform;
  double gamma_cv = 1;              // of the gaps of `gamma`; > 0
  bool timers_are_periodic = true;  // whatever the pattern: another would give a one-minute timer a CV of 0.41
  std::uint64_t seed = 1;
  std::uint32_t first_minute = 0;  // of the trace that a window was cut from: keeps the draws of its minutes
  sim::GoOn go_on{};               // no: the draws of a minute with very many calls end with sim::Cancelled
};

// Arrivals t = start + k x period, k = 0, 1, ..., that fall into exactly the minutes that the counts say.
struct Period {
  double start_min = 0;
  double period_min = 0;
};
// The simplest period that fits (whole minutes, then whole seconds), started at a share from 0 to 1 of what is free;
// absent where none fits, or there are fewer than two calls.
std::optional<Period> fit_period(const TraceFunction& function, double free_share);

// The arrivals of one function, one at a time in order: nothing is stored but the draws of a minute's gaps, which are
// made twice. Keyed by (seed, function, minute). Refers to the function. Throws sim::Error for an impossible request.
//
//   FunctionArrivals arrivals(function, {.seed = 7});
//   while (const auto time = arrivals.next()) handle(*time);
class FunctionArrivals {
 public:
  FunctionArrivals(const TraceFunction& function, const ArrivalRequest& request = {});

  std::optional<sim::Time> next();  // since the trace's first minute

 private:
  void begin_minute();
  double gap();
  double sum_of_gaps(std::uint64_t count);
  double within_minute();  // of the next call, in minutes

  const TraceFunction& function_;
  ArrivalRequest request_;
  CellStreams streams_;
  std::optional<Period> period_;
  double phase_ = 0;  // of all minutes, where the pattern is periodic and no period fits

  std::size_t minute_ = 0;   // index of the count in progress
  std::uint64_t given_ = 0;  // calls of the function
  std::uint32_t left_ = 0;   // of this minute
  sim::Rng rng_;
  double place_ = 0;  // of the next call, in units of gaps
  double scale_ = 0;  // minutes per unit
};

}  // namespace faasconf::traces
