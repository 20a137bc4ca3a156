#pragma once
// Tracks a quantile that may move over time.

#include <cmath>

namespace faasconf::sim {

// Quantile p of a stream of numbers of any distribution: a step up by p of the step size where a number lies above it,
// a step down by 1 - p where it does not, so that in the long run a share p lies below, whatever the stream does
// (Angelopoulos, Candes and Tibshirani, 2023, quantile tracking). The step size is `rate` x the smoothed size of the
// numbers.
class QuantileTracker {
 public:
  QuantileTracker(double p, double rate) : p_(p), rate_(rate) {}

  void begin() { quantile_ = size_ = 0; }
  void add(double value) {
    size_ += rate_ * (std::abs(value) - size_);
    quantile_ += rate_ * size_ * (value > quantile_ ? p_ : p_ - 1);
  }
  double quantile() const { return quantile_; }

  template <class Archive>
  void archive(Archive& a) {
    a(quantile_, size_);
  }

 private:
  double p_;
  double rate_;
  double quantile_ = 0;
  double size_ = 0;  // of the numbers, regardless of sign
};

}  // namespace faasconf::sim
