#include "traces/replay/function_arrivals.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "sim/core/error.hpp"

namespace faasconf::traces {
namespace {

constexpr std::array<std::string_view, 6> kPatternNames = {"uniform", "equidistant", "exponential",
                                                           "gamma",   "periodic",    "burst"};
constexpr double kMinute_ns = 60e9;
constexpr std::uint64_t kGapsBetweenQuestions = 1 << 18;

ArrivalRequest checked(ArrivalRequest request, const TraceFunction& function) {
  if (!(request.gamma_cv > 0 && request.gamma_cv < 100)) {
    throw sim::Error("gamma_cv: expected a number above 0 and below 100, got " + std::to_string(request.gamma_cv));
  }
  if (request.timers_are_periodic && function.trigger == Trigger::timer) request.pattern = ArrivalPattern::periodic;
  return request;
}

}  // namespace

ArrivalPattern parse_arrival_pattern(std::string_view text) {
  const auto found = std::ranges::find(kPatternNames, text);
  if (found != kPatternNames.end()) return static_cast<ArrivalPattern>(found - kPatternNames.begin());
  throw sim::Error("expected uniform, equidistant, exponential, gamma, periodic or burst, got \"" + std::string(text) +
                   "\"");
}

std::string_view name_of(ArrivalPattern pattern) { return kPatternNames[static_cast<std::size_t>(pattern)]; }

FunctionArrivals::FunctionArrivals(const TraceFunction& function, const ArrivalRequest& request)
    : function_(function), request_(checked(request, function)), streams_(request.seed, "arrivals", function) {
  if (request_.pattern == ArrivalPattern::periodic) {
    phase_ = streams_.whole().uniform();
    period_ = fit_period(function_, phase_);
  }
  begin_minute();
}

std::optional<sim::Time> FunctionArrivals::next() {
  if (minute_ == function_.counts.size()) return std::nullopt;
  const MinuteCount& minute = function_.counts[minute_];
  const double within = within_minute();
  // rounding must not carry a call into the next minute
  const auto nanoseconds = std::min(static_cast<std::int64_t>(within * kMinute_ns), std::int64_t{59'999'999'999});
  const sim::Time time(std::chrono::minutes(minute.minute) + sim::Duration(std::max(nanoseconds, std::int64_t{0})));
  ++given_;
  if (--left_ == 0) {
    ++minute_;
    begin_minute();
  }
  return time;
}

// Draws the minute's gaps for their sum, then starts over to draw them one at a time.
void FunctionArrivals::begin_minute() {
  if (minute_ == function_.counts.size()) return;
  const MinuteCount& minute = function_.counts[minute_];
  left_ = minute.count;
  if (request_.pattern == ArrivalPattern::burst || period_) return;
  if (request_.pattern == ArrivalPattern::periodic) {
    scale_ = 1 / static_cast<double>(minute.count);
    place_ = phase_;
    return;
  }
  rng_ = streams_.minute(std::uint64_t{minute.minute} + request_.first_minute);
  const bool uniform = request_.pattern == ArrivalPattern::uniform;
  const double phase = uniform ? 1 : rng_.uniform();
  const sim::Rng start = rng_;
  // n points in a minute have n + 1 exponential gaps around them; others have n, of which the phase cuts the first
  const double sum = sum_of_gaps(std::uint64_t{minute.count} + (uniform ? 1 : 0));
  rng_ = start;
  scale_ = 1 / sum;
  place_ = phase * gap();
}

double FunctionArrivals::gap() {
  switch (request_.pattern) {
    case ArrivalPattern::equidistant:
      return 1;
    case ArrivalPattern::gamma:
      return rng_.gamma(1 / (request_.gamma_cv * request_.gamma_cv));
    default:
      return rng_.exponential();
  }
}

double FunctionArrivals::sum_of_gaps(std::uint64_t count) {
  double sum = 0;
  while (count > 0) {
    const std::uint64_t some = std::min(count, kGapsBetweenQuestions);
    for (std::uint64_t i = 0; i < some; ++i) sum += gap();
    count -= some;
    if (count > 0) sim::throw_if_cancelled(request_.go_on);
  }
  return sum;
}

double FunctionArrivals::within_minute() {
  if (request_.pattern == ArrivalPattern::burst) return 0;
  if (period_) {
    return period_->start_min + static_cast<double>(given_) * period_->period_min - function_.counts[minute_].minute;
  }
  const double within = place_ * scale_;
  if (left_ > 1) place_ += request_.pattern == ArrivalPattern::periodic ? 1 : gap();
  return within;
}

}  // namespace faasconf::traces
