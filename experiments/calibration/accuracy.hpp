#pragma once
// How well predictions meet measurements, with bootstrap intervals over rows.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sim/stats/confidence.hpp"

namespace faasconf::experiments::calibration {

// Of as many values on either side.
struct Pairs {
  std::span<const double> measured;
  std::span<const double> predicted;
};

struct Accuracy {
  double r2 = 0;          // 1 - residual / total sum of squares; about the mean of what was measured
  double mape = 0;        // mean absolute relative error; rows measured as 0 do not count
  double median_ape = 0;  // median of the same
  double mae = 0;         // mean absolute error, in the target's unit
  double spearman = 0;    // correlation of ranks, ties at their mean rank
  double mean_error = 0;  // predicted - measured
  std::size_t rows = 0;

  friend bool operator==(const Accuracy&, const Accuracy&) = default;
};

Accuracy accuracy(const Pairs& pairs);

// Share of measured values within [low, high] of their row.
double coverage(std::span<const double> measured, std::span<const double> low, std::span<const double> high);

using Statistic = std::function<double(const Pairs&)>;

// Percentile interval over resamples of the rows (Efron, 1979).
sim::AsymmetricInterval bootstrap(const Pairs& pairs, const Statistic& statistic, std::uint64_t seed,
                                  std::size_t resamples = 1000, double level = 0.95);

// Of first minus second on the same rows: two models judged by the same resamples.
sim::AsymmetricInterval bootstrap_difference(std::span<const double> measured, std::span<const double> first,
                                             std::span<const double> second, const Statistic& statistic,
                                             std::uint64_t seed, std::size_t resamples = 1000, double level = 0.95);

double r2(const Pairs& pairs);
double mape(const Pairs& pairs);

}  // namespace faasconf::experiments::calibration
