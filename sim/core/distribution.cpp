#include "sim/core/distribution.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "sim/core/error.hpp"

namespace faasconf::sim {
namespace {

std::string six_digits(double value) {
  std::array<char, 32> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::general, 6);
  return std::string(buffer.data(), result.ptr);
}

void require(bool possible, const char* parameter, const char* expected, double value) {
  if (possible) return;
  throw Error(std::string(parameter) + ": expected " + expected + ", got " + six_digits(value));
}

void require_non_negative(const char* parameter, double value) {
  require(value >= 0 && std::isfinite(value), parameter, "a finite number >= 0", value);
}

void require_positive(const char* parameter, double value) {
  require(value > 0 && std::isfinite(value), parameter, "a finite number > 0", value);
}

void check(const Deterministic& family) { require_non_negative("deterministic: value", family.value); }

void check(const Exponential& family) { require_non_negative("exponential: mean", family.mean); }

void check(const LogNormal& family) {
  require(std::isfinite(family.mu), "log-normal: mu", "a finite number", family.mu);
  require_non_negative("log-normal: sigma", family.sigma);
}

void check(const Gamma& family) {
  require_positive("gamma: shape", family.shape);
  require_non_negative("gamma: scale", family.scale);
}

void check(const HyperExponential& family) {
  require(family.probability_1 >= 0 && family.probability_1 <= 1, "hyper-exponential: probability",
          "a number from 0 to 1", family.probability_1);
  require_non_negative("hyper-exponential: first mean", family.mean_1);
  require_non_negative("hyper-exponential: second mean", family.mean_2);
}

void check(const Weibull& family) {
  require_positive("weibull: shape", family.shape);
  require_non_negative("weibull: scale", family.scale);
}

void check(const Empirical& family) {
  const auto count = [](std::size_t size) { return static_cast<double>(size); };
  require(family.probabilities.size() >= 2, "empirical: quantiles", "at least 2", count(family.probabilities.size()));
  require(family.values.size() == family.probabilities.size(), "empirical: values", "as many as probabilities",
          count(family.values.size()));
  require(family.probabilities.front() == 0, "empirical: first probability", "0", family.probabilities.front());
  require(family.probabilities.back() == 1, "empirical: last probability", "1", family.probabilities.back());
  require_non_negative("empirical: value", family.values.front());
  for (std::size_t i = 1; i < family.values.size(); ++i) {
    require(family.probabilities[i] >= family.probabilities[i - 1], "empirical: probability", "one not below the last",
            family.probabilities[i]);
    require_non_negative("empirical: value", family.values[i]);
    require(family.values[i] >= family.values[i - 1], "empirical: value", "one not below the last", family.values[i]);
  }
}

double mean_of(const Deterministic& family) { return family.value; }
double mean_of(const Exponential& family) { return family.mean; }
double mean_of(const LogNormal& family) { return std::exp(family.mu + family.sigma * family.sigma / 2); }
double mean_of(const Gamma& family) { return family.shape * family.scale; }
double mean_of(const HyperExponential& family) {
  return family.probability_1 * family.mean_1 + (1 - family.probability_1) * family.mean_2;
}
double mean_of(const Weibull& family) { return family.scale * std::tgamma(1 + 1 / family.shape); }
double mean_of(const Empirical& family) {
  double mean = 0;
  for (std::size_t i = 1; i < family.values.size(); ++i) {
    mean += (family.probabilities[i] - family.probabilities[i - 1]) * (family.values[i - 1] / 2 + family.values[i] / 2);
  }
  return mean;
}

// For distributions whose mean is not 0.
double squared_cv_of(const Deterministic&) { return 0; }
double squared_cv_of(const Exponential&) { return 1; }
double squared_cv_of(const LogNormal& family) { return std::expm1(family.sigma * family.sigma); }
double squared_cv_of(const Gamma& family) { return 1 / family.shape; }
double squared_cv_of(const HyperExponential& family) {
  const double mean = mean_of(family);
  const double ratio_1 = family.mean_1 / mean;
  const double ratio_2 = family.mean_2 / mean;
  return 2 * (family.probability_1 * ratio_1 * ratio_1 + (1 - family.probability_1) * ratio_2 * ratio_2) - 1;
}
double squared_cv_of(const Weibull& family) {
  const double first = std::tgamma(1 + 1 / family.shape);
  return std::max(0.0, std::tgamma(1 + 2 / family.shape) / first / first - 1);
}
double squared_cv_of(const Empirical& family) {
  const double mean = mean_of(family);
  double sum = 0;
  for (std::size_t i = 1; i < family.values.size(); ++i) {
    // second moment of a uniform distribution about the mean
    const double low = family.values[i - 1] / mean - 1;
    const double high = family.values[i] / mean - 1;
    sum += (family.probabilities[i] - family.probabilities[i - 1]) * (low * low + low * high + high * high) / 3;
  }
  return sum;
}

double sample_of(const Deterministic& family, Rng&) { return family.value; }
double sample_of(const Exponential& family, Rng& rng) { return family.mean * rng.exponential(); }
double sample_of(const LogNormal& family, Rng& rng) { return std::exp(family.mu + family.sigma * rng.normal()); }
double sample_of(const Gamma& family, Rng& rng) { return family.scale * rng.gamma(family.shape); }
double sample_of(const HyperExponential& family, Rng& rng) {
  const double mean = rng.uniform() < family.probability_1 ? family.mean_1 : family.mean_2;
  return mean * rng.exponential();
}
double sample_of(const Weibull& family, Rng& rng) {
  return family.scale * std::pow(rng.exponential(), 1 / family.shape);
}
double sample_of(const Empirical& family, Rng& rng) {
  // uniform() is below 1, the last probability: there is always an upper quantile
  const double probability = rng.uniform();
  const auto upper = std::upper_bound(family.probabilities.begin(), family.probabilities.end(), probability);
  const auto i = static_cast<std::size_t>(upper - family.probabilities.begin());
  const double share =
      (probability - family.probabilities[i - 1]) / (family.probabilities[i] - family.probabilities[i - 1]);
  return family.values[i - 1] + share * (family.values[i] - family.values[i - 1]);
}

Distribution::Family scaled_family(const Deterministic& family, double factor) {
  return Deterministic{family.value * factor};
}
Distribution::Family scaled_family(const Exponential& family, double factor) {
  return Exponential{family.mean * factor};
}
Distribution::Family scaled_family(const LogNormal& family, double factor) {
  return LogNormal{family.mu + std::log(factor), family.sigma};
}
Distribution::Family scaled_family(const Gamma& family, double factor) {
  return Gamma{family.shape, family.scale * factor};
}
Distribution::Family scaled_family(const HyperExponential& family, double factor) {
  return HyperExponential{family.probability_1, family.mean_1 * factor, family.mean_2 * factor};
}
Distribution::Family scaled_family(const Weibull& family, double factor) {
  return Weibull{family.shape, family.scale * factor};
}
Distribution::Family scaled_family(const Empirical& family, double factor) {
  Empirical result = family;
  for (double& value : result.values) value *= factor;
  return result;
}

std::string mean_and_cv(const Distribution& distribution) {
  return "mean " + six_digits(distribution.mean()) + ", cv " + six_digits(std::sqrt(distribution.squared_cv()));
}

}  // namespace

LogNormal LogNormal::of(double mean, double cv) {
  require_positive("log-normal: mean", mean);
  require_non_negative("log-normal: cv", cv);
  const double variance = std::log1p(cv * cv);
  return {.mu = std::log(mean) - variance / 2, .sigma = std::sqrt(variance)};
}

Gamma Gamma::of(double mean, double cv) {
  require_non_negative("gamma: mean", mean);
  require_positive("gamma: cv", cv);
  return {.shape = 1 / (cv * cv), .scale = mean * cv * cv};
}

HyperExponential HyperExponential::of(double mean, double cv) {
  require_non_negative("hyper-exponential: mean", mean);
  require(cv >= 1 && std::isfinite(cv), "hyper-exponential: cv", "a finite number >= 1", cv);
  // p = (1 + root) / 2, and 1 - p without cancellation
  const double root = std::sqrt((cv * cv - 1) / (cv * cv + 1));
  const double probability_2 = 1 / ((cv * cv + 1) * (1 + root));
  const double probability_1 = 1 - probability_2;
  return {.probability_1 = probability_1, .mean_1 = mean / (2 * probability_1), .mean_2 = mean / (2 * probability_2)};
}

Weibull Weibull::of(double mean, double shape) {
  require_non_negative("weibull: mean", mean);
  require_positive("weibull: shape", shape);
  return {.shape = shape, .scale = mean / std::tgamma(1 + 1 / shape)};
}

Distribution::Distribution(Family family) : family_(std::move(family)) {
  std::visit([](const auto& one) { check(one); }, family_);
  if (!std::isfinite(mean())) throw Error("distribution: expected a finite mean, got " + six_digits(mean()));
  if (!std::isfinite(squared_cv())) {
    throw Error("distribution: expected a finite variance, got a squared cv of " + six_digits(squared_cv()));
  }
}

double Distribution::sample_other(Rng& rng) const {
  return std::visit([&rng](const auto& family) { return sample_of(family, rng); }, family_);
}

double Distribution::mean() const {
  return std::visit([](const auto& family) { return mean_of(family); }, family_);
}

double Distribution::squared_cv() const {
  if (is_zero()) return 0;
  return std::visit([](const auto& family) { return squared_cv_of(family); }, family_);
}

bool Distribution::is_zero() const { return mean() == 0; }

Distribution Distribution::scaled(double factor) const {
  require_non_negative("distribution: factor", factor);
  if (factor == 0) return Deterministic{0};
  return std::visit([factor](const auto& family) { return scaled_family(family, factor); }, family_);
}

std::string format(const Distribution& distribution) {
  const auto text = [&distribution](const auto& family) -> std::string {
    using L = std::decay_t<decltype(family)>;
    if constexpr (std::is_same_v<L, Deterministic>) {
      return "deterministic(" + six_digits(family.value) + ")";
    } else if constexpr (std::is_same_v<L, Exponential>) {
      return "exponential(mean " + six_digits(family.mean) + ")";
    } else if constexpr (std::is_same_v<L, LogNormal>) {
      return "log-normal(" + mean_and_cv(distribution) + ")";
    } else if constexpr (std::is_same_v<L, Gamma>) {
      return "gamma(" + mean_and_cv(distribution) + ")";
    } else if constexpr (std::is_same_v<L, HyperExponential>) {
      return "hyper-exponential(" + mean_and_cv(distribution) + ")";
    } else if constexpr (std::is_same_v<L, Weibull>) {
      return "weibull(mean " + six_digits(distribution.mean()) + ", shape " + six_digits(family.shape) + ")";
    } else {
      static_assert(std::is_same_v<L, Empirical>);
      return "empirical(" + mean_and_cv(distribution) + ", " + std::to_string(family.values.size()) + " quantiles)";
    }
  };
  return std::visit(text, distribution.family());
}

}  // namespace faasconf::sim
