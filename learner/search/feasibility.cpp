#include "learner/search/feasibility.hpp"

#include <algorithm>
#include <cmath>

#include "sim/stats/confidence.hpp"

namespace faasconf::learner::search {
namespace {

// To the four decimals of printed tables: 1.6449 for 95 %.
double tabulated_quantile(double level) { return std::round(sim::normal_quantile(level) * 1e4) / 1e4; }

}  // namespace

// Normal approximation. Half a broken window is added, for those that have not been met yet; no lower than what as many
// windows of which none broke would show, 1 - (1 - level)^(1 / windows), and no lower than the mean.
double Feasibility::bound(const sim::RunningMoments& group_means, std::size_t windows_per_group) const {
  const double windows = static_cast<double>(group_means.count()) * static_cast<double>(windows_per_group);
  const double mean = (*group_means.mean() * windows + 0.5) / (windows + 1);
  const double least = std::max(*group_means.mean(), 1 - std::pow(1 - level, 1 / windows));
  return std::min(1.0, std::max(least, mean + tabulated_quantile(level) * group_means.standard_error().value_or(0)));
}

}  // namespace faasconf::learner::search
