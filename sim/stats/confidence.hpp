#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "sim/stats/running_moments.hpp"

namespace faasconf::sim {

// A confidence interval that is symmetric about its estimate.
struct Interval {
  double mean = 0.0;
  double half_width = 0.0;

  double low() const { return mean - half_width; }
  double high() const { return mean + half_width; }
  bool contains(double value) const { return low() <= value && value <= high(); }
  bool operator==(const Interval&) const = default;
};

// A confidence interval that need not be symmetric about its estimate.
struct AsymmetricInterval {
  double estimate = 0.0;
  double low = 0.0;
  double high = 0.0;

  bool contains(double value) const { return low <= value && value <= high; }
  bool operator==(const AsymmetricInterval&) const = default;
};

// The interval with all that lies within so much of its estimate: as its values may be off by that, it is not narrower.
Interval no_narrower(Interval interval, double resolution);
AsymmetricInterval no_narrower(AsymmetricInterval interval, double resolution);

// z with P(Z <= z) = p for a standard normal Z, 0 < p < 1. Wichura (1988), algorithm AS 241.
double normal_quantile(double p);

// t with P(T <= t) = p for Student's T with dof >= 1 degrees of freedom, not necessarily whole; 1e-100 <= p < 1.
// Inverts the regularised incomplete beta function; relative error below 1e-8.
double student_t_quantile(double p, double dof);

// Mean of independent values: mean +- t * standard error. Absent below 2 values.
std::optional<Interval> mean_interval(std::span<const double> values, double level = 0.95);
std::optional<Interval> mean_interval(const RunningMoments& moments, double level = 0.95);

// Mean of independent shares, each in [0, 1]: the interval of the mean, cut to [0, 1]. Where all are 1 (or 0), the
// bound that holds for any distribution on [0, 1], since P(all are 1) <= mean^n. Absent below 2 values.
std::optional<AsymmetricInterval> share_interval(const RunningMoments& shares, double level = 0.95);

// Mean of first - second over pairs, such as two policies under common random numbers. Absent below 2 pairs.
std::optional<Interval> paired_difference_interval(std::span<const double> first, std::span<const double> second,
                                                   double level = 0.95);

// Probability of success: Wilson (1927), score interval about the observed share. Absent without trials.
std::optional<AsymmetricInterval> proportion_interval(std::uint64_t successes, std::uint64_t trials,
                                                      double level = 0.95);

// Quantile p of any distribution, between two order statistics of independent values; each side misses with at most
// (1 - level) / 2 (David and Nagaraja, 2003, section 7.1). Absent where the values are too few to bound it.
std::optional<AsymmetricInterval> quantile_interval(std::span<const double> values, double p, double level = 0.95);

}  // namespace faasconf::sim
