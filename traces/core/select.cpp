#include "traces/core/select.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <numeric>
#include <system_error>

#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"
#include "traces/core/totals.hpp"
#include "traces/core/users_profile.hpp"

namespace faasconf::traces {
namespace {

using sim::Error;
using std::chrono::minutes;

constexpr unsigned kFunctionsBetweenQuestions = 64;

double parse_bound(std::string_view text, std::string_view whole, double absent) {
  if (text.empty()) return absent;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value == value) return value;
  throw Error("expected bounds such as 5..80, 5.., ..80 or 7, got \"" + std::string(whole) + "\"");
}

bool begins_with_one(const std::string& text, const std::vector<std::string>& beginnings) {
  return std::ranges::any_of(beginnings, [&](const std::string& beginning) { return text.starts_with(beginning); });
}

// Of each function, from 1.
std::vector<std::size_t> ranks_of(const Trace& trace) {
  std::vector<std::uint64_t> calls;
  for (const TraceFunction& function : trace.functions) calls.push_back(calls_of(function));
  std::vector<std::size_t> order(calls.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return calls[a] > calls[b]; });
  std::vector<std::size_t> ranks(calls.size());
  for (std::size_t i = 0; i < order.size(); ++i) ranks[order[i]] = i + 1;
  return ranks;
}

// One question that is asked of every function.
class Sieve {
 public:
  Sieve(const Trace& trace, const sim::GoOn& go_on)
      : trace_(trace), go_on_(go_on), met_(trace.functions.size(), true) {}

  template <class Meets>
  void ask(const std::string& name, const Meets& meets) {
    Criterion criterion{.name = name};
    sim::Questions<kFunctionsBetweenQuestions> questions(go_on_);
    for (std::size_t i = 0; i < trace_.functions.size(); ++i) {
      questions.next();
      if (meets(trace_.functions[i], i)) continue;
      met_[i] = false;
      ++criterion.unmet_by;
    }
    criteria_.push_back(criterion);
  }

  // value(function, i) is an optional number.
  template <class Value>
  void ask_bounds(const std::string& name, const std::optional<Bounds>& bounds, const Value& value) {
    if (!bounds) return;
    ask(name, [&](const TraceFunction& function, std::size_t i) {
      const std::optional<double> number = value(function, i);
      return number && bounds->contains(*number);
    });
  }

  Selected finish() {
    Selected result{.trace = {.days = trace_.days, .functions = {}, .origin = trace_.origin}, .criteria = criteria_};
    sim::Questions<kFunctionsBetweenQuestions> questions(go_on_);
    for (std::size_t i = 0; i < met_.size(); ++i) {
      questions.next();
      if (met_[i]) result.trace.functions.push_back(trace_.functions[i]);
    }
    return result;
  }

 private:
  const Trace& trace_;
  const sim::GoOn& go_on_;
  std::vector<bool> met_;
  std::vector<Criterion> criteria_;
};

void ask_names(Sieve& sieve, const Selection& selection) {
  const auto ask = [&](const char* name, const std::vector<std::string>& wanted, std::string TraceFunction::*member) {
    if (wanted.empty()) return;
    sieve.ask(name,
              [&](const TraceFunction& function, std::size_t) { return begins_with_one(function.*member, wanted); });
  };
  ask("owner", selection.owners, &TraceFunction::owner);
  ask("app", selection.apps, &TraceFunction::app);
  ask("function", selection.functions, &TraceFunction::function);
  if (selection.triggers.empty()) return;
  sieve.ask("trigger", [&](const TraceFunction& function, std::size_t) {
    return std::ranges::find(selection.triggers, function.trigger) != selection.triggers.end();
  });
}

void ask_popularity(Sieve& sieve, const Trace& trace, const Selection& selection) {
  if (!selection.rank && !selection.quantile) return;
  const std::vector<std::size_t> ranks = ranks_of(trace);
  const double most = std::max(static_cast<double>(ranks.size()) - 1, 1.0);
  sieve.ask_bounds("rank", selection.rank,
                   [&](const TraceFunction&, std::size_t i) { return std::optional(static_cast<double>(ranks[i])); });
  sieve.ask_bounds("quantile", selection.quantile, [&](const TraceFunction&, std::size_t i) {
    return std::optional(static_cast<double>(ranks.size() - ranks[i]) / most);
  });
}

std::size_t whole_minutes(const char* key, sim::Duration span) {
  const auto count = std::chrono::duration_cast<minutes>(span).count();
  if (count < 0 || span % minutes(1) != sim::Duration::zero()) {
    throw Error(std::string(key) + ": expected whole minutes, got " + sim::format(span));
  }
  return static_cast<std::size_t>(count);
}

}  // namespace

Bounds parse_bounds(std::string_view text) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::size_t dots = text.find("..");
  Bounds bounds;
  if (dots == text.npos) {
    bounds.least = bounds.most = parse_bound(text.empty() ? "?" : text, text, 0);
  } else {
    bounds.least = parse_bound(text.substr(0, dots), text, -infinity);
    bounds.most = parse_bound(text.substr(dots + 2), text, infinity);
  }
  if (bounds.least > bounds.most) {
    throw Error("expected bounds of which the first is not above the second, got \"" + std::string(text) + "\"");
  }
  return bounds;
}

Bounds parse_shares(std::string_view text) {
  const std::size_t dots = text.find("..");
  const std::string_view first = text.substr(0, dots);
  const std::string_view second = dots == text.npos ? std::string_view() : text.substr(dots + 2);
  const auto signs = [](std::string_view part) { return std::ranges::count(part, '%'); };
  const bool is_percent = signs(text) > 0;
  const auto is_spelt = [&](std::string_view part) {
    return part.empty() || (signs(part) == (is_percent ? 1 : 0) && part.ends_with('%') == is_percent);
  };

  std::string bare(text);
  std::erase(bare, '%');
  const Bounds bounds = parse_bounds(bare);
  const double one = is_percent ? 100 : 1;
  const auto fits = [one](double bound) { return std::isinf(bound) || (bound >= 0 && bound <= one); };
  if (is_spelt(first) && is_spelt(second) && fits(bounds.least) && fits(bounds.most)) {
    return {.least = bounds.least / one, .most = bounds.most / one};
  }
  throw Error("expected shares from 0 to 1 such as 0.5..0.9, or percentages such as 50%..90%, got \"" +
              std::string(text) + "\"");
}

Bounds parse_ranks(std::string_view text) {
  const Bounds ranks = parse_bounds(text);
  const auto fits = [](double rank) { return std::isinf(rank) || (rank >= 1 && rank == std::trunc(rank)); };
  if (fits(ranks.least) && fits(ranks.most)) return ranks;
  throw Error("expected whole numbers from 1 such as 1..10, got \"" + std::string(text) + "\"");
}

Selected select(const Trace& trace, const Selection& selection) {
  Sieve sieve(trace, selection.go_on);
  ask_names(sieve, selection);
  ask_popularity(sieve, trace, selection);
  sieve.ask_bounds("daily calls", selection.daily_calls, [&](const TraceFunction& function, std::size_t) {
    return std::optional(static_cast<double>(calls_of(function)) / trace.days);
  });
  sieve.ask_bounds("duration", selection.duration_ms, [](const TraceFunction& function, std::size_t) {
    return function.duration ? std::optional(function.duration->average_ms) : std::nullopt;
  });
  sieve.ask_bounds("memory", selection.memory_mb, [](const TraceFunction& function, std::size_t) {
    return function.app_memory ? std::optional(function.app_memory->average_mb) : std::nullopt;
  });
  sieve.ask_bounds("cv", selection.cv, [&](const TraceFunction& function, std::size_t) {
    return std::optional(minute_cv(function, trace.days));
  });
  return sieve.finish();
}

Trigger parse_trigger(std::string_view text) {
  const auto found = std::ranges::find(kTriggerNames, text);
  if (found != kTriggerNames.end()) return static_cast<Trigger>(found - kTriggerNames.begin());
  std::string expected;
  for (const std::string_view name : kTriggerNames) expected += (expected.empty() ? "" : ", ") + std::string(name);
  throw Error("expected one of " + expected + ", got \"" + std::string(text) + "\"");
}

sim::Duration parse_trace_time(std::string_view text) {
  const std::size_t first = text.find(':');
  if (first == text.rfind(':')) return parse_time_of_day(text);
  int day = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + first, day);
  if (code != std::errc() || end != text.data() + first || day < 1 || day > 9999) {
    throw Error("expected hh:mm or d:hh:mm with a day from 1 to 9999, got \"" + std::string(text) + "\"");
  }
  return std::chrono::hours(24) * (day - 1) + parse_time_of_day(text.substr(first + 1));
}

Trace cut_window(const Trace& trace, sim::Duration start, sim::Duration length, const sim::GoOn& go_on) {
  const std::size_t all = std::size_t{trace.days} * kMinutesPerDay;
  const std::size_t first = whole_minutes("start", start);
  const std::size_t count = whole_minutes("length", length);
  if (count == 0 || first + count > all) {
    throw Error("window: expected at least a minute within the " + std::to_string(trace.days) +
                " days of the trace, got " + std::to_string(count) + " minutes from minute " + std::to_string(first) +
                " on");
  }
  Trace result{.days = static_cast<std::uint32_t>((count + kMinutesPerDay - 1) / kMinutesPerDay),
               .functions = {},
               .origin = trace.origin};
  sim::Questions<kFunctionsBetweenQuestions> questions(go_on);
  for (const TraceFunction& function : trace.functions) {
    questions.next();
    TraceFunction cut = function;
    std::erase_if(cut.counts, [&](const MinuteCount& m) { return m.minute < first || m.minute >= first + count; });
    for (MinuteCount& minute : cut.counts) minute.minute -= static_cast<std::uint32_t>(first);
    result.functions.push_back(std::move(cut));
  }
  return result;
}

}  // namespace faasconf::traces
