#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "sim/stats/confidence.hpp"

namespace faasconf::sim {

// Mean of a stationary, autocorrelated series: Student's interval on the means of consecutive batches of equal length.
// More than 30 batches seldom narrow it, and short ones stay correlated (Schmeiser, 1982). A remainder is left out at
// the front, where a transient would be. Absent when a batch would be empty or there are fewer than 2.
std::optional<Interval> batch_means_interval(std::span<const double> series, std::size_t batches = 30,
                                             double level = 0.95);

// Index of the first observation to keep, so that the initial transient is gone: MSER-5 (White, 1997; White, Cobb and
// Spratt, 2000). Over means Z of batches of 5, minimises sum (Z_j - mean)^2 / (kept batches)^2; the earliest minimum
// counts. Searches the first half only: a result at its end means that the series is too short.
std::size_t mser5_truncation(std::span<const double> series);

}  // namespace faasconf::sim
