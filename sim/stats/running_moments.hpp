#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

namespace faasconf::sim {

// Count, mean, variance and range of a stream of numbers, in constant memory and one pass.
// Absent (nullopt) where too few values have been seen. Trivially copyable.
class RunningMoments {
 public:
  void add(double value);                   // Welford (1962): one division, no cancellation
  void merge(const RunningMoments& other);  // as if the other's values were added; Chan et al. (1979)

  std::uint64_t count() const { return count_; }     // values seen
  double sum() const { return sum_; }                // plain sum; 0 when empty
  std::optional<double> mean() const;                // from 1 value on
  std::optional<double> variance() const;            // unbiased, divisor n - 1; from 2 values on
  std::optional<double> standard_deviation() const;  // sqrt(variance); from 2 values on
  std::optional<double> standard_error() const;      // sqrt(variance / n), of a mean of independent values
  std::optional<double> min() const;                 // from 1 value on
  std::optional<double> max() const;                 // from 1 value on

  // Passes every member to a reader or writer.
  template <class Archive>
  void archive(Archive& a) {
    a(count_, mean_, squares_, sum_, min_, max_);
  }

 private:
  std::uint64_t count_ = 0;
  double mean_ = 0.0;
  double squares_ = 0.0;  // sum of squared deviations from the mean
  double sum_ = 0.0;
  double min_ = std::numeric_limits<double>::infinity();
  double max_ = -std::numeric_limits<double>::infinity();
};

inline void RunningMoments::add(double value) {
  ++count_;
  const double deviation = value - mean_;
  mean_ += deviation / static_cast<double>(count_);
  squares_ += deviation * (value - mean_);
  sum_ += value;
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
}

}  // namespace faasconf::sim
