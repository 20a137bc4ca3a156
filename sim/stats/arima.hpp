#pragma once
// Forecasts the next value of a series without a season: autoregressive integrated moving averages (ARIMA), whose order
// the series itself chooses.

#include <cstddef>
#include <span>
#include <vector>

#include <Eigen/Core>

namespace faasconf::sim {

inline constexpr int kMostArimaOrder = 5;  // p and q each

// ARIMA(p, d, q): the d-th differences z of the series are
//   z_t - m = sum_i ar_i (z_{t-i} - m) + e_t + sum_j ma_j e_{t-j},   e normal with a constant variance,
// where m is estimated, or 0 without a mean; of first differences it is the series' drift.
struct ArimaOrder {
  int autoregressive = 0;  // p
  int differences = 0;     // d
  int moving_average = 0;  // q
  bool has_mean = true;

  friend bool operator==(const ArimaOrder&, const ArimaOrder&) = default;
};

struct ArimaFit {
  ArimaOrder order;
  Eigen::VectorXd ar;  // (p)
  Eigen::VectorXd ma;  // (q)
  double mean = 0;     // m, in the unit of the series
  double variance = 0;
  double log_likelihood = 0;  // of the differences
  double aicc = 0;            // infinite where there are too few values for so many parameters
  bool is_proper = true;      // no partial autocorrelation within 0.01 of 1: stationary and invertible, with a margin
  double next = 0;            // forecast of the value after the last
};

// By exact maximum likelihood: the Kalman filter of Gardner, Harvey and Phillips (Applied Statistics, 1980, algorithm
// AS 154) gives the expected value at each step; the mean and the variance are concentrated out, the coefficients
// found by Levenberg-Marquardt over partial autocorrelations (Jones, Technometrics 1980), which keeps them stationary
// and invertible. Throws Error for greater orders, and where fewer differences than coefficients are left, or none.
ArimaFit fit_arima(std::span<const double> series, const ArimaOrder& order);

// The log-likelihood of differences with these coefficients, mean and variance profiled out.
double arima_log_likelihood(std::span<const double> differences, const Eigen::VectorXd& ar, const Eigen::VectorXd& ma,
                            bool has_mean);

// Kwiatkowski, Phillips, Schmidt and Shin (Journal of Econometrics, 1992): how far the series is from being stationary
// about a level; with 3 sqrt(n) / 13 lags, as is usual in the choice of an order. 0 for a constant.
double kpss_statistic(std::span<const double> series);
inline constexpr double kKpssCritical = 0.463;  // stationary series exceed it in 5 of 100 cases

// The order by Hyndman and Khandakar (Journal of Statistical Software, 2008): differences, at most two, until KPSS does
// not object; then from four simple models step by step to better neighbours by AICc, leaving out
// what is not proper. Undifferenced series always have a mean, twice differenced ones never. Of a series whose
// differences are constant, or that is too short for any AICc (three values), the forecast is their mean. Throws Error
// for an empty series.
ArimaFit auto_arima(std::span<const double> series);

}  // namespace faasconf::sim
