#include "experiments/results/verdict.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "experiments/results/readable.hpp"

namespace faasconf::experiments::results {
namespace {

double share_kept(const PromiseOutcome& outcome) {
  return static_cast<double>(outcome.kept) / static_cast<double>(outcome.judged);
}

// "98.3"; nothing but all of them is 100
std::string percent(double share) {
  const double tenths = share < 1 ? std::min(std::round(1000 * share), 999.0) : 1000;
  char text[32];
  const int size = std::snprintf(text, sizeof(text), "%.1f", std::max(tenths, 0.0) / 10);
  std::string result(text, static_cast<std::size_t>(size));
  return result.ends_with(".0") ? result.substr(0, result.size() - 2) : result;
}

std::string certainty(const PromiseOutcome& outcome) {
  if (!outcome.share) return "one replication, no interval";
  if (outcome.share->low == outcome.share->high) return "the same in every replication";
  return "95 % interval " + percent(outcome.share->low) + " to " + percent(outcome.share->high) + " %";
}

std::string causes(const PromiseOutcome& outcome) {
  std::string text;
  for (const BrokenBy& one : outcome.broken_by) {
    if (one.times > 0) text += (text.empty() ? "; broken by " : ", by ") + one.cause + " in " + readable(one.times);
  }
  return text;
}

// "; left out: 12 windows, too few requests for a period, and 3 empty periods"
std::string left_out(const PromiseOutcome& outcome) {
  std::string text;
  const auto add = [&](std::uint64_t count, const std::string& one, const std::string& several) {
    if (count > 0) text += (text.empty() ? "; left out: " : ", and ") + readable(count) + (count == 1 ? one : several);
  };
  add(outcome.open_windows, " window with too few requests for a period",
      " windows with too few requests for a period");
  add(outcome.empty, " period in which nothing became due", " periods in which nothing became due");
  return text;
}

}  // namespace

Verdict verdict_on(const PromiseOutcome& outcome) {
  if (outcome.judged == 0) return Verdict::unjudged;
  const double low = outcome.share ? outcome.share->low : share_kept(outcome);
  const double high = outcome.share ? outcome.share->high : share_kept(outcome);
  if (low >= outcome.level) return Verdict::kept;
  return high < outcome.level ? Verdict::broken : Verdict::undecided;
}

std::string_view name_of(Verdict verdict) {
  static constexpr auto kNames = std::to_array<std::string_view>({"kept", "broken", "undecided", "unjudged"});
  static_assert(static_cast<std::size_t>(Verdict::unjudged) + 1 == kNames.size());
  return kNames[static_cast<std::size_t>(verdict)];
}

std::string describe(const PromiseOutcome& outcome) {
  const Verdict verdict = verdict_on(outcome);
  const std::string units(outcome.judged_by);
  if (verdict == Verdict::unjudged) {
    return "promise unjudged: there were no " + units + " to judge" + left_out(outcome);
  }
  return "promise " + std::string(name_of(verdict)) + ": " + readable(outcome.kept) + " of " +
         readable(outcome.judged) + " " + units + " kept it, " + percent(share_kept(outcome)) + " % (" +
         certainty(outcome) + "), at least " + percent(outcome.level) + " % wanted" + causes(outcome) +
         (verdict == Verdict::undecided ? "; more replications tell" : "");
}

std::string describe(const std::optional<PromiseOutcome>& outcome) {
  return outcome ? describe(*outcome) : "no promise: the workflow makes none, so none is judged";
}

}  // namespace faasconf::experiments::results
