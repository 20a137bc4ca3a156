#pragma once

#include <cstdint>

#include "sim/stats/running_moments.hpp"

namespace faasconf::sim {

// When to stop adding replications: once the confidence interval of the mean is narrow relative to it.
// For a true relative error of at most g the estimate must reach g / (1 + g) (Law, 2015, section 9.4.1).
struct SequentialStopping {
  double relative_precision = 0.05;     // g: half-width over |true mean|
  double level = 0.95;                  // of the confidence interval
  std::uint64_t min_replications = 10;  // never fewer, and never fewer than 2

  bool enough(const RunningMoments& replications) const;  // one value per replication
};

}  // namespace faasconf::sim
