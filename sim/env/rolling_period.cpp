#include "sim/env/rolling_period.hpp"

#include <cstddef>

namespace faasconf::sim {

RollingPeriod::RollingPeriod(const Promise& promise, Duration window) : promise_(&promise) {
  windows_.reserve(static_cast<std::size_t>(promise.longest_period / window) + 2);
}

void RollingPeriod::add(const PeriodCounts& window) {
  windows_.push_back(window);
  PeriodCounts period = sum();
  // what the period does not need, oldest first
  while (windows_.size() > 1) {
    const PeriodCounts& oldest = windows_.front();
    const bool has_enough = period.due.due - oldest.due.due >= promise_->period_requests;
    if (!has_enough && period.length <= promise_->longest_period) break;
    windows_.erase(windows_.begin());
    period = sum();
  }
}

PeriodCounts RollingPeriod::sum() const {
  PeriodCounts period;
  for (const PeriodCounts& window : windows_) period.merge(window);
  return period;
}

bool RollingPeriod::is_broken() const {
  const PeriodCounts period = sum();
  return !period.is_empty() && broken_terms(*promise_, period).any();
}

}  // namespace faasconf::sim
