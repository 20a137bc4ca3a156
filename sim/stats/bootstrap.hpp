#pragma once
// How certain a statistic is, without an assumption about the distribution of its values.

#include <cstddef>
#include <span>
#include <vector>

#include "sim/core/go_on.hpp"
#include "sim/core/random.hpp"
#include "sim/stats/confidence.hpp"

namespace faasconf::sim {

using Statistic = double (*)(std::span<const double> values);

double mean(std::span<const double> values);  // of at least one
// Mean of the middle half: the floor(n / 4) lowest and as many of the highest left out, as rliable does (Agarwal et
// al., 2021, "Deep reinforcement learning at the edge of the statistical precipice"). Of at least one.
double interquartile_mean(std::span<const double> values);

struct BootstrapOptions {
  std::size_t resamples = 2000;
  double level = 0.95;
  // The k-th values of all groups belong together, such as runs of one seed under all loads, which share their random
  // numbers: they are drawn together. All groups are then of one size, and NaN stands for a value that is absent.
  bool together = false;
  GoOn go_on{};  // asked every few resamples; false: Cancelled is thrown
};

// Groups of independent values, none empty: one group per load, one value per seed.
using Strata = std::vector<std::vector<double>>;

// A statistic of all values together, with the percentile interval of the stratified bootstrap (Efron, 1979; Agarwal et
// al., 2021): each stratum is resampled by itself, so that the differences between strata do not count as noise.
AsymmetricInterval bootstrap_interval(const Strata& strata, Statistic statistic, Rng rng,
                                      const BootstrapOptions& options = {});

}  // namespace faasconf::sim
