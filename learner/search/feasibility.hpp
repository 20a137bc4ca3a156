#pragma once
// The condition on a configuration or a policy: the share of windows that break the promise is at most `limit`, with
// confidence `level`.

#include <algorithm>
#include <cstddef>

#include "sim/stats/running_moments.hpp"

namespace faasconf::learner::search {

struct Feasibility {
  double limit = 0.05;  // of the share of windows that break the promise
  double level = 0.95;  // confidence, one-sided

  // Upper confidence bound of the share, from its means over independent groups of so many windows each.
  double bound(const sim::RunningMoments& group_means, std::size_t windows_per_group) const;
  bool holds(double bound) const { return bound <= limit; }
  double excess(double share) const { return std::max(0.0, share - limit); }  // beyond the limit
};

}  // namespace faasconf::learner::search
