#include "learner/marl/standardizer.hpp"

#include <algorithm>
#include <cmath>

namespace faasconf::learner::marl {
namespace {

constexpr double kLeastVariation = 1e-5;  // standard deviation over mean

}  // namespace

void Standardizer::refresh() {
  const std::size_t n = columns();
  for (std::size_t c = 0; c < n && sums_[0] > 0; ++c) {
    const double mean = sums_[1 + c] / sums_[0];
    const double variance = std::max(0.0, sums_[1 + n + c] / sums_[0] - mean * mean);
    const double deviation = std::sqrt(variance);
    const auto column = static_cast<std::int64_t>(c);
    mean_[column] = static_cast<float>(mean);
    scale_[column] = deviation > kLeastVariation * std::abs(mean) ? static_cast<float>(1 / deviation) : 0.0F;
  }
}

}  // namespace faasconf::learner::marl
