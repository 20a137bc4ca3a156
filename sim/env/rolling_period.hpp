#pragma once
// The latest windows of an episode that make a period of its promise, judged after each window: the share of windows
// after which they break it estimates the share of broken periods, and a learner need not wait for a period's end.

#include <vector>

#include "sim/model/judge_periods.hpp"

namespace faasconf::sim {

class RollingPeriod {
 public:
  // The promise is borrowed. Adding windows of this length allocates nothing.
  RollingPeriod(const Promise& promise, Duration window);

  void restart() { windows_.clear(); }
  void add(const PeriodCounts& window);
  // Of as few windows as reach the promise's number of requests; before there are as many, of all since restart().
  bool is_broken() const;

  template <class Archive>
  void archive(Archive& a) {
    a(windows_);
  }

 private:
  PeriodCounts sum() const;

  const Promise* promise_;
  std::vector<PeriodCounts> windows_;  // the latest last
};

}  // namespace faasconf::sim
