#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <vector>

namespace faasconf::sim {

// Samples that are the same with every standard library; std:: distributions are not.
class Samples {
 public:
  explicit Samples(std::uint64_t seed) : generator_(seed) {}

  double uniform() { return (static_cast<double>(generator_() >> 11) + 0.5) * 0x1p-53; }
  double exponential() { return -std::log(uniform()); }
  double normal() {
    const double radius = std::sqrt(2.0 * exponential());
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }

  // Stationary X' = correlation * X + N(0, 1), mean 0, to which offset * correlation^i adds a transient.
  std::vector<double> autoregressive(std::size_t size, double correlation, double offset = 0.0) {
    std::vector<double> series(size);
    double x = normal() / std::sqrt(1.0 - correlation * correlation);
    for (double& value : series) {
      value = x + offset;
      x = correlation * x + normal();
      offset *= correlation;
    }
    return series;
  }

 private:
  std::mt19937_64 generator_;
};

// Whether `hits` of `repetitions` 95 % intervals agree with that level: within 4 standard errors, so that a right
// interval fails one seed in 16,000.
inline bool covers_at_95_percent(int hits, int repetitions) {
  const double standard_error = std::sqrt(0.95 * 0.05 / repetitions);
  return std::abs(static_cast<double>(hits) / repetitions - 0.95) <= 4.0 * standard_error;
}

}  // namespace faasconf::sim
