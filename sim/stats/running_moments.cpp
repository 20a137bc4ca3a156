#include "sim/stats/running_moments.hpp"

namespace faasconf::sim {

void RunningMoments::merge(const RunningMoments& other) {
  if (other.count_ == 0) return;
  if (count_ == 0) {
    *this = other;
    return;
  }
  const double here = static_cast<double>(count_);
  const double there = static_cast<double>(other.count_);
  const double distance = other.mean_ - mean_;
  mean_ += distance * (there / (here + there));
  squares_ += other.squares_ + distance * distance * (here * there / (here + there));
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

std::optional<double> RunningMoments::mean() const {
  if (count_ == 0) return std::nullopt;
  return mean_;
}

std::optional<double> RunningMoments::variance() const {
  if (count_ < 2) return std::nullopt;
  return squares_ / static_cast<double>(count_ - 1);
}

std::optional<double> RunningMoments::standard_deviation() const {
  if (count_ < 2) return std::nullopt;
  return std::sqrt(*variance());
}

std::optional<double> RunningMoments::standard_error() const {
  if (count_ < 2) return std::nullopt;
  return std::sqrt(*variance() / static_cast<double>(count_));
}

std::optional<double> RunningMoments::min() const {
  if (count_ == 0) return std::nullopt;
  return min_;
}

std::optional<double> RunningMoments::max() const {
  if (count_ == 0) return std::nullopt;
  return max_;
}

}  // namespace faasconf::sim
