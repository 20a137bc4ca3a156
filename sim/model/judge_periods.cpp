#include "sim/model/judge_periods.hpp"

#include <algorithm>
#include <cstddef>

namespace faasconf::sim {
namespace {

// A share of a whole number may lie a rounding error above the whole number that it means.
bool is_share_of(std::int64_t part, double share, std::int64_t whole) {
  constexpr double kRounding = 1e-12;
  return static_cast<double>(part) >= share * static_cast<double>(whole) * (1 - kRounding);
}

std::optional<double> mean_ns(const Promise& promise, const PeriodCounts& period) {
  if (promise.kind == PromiseKind::published) {
    if (period.latency.count == 0) return std::nullopt;
    return period.latency.sum_ns / static_cast<double>(period.latency.count);
  }
  if (period.due.served == 0) return std::nullopt;
  return period.due.served_ns / static_cast<double>(period.due.served);
}

bool breaks_mean(const Promise& promise, const PeriodCounts& period) {
  if (!promise.mean) return false;
  const auto mean = mean_ns(promise, period);
  return !mean || *mean / 1e9 > to_seconds(*promise.mean);
}

bool breaks_percentile(const Promise& promise, const DueRequests& due) {
  for (std::size_t i = 0; i < promise.percentiles.size(); ++i) {
    if (due.served == 0 || !is_share_of(due.within[i], promise.percentiles[i].quantile, due.due)) return true;
  }
  return false;
}

bool breaks_count(const Promise& promise, const PeriodCounts& period) {
  if (!promise.successes) return false;
  const bool published = promise.kind == PromiseKind::published;
  const auto count = static_cast<double>(published ? period.completions : period.due.served);
  return count < promise.successes->count * to_seconds(period.length) / to_seconds(promise.successes->per);
}

}  // namespace

void PeriodCounts::add(const CountedWindow& window) {
  due.merge(window.due);
  finished += window.requests.counts.finished() + window.requests.counts.in_flight;
  completions += window.requests.counts.completions;
  latency.merge(window.requests.latency);
  length += from_seconds(window.length_s);
}

void PeriodCounts::merge(const PeriodCounts& other) {
  due.merge(other.due);
  finished += other.finished;
  completions += other.completions;
  latency.merge(other.latency);
  length += other.length;
}

BrokenTerms broken_terms(const Promise& promise, const PeriodCounts& period) {
  const DueRequests& due = period.due;
  return {.latency = breaks_mean(promise, period) || breaks_percentile(promise, due),
          .served_share = promise.served_share && !is_share_of(due.served, *promise.served_share, due.due),
          .successes = breaks_count(promise, period)};
}

namespace {

// Requests that end late say nothing where they became due before.
bool has_nothing_to_judge(const Promise& promise, const PeriodCounts& period) {
  return promise.kind == PromiseKind::due ? period.due.due == 0 : period.is_empty();
}

}  // namespace

bool keeps_promise(const CountedWindow& window, const Promise& promise) {
  PeriodCounts alone;
  alone.add(window);
  return has_nothing_to_judge(promise, alone) || !broken_terms(promise, alone).any();
}

std::optional<double> PromiseKept::share() const {
  if (periods == 0) return std::nullopt;
  return static_cast<double>(kept) / static_cast<double>(periods);
}

void PromiseKept::merge(const PromiseKept& other) {
  periods += other.periods;
  kept += other.kept;
  empty += other.empty;
  open_windows += other.open_windows;
  broken_latency += other.broken_latency;
  broken_served_share += other.broken_served_share;
  broken_successes += other.broken_successes;
  longest_broken = std::max(longest_broken, other.longest_broken);
  due.merge(other.due);
}

std::optional<double> loss(const Promise& promise, const PromiseKept& kept) {
  if (promise.over) return kept.due.due == 0 ? std::nullopt : std::optional(kept.due.unserved_share());
  const auto share = kept.share();
  return share ? std::optional(1 - *share) : std::nullopt;
}

// Whether the open period can take no further window of this length, or needs none.
bool PeriodJudge::is_complete(Duration window) const {
  return open_.due.due >= promise_->period_requests || open_.length + window > promise_->longest_period;
}

bool PeriodJudge::add(const CountedWindow& window) {
  open_.add(window);
  kept_.due.merge(window.due);
  ++kept_.open_windows;
  if (!is_complete(from_seconds(window.length_s))) return false;
  judge();
  open_ = {};
  kept_.open_windows = 0;
  return true;
}

void PeriodJudge::judge() {
  if (has_nothing_to_judge(*promise_, open_)) {
    ++kept_.empty;
    return;
  }
  const BrokenTerms broken = broken_terms(*promise_, open_);
  ++kept_.periods;
  kept_.kept += broken.any() ? 0 : 1;
  kept_.broken_latency += broken.latency ? 1 : 0;
  kept_.broken_served_share += broken.served_share ? 1 : 0;
  kept_.broken_successes += broken.successes ? 1 : 0;
  broken_in_a_row_ = broken.any() ? broken_in_a_row_ + 1 : 0;
  kept_.longest_broken = std::max(kept_.longest_broken, broken_in_a_row_);
}

void PeriodJudge::restart() {
  open_ = {};
  kept_ = {};
  broken_in_a_row_ = 0;
}

}  // namespace faasconf::sim
