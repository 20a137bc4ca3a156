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

void check(const Deterministic& law) { require_non_negative("deterministic: value", law.value); }

void check(const Exponential& law) { require_non_negative("exponential: mean", law.mean); }

void check(const LogNormal& law) {
  require(std::isfinite(law.mu), "log-normal: mu", "a finite number", law.mu);
  require_non_negative("log-normal: sigma", law.sigma);
}

void check(const Gamma& law) {
  require_positive("gamma: shape", law.shape);
  require_non_negative("gamma: scale", law.scale);
}

void check(const HyperExponential& law) {
  require(law.probability_1 >= 0 && law.probability_1 <= 1, "hyper-exponential: probability", "a number from 0 to 1",
          law.probability_1);
  require_non_negative("hyper-exponential: first mean", law.mean_1);
  require_non_negative("hyper-exponential: second mean", law.mean_2);
}

void check(const Weibull& law) {
  require_positive("weibull: shape", law.shape);
  require_non_negative("weibull: scale", law.scale);
}

void check(const Empirical& law) {
  const auto count = [](std::size_t size) { return static_cast<double>(size); };
  require(law.probabilities.size() >= 2, "empirical: quantiles", "at least 2", count(law.probabilities.size()));
  require(law.values.size() == law.probabilities.size(), "empirical: values", "as many as probabilities",
          count(law.values.size()));
  require(law.probabilities.front() == 0, "empirical: first probability", "0", law.probabilities.front());
  require(law.probabilities.back() == 1, "empirical: last probability", "1", law.probabilities.back());
  require_non_negative("empirical: value", law.values.front());
  for (std::size_t i = 1; i < law.values.size(); ++i) {
    require(law.probabilities[i] >= law.probabilities[i - 1], "empirical: probability", "one not below the last",
            law.probabilities[i]);
    require_non_negative("empirical: value", law.values[i]);
    require(law.values[i] >= law.values[i - 1], "empirical: value", "one not below the last", law.values[i]);
  }
}

double mean_of(const Deterministic& law) { return law.value; }
double mean_of(const Exponential& law) { return law.mean; }
double mean_of(const LogNormal& law) { return std::exp(law.mu + law.sigma * law.sigma / 2); }
double mean_of(const Gamma& law) { return law.shape * law.scale; }
double mean_of(const HyperExponential& law) {
  return law.probability_1 * law.mean_1 + (1 - law.probability_1) * law.mean_2;
}
double mean_of(const Weibull& law) { return law.scale * std::tgamma(1 + 1 / law.shape); }
double mean_of(const Empirical& law) {
  double mean = 0;
  for (std::size_t i = 1; i < law.values.size(); ++i) {
    mean += (law.probabilities[i] - law.probabilities[i - 1]) * (law.values[i - 1] / 2 + law.values[i] / 2);
  }
  return mean;
}

// For distributions whose mean is not 0.
double squared_cv_of(const Deterministic&) { return 0; }
double squared_cv_of(const Exponential&) { return 1; }
double squared_cv_of(const LogNormal& law) { return std::expm1(law.sigma * law.sigma); }
double squared_cv_of(const Gamma& law) { return 1 / law.shape; }
double squared_cv_of(const HyperExponential& law) {
  const double mean = mean_of(law);
  const double ratio_1 = law.mean_1 / mean;
  const double ratio_2 = law.mean_2 / mean;
  return 2 * (law.probability_1 * ratio_1 * ratio_1 + (1 - law.probability_1) * ratio_2 * ratio_2) - 1;
}
double squared_cv_of(const Weibull& law) {
  const double first = std::tgamma(1 + 1 / law.shape);
  return std::max(0.0, std::tgamma(1 + 2 / law.shape) / first / first - 1);
}
double squared_cv_of(const Empirical& law) {
  const double mean = mean_of(law);
  double sum = 0;
  for (std::size_t i = 1; i < law.values.size(); ++i) {
    // second moment of a uniform law about the mean
    const double low = law.values[i - 1] / mean - 1;
    const double high = law.values[i] / mean - 1;
    sum += (law.probabilities[i] - law.probabilities[i - 1]) * (low * low + low * high + high * high) / 3;
  }
  return sum;
}

double sample_of(const Deterministic& law, Rng&) { return law.value; }
double sample_of(const Exponential& law, Rng& rng) { return law.mean * rng.exponential(); }
double sample_of(const LogNormal& law, Rng& rng) { return std::exp(law.mu + law.sigma * rng.normal()); }
double sample_of(const Gamma& law, Rng& rng) { return law.scale * rng.gamma(law.shape); }
double sample_of(const HyperExponential& law, Rng& rng) {
  const double mean = rng.uniform() < law.probability_1 ? law.mean_1 : law.mean_2;
  return mean * rng.exponential();
}
double sample_of(const Weibull& law, Rng& rng) { return law.scale * std::pow(rng.exponential(), 1 / law.shape); }
double sample_of(const Empirical& law, Rng& rng) {
  // uniform() is below 1, the last probability: there is always an upper quantile
  const double probability = rng.uniform();
  const auto upper = std::upper_bound(law.probabilities.begin(), law.probabilities.end(), probability);
  const auto i = static_cast<std::size_t>(upper - law.probabilities.begin());
  const double share = (probability - law.probabilities[i - 1]) / (law.probabilities[i] - law.probabilities[i - 1]);
  return law.values[i - 1] + share * (law.values[i] - law.values[i - 1]);
}

Distribution::Law scaled_law(const Deterministic& law, double factor) { return Deterministic{law.value * factor}; }
Distribution::Law scaled_law(const Exponential& law, double factor) { return Exponential{law.mean * factor}; }
Distribution::Law scaled_law(const LogNormal& law, double factor) {
  return LogNormal{law.mu + std::log(factor), law.sigma};
}
Distribution::Law scaled_law(const Gamma& law, double factor) { return Gamma{law.shape, law.scale * factor}; }
Distribution::Law scaled_law(const HyperExponential& law, double factor) {
  return HyperExponential{law.probability_1, law.mean_1 * factor, law.mean_2 * factor};
}
Distribution::Law scaled_law(const Weibull& law, double factor) { return Weibull{law.shape, law.scale * factor}; }
Distribution::Law scaled_law(const Empirical& law, double factor) {
  Empirical result = law;
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

Distribution::Distribution(Law law) : law_(std::move(law)) {
  std::visit([](const auto& one) { check(one); }, law_);
  if (!std::isfinite(mean())) throw Error("distribution: expected a finite mean, got " + six_digits(mean()));
  if (!std::isfinite(squared_cv())) {
    throw Error("distribution: expected a finite variance, got a squared cv of " + six_digits(squared_cv()));
  }
}

double Distribution::sample_other(Rng& rng) const {
  return std::visit([&rng](const auto& law) { return sample_of(law, rng); }, law_);
}

double Distribution::mean() const {
  return std::visit([](const auto& law) { return mean_of(law); }, law_);
}

double Distribution::squared_cv() const {
  if (is_zero()) return 0;
  return std::visit([](const auto& law) { return squared_cv_of(law); }, law_);
}

bool Distribution::is_zero() const { return mean() == 0; }

Distribution Distribution::scaled(double factor) const {
  require_non_negative("distribution: factor", factor);
  if (factor == 0) return Deterministic{0};
  return std::visit([factor](const auto& law) { return scaled_law(law, factor); }, law_);
}

std::string format(const Distribution& distribution) {
  const auto text = [&distribution](const auto& law) -> std::string {
    using L = std::decay_t<decltype(law)>;
    if constexpr (std::is_same_v<L, Deterministic>) {
      return "deterministic(" + six_digits(law.value) + ")";
    } else if constexpr (std::is_same_v<L, Exponential>) {
      return "exponential(mean " + six_digits(law.mean) + ")";
    } else if constexpr (std::is_same_v<L, LogNormal>) {
      return "log-normal(" + mean_and_cv(distribution) + ")";
    } else if constexpr (std::is_same_v<L, Gamma>) {
      return "gamma(" + mean_and_cv(distribution) + ")";
    } else if constexpr (std::is_same_v<L, HyperExponential>) {
      return "hyper-exponential(" + mean_and_cv(distribution) + ")";
    } else if constexpr (std::is_same_v<L, Weibull>) {
      return "weibull(mean " + six_digits(distribution.mean()) + ", shape " + six_digits(law.shape) + ")";
    } else {
      static_assert(std::is_same_v<L, Empirical>);
      return "empirical(" + mean_and_cv(distribution) + ", " + std::to_string(law.values.size()) + " quantiles)";
    }
  };
  return std::visit(text, distribution.law());
}

}  // namespace faasconf::sim
