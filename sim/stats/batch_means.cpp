#include "sim/stats/batch_means.hpp"

#include <limits>

namespace faasconf::sim {
namespace {

double average(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

std::optional<Interval> batch_means_interval(std::span<const double> series, std::size_t batches, double level) {
  if (batches < 2 || series.size() < batches) return std::nullopt;
  const std::size_t length = series.size() / batches;
  const std::span<const double> used = series.last(length * batches);
  RunningMoments means;
  for (std::size_t i = 0; i < batches; ++i) means.add(average(used.subspan(i * length, length)));
  return mean_interval(means, level);
}

std::size_t mser5_truncation(std::span<const double> series) {
  constexpr std::size_t length = 5;
  const std::size_t batches = series.size() / length;

  // from the end backwards each batch joins those kept, so one pass tries every truncation
  RunningMoments kept;
  double smallest = std::numeric_limits<double>::infinity();
  std::size_t best = 0;
  for (std::size_t first = batches; first-- > 0;) {
    kept.add(average(series.subspan(first * length, length)));
    if (first > batches / 2 || kept.count() < 2) continue;
    const double n = static_cast<double>(kept.count());
    const double statistic = *kept.variance() * (n - 1.0) / (n * n);
    if (statistic <= smallest) {
      smallest = statistic;
      best = first;
    }
  }
  return best * length;
}

}  // namespace faasconf::sim
