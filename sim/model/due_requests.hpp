#pragma once
// The requests that became due in a window: each counts once, when it ends or when it passes its deadline.

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/core/time.hpp"

namespace faasconf::sim {

// A promise has at most so many percentiles.
inline constexpr std::size_t kMostPercentileTerms = 6;

struct DueRequests {
  std::int64_t due = 0;
  std::int64_t served = 0;   // successes within the deadline
  std::int64_t overdue = 0;  // of those due: passed their deadline, whatever became of them
  double served_ns = 0;      // sum of the latencies of those served
  std::array<std::int64_t, kMostPercentileTerms> within{};  // served within the latency of each percentile term

  double unserved_share() const {  // 0 where nothing was due
    return due == 0 ? 0 : static_cast<double>(due - served) / static_cast<double>(due);
  }
  void merge(const DueRequests& other) {
    due += other.due;
    served += other.served;
    overdue += other.overdue;
    served_ns += other.served_ns;
    for (std::size_t i = 0; i < within.size(); ++i) within[i] += other.within[i];
  }

  friend bool operator==(const DueRequests&, const DueRequests&) = default;
};

}  // namespace faasconf::sim
