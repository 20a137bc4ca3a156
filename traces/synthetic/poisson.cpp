#include "traces/synthetic/poisson.hpp"

#include <cassert>
#include <cmath>

#include "traces/core/stirling.hpp"

namespace faasconf::traces {
namespace {

std::uint32_t by_inversion(double mean, sim::Rng& rng) {
  double left = rng.uniform();
  double probability = std::exp(-mean);
  std::uint32_t k = 0;
  while (left >= probability && k < 200) {  // beyond, only rounding is left
    left -= probability;
    probability *= mean / ++k;
  }
  return k;
}

std::uint32_t by_rejection(double mean, sim::Rng& rng) {
  const double b = 0.931 + 2.53 * std::sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double v_r = 0.9277 - 3.6224 / (b - 2);
  while (true) {
    const double u = rng.uniform() - 0.5;
    const double v = rng.uniform_positive();
    const double us = 0.5 - std::abs(u);
    if (us <= 0) continue;
    const double k = std::floor((2 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= v_r) return static_cast<std::uint32_t>(k);
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const double accepted = std::log(v) + std::log(inverse_alpha) - std::log(a / (us * us) + b);
    if (accepted <= k * std::log(mean) - mean - log_factorial(k)) return static_cast<std::uint32_t>(k);
  }
}

}  // namespace

std::uint32_t poisson(double mean, sim::Rng& rng) {
  assert(mean >= 0 && mean <= 1e9);
  return mean < 10 ? by_inversion(mean, rng) : by_rejection(mean, rng);
}

}  // namespace faasconf::traces
