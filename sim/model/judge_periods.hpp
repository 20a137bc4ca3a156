#pragma once
// How a run keeps a promise, judged period by period as its windows end. The one place where a promise is evaluated.

#include <cstdint>
#include <optional>

#include "sim/model/counted_window.hpp"
#include "sim/model/promise.hpp"

namespace faasconf::sim {

// What a promise is asked of: windows of a period, added up.
struct PeriodCounts {
  DueRequests due{};
  std::int64_t finished = 0;     // requests that ended, by the windows' attribution, or were in flight where one ended
  std::int64_t completions = 0;  // successes among them
  MeanSpan latency{};            // of these
  Duration length{};

  void add(const CountedWindow& window);
  void merge(const PeriodCounts& other);
  bool is_empty() const { return due.due == 0 && finished == 0; }
};

struct BrokenTerms {
  bool latency = false;  // of the mean or a percentile
  bool served_share = false;
  bool successes = false;

  bool any() const { return latency || served_share || successes; }
};

// Of a period that is not empty. One without a success breaks every latency.
BrokenTerms broken_terms(const Promise& promise, const PeriodCounts& period);
// Of a window as a period of its own, however few requests it has. An empty one breaks nothing.
bool keeps_promise(const CountedWindow& window, const Promise& promise);

struct PromiseKept {
  std::int64_t periods = 0;  // judged: neither empty nor open
  std::int64_t kept = 0;
  std::int64_t empty = 0;           // nothing became due: left out
  std::int64_t open_windows = 0;    // at the end, too few requests for a period: left out
  std::int64_t broken_latency = 0;  // a period may break several terms
  std::int64_t broken_served_share = 0;
  std::int64_t broken_successes = 0;
  std::int64_t longest_broken = 0;  // periods in a row
  DueRequests due{};                // of all windows

  std::optional<double> share() const;   // of the periods that kept it; absent without periods
  void merge(const PromiseKept& other);  // of another run

  friend bool operator==(const PromiseKept&, const PromiseKept&) = default;
};

// What Promise::risk() limits: the share of the periods that broke, or of the requests that were not served. Absent
// where there is nothing to judge.
std::optional<double> loss(const Promise& promise, const PromiseKept& kept);

// Takes the windows of a run in order.
class PeriodJudge {
 public:
  explicit PeriodJudge(const Promise& promise) : promise_(&promise) {}  // borrowed

  // True where the window ends a period.
  bool add(const CountedWindow& window);
  void restart();  // forgets everything
  const PromiseKept& kept() const { return kept_; }
  bool last_broke() const { return broken_in_a_row_ > 0; }  // the last period that was judged

  template <class Archive>
  void archive(Archive& a) {
    a(open_, kept_, broken_in_a_row_);
  }

 private:
  bool is_complete(Duration window) const;
  void judge();

  const Promise* promise_;
  PeriodCounts open_;
  PromiseKept kept_;
  std::int64_t broken_in_a_row_ = 0;
};

}  // namespace faasconf::sim
