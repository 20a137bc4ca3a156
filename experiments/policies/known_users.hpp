#pragma once
// The number of users by window, if the workload determines it.

#include <vector>

#include "sim/model/workload.hpp"

namespace faasconf::experiments::policies {

// Of a closed loop, in each whole window of a run of this length: of a profile their mean, rounded. None of any other
// workload.
std::vector<int> known_users(const sim::Workload& workload, sim::Duration window, sim::Duration duration);

}  // namespace faasconf::experiments::policies
