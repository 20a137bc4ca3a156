#pragma once
// Distributions of times, work and sizes: non-negative random numbers, in the unit that the owner of the distribution
// chooses.

#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sim/core/random.hpp"

namespace faasconf::sim {

struct Deterministic {
  double value = 0;
  friend bool operator==(const Deterministic&, const Deterministic&) = default;
};
struct Exponential {
  double mean = 1;
  friend bool operator==(const Exponential&, const Exponential&) = default;
};
// exp(mu + sigma Z); mu and sigma are of the logarithm.
struct LogNormal {
  double mu = 0;
  double sigma = 1;
  static LogNormal of(double mean, double cv);  // cv: standard deviation / mean
  friend bool operator==(const LogNormal&, const LogNormal&) = default;
};
struct Gamma {
  double shape = 1;
  double scale = 1;
  static Gamma of(double mean, double cv);
  friend bool operator==(const Gamma&, const Gamma&) = default;
};
// With probability_1 exponential of mean_1, else of mean_2.
struct HyperExponential {
  double probability_1 = 0.5;
  double mean_1 = 1;
  double mean_2 = 1;
  static HyperExponential of(double mean, double cv);  // balanced: p mean_1 = (1 - p) mean_2; cv >= 1
  friend bool operator==(const HyperExponential&, const HyperExponential&) = default;
};
struct Weibull {
  double shape = 1;
  double scale = 1;
  static Weibull of(double mean, double shape);
  friend bool operator==(const Weibull&, const Weibull&) = default;
};
// Inverse CDF, linear between quantiles: P(X <= values[i]) = probabilities[i]; probabilities rise from 0 to 1, values
// rise too. Equal neighbours among the values are an atom, among the probabilities a gap.
struct Empirical {
  std::vector<double> probabilities;
  std::vector<double> values;
  friend bool operator==(const Empirical&, const Empirical&) = default;
};

class Distribution {
 public:
  using Family = std::variant<Deterministic, Exponential, LogNormal, Gamma, HyperExponential, Weibull, Empirical>;

  // Throws Error when a parameter is impossible, or the mean or the variance infinite. Means and scales may be 0.
  Distribution(Family family);
  template <class One, class = std::enable_if_t<std::is_constructible_v<Family, std::in_place_type_t<One>, One>>>
  Distribution(One family) : Distribution(Family(std::move(family))) {}
  Distribution() = default;  // always 0

  double sample(Rng& rng) const;
  double mean() const;
  double squared_cv() const;  // variance / mean^2; 0 when the mean is 0
  bool is_zero() const;       // every sample is 0
  bool is_random() const { return !std::holds_alternative<Deterministic>(family_); }  // samples draw from the stream
  Distribution scaled(double factor) const;                                           // of factor x X; factor >= 0
  const Family& family() const { return family_; }

  friend bool operator==(const Distribution&, const Distribution&) = default;

 private:
  double sample_other(Rng& rng) const;  // the less common families

  Family family_;
};

std::string format(const Distribution& distribution);  // "gamma(mean 2, cv 0.5)", to 6 digits

// The two most common distributions cost nothing beyond their draw.
inline double Distribution::sample(Rng& rng) const {
  if (const auto* exponential = std::get_if<Exponential>(&family_)) return exponential->mean * rng.exponential();
  if (const auto* deterministic = std::get_if<Deterministic>(&family_)) return deterministic->value;
  return sample_other(rng);
}

}  // namespace faasconf::sim
