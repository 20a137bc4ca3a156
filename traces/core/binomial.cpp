#include "traces/core/binomial.hpp"

#include <cassert>
#include <cmath>

#include "traces/core/stirling.hpp"

namespace faasconf::traces {
namespace {

constexpr double kFewExpected = 10;

// Waits between successes are geometric: how many fit into the trials?
std::uint64_t by_waits(sim::Rng& rng, std::uint64_t trials, double probability) {
  const double log_failure = std::log1p(-probability);
  double place = 0;
  for (std::uint64_t successes = 0;; ++successes) {
    place += std::floor(std::log(rng.uniform_positive()) / log_failure) + 1;
    if (place > static_cast<double>(trials)) return successes;
  }
}

// For trials x probability >= 10 and probability <= 1/2.
std::uint64_t by_rejection(sim::Rng& rng, std::uint64_t trials, double probability) {
  const auto n = static_cast<double>(trials);
  const double spread = std::sqrt(n * probability * (1 - probability));
  const double b = 1.15 + 2.53 * spread;
  const double a = -0.0873 + 0.0248 * b + 0.01 * probability;
  const double centre = n * probability + 0.5;
  const double squeeze = 0.92 - 4.2 / b;
  const double odds = probability / (1 - probability);
  const double alpha = (2.83 + 5.1 / b) * spread;
  const double mode = std::floor((n + 1) * probability);
  while (true) {
    const double u = rng.uniform() - 0.5;
    const double v = rng.uniform_positive();
    const double us = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / us + b) * u + centre);
    if (us >= 0.07 && v <= squeeze) return static_cast<std::uint64_t>(k);
    if (!(k >= 0 && k <= n)) continue;
    const double bound = (mode + 0.5) * std::log((mode + 1) / (odds * (n - mode + 1))) +
                         (n + 1) * std::log((n - mode + 1) / (n - k + 1)) +
                         (k + 0.5) * std::log(odds * (n - k + 1) / (k + 1)) + stirling_rest(mode) +
                         stirling_rest(n - mode) - stirling_rest(k) - stirling_rest(n - k);
    if (std::log(v * alpha / (a / (us * us) + b)) <= bound) return static_cast<std::uint64_t>(k);
  }
}

}  // namespace

std::uint64_t binomial(sim::Rng& rng, std::uint64_t trials, double probability) {
  assert(probability >= 0 && probability <= 1);
  if (trials == 0 || probability == 0) return 0;
  if (probability == 1) return trials;
  if (probability > 0.5) return trials - binomial(rng, trials, 1 - probability);
  if (static_cast<double>(trials) * probability < kFewExpected) return by_waits(rng, trials, probability);
  return by_rejection(rng, trials, probability);
}

}  // namespace faasconf::traces
