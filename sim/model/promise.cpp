#include "sim/model/promise.hpp"

#include <algorithm>
#include <cmath>

#include "sim/core/error.hpp"
#include "sim/model/due_requests.hpp"

namespace faasconf::sim {
namespace {

constexpr double kStrictServedShare = 0.95;
constexpr double kLeastQuantile = 1e-4;

void require(bool holds, const std::string& what) {
  if (!holds) throw Error("promise: " + what);
}

bool is_share(double value) { return value > 0 && value <= 1; }

void check_percentiles(const Promise& promise) {
  require(promise.percentiles.size() <= kMostPercentileTerms,
          "expected at most " + std::to_string(kMostPercentileTerms) + " percentiles");
  for (const PercentileTerm& term : promise.percentiles) {
    require(term.quantile >= kLeastQuantile && term.quantile <= 1 - kLeastQuantile,
            "expected percentiles from 0.01 to 99.99");
    const auto alike = [&](const PercentileTerm& other) { return other.quantile == term.quantile; };
    require(std::ranges::count_if(promise.percentiles, alike) == 1, "expected each percentile once");
    require(term.latency > Duration::zero(), "a latency must be above 0");
    require(term.latency <= promise.deadline,
            "a latency lies beyond the deadline, after which a request counts as not served");
  }
}

void check_periods(const Promise& promise) {
  require(promise.periods > 0 && promise.periods < 1, "periods: expected a share above 0 and below 100%");
  require(promise.period_requests >= 0, "period: expected a number of requests");
  require(promise.longest_period > Duration::zero(), "longest: it must be above 0");
  require(promise.deadline > Duration::zero(), "deadline: it must be above 0");
}

}  // namespace

void check(const Promise& promise) {
  check_percentiles(promise);
  check_periods(promise);
  require(!promise.mean || *promise.mean > Duration::zero(), "a latency must be above 0");
  require(!promise.served_share || is_share(*promise.served_share),
          "served_share: expected a share above 0 up to 100%");
  const auto& successes = promise.successes;
  require(!successes || (successes->count > 0 && std::isfinite(successes->count) && successes->per > Duration::zero()),
          "successes: expected a number above 0 per time above 0");
  require(promise.kind == PromiseKind::published || !promise.mean || promise.served_share,
          "the mean is over the requests served, so refusing work improves it: ask for a served share as well, such as "
          "served_share>=95%");
  require(promise.kind == PromiseKind::due ||
              (promise.percentiles.empty() && !promise.served_share && promise.period_requests == 0),
          "where successes count alone, as published, expected a mean or a number of successes in each window");
  require(!promise.over || *promise.over > Duration::zero(), "over: it must be above 0");
  require(!promise.over || (promise.served_share && *promise.served_share < 1 && !promise.mean &&
                            promise.percentiles.empty() && !promise.successes),
          "over: expected a served share below 100% beside it, and no other term");
}

Promise published_promise(const QosTarget& target) {
  Promise promise{.name = "published", .kind = PromiseKind::published, .period_requests = 0};
  if (target.latency != kForever) promise.mean = promise.deadline = target.latency;
  if (target.successes > 0) promise.successes = CountTerm{.count = target.successes};
  require(promise.has_terms(), "published takes the workflow's qos: {latency, successes}, which it does not set");
  return promise;
}

Promise strict_promise(const QosTarget& target) {
  require(target.latency != kForever, "strict takes the workflow's qos: {latency}, which it does not set");
  return {.name = "strict", .served_share = kStrictServedShare, .deadline = target.latency};
}

}  // namespace faasconf::sim
