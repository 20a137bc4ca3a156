#include "traces/synthetic/synthetic_counts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <span>

#include "traces/synthetic/poisson.hpp"

namespace faasconf::traces {
namespace {

constexpr auto kMinutes = static_cast<std::uint32_t>(kMinutesPerDay);

// The load of the whole day has its quietest hour at half of its busiest. Functions swing about an hour and a half
// apart, timers and the top function less or not at all.
constexpr double kSwing = .40;
constexpr double kTopSwing = .128;
constexpr double kPeakMinute = 14 * 60;
constexpr double kPeakSpread_min = 90;

// Bursts, so that the published share of apps is more regular than a Poisson process and 14.9 % of the minutes have
// calls.
constexpr double kBurstyShare = .33;
constexpr double kBurstyBusyShare = .76;
constexpr double kLeastBurst = 3;        // mean calls of a burst, at least
constexpr double kBurstSpread = 1.2;     // of the logarithm of calls beyond
constexpr double kShortestGap_min = .3;  // mean time between calls in a burst, at least
constexpr double kLeastDuty = .05;       // part of the day in which a busy function is called, at least
constexpr double kMostDuty = .58;
constexpr double kMeanSpell_min = 30;  // that it is called on end
constexpr double kFewCalls = 2000;     // a day; call by call below, minute by minute above
constexpr double kBusyCalls = 2e5;     // a day; from here on never silent
constexpr double kTopNoise = .028;     // CV of the minutes' rates
constexpr double kNoise = .15;

const std::array<double, kMinutesPerDay>& cosines() {
  static const std::array<double, kMinutesPerDay> table = [] {
    std::array<double, kMinutesPerDay> values{};
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = std::cos(2 * std::numbers::pi * static_cast<double>(i) / kMinutesPerDay);
    }
    return values;
  }();
  return table;
}

// What a function is like on all days.
struct Habit {
  std::uint32_t peak = 0;  // minute of the day
  double swing = 0;        // rate: 1 + swing x cos(time since the peak)
  bool bursty = false;
  double burst_calls = 1;
  double burst_gap_min = 1;
  double duty = 1;

  double rate(std::uint32_t minute) const { return 1 + swing * cosines()[(minute + kMinutes - peak) % kMinutes]; }
};

Habit habit_of(const SyntheticFunction& function, std::uint64_t seed) {
  sim::Rng rng = sim::RngStreams(seed).stream("synthetic habit", function.number);
  Habit habit;
  const double peak = kPeakMinute + (function.top ? 0 : kPeakSpread_min * rng.normal());
  habit.peak = static_cast<std::uint32_t>(std::lround(peak + 2.0 * kMinutes)) % kMinutes;
  habit.swing = function.top ? kTopSwing : kSwing;
  habit.bursty = rng.uniform() < (function.weekday_calls < kFewCalls ? kBurstyShare : kBurstyBusyShare);
  habit.burst_calls = kLeastBurst + std::exp(kBurstSpread * rng.normal());
  habit.burst_gap_min = kShortestGap_min + rng.exponential();
  habit.duty = kLeastDuty + (kMostDuty - kLeastDuty) * rng.uniform();
  return habit;
}

// A minute by the day's rate.
std::uint32_t draw_minute(const Habit& habit, sim::Rng& rng) {
  while (true) {
    const std::uint32_t minute = rng.below(kMinutes);
    if (rng.uniform() * (1 + habit.swing) < habit.rate(minute)) return minute;
  }
}

// Spells with and without calls, as many minutes of them with as the duty says; their mean lengths are exponential.
void silence(std::span<double> rates, double duty, sim::Rng& rng) {
  const double mean_silence = kMeanSpell_min * (1 - duty) / duty;
  bool on = rng.uniform() >= duty;  // before the first change
  double until = 0;
  for (std::size_t minute = 0; minute < rates.size(); ++minute) {
    while (static_cast<double>(minute) >= until) {
      on = !on;
      until += (on ? kMeanSpell_min : mean_silence) * rng.exponential();
    }
    if (!on) rates[minute] = 0;
  }
}

}  // namespace

void SyntheticCounts::append(const SyntheticFunction& function, std::uint32_t day, std::vector<MinuteCount>& counts) {
  std::fill(calls_.begin(), calls_.end(), 0);
  const double calls = is_weekend(day) ? function.weekend_calls : function.weekday_calls;
  const double mean = std::max(1.0, calls / function.chance);
  if (function.trigger == Trigger::timer) {
    add_timer(function);
  } else {
    sim::Rng rng = sim::RngStreams(seed_, day).stream("synthetic calls", function.number);
    mean < kFewCalls ? add_few(function, mean, rng) : add_many(function, mean, rng);
  }
  for (std::uint32_t minute = 0; minute < kMinutes; ++minute) {
    if (calls_[minute] > 0) counts.push_back({.minute = day * kMinutes + minute, .count = calls_[minute]});
  }
}

// Every so many minutes, or so many times a minute, from a phase on that is the same on all days.
void SyntheticCounts::add_timer(const SyntheticFunction& function) {
  const double calls = std::max(1.0, function.weekday_calls);
  const auto period = std::max(std::uint32_t{1}, static_cast<std::uint32_t>(kMinutes / calls));
  const auto each = static_cast<std::uint32_t>(std::max(1.0, calls / kMinutes));
  sim::Rng rng = sim::RngStreams(seed_).stream("synthetic phase", function.number);
  for (std::uint32_t minute = rng.below(period); minute < kMinutes; minute += period) calls_[minute] = each;
}

// Burst by burst, one call each where there are none.
void SyntheticCounts::add_few(const SyntheticFunction& function, double mean, sim::Rng& rng) {
  const Habit habit = habit_of(function, seed_);
  for (std::uint32_t left = 1 + poisson(mean - 1, rng); left > 0;) {
    double minute = draw_minute(habit, rng);
    std::uint32_t calls = 1;
    if (habit.bursty) calls += static_cast<std::uint32_t>(habit.burst_calls * rng.exponential());
    for (std::uint32_t i = std::min(calls, left); i > 0; --i, --left) {
      ++calls_[static_cast<std::uint32_t>(minute) % kMinutes];
      minute += habit.burst_gap_min * rng.exponential();
    }
  }
}

// A Poisson number each minute, whose mean follows the day, noise, and spells of silence where there are bursts.
void SyntheticCounts::add_many(const SyntheticFunction& function, double mean, sim::Rng& rng) {
  const Habit habit = habit_of(function, seed_);
  const double noise = function.top ? kTopNoise : kNoise;
  for (std::uint32_t minute = 0; minute < kMinutes; ++minute) {
    rates_[minute] = habit.rate(minute) * std::max(0.0, 1 + noise * rng.normal());
  }
  if (habit.bursty && mean < kBusyCalls) silence(rates_, habit.duty, rng);
  const double sum = std::accumulate(rates_.begin(), rates_.end(), 0.0);
  if (sum > 0) {
    for (std::uint32_t minute = 0; minute < kMinutes; ++minute)
      calls_[minute] = poisson(rates_[minute] * mean / sum, rng);
  }
  // never quite idle: it is called on this day
  if (std::all_of(calls_.begin(), calls_.end(), [](std::uint32_t count) { return count == 0; })) {
    calls_[draw_minute(habit, rng)] = static_cast<std::uint32_t>(mean);
  }
}

}  // namespace faasconf::traces
