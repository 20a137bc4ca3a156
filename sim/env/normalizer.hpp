#pragma once
// Features of all sizes brought to one scale, learnt as they come.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "sim/stats/running_moments.hpp"

namespace faasconf::sim {

// Mean and standard deviation of every column of the rows so far; standardised rows are cut to +- limit. Part of a
// policy: it is saved with it and serves with the moments it was trained with.
class Normalizer {
 public:
  explicit Normalizer(std::size_t columns = 0, float limit = 10) : moments_(columns), limit_(limit) {}

  std::size_t columns() const { return moments_.size(); }
  void learn(std::span<const float> rows) {  // n x columns
    for (std::size_t i = 0; i < rows.size(); ++i) moments_[i % columns()].add(rows[i]);
  }
  // In place. A column that has not varied becomes 0.
  void apply(std::span<float> rows) const {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const RunningMoments& moments = moments_[i % columns()];
      const double deviation = moments.standard_deviation().value_or(0);
      const double scaled = deviation > 0 ? (rows[i] - *moments.mean()) / deviation : 0;
      rows[i] = std::clamp(static_cast<float>(scaled), -limit_, limit_);
    }
  }

  template <class Archive>
  void archive(Archive& a) {
    a(moments_, limit_);
  }

 private:
  std::vector<RunningMoments> moments_;
  float limit_;
};

}  // namespace faasconf::sim
