#pragma once
// Intervals of several means that hold all at once.

#include <cstddef>
#include <vector>

#include "sim/core/random.hpp"
#include "sim/stats/confidence.hpp"

namespace faasconf::sim {

// Values of one mean each; those of one group come from the same replications, so that they are drawn together. All of
// a group are of one size, from two on.
using MeanGroups = std::vector<std::vector<std::vector<double>>>;

struct SimultaneousOptions {
  std::size_t resamples = 2000;
  double level = 0.95;
};

// For each mean, group by group: mean +- c x standard error, with one c for all such that all intervals hold together.
// c is the quantile of the largest |t| of the means in studentised resamples (max-t: Romano and Wolf, 2005, "Exact and
// approximate stepdown methods for multiple hypothesis testing"), no less than Student's for one mean and no more than
// Bonferroni's for all of them.
std::vector<std::vector<Interval>> simultaneous_intervals(const MeanGroups& groups, Rng rng,
                                                          const SimultaneousOptions& options = {});

}  // namespace faasconf::sim
