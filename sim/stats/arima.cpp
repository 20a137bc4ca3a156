#include "sim/stats/arima.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include <unsupported/Eigen/NonLinearOptimization>
#include <unsupported/Eigen/NumericalDiff>

#include "sim/core/error.hpp"

namespace faasconf::sim {
namespace {

constexpr int kMostDifferences = 2;
constexpr double kMostPartial = 0.999;  // partial autocorrelations that are tried
constexpr double kMostProperPartial = .99;
constexpr double kSame = 1e-12;  // relative to the largest value: differences that are constant

std::vector<double> differenced(std::span<const double> series, int times) {
  std::vector<double> values(series.begin(), series.end());
  for (; times > 0 && !values.empty(); --times) {
    for (std::size_t i = 0; i + 1 < values.size(); ++i) values[i] = values[i + 1] - values[i];
    values.pop_back();
  }
  return values;
}

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double largest_of(std::span<const double> values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

bool is_constant(std::span<const double> values, double scale) {
  const auto [low, high] = std::ranges::minmax(values);
  return high - low <= kSame * scale;
}

// The forecast of the series from that of its differences: the last value of each kind, added up.
double undifferenced(std::span<const double> series, int times, double next) {
  for (int i = 0; i < times; ++i) next += differenced(series, i).back();
  return next;
}

// Coefficients of a stationary autoregression by the Durbin-Levinson recursion.
Eigen::VectorXd from_partials(const Eigen::VectorXd& partials) {
  Eigen::VectorXd phi = partials;
  for (Eigen::Index k = 1; k < phi.size(); ++k) {
    const Eigen::VectorXd before = phi.head(k);
    phi.head(k) -= phi[k] * before.reverse();
  }
  return phi;
}

// One value at a time: its expectation and variance. Two series side by side, the values and a series of ones,
// since both pass the same filter: the mean that explains the values best is then the regression of one's errors on
// the other's.
class InnovationsFilter {
 public:
  InnovationsFilter(const Eigen::VectorXd& ar, const Eigen::VectorXd& ma)
      : size_(std::max(ar.size(), ma.size() + 1)), phi_(Vector::Zero(size_)), noise_(Vector::Zero(size_)) {
    phi_.head(ar.size()) = ar;
    noise_[0] = 1;
    noise_.segment(1, ma.size()) = ma;
    states_ = Eigen::Matrix<double, Eigen::Dynamic, 2, 0, kMostStates, 2>::Zero(size_, 2);
    covariance_ = stationary_covariance();
  }

  double variance() const { return covariance_(0, 0); }  // of the next value, in that of the noise
  Eigen::RowVector2d expected() const { return states_.row(0); }

  void observe(double value) {
    const Eigen::RowVector2d errors = Eigen::RowVector2d(value, 1) - expected();
    if (is_settled_) {
      states_ += noise_ * errors;
    } else {
      const double variance = covariance_(0, 0);
      const Vector gain = covariance_.col(0) / variance;
      states_ += gain * errors;
      covariance_ -= variance * gain * gain.transpose();
      advance_covariance();
    }
    advance_states();
  }

 private:
  static constexpr int kMostStates = kMostArimaOrder + 1;
  static constexpr double kSettled = 1e-10;
  using Vector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, kMostStates, 1>;
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, kMostStates, kMostStates>;

  // state_i' = phi_i state_0 + state_{i+1} + noise_i e
  Matrix transition() const {
    Matrix transition = Matrix::Zero(size_, size_);
    transition.col(0) = phi_;
    transition.topRightCorner(size_ - 1, size_ - 1).diagonal().array() += 1;
    return transition;
  }
  // P = sum_k T^k R R' T'^k, doubling the number of terms
  Matrix stationary_covariance() const {
    constexpr int kDoublings = 20;
    Matrix power = transition();
    Matrix sum = noise_ * noise_.transpose();
    for (int i = 0; i < kDoublings && power.cwiseAbs().maxCoeff() > 1e-12; ++i) {
      sum += (power * sum * power.transpose()).eval();
      power = (power * power).eval();
    }
    return sum;
  }
  void advance_covariance() {
    const Vector column = covariance_.col(0);
    const Eigen::Index rest = size_ - 1;
    Vector shifted = Vector::Zero(size_);
    shifted.head(rest) = column.tail(rest);
    const Matrix noise = noise_ * noise_.transpose();
    Matrix beyond_noise = phi_ * phi_.transpose() * column[0] + phi_ * shifted.transpose() + shifted * phi_.transpose();
    beyond_noise.topLeftCorner(rest, rest) += covariance_.bottomRightCorner(rest, rest);
    covariance_ = beyond_noise + noise;
    is_settled_ = beyond_noise.cwiseAbs().maxCoeff() < kSettled;
  }
  void advance_states() {
    const Eigen::RowVector2d first = states_.row(0);
    for (Eigen::Index i = 0; i + 1 < size_; ++i) states_.row(i) = states_.row(i + 1) + phi_[i] * first;
    states_.row(size_ - 1) = phi_[size_ - 1] * first;
  }

  Eigen::Index size_;
  Vector phi_;
  Vector noise_;
  Eigen::Matrix<double, Eigen::Dynamic, 2, 0, kMostStates, 2> states_;  // of the values, and of ones
  Matrix covariance_;
  bool is_settled_ = false;  // the past is known: nothing but the next noise is unsure
};

// What the filter says of all values.
struct Innovations {
  Eigen::VectorXd errors;  // of the values less their mean, standardised by all but the noise's variance
  double mean = 0;
  double log_variance = 0;  // summed
  double next = 0;

  double size() const { return static_cast<double>(errors.size()); }
  double noise_variance() const { return errors.squaredNorm() / size(); }
  double log_likelihood() const {
    return -.5 * (size() * (std::log(2 * std::numbers::pi * noise_variance()) + 1) + log_variance);
  }
};

Innovations innovations(std::span<const double> values, const Eigen::VectorXd& ar, const Eigen::VectorXd& ma,
                        bool has_mean) {
  InnovationsFilter filter(ar, ma);
  Innovations result;
  result.errors.resize(static_cast<Eigen::Index>(values.size()));
  Eigen::VectorXd ones(result.errors.size());
  for (Eigen::Index t = 0; t < ones.size(); ++t) {
    const double value = values[static_cast<std::size_t>(t)];
    const double deviation = std::sqrt(filter.variance());
    const Eigen::RowVector2d expected = filter.expected();
    result.errors[t] = (value - expected[0]) / deviation;
    ones[t] = (1 - expected[1]) / deviation;
    result.log_variance += 2 * std::log(deviation);
    filter.observe(value);
  }
  if (has_mean) {
    result.mean = ones.dot(result.errors) / ones.squaredNorm();
    result.errors -= result.mean * ones;
  }
  const Eigen::RowVector2d expected = filter.expected();
  result.next = expected[0] + result.mean * (1 - expected[1]);
  return result;
}

// From numbers without bounds to coefficients.
struct Coefficients {
  Coefficients(const Eigen::VectorXd& x, const ArimaOrder& order) {
    const Eigen::VectorXd partials = kMostPartial * x.array().tanh();
    ar = from_partials(partials.head(order.autoregressive));
    ma = -from_partials(partials.tail(order.moving_average));
    is_proper = partials.size() == 0 || partials.cwiseAbs().maxCoeff() < kMostProperPartial;
  }
  Eigen::VectorXd ar;
  Eigen::VectorXd ma;
  bool is_proper;
};

// Residuals whose sum of squares falls as the likelihood grows: the errors times the geometric mean of their
// deviations.
struct LikelihoodResiduals {
  using Scalar = double;
  using InputType = Eigen::VectorXd;
  using ValueType = Eigen::VectorXd;
  using JacobianType = Eigen::MatrixXd;
  enum { InputsAtCompileTime = Eigen::Dynamic, ValuesAtCompileTime = Eigen::Dynamic };

  std::span<const double> values_;
  ArimaOrder order;

  int inputs() const { return order.autoregressive + order.moving_average; }
  int values() const { return static_cast<int>(values_.size()); }
  int operator()(const Eigen::VectorXd& x, Eigen::VectorXd& residuals) const {
    const Coefficients coefficients(x, order);
    const Innovations all = innovations(values_, coefficients.ar, coefficients.ma, order.has_mean);
    residuals = all.errors * std::exp(all.log_variance / (2 * all.size()));
    return 0;
  }
};

// From this start to the nearest maximum.
Eigen::VectorXd climbed(Eigen::VectorXd start, std::span<const double> differences, const ArimaOrder& order) {
  if (start.size() == 0) return start;
  Eigen::NumericalDiff<LikelihoodResiduals> residuals(LikelihoodResiduals{differences, order});
  Eigen::LevenbergMarquardt solver(residuals);
  solver.parameters.ftol = solver.parameters.xtol = 1e-8;
  solver.minimize(start);
  return start;
}

// A mixed model starts from the autoregression alone: at zero its two kinds of coefficients cannot be distinguished.
Eigen::VectorXd most_likely(std::span<const double> differences, const ArimaOrder& order) {
  const int p = order.autoregressive;
  const int q = order.moving_average;
  Eigen::VectorXd start = Eigen::VectorXd::Zero(p + q);
  if (p > 0 && q > 0) {
    start.head(p) = climbed(Eigen::VectorXd::Zero(p), differences, {.autoregressive = p, .has_mean = order.has_mean});
  }
  return climbed(start, differences, order);
}

double aicc_of(const ArimaFit& fit, double size) {
  const double parameters = static_cast<double>(fit.ar.size() + fit.ma.size()) + (fit.order.has_mean ? 1 : 0) + 1;
  const double left = size - parameters - 1;
  if (left <= 0) return std::numeric_limits<double>::infinity();
  return -2 * fit.log_likelihood + 2 * parameters + 2 * parameters * (parameters + 1) / left;
}

ArimaFit nothing_fitted(int differences) {
  ArimaFit fit;
  fit.order.differences = differences;
  fit.aicc = std::numeric_limits<double>::infinity();
  return fit;
}

// By AICc, each model fitted once.
class OrderSearch {
 public:
  OrderSearch(std::span<const double> series, int differences) : series_(series), differences_(differences) {}

  ArimaFit best() {
    for (const auto& [p, q] : {std::array{2, 2}, {0, 0}, {1, 0}, {0, 1}}) try_order(p, q, differences_ <= 1);
    while (try_neighbours(best_.order)) {
    }
    return best_;
  }

 private:
  static constexpr int kSide = kMostArimaOrder + 1;

  bool try_neighbours(const ArimaOrder& order) {
    const int p = order.autoregressive;
    const int q = order.moving_average;
    constexpr std::array<std::array<int, 2>, 8> kSteps{
        {{-1, 0}, {0, -1}, {1, 0}, {0, 1}, {-1, -1}, {1, 1}, {-1, 1}, {1, -1}}};
    for (const auto& [more_p, more_q] : kSteps) {
      if (try_order(p + more_p, q + more_q, order.has_mean)) return true;
    }
    return differences_ == 1 && try_order(p, q, !order.has_mean);
  }
  // True where it is better than all before.
  bool try_order(int p, int q, bool has_mean) {
    if (p < 0 || q < 0 || p > kMostArimaOrder || q > kMostArimaOrder) return false;
    bool& tried = tried_[static_cast<std::size_t>((p * kSide + q) * 2 + (has_mean ? 1 : 0))];
    if (tried || p + q + (has_mean ? 1 : 0) + 2 >= static_cast<int>(series_.size()) - differences_) return false;
    tried = true;
    const ArimaFit fit = fit_arima(
        series_, {.autoregressive = p, .differences = differences_, .moving_average = q, .has_mean = has_mean});
    if (!fit.is_proper || fit.aicc >= best_.aicc) return false;
    best_ = fit;
    return true;
  }

  std::span<const double> series_;
  int differences_;
  std::array<bool, kSide * kSide * 2> tried_{};
  ArimaFit best_ = nothing_fitted(differences_);
};

// No likelihood: the mean of the differences, for what is constant or too short.
ArimaFit mean_only(std::span<const double> series, const std::vector<double>& differences, int times) {
  ArimaFit fit = nothing_fitted(times);
  fit.mean = mean_of(differences);
  fit.next = undifferenced(series, times, fit.mean);
  return fit;
}

}  // namespace

ArimaFit fit_arima(std::span<const double> series, const ArimaOrder& order) {
  const std::vector<double> values = differenced(series, order.differences);
  const int coefficients = order.autoregressive + order.moving_average;
  if (std::max(order.autoregressive, order.moving_average) > kMostArimaOrder) {
    throw Error("ARIMA: expected orders up to " + std::to_string(kMostArimaOrder) + ", got " +
                std::to_string(order.autoregressive) + " and " + std::to_string(order.moving_average));
  }
  if (values.empty() || static_cast<int>(values.size()) < coefficients) {
    throw Error("ARIMA: expected at least " + std::to_string(std::max(coefficients, 1) + order.differences) +
                " values, got " + std::to_string(series.size()));
  }
  const Coefficients coefficient(most_likely(values, order), order);
  const Innovations all = innovations(values, coefficient.ar, coefficient.ma, order.has_mean);
  ArimaFit fit{.order = order,
               .ar = coefficient.ar,
               .ma = coefficient.ma,
               .mean = all.mean,
               .variance = all.noise_variance(),
               .log_likelihood = all.log_likelihood(),
               .is_proper = coefficient.is_proper,
               .next = undifferenced(series, order.differences, all.next)};
  fit.aicc = aicc_of(fit, all.size());
  return fit;
}

double arima_log_likelihood(std::span<const double> differences, const Eigen::VectorXd& ar, const Eigen::VectorXd& ma,
                            bool has_mean) {
  return innovations(differences, ar, ma, has_mean).log_likelihood();
}

double kpss_statistic(std::span<const double> series) {
  if (series.empty() || is_constant(series, largest_of(series))) return 0;
  const auto n = static_cast<double>(series.size());
  const auto lags = static_cast<std::size_t>(3 * std::sqrt(n) / 13);
  const double mean = mean_of(series);
  double sum = 0;
  double squares = 0;
  for (const double value : series) {
    sum += value - mean;
    squares += sum * sum;
  }
  // the variance of the sum, with Bartlett's weights
  double variance = 0;
  for (std::size_t lag = 0; lag <= lags && lag < series.size(); ++lag) {
    double product = 0;
    for (std::size_t t = lag; t < series.size(); ++t) product += (series[t] - mean) * (series[t - lag] - mean);
    const double weight = lag == 0 ? 1 : 2 * (1 - static_cast<double>(lag) / static_cast<double>(lags + 1));
    variance += weight * product / n;
  }
  return squares / (n * n * variance);
}

ArimaFit auto_arima(std::span<const double> series) {
  if (series.empty()) throw Error("ARIMA: expected at least one value, got none");
  const double scale = largest_of(series);
  int times = 0;
  std::vector<double> differences(series.begin(), series.end());
  while (times < kMostDifferences && differences.size() > 1 && kpss_statistic(differences) > kKpssCritical) {
    differences = differenced(series, ++times);
  }
  if (is_constant(differences, scale)) return mean_only(series, differences, times);
  const ArimaFit best = OrderSearch(series, times).best();
  return std::isinf(best.aicc) ? mean_only(series, differences, times) : best;
}

}  // namespace faasconf::sim
