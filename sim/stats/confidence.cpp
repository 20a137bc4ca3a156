#include "sim/stats/confidence.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "sim/stats/quantiles.hpp"

namespace faasconf::sim {
namespace {

// Stirling's series after shifting x to 12 or more; unlike std::lgamma it writes no global sign.
double log_gamma(double x) {
  double shift = 1.0;
  for (; x < 12.0; x += 1.0) shift *= x;
  const double r = 1.0 / (x * x);
  const double series = (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r * (1.0 / 1188))))) / x;
  return (x - 0.5) * std::log(x) - x + 0.5 * std::log(2.0 * std::numbers::pi) + series - std::log(shift);
}

double log_beta(double a, double b) { return log_gamma(a) + log_gamma(b) - log_gamma(a + b); }

// Continued fraction of the incomplete beta function (DLMF 8.17.22) by Lentz's method.
double beta_fraction(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  const auto away_from_zero = [](double v) { return std::abs(v) < tiny ? tiny : v; };
  double c = 1.0;
  double d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
  double fraction = d;
  for (int k = 1; k < 100'000; ++k) {
    const double m = k;
    const double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
    d = 1.0 / away_from_zero(1.0 + even * d);
    c = away_from_zero(1.0 + even / c);
    fraction *= c * d;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
    d = 1.0 / away_from_zero(1.0 + odd * d);
    c = away_from_zero(1.0 + odd / c);
    fraction *= c * d;
    if (std::abs(c * d - 1.0) < 1e-15) break;
  }
  return fraction;
}

// I_x(a, b), given x and y = 1 - x, each to its full precision.
double regularized_incomplete_beta(double a, double b, double x, double y) {
  if (x <= 0.0) return 0.0;
  if (y <= 0.0) return 1.0;
  const double log_x = x < 0.5 ? std::log(x) : std::log1p(-y);
  const double log_y = y < 0.5 ? std::log(y) : std::log1p(-x);
  const double front = std::exp(a * log_x + b * log_y - log_beta(a, b));
  if (x < (a + 1.0) / (a + b + 2.0)) return front * beta_fraction(a, b, x) / a;
  return 1.0 - front * beta_fraction(b, a, y) / b;
}

// P(B >= k) for a binomial B with n trials, 0 <= k <= n + 1.
double binomial_upper_tail(std::uint64_t k, std::uint64_t n, double p) {
  if (k == 0) return 1.0;
  if (k > n) return 0.0;
  return regularized_incomplete_beta(static_cast<double>(k), static_cast<double>(n - k + 1), p, 1.0 - p);
}

// t > 0 with P(T > t) = tail, 1e-100 <= tail < 1/2.
double upper_student_t(double tail, double dof) {
  const double normal = -normal_quantile(tail);
  const double cauchy =
      tail < 0.25 ? 1.0 / std::tan(std::numbers::pi * tail) : std::tan(std::numbers::pi * (0.5 - tail));
  if (dof == 1.0) return cauchy;

  // Cornish-Fisher expansion about the normal (Abramowitz and Stegun 26.7.5); enough when dof is large
  const double z = normal;
  const double z2 = z * z;
  const double expanded = z + z * (z2 + 1.0) / (4.0 * dof) + z * ((5.0 * z2 + 16.0) * z2 + 3.0) / (96.0 * dof * dof) +
                          z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / (384.0 * dof * dof * dof);
  if (dof > 1e5) return expanded;

  // t falls with dof, so the normal and the Cauchy (dof 1) bracket it, but for rounding
  double low = normal * (1.0 - 1e-6);
  double high = cauchy * (1.0 + 1e-6);
  double t = std::clamp(expanded, low, high);

  // Newton in log-log, where tails are nearly straight; bisection where it leaves the bracket
  const double density_at_0 = std::exp(-log_beta(0.5 * dof, 0.5)) / std::sqrt(dof);
  for (int step = 0; step < 200; ++step) {
    const double sum = dof + t * t;
    const double above = 0.5 * regularized_incomplete_beta(0.5 * dof, 0.5, dof / sum, t * t / sum);
    (above > tail ? low : high) = t;
    const double density = density_at_0 * std::exp(-0.5 * (dof + 1.0) * std::log1p(t * t / dof));
    double next = above > 0.0 ? t * std::exp(std::log(above / tail) * above / (t * density)) : low;
    if (!(next > low && next < high)) next = std::sqrt(low * high);
    const bool settled = std::abs(next - t) <= 1e-13 * t;
    t = next;
    if (settled) break;
  }
  return t;
}

}  // namespace

Interval no_narrower(Interval interval, double resolution) {
  interval.half_width = std::max(interval.half_width, resolution);
  return interval;
}

AsymmetricInterval no_narrower(AsymmetricInterval interval, double resolution) {
  interval.low = std::min(interval.low, interval.estimate - resolution);
  interval.high = std::max(interval.high, interval.estimate + resolution);
  return interval;
}

double normal_quantile(double p) {
  assert(p > 0.0 && p < 1.0);
  const auto ratio = [](const double(&numerator)[8], const double(&denominator)[8], double r) {
    double above = 0.0;
    double below = 0.0;
    for (int i = 7; i >= 0; --i) {
      above = above * r + numerator[i];
      below = below * r + denominator[i];
    }
    return above / below;
  };

  // the centre
  const double from_centre = p - 0.5;
  if (std::abs(from_centre) <= 0.425) {
    constexpr double a[8] = {3.387132872796366608,  133.14166789178437745, 1971.5909503065514427,
                             13731.693765509461125, 45921.953931549871457, 67265.770927008700853,
                             33430.575583588128105, 2509.0809287301226727};
    constexpr double b[8] = {1.0,
                             42.313330701600911252,
                             687.1870074920579083,
                             5394.1960214247511077,
                             21213.794301586595867,
                             39307.89580009271061,
                             28729.085735721942674,
                             5226.495278852545925};
    return from_centre * ratio(a, b, 0.180625 - from_centre * from_centre);
  }

  // the tails, near and far
  const double r = std::sqrt(-std::log(std::min(p, 1.0 - p)));
  double z = 0.0;
  if (r <= 5.0) {
    constexpr double c[8] = {1.42343711074968357734,   4.6303378461565452959,   5.7694972214606914055,
                             3.64784832476320460504,   1.27045825245236838258,  0.24178072517745061177,
                             0.0227238449892691845833, 7.7454501427834140764e-4};
    constexpr double d[8] = {1.0,
                             2.05319162663775882187,
                             1.6763848301838038494,
                             0.68976733498510000455,
                             0.14810397642748007459,
                             0.0151986665636164571966,
                             5.475938084995344946e-4,
                             1.05075007164441684324e-9};
    z = ratio(c, d, r - 1.6);
  } else {
    constexpr double e[8] = {6.6579046435011037772,     5.4637849111641143699,    1.7848265399172913358,
                             0.29656057182850489123,    0.026532189526576123093,  0.0012426609473880784386,
                             2.71155556874348757815e-5, 2.01033439929228813265e-7};
    constexpr double f[8] = {1.0,
                             0.59983220655588793769,
                             0.13692988092273580531,
                             0.0148753612908506148525,
                             7.868691311456132591e-4,
                             1.8463183175100546818e-5,
                             1.4215117583164458887e-7,
                             2.04426310338993978564e-15};
    z = ratio(e, f, r - 5.0);
  }
  return from_centre < 0.0 ? -z : z;
}

double student_t_quantile(double p, double dof) {
  assert(p > 0.0 && p < 1.0 && dof >= 1.0);
  if (p == 0.5) return 0.0;
  return p < 0.5 ? -upper_student_t(p, dof) : upper_student_t(1.0 - p, dof);
}

std::optional<Interval> mean_interval(const RunningMoments& moments, double level) {
  assert(level > 0.0 && level < 1.0);
  if (moments.count() < 2) return std::nullopt;
  const double t = -student_t_quantile(0.5 * (1.0 - level), static_cast<double>(moments.count() - 1));
  return Interval{.mean = *moments.mean(), .half_width = t * *moments.standard_error()};
}

std::optional<Interval> mean_interval(std::span<const double> values, double level) {
  RunningMoments moments;
  for (const double value : values) moments.add(value);
  return mean_interval(moments, level);
}

std::optional<AsymmetricInterval> share_interval(const RunningMoments& shares, double level) {
  const auto around = mean_interval(shares, level);
  if (!around) return std::nullopt;
  const double bound = std::pow(1 - level, 1 / static_cast<double>(shares.count()));
  if (*shares.min() == 1) return AsymmetricInterval{.estimate = 1, .low = bound, .high = 1};
  if (*shares.max() == 0) return AsymmetricInterval{.estimate = 0, .low = 0, .high = 1 - bound};
  // alike by chance: Hoeffding's bound (1963), which holds for any distribution on [0, 1]
  const bool alike = *shares.min() == *shares.max();
  const double half =
      alike ? std::sqrt(std::log(2 / (1 - level)) / (2 * static_cast<double>(shares.count()))) : around->half_width;
  return AsymmetricInterval{
      .estimate = around->mean, .low = std::max(0.0, around->mean - half), .high = std::min(1.0, around->mean + half)};
}

std::optional<Interval> paired_difference_interval(std::span<const double> first, std::span<const double> second,
                                                   double level) {
  assert(first.size() == second.size());
  RunningMoments differences;
  for (std::size_t i = 0; i < first.size(); ++i) differences.add(first[i] - second[i]);
  return mean_interval(differences, level);
}

std::optional<AsymmetricInterval> proportion_interval(std::uint64_t successes, std::uint64_t trials, double level) {
  assert(successes <= trials && level > 0.0 && level < 1.0);
  if (trials == 0) return std::nullopt;
  const double n = static_cast<double>(trials);
  const double share = static_cast<double>(successes) / n;
  const double z = -normal_quantile(0.5 * (1.0 - level));
  const double shrink = 1.0 / (1.0 + z * z / n);
  const double centre = shrink * (share + z * z / (2.0 * n));
  const double half_width = shrink * z * std::sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n));

  // at the ends the exact bounds are 0 and 1, which rounding would miss
  return AsymmetricInterval{.estimate = share,
                            .low = successes == 0 ? 0.0 : std::max(0.0, centre - half_width),
                            .high = successes == trials ? 1.0 : std::min(1.0, centre + half_width)};
}

std::optional<AsymmetricInterval> quantile_interval(std::span<const double> values, double p, double level) {
  assert(p >= 0.0 && p <= 1.0 && level > 0.0 && level < 1.0);
  const std::uint64_t n = values.size();
  const double miss = 0.5 * (1.0 - level);

  // the smallest k with P(B >= k) <= chance, where B counts the values below the quantile
  const auto first_rank = [n, p](double chance) {
    std::uint64_t low = 0;
    std::uint64_t high = n + 1;
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (binomial_upper_tail(middle, n, p) <= chance) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  };

  // ranks from 1: the largest with P(B < lower) <= miss, the smallest with P(B >= upper) <= miss
  const std::uint64_t upper = first_rank(miss);
  std::uint64_t lower = first_rank(1.0 - miss);
  if (binomial_upper_tail(lower, n, p) < 1.0 - miss) --lower;
  if (lower < 1 || upper > n) return std::nullopt;

  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return AsymmetricInterval{
      .estimate = *quantile_of_sorted(sorted, p), .low = sorted[lower - 1], .high = sorted[upper - 1]};
}

}  // namespace faasconf::sim
