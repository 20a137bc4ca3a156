#include "experiments/results/promise_tally.hpp"

#include "sim/model/promise.hpp"

namespace faasconf::experiments::results {

void PromiseTally::add(std::size_t case_index, const sim::Run& run) {
  OfCase& seen = cases_.at(case_index);
  std::uint64_t windows = 0;
  std::uint64_t kept = 0;
  for (const sim::Observation& window : run.windows) {
    if (window.start < sim::Time(run.warm_up)) continue;
    ++windows;
    if (window.qos_met) {
      ++kept;
    } else {
      count_causes(window, seen);
    }
  }
  if (windows == 0) return;
  seen.windows += windows;
  seen.kept += kept;
  seen.share.add(static_cast<double>(kept) / static_cast<double>(windows));
}

void PromiseTally::count_causes(const sim::Observation& window, OfCase& seen) const {
  if (!window.latency) {
    ++seen.without_success;
    return;
  }
  if (window.latency->mean_s > sim::to_seconds(promise_.latency)) ++seen.too_slow;
  const double wanted = promise_.successes * sim::to_seconds(window.length) / sim::kQosWindow_s;
  if (static_cast<double>(window.requests.completions) < wanted) ++seen.too_few;
}

std::optional<PromiseOutcome> PromiseTally::outcome(std::size_t case_index) const {
  if (promise_ == sim::QosTarget{}) return std::nullopt;
  const OfCase& seen = cases_.at(case_index);
  return PromiseOutcome{.kept = seen.kept,
                        .judged = seen.windows,
                        .share = sim::mean_interval(seen.share),
                        .broken_by = {{"mean latency", seen.too_slow},
                                      {"too few successes", seen.too_few},
                                      {"no success at all", seen.without_success}}};
}

}  // namespace faasconf::experiments::results
