#include "sim/stats/sequential.hpp"

#include <cmath>

#include "sim/stats/confidence.hpp"

namespace faasconf::sim {

bool SequentialStopping::enough(const RunningMoments& replications) const {
  if (replications.count() < min_replications) return false;
  const auto interval = mean_interval(replications, level);
  if (!interval) return false;
  const double adjusted = relative_precision / (1.0 + relative_precision);
  return interval->half_width <= adjusted * std::abs(interval->mean);
}

}  // namespace faasconf::sim
