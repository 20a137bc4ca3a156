#include "experiments/results/promise_tally.hpp"

#include <cstdint>

namespace faasconf::experiments::results {
namespace {

std::uint64_t count(std::int64_t number) { return static_cast<std::uint64_t>(number); }

}  // namespace

void PromiseTally::add(std::size_t case_index, const sim::Run& run) {
  OfCase& seen = cases_.at(case_index);
  seen.kept.merge(run.promise);
  if (const auto lost = loss(promise_, run.promise)) seen.shares.add(1 - *lost);
}

std::optional<PromiseOutcome> PromiseTally::outcome(std::size_t case_index) const {
  if (!promise_.has_terms()) return std::nullopt;
  const sim::PromiseKept& kept = cases_.at(case_index).kept;
  PromiseOutcome outcome{.judged_by = promise_.period_requests == 0 ? "windows" : "periods",
                         .kept = count(kept.kept),
                         .judged = count(kept.periods),
                         .share = sim::share_interval(cases_.at(case_index).shares),
                         .level = 1 - promise_.risk(),
                         .broken_by = {{"latency", count(kept.broken_latency)},
                                       {"served share", count(kept.broken_served_share)},
                                       {"too few successes", count(kept.broken_successes)}},
                         .empty = count(kept.empty),
                         .open_windows = count(kept.open_windows)};
  if (promise_.over) {
    outcome.judged_by = "requests";
    outcome.kept = count(kept.due.served);
    outcome.judged = count(kept.due.due);
    outcome.broken_by = {{"deadline", count(kept.due.overdue)},
                         {"failure", count(kept.due.due - kept.due.served - kept.due.overdue)}};
  }
  return outcome;
}

}  // namespace faasconf::experiments::results
