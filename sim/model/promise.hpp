#pragma once
// Whether a window kept the promise to its users, as published: mean latency and number of successes. strict_qos.hpp
// also counts requests that were not served.

#include "sim/model/counted_window.hpp"
#include "sim/model/workflow.hpp"

namespace faasconf::sim {

// QosTarget::successes are per so many seconds; for other windows they scale with the length.
inline constexpr double kQosWindow_s = 30;

bool keeps_promise(const CountedWindow& window, const QosTarget& promise);

}  // namespace faasconf::sim
