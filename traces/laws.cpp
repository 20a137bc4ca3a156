#include "traces/laws.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>

#include "sim/core/error.hpp"

namespace faasconf::traces {
namespace {

constexpr double kHalfResolution_ms = .5;
constexpr double kMebibytesPerMegabyte = 1e6 / 1048576;
constexpr double kLeastMemory_mb = .5;

// The quantile of the standard normal law: Newton's method on its CDF.
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
  sim::Empirical law;
  if (probabilities.front() > 0) {
    law.probabilities.push_back(0);
    law.values.push_back(values.front() * unit);
  }
  double last = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    last = std::max(last, values[i]);
    law.probabilities.push_back(probabilities[i]);
    law.values.push_back(last * unit);
  }
  return law;
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

sim::Distribution law_of(LawKind kind, std::span<const double> probabilities, std::span<const double> values,
                         double average, double least, double unit) {
  switch (kind) {
    case LawKind::log_normal:
      return log_normal_fit(probabilities, values, least, unit);
    case LawKind::average:
      return sim::Deterministic{.value = average * unit};
    case LawKind::percentiles:
      break;
  }
  return inverse_cdf(probabilities, values, unit);
}

}  // namespace

LawKind parse_law_kind(std::string_view text) {
  if (text == "percentiles") return LawKind::percentiles;
  if (text == "log-normal") return LawKind::log_normal;
  if (text == "average") return LawKind::average;
  throw sim::Error("expected percentiles, log-normal or average, got \"" + std::string(text) + "\"");
}

sim::Distribution duration_law(const DurationPercentiles& duration, LawKind kind) {
  return law_of(kind, DurationPercentiles::kProbabilities, duration.percentiles_ms, duration.average_ms,
                kHalfResolution_ms, 1e-3);
}

sim::Distribution memory_law(const MemoryPercentiles& memory, LawKind kind, std::size_t functions) {
  return law_of(kind, MemoryPercentiles::kProbabilities, memory.percentiles_mb, memory.average_mb, kLeastMemory_mb,
                kMebibytesPerMegabyte / static_cast<double>(std::max<std::size_t>(functions, 1)));
}

sim::Distribution empirical_law(std::vector<double> sample) {
  if (sample.empty()) throw sim::Error("sample: expected at least one value, got none");
  std::ranges::sort(sample);
  if (!(sample.front() >= 0) || !std::isfinite(sample.back())) {
    throw sim::Error("sample: expected finite values >= 0, got one from " + std::to_string(sample.front()) + " to " +
                     std::to_string(sample.back()));
  }
  if (sample.size() == 1) return sim::Deterministic{.value = sample.front()};
  sim::Empirical law;
  const auto last = static_cast<double>(sample.size() - 1);
  for (std::size_t i = 0; i < sample.size(); ++i) law.probabilities.push_back(static_cast<double>(i) / last);
  law.values = std::move(sample);
  return law;
}

double burr_quantile(const Burr& burr, double probability) {
  return burr.scale * std::pow(std::pow(1 - probability, -1 / burr.k) - 1, 1 / burr.c);
}

sim::Distribution burr_memory_law(const Burr& burr, std::size_t functions) {
  // denser towards the tail, where the quantiles run apart
  constexpr std::array<double, 24> probabilities = {0,   .01, .02, .05, .1,  .15, .2,  .25, .3,  .35, .4,  .5,
                                                    .55, .6,  .65, .7,  .75, .8,  .85, .9,  .95, .98, .99, .9999};
  sim::Empirical law;
  const double unit = kMebibytesPerMegabyte / static_cast<double>(std::max<std::size_t>(functions, 1));
  for (const double probability : probabilities) {
    law.probabilities.push_back(probability);
    law.values.push_back(burr_quantile(burr, probability) * unit);
  }
  law.probabilities.back() = 1;
  return law;
}

}  // namespace faasconf::traces
