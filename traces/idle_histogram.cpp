#include "traces/idle_histogram.hpp"

#include <algorithm>
#include <cmath>

namespace faasconf::traces {

void IdleHistogram::add(sim::Duration idle) {
  const auto bin = static_cast<std::size_t>(idle / kBin);
  if (bin >= kBins) {
    ++beyond_;
    return;
  }
  squares_ += 2 * static_cast<double>(counts_[bin]) + 1;
  ++counts_[bin];
  ++within_;
}

double IdleHistogram::bin_cv() const {
  if (within_ == 0) return 0;
  const double mean = static_cast<double>(within_) / kBins;
  return std::sqrt(std::max(squares_ / kBins - mean * mean, 0.0)) / mean;
}

// The first bin up to which there are at least so many of the idle times within the range.
std::size_t IdleHistogram::bin_of_percentile(std::uint32_t percent) const {
  std::size_t bin = 0;
  std::uint64_t up_to = counts_[0];
  while (up_to * 100 < within_ * percent) up_to += counts_[++bin];
  return bin;
}

sim::IdleWindows IdleHistogram::windows() const {
  if (beyond_ * 100 > (within_ + beyond_) * policy_.most_beyond_percent) {
    return {.keep_alive = policy_.keep_alive_beyond};
  }
  if (within_ == 0 || bin_cv() < policy_.least_cv) return {.keep_alive = kRange};
  const sim::Duration lower = kBin * bin_of_percentile(policy_.head_percent);
  const sim::Duration upper = kBin * (bin_of_percentile(policy_.tail_percent) + 1);
  const sim::Duration loaded = lower * (100 - policy_.margin_percent) / 100;
  const sim::Duration unloaded = upper * (100 + policy_.margin_percent) / 100;
  return {.pre_warm = loaded, .keep_alive = unloaded - loaded};
}

}  // namespace faasconf::traces
