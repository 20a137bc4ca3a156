#include "sim/stats/arima.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numbers>
#include <numeric>
#include <vector>

#include <Eigen/Cholesky>
#include <gtest/gtest.h>

#include "sim/core/error.hpp"
#include "sim/core/random.hpp"
#include "sim/stats/running_moments.hpp"

namespace faasconf::sim {
namespace {

using Eigen::VectorXd;

VectorXd coefficients(std::initializer_list<double> values) {
  VectorXd vector(static_cast<Eigen::Index>(values.size()));
  std::ranges::copy(values, vector.begin());
  return vector;
}

// Weights of present and past noise: an ARMA process as a moving average without end.
std::vector<double> noise_weights(const VectorXd& ar, const VectorXd& ma, std::size_t count) {
  std::vector<double> weights(count);
  for (std::size_t k = 0; k < count; ++k) {
    const auto lag = static_cast<Eigen::Index>(k);
    if (lag == 0) weights[k] = 1;
    if (lag > 0 && lag <= ma.size()) weights[k] = ma[lag - 1];
    for (Eigen::Index i = 1; i <= std::min(ar.size(), lag); ++i)
      weights[k] += ar[i - 1] * weights[k - static_cast<std::size_t>(i)];
  }
  return weights;
}

// Of so many successive values, with noise of variance 1.
Eigen::MatrixXd covariance_of(const VectorXd& ar, const VectorXd& ma, Eigen::Index size) {
  const std::vector<double> weights = noise_weights(ar, ma, 4000);
  Eigen::MatrixXd covariance(size, size);
  for (Eigen::Index i = 0; i < size; ++i) {
    for (Eigen::Index j = 0; j < size; ++j) {
      const auto lag = static_cast<std::size_t>(std::abs(i - j));
      covariance(i, j) =
          std::inner_product(weights.begin(), weights.end() - std::abs(i - j), weights.data() + lag, 0.0);
    }
  }
  return covariance;
}

// Begins long before its first value.
std::vector<double> sample(const VectorXd& ar, const VectorXd& ma, double mean, std::size_t size, Rng& rng) {
  constexpr std::size_t kBefore = 300;
  std::vector<double> noise(size + kBefore);
  std::vector<double> values(size + kBefore);
  for (std::size_t t = 0; t < noise.size(); ++t) {
    noise[t] = rng.normal();
    values[t] = noise[t];
    for (Eigen::Index i = 0; i < ar.size() && static_cast<std::size_t>(i) < t; ++i)
      values[t] += ar[i] * values[t - 1 - static_cast<std::size_t>(i)];
    for (Eigen::Index i = 0; i < ma.size() && static_cast<std::size_t>(i) < t; ++i)
      values[t] += ma[i] * noise[t - 1 - static_cast<std::size_t>(i)];
  }
  values.erase(values.begin(), values.begin() + kBefore);
  for (double& value : values) value += mean;
  return values;
}

struct Process {
  VectorXd ar;
  VectorXd ma;
};
std::vector<Process> processes() {
  return {{{}, {}},
          {coefficients({.6}), {}},
          {{}, coefficients({-.4, .3})},
          {coefficients({1.2, -.5}), coefficients({.6})},
          {coefficients({.3}), coefficients({.5, -.2, .4})},
          {coefficients({.5, 0, 0, .2, -.3}), coefficients({.1, 0, .2, 0, .3})}};
}

// Oracle: the density of the multivariate normal distribution, with the mean of generalised least squares.
TEST(Arima, LikelihoodIsThatOfTheNormalDistribution) {
  Rng rng(1);
  for (const auto& [ar, ma] : processes()) {
    SCOPED_TRACE(ar.size() * 10 + ma.size());
    const std::vector<double> series = sample(ar, ma, 3, 40, rng);
    const Eigen::Map<const VectorXd> values(series.data(), static_cast<Eigen::Index>(series.size()));
    const Eigen::LLT<Eigen::MatrixXd> factor(covariance_of(ar, ma, values.size()));
    const double log_determinant = 2 * factor.matrixLLT().diagonal().array().log().sum();
    const VectorXd ones = VectorXd::Ones(values.size());
    for (const bool has_mean : {false, true}) {
      const double mean = has_mean ? ones.dot(factor.solve(values)) / ones.dot(factor.solve(ones)) : 0;
      const VectorXd centred = values - mean * ones;
      const double n = static_cast<double>(values.size());
      const double variance = centred.dot(factor.solve(centred)) / n;
      const double expected = -.5 * (n * (std::log(2 * std::numbers::pi * variance) + 1) + log_determinant);
      EXPECT_NEAR(arima_log_likelihood(series, ar, ma, has_mean), expected, 1e-7);
    }
  }
}

// Oracle: the best linear prediction, from all covariances, of what comes after the values.
TEST(Arima, ForecastIsTheBestLinearPrediction) {
  Rng rng(2);
  const std::vector<double> series = sample(coefficients({.7}), coefficients({.4}), 5, 60, rng);
  const ArimaFit fit = fit_arima(series, {.autoregressive = 1, .moving_average = 1});
  const auto n = static_cast<Eigen::Index>(series.size());
  const Eigen::MatrixXd covariance = covariance_of(fit.ar, fit.ma, n + 1);
  const Eigen::Map<const VectorXd> values(series.data(), n);
  const VectorXd weights = covariance.topLeftCorner(n, n).llt().solve(covariance.col(n).head(n));
  EXPECT_NEAR(fit.next, fit.mean + weights.dot((values.array() - fit.mean).matrix()), 1e-8);
}

// Oracle: what R's arima and statsmodels print for the luteinising hormone of Diggle (Time Series, 1990), R's data set
// lh, in as many digits.
TEST(Arima, FindsThePublishedFitsOfLuteinisingHormone) {
  const std::vector<double> lh{2.4, 2.4, 2.4, 2.2, 2.1, 1.5, 2.3, 2.3, 2.5, 2.0, 1.9, 1.7, 2.2, 1.8, 3.2, 3.2,
                               2.7, 2.2, 2.2, 1.9, 1.9, 1.8, 2.7, 3.0, 2.3, 2.0, 2.0, 2.9, 2.9, 2.7, 2.7, 2.3,
                               2.6, 2.4, 1.8, 1.7, 1.5, 1.4, 2.1, 3.3, 3.5, 3.5, 3.1, 2.6, 2.1, 3.4, 3.0, 2.9};
  const ArimaFit one = fit_arima(lh, {.autoregressive = 1});
  EXPECT_NEAR(one.ar[0], .5739, 1e-4);
  EXPECT_NEAR(one.mean, 2.4133, 1e-4);
  EXPECT_NEAR(one.variance, .1975, 1e-4);
  EXPECT_NEAR(one.log_likelihood, -29.38, 5e-3);
  EXPECT_NEAR(one.next, 2.69262, 1e-4);

  const ArimaFit three = fit_arima(lh, {.autoregressive = 3});
  EXPECT_NEAR(three.ar[0], .6448, 1e-4);
  EXPECT_NEAR(three.ar[1], -.0634, 1e-4);
  EXPECT_NEAR(three.ar[2], -.2198, 1e-4);
  EXPECT_NEAR(three.mean, 2.3931, 1e-4);
  EXPECT_NEAR(three.variance, .1787, 1e-4);
  EXPECT_NEAR(three.log_likelihood, -27.09, 5e-3);

  const ArimaFit mixed = fit_arima(lh, {.autoregressive = 2, .moving_average = 2});
  EXPECT_NEAR(mixed.log_likelihood, -27.2132, 1e-3);
  EXPECT_NEAR(
      fit_arima(lh, {.autoregressive = 1, .differences = 1, .moving_average = 1, .has_mean = false}).log_likelihood,
      -30.3391, 1e-3);
  EXPECT_EQ(auto_arima(lh).order, (ArimaOrder{.autoregressive = 1}));
}

// Oracle: the variances of maximum likelihood in large samples, (1 - phi^2) / n and (1 - theta^2) / n (Brockwell and
// Davis, Time Series, 8.8). The mean of the squared distance in them has a standard error of sqrt(2 / replications).
TEST(Arima, EstimatesScatterAsTheorySays) {
  constexpr std::size_t kSize = 500;
  constexpr int kReplications = 200;
  Rng rng(3);
  RunningMoments autoregressive;
  RunningMoments moving_average;
  for (int i = 0; i < kReplications; ++i) {
    const ArimaFit ar = fit_arima(sample(coefficients({.6}), {}, 0, kSize, rng), {.autoregressive = 1});
    autoregressive.add(std::pow(ar.ar[0] - .6, 2) / ((1 - .36) / kSize));
    const ArimaFit ma = fit_arima(sample({}, coefficients({.5}), 0, kSize, rng), {.moving_average = 1});
    moving_average.add(std::pow(ma.ma[0] - .5, 2) / ((1 - .25) / kSize));
  }
  EXPECT_NEAR(autoregressive.mean().value(), 1, 4 * std::sqrt(2.0 / kReplications));
  EXPECT_NEAR(moving_average.mean().value(), 1, 4 * std::sqrt(2.0 / kReplications));
}

// Oracle: noise of variance 1 is what a forecast cannot know, the process' variance what the mean alone leaves. Squared
// errors are chi-squared with a standard deviation of sqrt(2) of their mean.
TEST(AutoArima, ForecastsNearlyAsWellAsTheTrueModel) {
  constexpr int kReplications = 150;
  const VectorXd ar = coefficients({.9});
  Rng rng(4);
  RunningMoments squares;
  for (int i = 0; i < kReplications; ++i) {
    std::vector<double> series = sample(ar, {}, 20, 101, rng);
    const double last = series.back();
    series.pop_back();
    squares.add(std::pow(auto_arima(series).next - last, 2));
  }
  const double error = std::sqrt(2.0 / kReplications);
  EXPECT_NEAR(squares.mean().value(), 1, .15 + 3 * error);  // a few parameters of 100 values
  EXPECT_LT(squares.mean().value() + 4 * error * squares.mean().value(), 1 / (1 - .81));
}

TEST(AutoArima, ContinuesTimersTrendsAndParabolas) {
  std::vector<double> timer;
  std::vector<double> trend;
  std::vector<double> parabola;
  for (int t = 0; t < 30; ++t) {
    timer.push_back(21'600);
    trend.push_back(100 + 7 * t);
    parabola.push_back(t * t);
    if (t < 9) continue;
    EXPECT_EQ(auto_arima(timer).next, 21'600);
    EXPECT_NEAR(auto_arima(trend).next, 100 + 7 * (t + 1), 1e-9);
    EXPECT_NEAR(auto_arima(parabola).next, (t + 1) * (t + 1), 1e-9);
  }
}

// Third differences of a cubic are constant.
TEST(Arima, UndoesAnyNumberOfDifferences) {
  std::vector<double> cubic;
  for (int t = 0; t < 9; ++t) cubic.push_back(t * t * t);
  EXPECT_NEAR(fit_arima(cubic, {.differences = 3}).next, 9 * 9 * 9, 1e-9);
}

TEST(AutoArima, OfFewValuesIsTheirMean) {
  EXPECT_EQ(auto_arima(std::vector{7.0}).next, 7);
  EXPECT_EQ(auto_arima(std::vector{7.0, 9.0}).next, 8);
  EXPECT_EQ(auto_arima(std::vector{0.0, 0.0}).next, 0);
  EXPECT_TRUE(std::isinf(auto_arima(std::vector{7.0, 9.0, 2.0}).aicc));
}

// -1, -1, 0 are the partial sums of -1, 0, 1: (1 + 1) / (3^2 x 2/3).
TEST(Kpss, WorkedByHand) {
  EXPECT_DOUBLE_EQ(kpss_statistic(std::vector{4.0, 5.0, 6.0}), 1.0 / 3);
  EXPECT_EQ(kpss_statistic(std::vector{5.0, 5.0}), 0);
  EXPECT_EQ(kpss_statistic({}), 0);
}

// Oracle: the critical value of the limit, which noise exceeds in 5 of 100 cases.
TEST(Kpss, ObjectsToNoiseAtItsLevel) {
  constexpr int kReplications = 4000;
  Rng rng(5);
  int objections = 0;
  for (int i = 0; i < kReplications; ++i) {
    if (kpss_statistic(sample({}, {}, 1, 200, rng)) > kKpssCritical) ++objections;
  }
  EXPECT_NEAR(objections / double{kReplications}, .05, 4 * std::sqrt(.05 * .95 / kReplications));
}

TEST(Arima, SaysWhatItCannotFit) {
  const std::vector<double> few{1, 2, 4};
  EXPECT_THROW(auto_arima({}), Error);
  EXPECT_THROW(fit_arima({}, {}), Error);
  EXPECT_THROW(fit_arima(few, {.autoregressive = 4}), Error);
  EXPECT_THROW(fit_arima(few, {.differences = 3}), Error);
  EXPECT_THROW(fit_arima(std::vector<double>(50), {.autoregressive = 6}), Error);
}

}  // namespace
}  // namespace faasconf::sim
