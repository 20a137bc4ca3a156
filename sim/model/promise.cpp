#include "sim/model/promise.hpp"

namespace faasconf::sim {

bool keeps_promise(const CountedWindow& window, const QosTarget& promise) {
  const auto latency_s = window.requests.latency.seconds();
  const auto successes = static_cast<double>(window.requests.counts.completions);
  return latency_s && *latency_s <= to_seconds(promise.latency) &&
         successes >= promise.successes * window.length_s / kQosWindow_s;
}

}  // namespace faasconf::sim
