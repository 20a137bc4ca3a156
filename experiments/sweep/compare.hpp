#pragma once
// Values of one axis against each other, replication by replication.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "experiments/sweep/sweep_file.hpp"
#include "sim/stats/confidence.hpp"

namespace faasconf::experiments::sweep {

struct Comparison {
  std::string others;  // what the cells have in common: "users=10"
  std::string case_name;
  std::string value;      // of the axis
  std::string reference;  // that it is compared with
  double reference_mean = 0;
  sim::Interval difference{};  // value - reference, 95 %, simultaneous over all comparisons of the metric
  std::uint64_t replications = 0;
};

// For every pair of cells that differ in this axis alone, of which one has its first value; over the replications that
// both have the metric in. Throws sim::Error: no such axis, it is not common, no such metric, fewer than two values or
// replications.
std::vector<Comparison> compare(const std::string& folder, const std::string& axis, const std::string& metric);

}  // namespace faasconf::experiments::sweep
