#pragma once
// The hybrid histogram policy of Shahrad et al., Serverless in the Wild (USENIX ATC 2020), section 4: how long an app
// stays unloaded after its last call, and how long it is loaded then.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/core/time.hpp"
#include "sim/policy/configuration.hpp"

namespace faasconf::traces {

// The paper's parameters. An app that falls idle is unloaded at once, loaded again (pre-warmed) shortly before its next
// call is likely, and unloaded for good after the time by which that should have come:
//
//   - idle times (from the end of the last running call to the next call) are counted in bins of a minute up to 4 h;
//   - it is loaded from the bin of the 5th percentile (its lower edge, 10 % earlier) to the bin of the 99th (its upper
//     edge, 10 % later); where the former is the first bin it stays loaded;
//   - while the bins' counts have a coefficient of variation below 2, the histogram is not representative: it stays
//   loaded for
//     4 h, the histogram's range;
//   - where more than half of the idle times lie beyond the range, the next one is forecast by ARIMA
//   (sim/stats/arima.hpp)
//     from the latest of them, whatever their length: it is loaded from 15 % before its end to 15 % after it. A
//     forecast below the shortest of these idle times is taken for that.
//
// The paper asks of an app whether it is loaded or not: that is one instance of unlimited concurrency. Where an
// instance serves few at once, an app is idle when all of its instances are, and of these one is pre-warmed.
struct HybridHistogram {
  std::uint32_t head_percent = 5;
  std::uint32_t tail_percent = 99;
  std::uint32_t margin_percent = 10;
  double least_cv = 2;                     // of the bins' counts
  std::uint32_t most_beyond_percent = 50;  // of the idle times
  std::uint32_t forecast_margin_percent = 15;
};

// The idle times of an app.
class IdleHistogram {
 public:
  static constexpr std::size_t kBins = 240;
  static constexpr sim::Duration kBin = std::chrono::minutes(1);
  static constexpr sim::Duration kRange = kBin * kBins;
  static constexpr std::size_t kRecent = 64;  // idle times that a forecast is made from; ten days' that are beyond 4 h

  explicit IdleHistogram(const HybridHistogram& policy = {}) : policy_(policy) {}

  void add(sim::Duration idle);  // >= 0
  double bin_cv() const;         // of the bins' counts; 0 without any
  // Unloaded for `pre_warm` after the end of the last call, then loaded for `keep_alive`; 0: not unloaded before.
  sim::IdleWindows windows() const;

 private:
  std::size_t bin_of_percentile(std::uint32_t percent) const;
  sim::IdleWindows forecast_windows() const;

  HybridHistogram policy_;
  std::array<std::uint64_t, kBins> counts_{};
  std::uint64_t within_ = 0;
  std::uint64_t beyond_ = 0;
  double squares_ = 0;            // of the counts, summed
  std::vector<double> recent_s_;  // a ring, once it is full: the oldest at the count of all, modulo its size
};

}  // namespace faasconf::traces
