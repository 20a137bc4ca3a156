#include "traces/replay/fitted_distributions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>

#include "sim/core/error.hpp"

namespace faasconf::traces {
namespace {

constexpr std::array<std::string_view, 3> kKindNames = {"percentiles", "log-normal", "average"};
constexpr double kHalfResolution_ms = .5;
constexpr double kMebibytesPerMegabyte = 1e6 / 1048576;
constexpr double kLeastMemory_mb = .5;

// The quantile of the standard normal distribution: Newton's method on its CDF.
double normal_quantile(double probability) {
  double x = 0;
  for (int i = 0; i < 50; ++i) {
    const double cdf = std::erfc(-x / std::sqrt(2.0)) / 2;
    const double density = std::exp(-x * x / 2) / std::sqrt(2 * 3.141592653589793);
    const double step = std::clamp((cdf - probability) / density, -1.0, 1.0);
    x -= step;
    if (std::abs(step) < 1e-12) break;
  }
  return x;
}

// Through (probability, value); what is below the first probability is the first value.
sim::Distribution inverse_cdf(std::span<const double> probabilities, std::span<const double> values, double unit) {
  sim::Empirical distribution;
  if (probabilities.front() > 0) {
    distribution.probabilities.push_back(0);
    distribution.values.push_back(values.front() * unit);
  }
  double last = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    last = std::max(last, values[i]);
    distribution.probabilities.push_back(probabilities[i]);
    distribution.values.push_back(last * unit);
  }
  return distribution;
}

// A straight line of logarithms over normal quantiles: mu where it crosses 0, sigma its slope.
sim::Distribution log_normal_fit(std::span<const double> probabilities, std::span<const double> values, double least,
                                 double unit) {
  double count = 0;
  double sum_x = 0;
  double sum_y = 0;
  double sum_xx = 0;
  double sum_xy = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (probabilities[i] <= 0 || probabilities[i] >= 1) continue;
    const double x = normal_quantile(probabilities[i]);
    const double y = std::log(std::max(values[i], least) * unit);
    ++count;
    sum_x += x;
    sum_y += y;
    sum_xx += x * x;
    sum_xy += x * y;
  }
  const double slope = (count * sum_xy - sum_x * sum_y) / (count * sum_xx - sum_x * sum_x);
  const double sigma = std::max(slope, 0.0);
  return sim::LogNormal{.mu = (sum_y - sigma * sum_x) / count, .sigma = sigma};
}

sim::Distribution distribution_of(DistributionKind kind, std::span<const double> probabilities,
                                  std::span<const double> values, double average, double least, double unit) {
  switch (kind) {
    case DistributionKind::log_normal:
      return log_normal_fit(probabilities, values, least, unit);
    case DistributionKind::average:
      return sim::Deterministic{.value = average * unit};
    case DistributionKind::percentiles:
      break;
  }
  return inverse_cdf(probabilities, values, unit);
}

}  // namespace

DistributionKind parse_distribution_kind(std::string_view text) {
  const auto found = std::ranges::find(kKindNames, text);
  if (found != kKindNames.end()) return static_cast<DistributionKind>(found - kKindNames.begin());
  throw sim::Error("expected percentiles, log-normal or average, got \"" + std::string(text) + "\"");
}

std::string_view name_of(DistributionKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

sim::Distribution duration_distribution(const DurationPercentiles& duration, DistributionKind kind) {
  return distribution_of(kind, DurationPercentiles::kProbabilities, duration.percentiles_ms, duration.average_ms,
                         kHalfResolution_ms, 1e-3);
}

sim::Distribution memory_distribution(const MemoryPercentiles& memory, DistributionKind kind, std::size_t functions) {
  return distribution_of(kind, MemoryPercentiles::kProbabilities, memory.percentiles_mb, memory.average_mb,
                         kLeastMemory_mb,
                         kMebibytesPerMegabyte / static_cast<double>(std::max<std::size_t>(functions, 1)));
}

}  // namespace faasconf::traces
