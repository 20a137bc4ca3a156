#pragma once
// Simulated time: integer nanoseconds on a clock of our own, so that simulated and wall time cannot be mixed.

#include <chrono>
#include <cstdint>

namespace faasconf::sim {

using Duration = std::chrono::nanoseconds;

// Never ticks by itself: the simulation moves it.
struct SimulatedClock {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<SimulatedClock, Duration>;
  static constexpr bool is_steady = true;
};

using Time = SimulatedClock::time_point;

// The longest span that the simulation represents (292 years); draws beyond it are cut to it.
inline constexpr Duration kForever = Duration::max();
inline constexpr Time kNever = Time::max();

// Divides, since 30 s x 1e-9 would be 30.000000000000004.
constexpr double to_seconds(Duration duration) { return static_cast<double>(duration.count()) / 1e9; }
constexpr double to_seconds(Time time) { return to_seconds(time.time_since_epoch()); }

// Rounds to the nearest nanosecond; values out of range are cut to it. Undefined for NaN.
constexpr Duration from_seconds(double seconds) {
  const double nanoseconds = seconds * 1e9;
  if (nanoseconds >= 0x1p52 || nanoseconds <= -0x1p52) {
    // doubles of this size have no fraction, and adding a half would itself round
    if (nanoseconds >= 0x1p63) return kForever;
    if (nanoseconds <= -0x1p63) return -kForever;
    return Duration(static_cast<std::int64_t>(nanoseconds));
  }
  return Duration(static_cast<std::int64_t>(nanoseconds + (nanoseconds < 0 ? -0.5 : 0.5)));
}

// Time after a span, or never when the span leads beyond the clock's range; now is not before the clock's zero.
constexpr Time after(Time now, Duration span) { return span >= kNever - now ? kNever : now + span; }

}  // namespace faasconf::sim
