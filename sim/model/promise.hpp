#pragma once
// The promise to a workflow's users: what is asked of each period. judge_periods.hpp says how a run kept it,
// promise_text.hpp writes and reads it on one line.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/core/time.hpp"

namespace faasconf::sim {

// The paper's two numbers for a workflow, of which `published` and `strict` are made.
struct QosTarget {
  Duration latency = kForever;
  double successes = 0;  // in 30 s

  friend bool operator==(const QosTarget&, const QosTarget&) = default;
};

// At least this share of the requests due was served within `latency`: p95 <= 2 s is {0.95, 2s}. Requests that failed
// or passed their deadline rank last, so that refusing work never improves a percentile.
struct PercentileTerm {
  double quantile = 0.95;
  Duration latency{};

  friend bool operator==(const PercentileTerm&, const PercentileTerm&) = default;
};

struct CountTerm {
  double count = 0;
  Duration per = std::chrono::seconds(30);  // in a period of another length in proportion

  friend bool operator==(const CountTerm&, const CountTerm&) = default;
};

// Which requests the mean and the number of successes are of.
enum class PromiseKind : std::uint8_t {
  due,        // those served within their deadline
  published,  // every success that the window counts, whoever else waits: the paper's
};

// Judged by periods: the shortest runs of whole windows in which at least `period_requests` became due, at most
// `longest_period` long. A request is due once: when it ends, or when it passes its deadline. It is served when it ends
// with success within its deadline.
struct Promise {
  std::string name{};  // "published", "strict"; empty: its terms are its name
  PromiseKind kind = PromiseKind::due;
  std::optional<Duration> mean{};             // latency, at most
  std::vector<PercentileTerm> percentiles{};  // at most kMostPercentileTerms
  std::optional<double> served_share{};       // served / due, at least
  std::optional<CountTerm> successes{};       // at least
  // As reliability engineers write it: served_share is asked of all requests over this span, not of each period.
  std::optional<Duration> over{};
  Duration deadline = std::chrono::minutes(10);
  std::int64_t period_requests = 200;  // 0: every window is a period
  Duration longest_period = std::chrono::minutes(10);
  double periods = 0.95;  // share of the periods that must keep the terms

  bool has_terms() const { return mean || !percentiles.empty() || served_share || successes; }
  // What may be lost: the share of the periods that may break, or with `over` of the requests that may go unserved.
  double risk() const { return over ? 1 - *served_share : 1 - periods; }

  friend bool operator==(const Promise&, const Promise&) = default;
};

// Throws Error, saying what, for terms that contradict each other or say nothing. A promise without terms holds.
void check(const Promise& promise);

// Mean latency of a window's successes <= target.latency, and target.successes of them in 30 s. Throws Error where the
// target sets neither.
Promise published_promise(const QosTarget& target);
// 95 % of the requests due served within target.latency, in 95 % of the periods. Throws Error without such a latency.
Promise strict_promise(const QosTarget& target);

}  // namespace faasconf::sim
