#include "sim/stats/simultaneous.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

#include "sim/stats/running_moments.hpp"

namespace faasconf::sim {
namespace {

RunningMoments moments_of(std::span<const double> values) {
  RunningMoments moments;
  for (const double value : values) moments.add(value);
  return moments;
}

// The largest |mean* - mean| / standard error* of the means of one group in one resample.
double largest_t(const std::vector<std::vector<double>>& group, std::span<const RunningMoments> observed, Rng& rng,
                 std::vector<std::uint32_t>& places) {
  const auto size = static_cast<std::uint32_t>(group.front().size());
  places.resize(size);
  for (std::uint32_t& place : places) place = rng.below(size);
  double largest = 0;
  for (std::size_t i = 0; i < group.size(); ++i) {
    RunningMoments drawn;
    for (const std::uint32_t place : places) drawn.add(group[i][place]);
    const double error = *drawn.standard_error();
    if (error > 0) largest = std::max(largest, std::abs(*drawn.mean() - *observed[i].mean()) / error);
  }
  return largest;
}

// Student's factor where each side misses with this chance.
double student(double chance, std::size_t size) {
  return student_t_quantile(1 - chance, static_cast<double>(size) - 1);
}

}  // namespace

std::vector<std::vector<Interval>> simultaneous_intervals(const MeanGroups& groups, Rng rng,
                                                          const SimultaneousOptions& options) {
  std::vector<std::vector<RunningMoments>> observed;
  std::size_t means = 0;
  for (const auto& group : groups) {
    std::vector<RunningMoments>& moments = observed.emplace_back();
    for (const auto& values : group) moments.push_back(moments_of(values));
    means += group.size();
  }
  if (means == 0) return {};

  std::vector<double> maxima;
  std::vector<std::uint32_t> places;
  for (std::size_t resample = 0; resample < options.resamples; ++resample) {
    double largest = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (!groups[i].empty()) largest = std::max(largest, largest_t(groups[i], observed[i], rng, places));
    }
    maxima.push_back(largest);
  }
  const auto rank = static_cast<std::size_t>(std::ceil(options.level * static_cast<double>(maxima.size())));
  const auto at = maxima.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
  std::ranges::nth_element(maxima, at);

  std::vector<std::vector<Interval>> intervals;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::vector<Interval>& of_group = intervals.emplace_back();
    for (const RunningMoments& moments : observed[i]) {
      const std::size_t size = moments.count();
      const double least = student((1 - options.level) / 2, size);
      const double most = student((1 - options.level) / 2 / static_cast<double>(means), size);
      of_group.push_back(
          {.mean = *moments.mean(), .half_width = std::clamp(*at, least, most) * *moments.standard_error()});
    }
  }
  return intervals;
}

}  // namespace faasconf::sim
