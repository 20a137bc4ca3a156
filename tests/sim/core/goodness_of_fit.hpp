#pragma once
// Does a sample follow a distribution? Seeds are fixed; each test would reject a true hypothesis with chance 1e-4.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace faasconf::sim {

constexpr double kNormalQuantile = 3.8906;    // two-sided, 1e-4
constexpr double kOneSidedQuantile = 3.7190;  // one-sided, 1e-4

template <class Draw>
std::vector<double> draw_many(std::size_t count, Draw draw) {
  std::vector<double> sample(count);
  for (double& value : sample) value = draw();
  return sample;
}

// Kolmogorov-Smirnov distance times sqrt(n), for continuous distributions.
template <class Cdf>
double kolmogorov_smirnov(std::vector<double> sample, Cdf cdf) {
  std::sort(sample.begin(), sample.end());
  const auto n = static_cast<double>(sample.size());
  double distance = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double probability = cdf(sample[i]);
    const auto below = static_cast<double>(i);
    distance = std::max({distance, probability - below / n, (below + 1) / n - probability});
  }
  return distance * std::sqrt(n);
}

// Solves 2 exp(-2 x^2) = 1e-4, the limit distribution of the distance.
constexpr double kKolmogorovQuantile = 2.2253;

// Pearson's statistic of probabilities in [0, 1] that should be uniform over equal bins.
template <class Draw>
double uniform_chi_square(std::size_t bins, std::size_t count, Draw draw_probability) {
  std::vector<double> counts(bins);
  const auto width = static_cast<double>(bins);
  for (std::size_t i = 0; i < count; ++i) {
    ++counts[std::min(bins - 1, static_cast<std::size_t>(draw_probability() * width))];
  }
  const double expected = static_cast<double>(count) / width;
  double statistic = 0;
  for (const double observed : counts) statistic += (observed - expected) * (observed - expected) / expected;
  return statistic;
}

// Upper quantile of the chi-square distribution (Wilson and Hilferty, 1931).
inline double chi_square_quantile(double degrees) {
  const double spread = 2 / (9 * degrees);
  return degrees * std::pow(1 - spread + kOneSidedQuantile * std::sqrt(spread), 3);
}

struct Moments {
  double mean = 0;
  double mean_error = 0;  // standard errors
  double variance = 0;
  double variance_error = 0;
};

inline Moments moments(const std::vector<double>& sample) {
  const auto n = static_cast<double>(sample.size());
  Moments result;
  for (const double value : sample) result.mean += value / n;
  double fourth = 0;
  for (const double value : sample) {
    const double square = (value - result.mean) * (value - result.mean);
    result.variance += square / n;
    fourth += square * square / n;
  }
  result.mean_error = std::sqrt(result.variance / n);
  result.variance_error = std::sqrt((fourth - result.variance * result.variance) / n);
  return result;
}

inline double normal_cdf(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

// Regularised lower incomplete gamma function: a series below the mean, Lentz's continued fraction above.
inline double gamma_cdf(double shape, double x) {
  if (x <= 0) return 0;
  const double density = std::exp(shape * std::log(x) - x - std::lgamma(shape));
  if (x < shape + 1) {
    double term = 1 / shape;
    double sum = term;
    for (int i = 1; term > 1e-16 * sum; ++i) sum += term *= x / (shape + i);
    return density * sum;
  }
  double b = x + 1 - shape;
  double c = 1e300;
  double d = 1 / b;
  double product = d;
  for (int i = 1; std::abs(c * d - 1) > 1e-15; ++i) {
    const double a = i * (shape - i);
    b += 2;
    d = 1 / (a * d + b);
    c = b + a / c;
    product *= c * d;
  }
  return 1 - density * product;
}

}  // namespace faasconf::sim
