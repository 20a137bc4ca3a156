#include "experiments/calibration/accuracy.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "sim/core/random.hpp"
#include "sim/stats/quantiles.hpp"

namespace faasconf::experiments::calibration {
namespace {

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::vector<double> relative_errors(const Pairs& pairs) {
  std::vector<double> errors;
  for (std::size_t i = 0; i < pairs.measured.size(); ++i) {
    if (pairs.measured[i] == 0) continue;
    errors.push_back(std::abs(pairs.predicted[i] - pairs.measured[i]) / std::abs(pairs.measured[i]));
  }
  return errors;
}

std::vector<double> ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> result(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double rank = static_cast<double>(begin + end - 1) / 2;  // of ties: their mean
    for (std::size_t i = begin; i < end; ++i) result[order[i]] = rank;
    begin = end;
  }
  return result;
}

double correlation(std::span<const double> a, std::span<const double> b) {
  const double mean_a = mean_of(a);
  const double mean_b = mean_of(b);
  double products = 0;
  double squares_a = 0;
  double squares_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    products += (a[i] - mean_a) * (b[i] - mean_b);
    squares_a += (a[i] - mean_a) * (a[i] - mean_a);
    squares_b += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return squares_a > 0 && squares_b > 0 ? products / std::sqrt(squares_a * squares_b) : 0;
}

std::vector<double> pick(std::span<const double> values, const std::vector<std::size_t>& rows) {
  std::vector<double> picked;
  picked.reserve(rows.size());
  for (const std::size_t row : rows) picked.push_back(values[row]);
  return picked;
}

// The statistic of resamples of the rows, sorted.
template <class Of>
std::vector<double> resampled(std::size_t rows, std::uint64_t seed, std::size_t resamples, Of of) {
  std::vector<double> values;
  std::vector<std::size_t> chosen(rows);
  for (std::size_t b = 0; b < resamples; ++b) {
    sim::Rng rng = sim::RngStreams(seed).stream("bootstrap", b);
    for (std::size_t& row : chosen) row = rng.below(static_cast<std::uint32_t>(rows));
    values.push_back(of(chosen));
  }
  std::sort(values.begin(), values.end());
  return values;
}

sim::AsymmetricInterval interval(double estimate, const std::vector<double>& sorted, double level) {
  return {.estimate = estimate,
          .low = sim::quantile_of_sorted(sorted, (1 - level) / 2).value_or(estimate),
          .high = sim::quantile_of_sorted(sorted, (1 + level) / 2).value_or(estimate)};
}

}  // namespace

double r2(const Pairs& pairs) {
  const double mean = mean_of(pairs.measured);
  double residual = 0;
  double total = 0;
  for (std::size_t i = 0; i < pairs.measured.size(); ++i) {
    residual += std::pow(pairs.predicted[i] - pairs.measured[i], 2);
    total += std::pow(pairs.measured[i] - mean, 2);
  }
  return total > 0 ? 1 - residual / total : 0;
}

double mape(const Pairs& pairs) {
  const std::vector<double> errors = relative_errors(pairs);
  return errors.empty() ? 0 : mean_of(errors);
}

Accuracy accuracy(const Pairs& pairs) {
  if (pairs.measured.empty()) return {};
  double absolute = 0;
  for (std::size_t i = 0; i < pairs.measured.size(); ++i) absolute += std::abs(pairs.predicted[i] - pairs.measured[i]);
  std::vector<double> errors = relative_errors(pairs);
  std::sort(errors.begin(), errors.end());
  return {.r2 = r2(pairs),
          .mape = mape(pairs),
          .median_ape = sim::quantile_of_sorted(errors, 0.5).value_or(0),
          .mae = absolute / static_cast<double>(pairs.measured.size()),
          .spearman = correlation(ranks(pairs.measured), ranks(pairs.predicted)),
          .mean_error = mean_of(pairs.predicted) - mean_of(pairs.measured),
          .rows = pairs.measured.size()};
}

double coverage(std::span<const double> measured, std::span<const double> low, std::span<const double> high) {
  std::size_t within = 0;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    if (low[i] <= measured[i] && measured[i] <= high[i]) ++within;
  }
  return measured.empty() ? 0 : static_cast<double>(within) / static_cast<double>(measured.size());
}

sim::AsymmetricInterval bootstrap(const Pairs& pairs, const Statistic& statistic, std::uint64_t seed,
                                  std::size_t resamples, double level) {
  if (pairs.measured.empty()) return {};
  const auto values = resampled(pairs.measured.size(), seed, resamples, [&](const std::vector<std::size_t>& rows) {
    const std::vector<double> measured = pick(pairs.measured, rows);
    const std::vector<double> predicted = pick(pairs.predicted, rows);
    return statistic({measured, predicted});
  });
  return interval(statistic(pairs), values, level);
}

sim::AsymmetricInterval bootstrap_difference(std::span<const double> measured, std::span<const double> first,
                                             std::span<const double> second, const Statistic& statistic,
                                             std::uint64_t seed, std::size_t resamples, double level) {
  if (measured.empty()) return {};
  const auto difference = [&](std::span<const double> truth, std::span<const double> one,
                              std::span<const double> other) {
    return statistic({truth, one}) - statistic({truth, other});
  };
  const auto values = resampled(measured.size(), seed, resamples, [&](const std::vector<std::size_t>& rows) {
    return difference(pick(measured, rows), pick(first, rows), pick(second, rows));
  });
  return interval(difference(measured, first, second), values, level);
}

}  // namespace faasconf::experiments::calibration
