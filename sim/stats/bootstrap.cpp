#include "sim/stats/bootstrap.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <numeric>

#include "sim/stats/quantiles.hpp"

namespace faasconf::sim {

double mean(std::span<const double> values) {
  assert(!values.empty());
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double interquartile_mean(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t cut = sorted.size() / 4;
  return mean(std::span(sorted).subspan(cut, sorted.size() - 2 * cut));
}

AsymmetricInterval bootstrap_interval(const Strata& strata, Statistic statistic, Rng rng,
                                      const BootstrapOptions& options) {
  assert(!strata.empty() && options.resamples > 0 && options.level > 0 && options.level < 1);
  std::vector<double> values;
  for (const auto& stratum : strata) values.insert(values.end(), stratum.begin(), stratum.end());
  const double estimate = statistic(values);

  std::vector<double> found(options.resamples);
  for (double& one : found) {
    auto drawn = values.begin();
    for (const auto& stratum : strata) {
      const auto size = static_cast<std::uint32_t>(stratum.size());
      for (std::uint32_t i = 0; i < size; ++i) *drawn++ = stratum[rng.below(size)];
    }
    one = statistic(values);
  }
  std::sort(found.begin(), found.end());
  return {.estimate = estimate,
          .low = *quantile_of_sorted(found, (1 - options.level) / 2),
          .high = *quantile_of_sorted(found, (1 + options.level) / 2)};
}

}  // namespace faasconf::sim
