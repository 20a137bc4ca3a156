#include "traces/core/scale.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "sim/core/error.hpp"
#include "sim/core/random.hpp"
#include "traces/core/binomial.hpp"
#include "traces/core/cell_streams.hpp"
#include "traces/core/totals.hpp"

namespace faasconf::traces {
namespace {

using sim::Error;

constexpr unsigned kFunctionsBetweenQuestions = 16;
constexpr double kMostCopies = 100'000;
constexpr double kSlowest = .001;
constexpr double kFastest = 1440;

std::string shown(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

Trace without_functions(const Trace& trace, std::uint32_t days) {
  return {.days = days, .functions = {}, .origin = trace.origin};
}

TraceFunction without_counts(const TraceFunction& function) {
  TraceFunction result = function;
  result.counts.clear();
  return result;
}

// Appends, or adds to the last minute; minutes must not fall.
void append_count(TraceFunction& function, std::uint64_t minute, std::uint64_t count) {
  if (count == 0) return;
  std::vector<MinuteCount>& counts = function.counts;
  if (counts.empty() || counts.back().minute != minute) {
    counts.push_back({.minute = static_cast<std::uint32_t>(minute), .count = 0});
  }
  const std::uint64_t sum = counts.back().count + count;
  if (sum > std::numeric_limits<std::uint32_t>::max()) {
    throw Error("function " + function.function + ": expected at most 4294967295 calls in a minute, got " +
                std::to_string(sum));
  }
  counts.back().count = static_cast<std::uint32_t>(sum);
}

TraceFunction thinned(const TraceFunction& function, double probability, std::uint64_t seed, std::string_view purpose) {
  const CellStreams streams(seed, purpose, function);
  TraceFunction result = without_counts(function);
  for (const MinuteCount& minute : function.counts) {
    sim::Rng rng = streams.minute(minute.minute);
    append_count(result, minute.minute, binomial(rng, minute.count, probability));
  }
  return result;
}

// From -most to most without 0; the same for all functions of an app.
std::int64_t shift_of_copy(const TraceFunction& function, std::uint32_t copy, std::uint32_t most, std::uint64_t seed) {
  const TraceFunction app{.owner = function.owner, .app = function.app, .function = ""};
  sim::Rng rng = CellStreams(seed, "superpose", app).minute(copy);
  const std::int64_t size = 1 + rng.below(most);
  return (rng.next() & 1) == 0 ? size : -size;
}

void add_copy(std::vector<MinuteCount>& counts, const std::vector<MinuteCount>& copy, std::int64_t shift,
              std::int64_t minutes) {
  for (const MinuteCount& minute : copy) {
    const std::int64_t moved = (minute.minute + shift % minutes + minutes) % minutes;
    counts.push_back({.minute = static_cast<std::uint32_t>(moved), .count = minute.count});
  }
}

// The calls of all functions' copies, by minute.
std::vector<std::uint64_t> minutes_of_copy(const Trace& trace, std::uint32_t copy, std::uint64_t seed,
                                           const sim::GoOn& go_on) {
  const auto minutes = static_cast<std::int64_t>(trace.days * kMinutesPerDay);
  std::vector<std::uint64_t> sums(static_cast<std::size_t>(minutes));
  std::vector<MinuteCount> counts;
  sim::Questions<kFunctionsBetweenQuestions> questions(go_on);
  for (const TraceFunction& function : trace.functions) {
    questions.next();
    counts.clear();
    add_copy(counts, function.counts, shift_of_copy(function, copy, Superposition().most_shift, seed), minutes);
    for (const MinuteCount& minute : counts) sums[minute.minute] += minute.count;
  }
  return sums;
}

TraceFunction superposed(const TraceFunction& function, const Superposition& how, std::uint64_t seed,
                         std::int64_t minutes, const sim::GoOn& go_on) {
  const auto whole = static_cast<std::uint32_t>(how.factor);
  std::vector<MinuteCount> all = function.counts;
  for (std::uint32_t copy = 1; copy < whole; ++copy) {
    sim::throw_if_cancelled(go_on);
    add_copy(all, function.counts, shift_of_copy(function, copy, how.most_shift, seed), minutes);
  }
  if (how.factor > whole) {
    const TraceFunction last = thinned(function, how.factor - whole, seed, "superpose last");
    add_copy(all, last.counts, shift_of_copy(function, whole, how.most_shift, seed), minutes);
  }
  std::ranges::stable_sort(all, {}, &MinuteCount::minute);
  TraceFunction result = without_counts(function);
  for (const MinuteCount& minute : all) append_count(result, minute.minute, minute.count);
  return result;
}

// The calls of [begin, end) go to the minutes of the new time that it covers.
void spread(TraceFunction& function, double begin, double end, std::uint64_t count, sim::Rng rng) {
  for (double from = begin; count > 0;) {
    const double minute = std::floor(from);
    const double to = std::min(end, minute + 1);
    const bool last = to >= end;
    const std::uint64_t here = last ? count : binomial(rng, count, std::clamp((to - from) / (end - from), 0.0, 1.0));
    append_count(function, static_cast<std::uint64_t>(minute), here);
    count -= here;
    from = to;
  }
}

double factor_for(double calls_per_minute, double now) {
  if (now <= 0) throw Error("rate: expected a trace with calls, got one without");
  if (!(calls_per_minute >= 0)) throw Error("rate: expected calls per minute >= 0, got " + shown(calls_per_minute));
  return calls_per_minute / now;
}

}  // namespace

Trace thin(const Trace& trace, double probability, std::uint64_t seed, const sim::GoOn& go_on) {
  if (!(probability >= 0 && probability <= 1)) {
    throw Error("probability: expected a number from 0 to 1, got " + shown(probability));
  }
  Trace result = without_functions(trace, trace.days);
  sim::Questions<kFunctionsBetweenQuestions> questions(go_on);
  for (const TraceFunction& function : trace.functions) {
    questions.next();
    result.functions.push_back(thinned(function, probability, seed, "thin"));
  }
  return result;
}

Trace superpose(const Trace& trace, const Superposition& how, std::uint64_t seed, const sim::GoOn& go_on) {
  if (!(how.factor >= 1 && how.factor <= kMostCopies)) {
    throw Error("factor: expected a number from 1 to " + shown(kMostCopies) + ", got " + shown(how.factor));
  }
  if (how.most_shift < 1) throw Error("shift: expected at least 1 minute, got 0");
  Trace result = without_functions(trace, trace.days);
  const auto minutes = static_cast<std::int64_t>(trace.days * kMinutesPerDay);
  sim::Questions<kFunctionsBetweenQuestions> questions(go_on);
  for (const TraceFunction& function : trace.functions) {
    questions.next();
    result.functions.push_back(superposed(function, how, seed, minutes, go_on));
  }
  return result;
}

Trace scale_rate(const Trace& trace, double factor, std::uint64_t seed, const sim::GoOn& go_on) {
  return factor < 1 ? thin(trace, factor, seed, go_on) : superpose(trace, {.factor = factor}, seed, go_on);
}

double factor_for_mean(const Trace& trace, double calls_per_minute) {
  const double minutes = static_cast<double>(trace.days) * static_cast<double>(kMinutesPerDay);
  return factor_for(calls_per_minute, static_cast<double>(totals(trace).calls) / minutes);
}

double factor_for_peak(const Trace& trace, double calls_per_minute, std::uint64_t seed, const sim::GoOn& go_on) {
  const std::vector<std::uint64_t> sums = minute_totals(trace);
  const double factor = factor_for(calls_per_minute, sums.empty() ? 0 : static_cast<double>(std::ranges::max(sums)));
  if (factor <= 1) return factor;
  // copy by copy, until one takes some minute to the peak: then the part of it that does
  std::vector<double> calls(sums.begin(), sums.end());
  for (std::uint32_t copy = 1; copy < kMostCopies; ++copy) {
    const std::vector<std::uint64_t> more = minutes_of_copy(trace, copy, seed, go_on);
    double part = 1;
    for (std::size_t minute = 0; minute < calls.size(); ++minute) {
      const auto added = static_cast<double>(more[minute]);
      if (added > 0) part = std::min(part, (calls_per_minute - calls[minute]) / added);
    }
    if (part < 1) return copy + part;
    for (std::size_t minute = 0; minute < calls.size(); ++minute) calls[minute] += static_cast<double>(more[minute]);
  }
  throw Error("rate: expected a peak that fewer than " + shown(kMostCopies) + " copies reach, got " +
              shown(calls_per_minute));
}

Trace scale_time(const Trace& trace, double speed, std::uint64_t seed, const sim::GoOn& go_on) {
  if (!(speed >= kSlowest && speed <= kFastest)) {
    throw Error("speed: expected a number from " + shown(kSlowest) + " to " + shown(kFastest) + ", got " +
                shown(speed));
  }
  const double days = std::ceil(static_cast<double>(trace.days) / speed);
  if (days > 9999) throw Error("speed: expected at most 9999 days, got " + shown(days));
  Trace result = without_functions(trace, static_cast<std::uint32_t>(days));
  sim::Questions<kFunctionsBetweenQuestions> questions(go_on);
  for (const TraceFunction& function : trace.functions) {
    questions.next();
    const CellStreams streams(seed, "time", function);
    TraceFunction scaled = without_counts(function);
    for (const MinuteCount& minute : function.counts) {
      spread(scaled, minute.minute / speed, (minute.minute + 1) / speed, minute.count, streams.minute(minute.minute));
    }
    result.functions.push_back(std::move(scaled));
  }
  return result;
}

}  // namespace faasconf::traces
