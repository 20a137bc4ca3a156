#pragma once
// The level of the load by window, if the workload determines it.

#include <vector>

#include "sim/model/workload.hpp"

namespace faasconf::experiments::policies {

// In each whole window of a run of this length: the number of users of a closed loop, of a profile their mean, rounded;
// the rate of an open loop per second, of a profile its mean. None for given arrivals.
std::vector<double> known_levels(const sim::Workload& workload, sim::Duration window, sim::Duration duration);

}  // namespace faasconf::experiments::policies
