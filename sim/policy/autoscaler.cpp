#include "sim/policy/autoscaler.hpp"

#include <algorithm>

namespace faasconf::sim {

Configuration Autoscaler::decide(const Observation& observation) {
  Configuration next = observation.configuration;
  if (std::min(next.functions.size(), observation.functions.size()) < ranges_.size()) return next;
  for (std::uint32_t i = 0; i < ranges_.size(); ++i) {
    if (!ranges_[i]) continue;
    const int wanted = wanted_replicas({i}, *ranges_[i], observation);
    next.functions[i].replicas = std::clamp(wanted, ranges_[i]->min, ranges_[i]->max);
  }
  return next;
}

void SlidingWindow::add(Time now, double value) {
  std::erase_if(samples_, [&](const Sample& sample) { return sample.time <= now - length_; });
  samples_.push_back({now, value});
}

double SlidingWindow::mean() const {
  double sum = 0;
  for (const Sample& sample : samples_) sum += sample.value;
  return samples_.empty() ? 0 : sum / static_cast<double>(samples_.size());
}

double SlidingWindow::max() const {
  double most = 0;
  for (const Sample& sample : samples_) most = std::max(most, sample.value);
  return most;
}

}  // namespace faasconf::sim
