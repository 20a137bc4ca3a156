#include "sim/stats/bootstrap.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
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

namespace {

void add_present(double value, std::vector<double>& values) {
  if (!std::isnan(value)) values.push_back(value);
}

void draw_apart(const Strata& strata, Rng& rng, std::vector<double>& values) {
  values.clear();
  for (const auto& stratum : strata) {
    const auto size = static_cast<std::uint32_t>(stratum.size());
    for (std::uint32_t i = 0; i < size; ++i) add_present(stratum[rng.below(size)], values);
  }
}

void draw_together(const Strata& strata, Rng& rng, std::vector<double>& values) {
  values.clear();
  const auto size = static_cast<std::uint32_t>(strata.front().size());
  for (std::uint32_t i = 0; i < size; ++i) {
    const std::uint32_t place = rng.below(size);
    for (const auto& stratum : strata) add_present(stratum[place], values);
  }
}

}  // namespace

AsymmetricInterval bootstrap_interval(const Strata& strata, Statistic statistic, Rng rng,
                                      const BootstrapOptions& options) {
  assert(!strata.empty() && options.resamples > 0 && options.level > 0 && options.level < 1);
  std::vector<double> values;
  for (const auto& stratum : strata) {
    for (const double value : stratum) add_present(value, values);
  }
  const double estimate = statistic(values);

  std::vector<double> found;
  Questions<16> questions(options.go_on);
  while (found.size() < options.resamples) {
    questions.next();
    (options.together ? draw_together : draw_apart)(strata, rng, values);
    if (!values.empty()) found.push_back(statistic(values));
  }
  std::sort(found.begin(), found.end());
  return {.estimate = estimate,
          .low = *quantile_of_sorted(found, (1 - options.level) / 2),
          .high = *quantile_of_sorted(found, (1 + options.level) / 2)};
}

}  // namespace faasconf::sim
