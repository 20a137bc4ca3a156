#include "traces/replay/idle_histogram.hpp"

#include <algorithm>
#include <cmath>

#include "sim/stats/arima.hpp"

namespace faasconf::traces {

void IdleHistogram::add(sim::Duration idle) {
  if (recent_s_.size() < kRecent) recent_s_.push_back(0);
  recent_s_[(within_ + beyond_) % kRecent] = sim::to_seconds(idle);
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
    return forecast_windows();
  }
  if (within_ == 0 || bin_cv() < policy_.least_cv) return {.keep_alive = kRange};
  const sim::Duration lower = kBin * bin_of_percentile(policy_.head_percent);
  const sim::Duration upper = kBin * (bin_of_percentile(policy_.tail_percent) + 1);
  const sim::Duration loaded = lower * (100 - policy_.margin_percent) / 100;
  const sim::Duration unloaded = upper * (100 + policy_.margin_percent) / 100;
  return {.pre_warm = loaded, .keep_alive = unloaded - loaded};
}

sim::IdleWindows IdleHistogram::forecast_windows() const {
  std::vector<double> idle_s = recent_s_;
  std::ranges::rotate(idle_s, idle_s.begin() + static_cast<std::ptrdiff_t>((within_ + beyond_) % idle_s.size()));
  const double next_s = std::max(sim::auto_arima(idle_s).next, std::ranges::min(idle_s));
  const double margin_s = next_s * policy_.forecast_margin_percent / 100;
  return {.pre_warm = sim::from_seconds(next_s - margin_s), .keep_alive = sim::from_seconds(2 * margin_s)};
}

}  // namespace faasconf::traces
